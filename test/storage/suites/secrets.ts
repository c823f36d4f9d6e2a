import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConflictError } from '../../../src/aws/change.ts'
import type { Secret } from '../../../src/secrets/secret.ts'
import {
  create,
  find,
  NOW,
  newEntry,
  newSecret,
  newVersion,
  type OpenEngine,
  SCOPE,
  storesOn,
  versionId,
} from '../engine-under-test.ts'

const DAY = 86_400_000
const POLICY = { document: '{ "Statement": [] }', bindings: { 'arn:aws:iam::111122223333:role/r': 'AROA1' } }

/** Secrets and versions: what goes in comes out, and changes apply to what they were computed from. */
export function secretsSuite(open: OpenEngine): void {
  describe('secrets', () => {
    test('a secret comes back with every attribute, its sequence and its current version', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      const full = newSecret('full', {
        description: 'Dés😀cription',
        kmsKeyId: 'alias/app',
        tags: [
          { Key: 'z', Value: '' },
          { Key: 'a', Value: 'ü' },
        ],
        stages: new Map([
          [versionId('full'), ['AWSCURRENT', 'blue']],
          [versionId('other'), ['AWSPREVIOUS']],
        ]),
        createdAt: NOW - 5,
        changedAt: NOW - 1,
        deletedAt: NOW,
        purgeAt: NOW + 1,
        primaryRegion: 'eu-west-1',
        replicas: [
          { region: 'us-east-1', kmsKeyId: 'alias/there', status: 'Failed', message: 'Replication failed: ü' },
          { region: 'eu-west-2', status: 'InSync' },
        ],
        owningService: 'rds',
        type: 'T',
        resourcePolicy: POLICY,
        rotation: { enabled: true, lambdaArn: 'a', since: NOW, next: { opensAt: NOW, closesAt: NOW + 1 } },
      })
      const version = { ...newVersion(versionId('full')), kmsKeyId: 'alias/app', createdAt: NOW - 3 }
      await stores.trail.append(newEntry(), [stores.secrets.create(full, version)])
      const { secret, current } = await find(stores, 'full')
      assert.deepEqual(secret, { ...full, id: secret.id, revision: 1, accessedAt: undefined })
      assert.deepEqual(current, version)
    })

    test('the policy on a secret is set, replaced and taken away by updates', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, newSecret('s'))
      for (const resourcePolicy of [POLICY, { ...POLICY, bindings: {} }, undefined, POLICY]) {
        const { secret } = await find(stores, 's')
        await stores.trail.append(newEntry(), [stores.secrets.update({ ...secret, resourcePolicy })])
        assert.deepEqual((await find(stores, 's')).secret.resourcePolicy, resourcePolicy)
      }
    })

    test('a secret without anything optional comes back without it', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, newSecret('bare', { stages: new Map() }))
      const { secret, current } = await find(stores, 'bare')
      assert.equal(current, undefined)
      for (const member of [
        'description',
        'kmsKeyId',
        'tags',
        'deletedAt',
        'purgeAt',
        'type',
        'accessedAt',
        'resourcePolicy',
        'replicas',
      ] as const)
        assert.equal(secret[member], undefined)
      await create(stores, newSecret('empty', { tags: [] }))
      assert.deepEqual((await find(stores, 'empty')).secret.tags, [])
    })

    test('many are found in the order they are asked for, by name and by ARN, twice where asked twice', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      const there = ['a', 'b', 'c'].map((name) => newSecret(name))
      await create(stores, ...there, newSecret('a', { region: 'eu-west-1', arn: 'arn:elsewhere' }))
      const byName = (name: string, region = SCOPE.region) => ({ scope: { ...SCOPE, region }, name })
      const found = await stores.secrets.findMany([
        byName('c'),
        { arn: there[0]!.arn },
        byName('missing'),
        byName('a'),
        byName('c'),
        { arn: 'arn:missing' },
        byName('a', 'eu-west-1'),
        byName("a' or '1'='1"),
        byName('a\u0000'),
      ])
      const arns = found.map((each) => (each && 'secret' in each ? each.secret.arn : undefined))
      const [a, , c] = there.map(({ arn }) => arn)
      assert.deepEqual(arns, [c, a, undefined, a, c, undefined, 'arn:elsewhere', undefined, undefined])
      assert.deepEqual(await stores.secrets.findMany([]), [])
    })

    test('sequences rise with each secret and are never given again', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      const ids: number[] = []
      for (const name of ['a', 'b', 'c']) {
        await create(stores, newSecret(name))
        const { secret } = await find(stores, name)
        ids.push(secret.id)
        await stores.trail.append(newEntry(), [stores.secrets.remove(secret)])
        await store.reopen()
        Object.assign(stores, storesOn(store.engine))
      }
      assert.deepEqual(ids, [...new Set(ids)].toSorted())
    })

    test('an update brings versions and takes versions, together with the labels', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, newSecret('s'))
      const old = versionId('s')
      const added = newVersion(versionId('new'))
      const { secret } = await find(stores, 's')
      const stages = new Map([[added.versionId, ['AWSCURRENT']]])
      await stores.trail.append(newEntry(), [
        stores.secrets.update({ ...secret, stages, changedAt: NOW + 1 }, { add: [added], remove: [old] }),
      ])
      const after = await find(stores, 's')
      assert.deepEqual(after.current, added)
      assert.deepEqual([...after.secret.stages], [...stages])
      assert.equal(await stores.secrets.version(secret, old), undefined)
    })

    test('a version is there once; its value is replaced only where it exists', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, newSecret('s'))
      const { secret, current } = await find(stores, 's')
      const update = (changes: object) => stores.trail.append(newEntry(), [stores.secrets.update(secret, changes)])
      await assert.rejects(update({ add: [newVersion(versionId('s'))] }), ConflictError)
      await assert.rejects(update({ reseal: [newVersion('nowhere')] }), ConflictError)
      assert.deepEqual(await find(stores, 's'), { secret, current })
      const anew = { ...newVersion(versionId('s')), kmsKeyId: 'alias/new', createdAt: NOW }
      await update({ reseal: [anew] })
      assert.deepEqual((await find(stores, 's')).current, anew)
    })

    test('versions come in the order of their creation, without values', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, newSecret('s'))
      const names = ['z', 'a', 'm', 'b']
      for (const name of names) {
        const { secret } = await find(stores, 's')
        await stores.trail.append(newEntry(), [stores.secrets.update(secret, { add: [newVersion(versionId(name))] })])
      }
      const { secret } = await find(stores, 's')
      const versions = await stores.secrets.versions(secret)
      assert.deepEqual(
        versions.map((version) => version.versionId),
        ['s', ...names].map(versionId),
      )
      assert.ok(versions.every((version) => !('value' in version)))
    })

    test('an update or a removal of what has moved or is gone is a conflict and does nothing', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, newSecret('s'))
      const { secret: old } = await find(stores, 's')
      await stores.trail.append(newEntry(), [stores.secrets.update({ ...old, description: 'new' })])
      const { secrets, trail } = stores
      const changes = () => [secrets.update({ ...old, description: 'late' }), secrets.remove(old)]
      for (const late of changes()) await assert.rejects(trail.append(newEntry(), [late]), ConflictError)
      const { secret, current } = await find(stores, 's')
      assert.equal(secret.description, 'new')
      assert.ok(current)
      await trail.append(newEntry(), [secrets.remove(secret)])
      for (const late of changes()) await assert.rejects(trail.append(newEntry(), [late]), ConflictError)
    })

    test('a removed secret is gone with its versions, and its name is free', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, newSecret('s', { description: 'words here', tags: [{ Key: 'k', Value: 'v' }] }))
      const { secret } = await find(stores, 's')
      await stores.trail.append(newEntry(), [stores.secrets.remove(secret)])
      assert.deepEqual(await stores.secrets.findMany([{ scope: SCOPE, name: 's' }, { arn: secret.arn }]), [
        undefined,
        undefined,
      ])
      assert.deepEqual(await stores.secrets.versions(secret), [])
      await create(stores, newSecret('s'))
      const again = await find(stores, 's')
      assert.notEqual(again.secret.id, secret.id)
      assert.equal(again.secret.description, undefined)
    })

    test('the day of a read is noted whatever the secret has become meanwhile, and only ever rises', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      const { secrets, trail } = stores
      await create(stores, newSecret('s'))
      const { secret: old } = await find(stores, 's')
      const touch = (day: number) => trail.append(newEntry(), [secrets.touch(old, versionId('s'), day)])
      const dates = async () => {
        const { secret, current } = await find(stores, 's')
        return [secret.accessedAt, current?.accessedAt]
      }
      await touch(2 * DAY)
      await touch(DAY)
      assert.deepEqual(await dates(), [2 * DAY, 2 * DAY])
      await trail.append(newEntry(), [secrets.update({ ...old, description: 'moved' })])
      await Promise.all([touch(3 * DAY), touch(3 * DAY), touch(4 * DAY)])
      assert.deepEqual(await dates(), [4 * DAY, 4 * DAY])
      const { secret } = await find(stores, 's')
      assert.equal(secret.revision, old.revision + 1)
      await trail.append(newEntry(), [secrets.remove(secret)])
      await touch(5 * DAY)
      assert.deepEqual(await secrets.findMany([{ arn: old.arn }]), [undefined])
    })

    test('expired are the secrets of all scopes whose window has ended, oldest first', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      const marked = (name: string, purgeAt: number, attributes = {}) =>
        newSecret(name, { deletedAt: NOW, purgeAt, ...attributes })
      await create(
        stores,
        newSecret('kept'),
        marked('c', 300),
        marked('a', 100),
        marked('b', 200, { region: 'eu-west-1' }),
        marked('later', 301),
      )
      const names = (found: readonly Secret[]) => found.map(({ name }) => name)
      assert.deepEqual(names(await stores.secrets.expired(300, 10)), ['a', 'b', 'c'])
      assert.deepEqual(names(await stores.secrets.expired(300, 2)), ['a', 'b'])
      assert.deepEqual(names(await stores.secrets.expired(99, 10)), [])
    })
  })
}
