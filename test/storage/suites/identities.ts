import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Change, ConflictError } from '../../../src/aws/change.ts'
import type { AnyEntity } from '../../../src/identity/entities.ts'
import { NOW, newEntry, type OpenEngine, SCOPE, storesOn } from '../engine-under-test.ts'
import {
  newAccessKey,
  newGroup,
  newInstanceProfile,
  newPolicy,
  newProvider,
  newRole,
  newUser,
} from '../new-identities.ts'

const { account } = SCOPE
const OTHER = '999999999999'
const AWS_POLICY = 'arn:aws:iam::aws:policy/ReadOnlyAccess'

/** Identities one by one: what goes in comes out, and changes apply to what they were computed from. */
export function identitiesSuite(open: OpenEngine): void {
  describe('identities', () => {
    test('an identity of each kind comes back with every attribute, by name in any case and by id', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      await trail.append(
        newEntry(),
        [ADMINS, LIMITS, HELD].map((entity) => identities.create(entity)),
      )
      for (const entity of FULL) {
        await trail.append(newEntry(), [identities.create(entity)])
        for (const name of [entity.name, entity.name.toUpperCase(), entity.name.toLowerCase()])
          assert.deepEqual(await identities.find(entity.kind, account, name), entity)
        assert.deepEqual(await identities.findByIds(entity.kind, ['AIDA0', entity.id, entity.id]), [entity])
      }
    })

    test('an identity is found in its account and as its kind only', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      const user = newUser('both')
      await trail.append(newEntry(), [identities.create(user), identities.create(newUser('b', { account: OTHER }))])
      assert.equal(await identities.find('role', account, 'both'), undefined)
      assert.equal(await identities.find('user', OTHER, 'both'), undefined)
      assert.equal(await identities.find('user', account, 'b'), undefined)
      assert.equal(await identities.find('user', account, "both' or '1'='1"), undefined)
      assert.deepEqual(await identities.findByIds('role', [user.id]), [])
      assert.deepEqual(await identities.findByIds('user', []), [])
    })

    test('a name is given once in an account and kind, without regard to case; an id is given once', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      const first = newUser('Alice')
      const create = (entity: AnyEntity) => trail.append(newEntry(), [identities.create(entity)])
      await create(first)
      await assert.rejects(create(newUser('aLICE', { path: '/elsewhere/' })), ConflictError)
      await assert.rejects(create(newUser('bob', { id: first.id })), ConflictError)
      await assert.rejects(create(newRole('carol', { id: first.id })), ConflictError)
      await create(newUser('alice', { account: OTHER }))
      await create(newRole('alice'))
      assert.deepEqual(await identities.find('user', account, 'ALICE'), first)
    })

    test('an update raises the revision; one of an older revision is a conflict and does nothing', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      await trail.append(newEntry(), [identities.create(newGroup('g'))])
      const old = (await identities.find('group', account, 'g'))!
      await trail.append(newEntry(), [identities.update({ ...old, name: 'G2', path: '/new/' })])
      for (const late of [identities.update({ ...old, path: '/late/' }), identities.remove(old)])
        await assert.rejects(trail.append(newEntry(), [late]), ConflictError)
      assert.equal(await identities.find('group', account, 'g'), undefined)
      const found = (await identities.find('group', account, 'g2'))!
      assert.deepEqual(found, { ...old, name: 'G2', path: '/new/', revision: 2 })
      await trail.append(newEntry(), [identities.remove(found)])
      await assert.rejects(trail.append(newEntry(), [identities.update(found)]), ConflictError)
      assert.equal(await identities.find('group', account, 'g2'), undefined)
    })

    test('an update takes no name that another one has', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      const [a, b] = [newUser('a'), newUser('b')]
      await trail.append(newEntry(), [identities.create(a), identities.create(b)])
      await assert.rejects(trail.append(newEntry(), [identities.update({ ...b, name: 'A' })]), ConflictError)
      assert.deepEqual(await identities.find('user', account, 'b'), b)
    })

    test('a managed policy keeps its name and its path', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      const policy = newPolicy('p')
      await trail.append(newEntry(), [identities.create(policy)])
      for (const changed of [{ name: 'P' }, { name: 'q' }, { path: '/q/' }])
        await assert.rejects(
          trail.append(newEntry(), [identities.update({ ...policy, ...changed })]),
          ConflictError,
          JSON.stringify(changed),
        )
    })

    test('a copy of an identity is not removed: it does not know what has come to refer to it', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      const user = newUser('u')
      await trail.append(newEntry(), [identities.create(user)])
      const found = (await identities.find('user', account, 'u'))!
      assert.throws(() => identities.remove({ ...found }), /Cannot remove a copy of an identity/)
      assert.throws(() => identities.remove(user), /Cannot remove a copy of an identity/)
    })

    test('a list goes by names without regard to case, from a name on, under a path, up to its limit', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      const entities = [
        newUser('delta', { path: '/app/' }),
        newUser('Alpha'),
        newUser('charlie', { path: '/app/db/' }),
        newUser('BRAVO', { path: '/apple/' }),
        newUser('echo', { account: OTHER }),
        newRole('foxtrot'),
      ]
      await trail.append(
        newEntry(),
        entities.map((entity) => identities.create(entity)),
      )
      const names = async (query: object) =>
        (await identities.list('user', account, { limit: 10, ...query })).map(({ name }) => name)
      assert.deepEqual(await names({}), ['Alpha', 'BRAVO', 'charlie', 'delta'])
      assert.deepEqual(await names({ limit: 2 }), ['Alpha', 'BRAVO'])
      assert.deepEqual(await names({ after: 'Bravo' }), ['charlie', 'delta'])
      assert.deepEqual(await names({ after: 'bravo', limit: 1 }), ['charlie'])
      assert.deepEqual(await names({ pathPrefix: '/app/' }), ['charlie', 'delta'])
      assert.deepEqual(await names({ pathPrefix: '/app', limit: 2 }), ['BRAVO', 'charlie'])
      assert.deepEqual(await names({ pathPrefix: '/' }), ['Alpha', 'BRAVO', 'charlie', 'delta'])
      assert.deepEqual(await names({ pathPrefix: '/none/' }), [])
      assert.equal(await identities.count('user', account), 4)
      assert.equal(await identities.count('user', OTHER), 1)
      assert.equal(await identities.count('group', account), 0)
    })

    test('every change raises the generation, and recording uses does not', async () => {
      await using store = await open()
      const { identities, trail, engine } = storesOn(store.engine)
      const user = newUser('u')
      const key = newAccessKey('AKIA1', user)
      const raisedBy = async (change: Change) => {
        const before = (await engine.read([])).generations.identity
        await trail.append(newEntry(), [change])
        return (await engine.read([])).generations.identity - before
      }
      assert.equal(await raisedBy(identities.create(user)), 1)
      assert.equal(await raisedBy(identities.update({ ...user, path: '/a/' })), 1)
      assert.equal(await raisedBy(identities.createAccessKey(key, user)), 1)
      assert.equal(await raisedBy(identities.setAccessKeyActive(key, false)), 1)
      assert.equal(await raisedBy(identities.recordUses([{ id: 'AKIA1', at: 1, service: 's', region: 'r' }])), 0)
      assert.equal(await raisedBy(identities.deleteAccessKey(key)), 1)
      assert.equal(await raisedBy(identities.remove((await identities.find('user', account, 'u'))!)), 1)
    })

    test('last uses are the newest ones, and go with what was used', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      const [user, role] = [newUser('u'), newRole('r')]
      const key = newAccessKey('AKIA1', user)
      const use = (id: string, at: number, service = 'kms') => ({ id, at, service, region: 'eu-west-1' })
      await trail.append(newEntry(), [identities.create(user), identities.createAccessKey(key, user)])
      await trail.append(newEntry(), [identities.create(role), identities.recordUses([])])
      await trail.append(newEntry(), [
        identities.recordUses([use('AKIA1', 5), use('AKIA1', 9, 'sts'), use('AKIA1', 7), use(role.id, 3)]),
      ])
      await trail.append(newEntry(), [identities.recordUses([use('AKIA1', 8), use(role.id, 4, 'iam')])])
      const ids = ['AKIA0', 'AKIA1', role.id]
      assert.deepEqual(
        await identities.lastUses(ids),
        new Map([
          ['AKIA1', use('AKIA1', 9, 'sts')],
          [role.id, use(role.id, 4, 'iam')],
        ]),
      )
      const many = Array.from({ length: 250 }, (_, index) => use(`AKIA${index}X`, index + 1))
      await trail.append(newEntry(), [identities.recordUses(many)])
      assert.equal((await identities.lastUses(many.map(({ id }) => id))).size, 250)
      const found = (await identities.find('role', account, 'r'))!
      await trail.append(newEntry(), [identities.deleteAccessKey(key), identities.remove(found)])
      assert.deepEqual(await identities.lastUses(ids), new Map())
      assert.deepEqual(await identities.lastUses([]), new Map())
    })
  })
}

