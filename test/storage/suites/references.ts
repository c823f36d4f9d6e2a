import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Change, ConflictError } from '../../../src/aws/change.ts'
import type { AnyEntity } from '../../../src/identity/entities.ts'
import { newEntry, type OpenEngine, SCOPE, storesOn } from '../engine-under-test.ts'
import { newAccessKey, newGroup, newInstanceProfile, newPolicy, newRole, newUser } from '../new-identities.ts'

const { account } = SCOPE
const POLICY = 'arn:aws:iam::111122223333:policy/app/p'
const AWS_POLICY = 'arn:aws:iam::aws:policy/ReadOnlyAccess'

/** Identities that refer to each other: nothing refers to what is not there, and nothing that is referred to goes. */
export function referencesSuite(open: OpenEngine): void {
  describe('references between identities', () => {
    test('an identity is created or updated only while everything it refers to exists', async () => {
      await using store = await open()
      const { identities, append, group } = await prepared(store)
      const user = newUser('u')
      await append(identities.create(user))
      const missing: Readonly<Record<string, object>> = {
        'a policy that is not there': { attached: [POLICY.replace('/p', '/q')] },
        'a policy by another path': { attached: [POLICY.replace('/app/', '/')] },
        'a policy by a name in another case': { attached: [POLICY.replace('/p', '/P')] },
        'a boundary that is not there': { boundary: POLICY.replace('/p', '/q') },
        'a group that is not there': { groups: ['AGPA0'] },
        'a user as a group': { groups: [user.id] },
        'one of two': { attached: [POLICY], groups: [group.id, 'AGPA0'] },
      }
      for (const [what, attributes] of Object.entries(missing)) {
        await assert.rejects(append(identities.create(newUser('v', attributes))), ConflictError, what)
        await assert.rejects(append(identities.update({ ...user, ...attributes })), ConflictError, what)
      }
      assert.equal(await identities.find('user', account, 'v'), undefined)
      assert.deepEqual(await identities.referring('user', account, POLICY, { limit: 9 }), [])
      await append(identities.update({ ...user, attached: [POLICY, POLICY, AWS_POLICY], groups: [group.id] }))
      assert.equal((await identities.find('user', account, 'u'))?.revision, 2)
    })

    test('a policy or group of another account cannot be referred to', async () => {
      await using store = await open()
      const { identities, append, group } = await prepared(store)
      const other = { account: '999999999999' }
      assert.throws(() => identities.create(newUser('u', { ...other, attached: [POLICY] })), /another account/)
      await assert.rejects(append(identities.create(newUser('u', { ...other, groups: [group.id] }))), ConflictError)
    })

    test('an instance profile holds a role that exists, and keeps it from being removed', async () => {
      await using store = await open()
      const { identities, append, group } = await prepared(store)
      const role = newRole('r')
      await append(identities.create(role))
      const profile = newInstanceProfile('i')
      for (const missing of ['AROA0', group.id])
        await assert.rejects(append(identities.create({ ...profile, role: missing })), ConflictError, missing)
      const other = newInstanceProfile('i', { account: '999999999999', role: role.id })
      await assert.rejects(append(identities.create(other)), ConflictError)
      const early = (await identities.find('role', account, 'r'))!
      await append(identities.create({ ...profile, role: role.id }))
      const late = (await identities.find('role', account, 'r'))!
      for (const read of [early, late]) await assert.rejects(append(identities.remove(read)), ConflictError)
      const held = await identities.referring('instance-profile', account, role.id, { limit: 9 })
      assert.deepEqual(held, [{ ...profile, role: role.id }])
      await append(identities.update({ ...held[0]!, role: undefined }))
      await append(identities.remove(late))
      assert.deepEqual(await identities.referring('instance-profile', account, role.id, { limit: 9 }), [])
    })

    for (const reference of ['attached', 'boundary', 'groups'] as const)
      test(`an attachment (${reference}) and a removal at once: the first one wins, whichever it is`, async () => {
        for (const first of ['attach', 'remove', 'together']) {
          await using store = await open()
          const { identities, append, policy, group } = await prepared(store)
          const target = reference === 'groups' ? group : policy
          const value = { attached: [POLICY], boundary: POLICY, groups: [group.id] }[reference]
          await append(identities.create(newUser('u')))
          // Both have read before either has written.
          const read = (await identities.find(target.kind, account, target.name)) as AnyEntity
          const user = (await identities.find('user', account, 'u'))!
          const attach = identities.update({ ...user, [reference]: value })
          const remove = identities.remove(read)
          const order = first === 'remove' ? [remove, attach] : [attach, remove]
          if (first === 'together') {
            const settled = await Promise.allSettled(order.map((change) => append(change)))
            assert.deepEqual(
              settled.map(({ status }) => status),
              ['fulfilled', 'rejected'],
            )
          } else {
            await append(order[0]!)
            await assert.rejects(append(order[1]!), ConflictError, first)
          }
          const exists = (await identities.find(target.kind, account, target.name)) !== undefined
          assert.equal(exists, first !== 'remove')
        }
      })

    test('an identity that was attached and detached since it was read is not removed', async () => {
      await using store = await open()
      const { identities, append } = await prepared(store)
      const read = (await identities.find('policy', account, 'p'))!
      await append(identities.create(newRole('r', { attached: [POLICY] })))
      const role = (await identities.find('role', account, 'r'))!
      await append(identities.update({ ...role, attached: [] }))
      await assert.rejects(append(identities.remove(read)), ConflictError)
      await append(identities.remove((await identities.find('policy', account, 'p'))!))
      assert.equal(await identities.find('policy', account, 'p'), undefined)
    })

    test('an identity is not removed while something refers to it, however lately it was read', async () => {
      await using store = await open()
      const { identities, append } = await prepared(store)
      const holders = [newUser('u', { boundary: POLICY }), newGroup('h', { attached: [POLICY] })]
      for (const holder of holders) await append(identities.create(holder))
      for (const { kind, name } of holders) {
        const read = (await identities.find('policy', account, 'p'))!
        await assert.rejects(append(identities.remove(read)), ConflictError)
        await append(identities.remove((await identities.find(kind, account, name)) as AnyEntity))
      }
      await append(identities.remove((await identities.find('policy', account, 'p'))!))
    })

    test('an access key belongs to a user who exists, and keeps that user from going', async () => {
      await using store = await open()
      const { identities, append } = await prepared(store)
      const user = newUser('u')
      const key = newAccessKey('AKIA1', user)
      await assert.rejects(append(identities.createAccessKey(key, user)), ConflictError)
      await append(identities.create(user))
      const early = (await identities.find('user', account, 'u'))!
      await append(identities.createAccessKey(key, user))
      await assert.rejects(append(identities.createAccessKey(key, user)), ConflictError)
      const late = (await identities.find('user', account, 'u'))!
      for (const read of [early, late]) await assert.rejects(append(identities.remove(read)), ConflictError)
      await append(identities.deleteAccessKey(key))
      await assert.rejects(append(identities.remove(early)), ConflictError)
      const last = (await identities.find('user', account, 'u'))!
      await append(identities.remove(last))
      await append(identities.create(newUser('u')))
      // The same name, another user.
      await assert.rejects(append(identities.createAccessKey(key, user)), ConflictError)
    })

    test('a user takes another name only together with their access keys', async () => {
      await using store = await open()
      const { identities, append } = await prepared(store)
      const user = newUser('u')
      const [key, later] = [newAccessKey('AKIA1', user), newAccessKey('AKIA2', user)]
      await append(identities.create(user), identities.createAccessKey(key, user))
      const renamed = { ...user, name: 'v' }
      await assert.rejects(append(identities.update(renamed)), ConflictError)
      await append(
        identities.deleteAccessKey(key),
        identities.update(renamed),
        identities.createAccessKey({ ...key, userName: 'v' }, renamed),
      )
      assert.equal((await identities.findAccessKey('AKIA1'))?.entity.name, 'v')
      // Nobody can be left a key under a name that is free now.
      await assert.rejects(append(identities.createAccessKey(later, user)), ConflictError)
    })

    test('an access key is switched from the state in which it was read, once', async () => {
      await using store = await open()
      const { identities, append } = await prepared(store)
      const user = newUser('u')
      const key = newAccessKey('AKIA1', user)
      await append(identities.create(user), identities.createAccessKey(key, user))
      await append(identities.setAccessKeyActive(key, false))
      assert.equal((await identities.findAccessKey('AKIA1'))?.key.active, false)
      await assert.rejects(append(identities.setAccessKeyActive(key, false)), ConflictError)
      const read = (await identities.findAccessKey('AKIA1'))!.key
      await append(identities.setAccessKeyActive(read, true))
      assert.deepEqual((await identities.findAccessKey('AKIA1'))?.key, key)
      await append(identities.deleteAccessKey(key))
      await assert.rejects(append(identities.setAccessKeyActive(key, false)), ConflictError)
    })

    test('who refers to something is found in pages, by names, and follows every change', async () => {
      await using store = await open()
      const { identities, append, group } = await prepared(store)
      const member = (name: string, path = '/') => newUser(name, { path, groups: [group.id], attached: [AWS_POLICY] })
      await append(
        ...[member('Bob'), member('alice', '/x/'), member('dave'), newUser('carol'), newRole('r')].map((entity) =>
          identities.create(entity),
        ),
      )
      const names = async (reference: string, query = {}) =>
        (await identities.referring('user', account, reference, { limit: 9, ...query })).map(({ name }) => name)
      assert.deepEqual(await names(group.id), ['alice', 'Bob', 'dave'])
      assert.deepEqual(await names(AWS_POLICY, { limit: 2 }), ['alice', 'Bob'])
      assert.deepEqual(await names(group.id, { after: 'BOB' }), ['dave'])
      assert.deepEqual(await names(group.id, { pathPrefix: '/x/' }), ['alice'])
      assert.deepEqual(await identities.referring('role', account, group.id, { limit: 9 }), [])
      assert.deepEqual(await identities.referring('user', '999999999999', group.id, { limit: 9 }), [])
      const bob = (await identities.find('user', account, 'bob'))!
      await append(identities.update({ ...bob, name: 'zoe', attached: [POLICY] }))
      assert.deepEqual(await names(group.id), ['alice', 'dave', 'zoe'])
      assert.deepEqual(await names(group.id, { after: 'dave' }), ['zoe'])
      assert.deepEqual([await names(AWS_POLICY), await names(POLICY)], [['alice', 'dave'], ['zoe']])
      await append(identities.remove((await identities.find('user', account, 'dave'))!))
      assert.deepEqual(await names(group.id), ['alice', 'zoe'])
    })

    test('a forged link leads to nobody, and a page is full all the same', async () => {
      await using store = await open()
      const { identities, append, group } = await prepared(store)
      const others = ['a', 'b', 'c', 'd'].map((name) => newUser(name))
      const members = ['e', 'f'].map((name) => newUser(name, { groups: [group.id] }))
      await append(...[...others, ...members].map((entity) => identities.create(entity)))
      for (const { id, name } of others)
        await store.alter(`insert into identity_links (id, target, account, kind, name_key)
          values ('${id}', '${group.id}', '${account}', 'user', '${name}')`)
      await store.alter(`insert into identity_links (id, target, account, kind, name_key)
        values ('${members[0]?.id}', '${POLICY}', '${account}', 'role', 'e'), ('none', '${POLICY}', '${account}', 'user', 'x')`)
      const found = await identities.referring('user', account, group.id, { limit: 2 })
      assert.deepEqual(found, members)
      assert.deepEqual(await identities.referring('role', account, POLICY, { limit: 2 }), [])
      assert.deepEqual(await identities.referring('user', account, POLICY, { limit: 2 }), [])
    })
  })
}

/** A store with a policy and a group. */
async function prepared({ engine }: Awaited<ReturnType<OpenEngine>>) {
  const { identities, trail } = storesOn(engine)
  const append = (...changes: readonly Change[]) => trail.append(newEntry(), changes)
  const [policy, group] = [newPolicy('p', { path: '/app/' }), newGroup('g')]
  await append(identities.create(policy), identities.create(group))
  return { identities, append, policy, group }
}
