import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ForgedRowError } from '../../../src/aws/damaged-row.ts'
import { MissingReferenceError } from '../../../src/identity/identity-store.ts'
import type { Engine } from '../../../src/storage/engine.ts'
import { newEntry, type OpenEngine, SCOPE, storesOn } from '../engine-under-test.ts'
import { newAccessKey, newGroup, newPolicy, newRole, newUser } from '../new-identities.ts'

const { account } = SCOPE
const arn = (name: string) => `arn:aws:iam::${account}:policy/${name}`
const AWS_POLICY = 'arn:aws:iam::aws:policy/ReadOnlyAccess'

/** Who makes requests, with all that decides about them or not at all. */
export function holdersSuite(open: OpenEngine): void {
  describe('holders of permissions', () => {
    test('a user comes with their groups and the policies of all of them, a role with its own', async () => {
      await using store = await open()
      const { identities, user, role, groups, policies } = await prepared(store)
      const found = (await identities.findAccessKey('AKIA1'))!
      assert.deepEqual(found.entity, user)
      assert.deepEqual(found.groups.toSorted(byName), groups)
      assert.deepEqual([...found.policies.keys()].toSorted(), ['boundary', 'group', 'own', 'shared'].map(arn))
      assert.deepEqual(found.policies.get(arn('own')), policies.own)
      assert.deepEqual(await identities.findHolder('user', user.id), {
        entity: user,
        groups: found.groups,
        policies: found.policies,
      })
      assert.deepEqual(await identities.findHolder('role', role.id), {
        entity: role,
        groups: [],
        policies: new Map([[arn('shared'), policies.shared]]),
      })
    })

    test('nobody is found by an unknown id, or as another kind', async () => {
      await using store = await open()
      const { identities, user, role } = await prepared(store)
      assert.equal(await identities.findHolder('role', user.id), undefined)
      assert.equal(await identities.findHolder('user', role.id), undefined)
      assert.equal(await identities.findHolder('user', 'AIDA0'), undefined)
      assert.equal(await identities.findAccessKey('AKIA0'), undefined)
    })

    test('a key whose user was taken away opens nothing for another one whose name differs by case', async () => {
      await using store = await open()
      const { identities, trail } = await prepared(store)
      await store.alter(`delete from identities where name = 'other'`)
      await trail.append(newEntry(), [identities.create(newUser('Other'))])
      assert.equal(await identities.findAccessKey('AKIA2'), undefined)
    })

    test('the same object comes for as long as no identity changes, and the new state with the change', async () => {
      await using store = await open()
      const { identities, trail, user, role } = await prepared(store)
      const byKey = () => identities.findAccessKey('AKIA1')
      const byId = () => identities.findHolder('role', role.id)
      const [first, firstRole] = [(await byKey())!, (await byId())!]
      await trail.append(newEntry(), [identities.recordUses([{ id: 'AKIA1', at: 1, service: 's', region: 'r' }])])
      assert.ok((await byKey()) === first && (await byId()) === firstRole)
      // What several have is one object, too.
      assert.ok(first.policies.get(arn('shared')) === firstRole.policies.get(arn('shared')))
      const shared = (await identities.find('policy', account, 'shared'))!
      await trail.append(newEntry(), [identities.update({ ...shared, description: 'new' })])
      assert.equal((await byKey())?.policies.get(arn('shared'))?.description, 'new')
      assert.equal((await byId())?.policies.get(arn('shared'))?.description, 'new')
      await trail.append(newEntry(), [identities.update({ ...user, attached: [], groups: [], boundary: undefined })])
      assert.deepEqual((await byKey())?.policies, new Map())
      const found = (await identities.find('role', account, 'r'))!
      await trail.append(newEntry(), [identities.remove(found)])
      assert.equal(await byId(), undefined)
    })

    for (const name of ['own', 'boundary', 'group', 'shared'])
      for (const [what, statement, error] of [
        ['missing', `delete from identities where name = '${name}'`, MissingReferenceError],
        ['forged', `update identities set document = '{}' where name = '${name}'`, ForgedRowError],
        ['called otherwise', `update identities set name = 'x' where name = '${name}'`, ForgedRowError],
        ['of another path', `update identities set path = '/x/' where name = '${name}'`, ForgedRowError],
        ['of another account', `update identities set account = '9' where name = '${name}'`, MissingReferenceError],
      ] as const)
        test(`with a policy (${name}) that is ${what} nothing is decided; others are not concerned`, async () => {
          await using store = await open()
          const { identities, user, role } = await prepared(store)
          await store.alter(statement)
          await assert.rejects(identities.findAccessKey('AKIA1'), error)
          await assert.rejects(identities.findHolder('user', user.id), error)
          assert.ok(await identities.findAccessKey('AKIA2'))
          const ofRole = identities.findHolder('role', role.id)
          if (name === 'shared') await assert.rejects(ofRole, error)
          else assert.ok(await ofRole)
        })

    test('with a group that is missing or forged nothing is decided', async () => {
      for (const [statement, error] of [
        [`delete from identities where name = 'g1'`, MissingReferenceError],
        [`update identities set kind = 'policy' where name = 'g1'`, ForgedRowError],
        [`update identities set document = replace(document, '${AWS_POLICY}', 'x') where name = 'g1'`, ForgedRowError],
      ] as const) {
        await using store = await open()
        const { identities } = await prepared(store)
        await store.alter(statement)
        await assert.rejects(identities.findAccessKey('AKIA1'), error, statement)
        assert.ok(await identities.findAccessKey('AKIA2'))
      }
    })

    test('two rows that changed documents, or places, are both refused', async () => {
      for (const columns of ['document', 'document, mac', 'id', 'name, name_key', 'name, name_key, id']) {
        await using store = await open()
        const { identities } = await prepared(store)
        await store.alter(`create table copy as select * from identities`)
        await store.alter(`delete from identities where name in ('own', 'shared')`)
        await store.alter(`insert into identities
          select ${swapped(columns)} from copy a join copy b on a.name <> b.name
          where a.name in ('own', 'shared') and b.name in ('own', 'shared')`)
        for (const name of ['own', 'shared'])
          await assert.rejects(identities.find('policy', account, name), ForgedRowError, columns)
        await assert.rejects(identities.findAccessKey('AKIA1'), ForgedRowError, columns)
        assert.ok(await identities.findAccessKey('AKIA2'))
      }
    })

    test('links that were taken away hide nothing from what is decided', async () => {
      await using store = await open()
      const { identities } = await prepared(store)
      await store.alter('delete from identity_links')
      const found = (await identities.findAccessKey('AKIA1'))!
      assert.deepEqual([...found.policies.keys()].toSorted(), ['boundary', 'group', 'own', 'shared'].map(arn))
      assert.deepEqual(await identities.referring('user', account, arn('own'), { limit: 9 }), [])
    })

    test('an identity that was changed while its policies were read is read again, as of one moment', async () => {
      await using store = await open()
      const { trail, identities, user } = await prepared(store)
      const between: (() => Promise<void>)[] = []
      const slow = storesOn(interrupted(store.engine, between)).identities
      between.push(
        async () => {},
        async () => {
          const own = (await identities.find('policy', account, 'own'))!
          const changed = { ...user, attached: [AWS_POLICY] }
          await trail.append(newEntry(), [
            identities.update(changed),
            identities.update({ ...own, description: 'new' }),
          ])
        },
      )
      const found = (await slow.findAccessKey('AKIA1'))!
      assert.equal(between.length, 0)
      assert.deepEqual(found.entity.attached, [AWS_POLICY])
      assert.ok(!found.policies.has(arn('own')))
    })

    test('where identities change between all reads, the look-up ends', async () => {
      await using store = await open()
      const { trail, identities } = await prepared(store)
      let reads = 0
      const busy: Engine = {
        ...bound(store.engine),
        async read(statements) {
          reads++
          await trail.append(newEntry(), [identities.create(newUser(`u${reads}`))])
          return store.engine.read(statements)
        },
      }
      await assert.rejects(storesOn(busy).identities.findAccessKey('AKIA1'), /identities changed between the reads/)
      assert.equal(reads, 20)
    })
  })
}