const ADMINS = newGroup('Admins')
const HELD = newRole('Held')
const LIMITS = newPolicy('Limits', { path: '/guard/' })
const LIMITS_ARN = `arn:aws:iam::${account}:policy/guard/Limits`
const tags = [{ Key: 'Team', Value: 'a😀' }]
const inline = [{ name: 'own', document: '{"Version":"2012-10-17","Statement":[]}' }]

const FULL: readonly AnyEntity[] = [
  newUser('Full.User', {
    path: '/a/b/',
    inline,
    attached: [LIMITS_ARN, AWS_POLICY],
    tags,
    boundary: LIMITS_ARN,
    groups: [ADMINS.id],
  }),
  newGroup('Full-Group', { path: '/g/', inline, attached: [AWS_POLICY] }),
  newRole('Full+Role', {
    inline,
    attached: [LIMITS_ARN],
    tags,
    boundary: AWS_POLICY,
    trust: { document: '{"a":1}', bindings: { 'arn:aws:iam::111122223333:user/a': 'AIDA1', __proto: 'x' } },
    description: '',
    maxSession: 43_200,
  }),
  newPolicy('Full=Policy', {
    description: 'What it is for',
    tags,
    versions: [
      { id: 'v2', document: '{}', createdAt: NOW },
      { id: 'v7', document: '{ }', createdAt: NOW + 1 },
    ],
    defaultVersion: 'v2',
    versionsMade: 7,
    updatedAt: NOW + 2,
  }),
  newProvider('token.example.com/Realm', { tags, clientIds: ['a', 'b'], thumbprints: ['f'.repeat(40)] }),
  newInstanceProfile('Full.Profile', { path: '/i/', tags, role: HELD.id }),
]