const byName = (left: { name: string }, right: { name: string }) => left.name.localeCompare(right.name)

/** Columns of a row `a`, some of them taken from `b`. */
function swapped(columns: string): string {
  const all = ['id', 'account', 'kind', 'name', 'name_key', 'path', 'document', 'revision', 'guards', 'mac']
  return all.map((column) => `${columns.split(', ').includes(column) ? 'b' : 'a'}.${column}`).join(', ')
}

function bound(engine: Engine): Engine {
  return {
    read: (statements) => engine.read(statements),
    append: (entry, writes) => engine.append(entry, writes),
    newestEntries: (limit) => engine.newestEntries(limit),
    settleTrail: () => engine.settleTrail(),
    trailRows: (query) => engine.trailRows(query),
    chain: engine.chain,
    erase: () => engine.erase(),
    ping: () => engine.ping(),
    explain: (statement) => engine.explain(statement),
    close: () => engine.close(),
  }
}

/** An engine on which other things happen before its reads. */
function interrupted(engine: Engine, happenings: (() => Promise<void>)[]): Engine {
  return {
    ...bound(engine),
    async read(statements) {
      await happenings.shift()?.()
      return engine.read(statements)
    },
  }
}

/** A user with everything a user can have, a role that shares a policy with them, and a user without policies. */
async function prepared({ engine }: Awaited<ReturnType<OpenEngine>>) {
  const { identities, trail } = storesOn(engine)
  const [own, boundary, group, shared] = ['own', 'boundary', 'group', 'shared'].map((name) =>
    newPolicy(name, { description: name }),
  )
  const groups = [
    newGroup('g1', { attached: [arn('group'), AWS_POLICY] }),
    newGroup('g2', { attached: [arn('shared')] }),
  ]
  const user = newUser('u', {
    attached: [arn('own'), arn('shared'), AWS_POLICY],
    boundary: arn('boundary'),
    groups: groups.map(({ id }) => id),
  })
  const role = newRole('r', { attached: [arn('shared')] })
  const other = newUser('other')
  await trail.append(newEntry(), [
    ...[own!, boundary!, group!, shared!, ...groups, user, role, other].map((entity) => identities.create(entity)),
    identities.createAccessKey(newAccessKey('AKIA1', user), user),
    identities.createAccessKey(newAccessKey('AKIA2', other), other),
  ])
  return { identities, trail, user, role, groups, policies: { own: own!, shared: shared! } }
}
