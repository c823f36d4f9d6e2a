import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConflictError } from '../../../src/aws/change.ts'
import { NOW, newEntry, type OpenEngine, SCOPE, storesOn } from '../engine-under-test.ts'
import { aliasOf, newGrant, newStoredKey } from '../new-keys.ts'

/** Keys of KMS, their aliases and grants. */
export function keysSuite(open: OpenEngine): void {
  const ELSEWHERE = { ...SCOPE, region: 'eu-west-1' }
  const names = (aliases: readonly { name: string }[]) => aliases.map(({ name }) => name)
  const ids = (keys: readonly { keyId: string }[]) => keys.map(({ keyId }) => keyId)

  describe('keys', () => {
    test('come back whole, by id and by alias, with materials in order', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const materials = [2, 1, 3].map((version) => ({
        version,
        id: String(version).repeat(64),
        sealed: new Uint8Array([version]),
        rotatedAt: NOW,
        rotation: 'ON_DEMAND' as const,
      }))
      const made = newStoredKey({
        currentVersion: 3,
        materials,
        description: 'd',
        tags: [{ Key: 'a', Value: '' }],
        policy: { document: '{}', bindings: { 'arn:aws:iam::111122223333:user/a': 'AIDA1' } },
        rotation: { periodDays: 90, nextAt: NOW },
        onDemandRotations: 2,
        primaryRegion: SCOPE.region,
        deletion: { windowDays: 7, at: NOW },
      })
      await trail.append(newEntry(), [keys.create(made), keys.addAlias(aliasOf(made, 'alias/app'))])
      const expected = { ...made, aliases: ['alias/app'] }
      assert.deepEqual(await keys.find({ region: SCOPE.region, keyId: made.keyId }), expected)
      assert.deepEqual(await keys.find({ ...SCOPE, alias: 'alias/app' }), expected)
      assert.equal(await keys.find({ region: 'eu-west-1', keyId: made.keyId }), undefined)
      assert.equal(await keys.find({ ...ELSEWHERE, alias: 'alias/app' }), undefined)
    })

    test('keep their imported material apart from what is missing of it', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const imported = { expiresAt: NOW, description: 'ours' }
      const materials = [{ version: 1, id: 'c'.repeat(64), sealed: new Uint8Array([9]), imported }]
      const made = newStoredKey({ origin: 'EXTERNAL', materials })
      await trail.append(newEntry(), [keys.create(made)])
      const without = { ...made, materials: [{ ...materials[0]!, sealed: undefined }] }
      await trail.append(newEntry(), [keys.update(without)])
      const found = await keys.find({ region: SCOPE.region, keyId: made.keyId })
      assert.deepEqual(JSON.parse(JSON.stringify(found)), JSON.parse(JSON.stringify({ ...without, revision: 2 })))
    })

    test('change against the revision that was read, and only once', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const made = newStoredKey()
      const find = () => keys.find({ region: SCOPE.region, keyId: made.keyId })
      await trail.append(newEntry(), [keys.create(made)])
      await trail.append(newEntry(), [keys.update({ ...made, state: 'Disabled' })])
      assert.deepEqual([(await find())?.state, (await find())?.revision], ['Disabled', 2])
      for (const change of [keys.update(made), keys.remove(made)])
        await assert.rejects(trail.append(newEntry(), [change]), ConflictError)
      await assert.rejects(trail.append(newEntry(), [keys.create(made)]), ConflictError)
      assert.equal((await find())?.state, 'Disabled')
    })

    test('go with their aliases and grants', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const made = newStoredKey()
      const grant = newGrant(made)
      await trail.append(newEntry(), [
        keys.create(made),
        keys.addAlias(aliasOf(made, 'alias/app')),
        keys.addGrant(grant),
      ])
      await trail.append(newEntry(), [keys.remove(made)])
      assert.equal(await keys.find({ region: SCOPE.region, keyId: made.keyId }), undefined)
      assert.equal(await keys.alias(SCOPE, 'alias/app'), undefined)
      assert.deepEqual(await keys.grantsTo(made, [grant.grantee.arn]), [])
    })

    test('of one id are found in all their Regions', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const keyId = 'mrk-1'
      const regions = ['us-east-1', 'eu-central-1', 'ap-south-1']
      await trail.append(
        newEntry(),
        regions.map((region) => keys.create(newStoredKey({ keyId, region, description: region }))),
      )
      const found = await keys.relatives(keyId)
      assert.deepEqual(
        found.map(({ region, description }) => [region, description]),
        regions.toSorted().map((region) => [region, region]),
      )
      const first = found[0]!
      await trail.append(newEntry(), [keys.remove(first)])
      assert.equal((await keys.relatives(keyId)).length, 2)
    })

    test('of an account and Region are listed by id, page by page', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const made = ['c', 'a', 'e', 'b', 'd'].map((keyId) => newStoredKey({ keyId }))
      const others = [
        newStoredKey({ keyId: 'a', region: 'eu-west-1' }),
        newStoredKey({ keyId: 'f', account: '999999999999' }),
      ]
      await trail.append(
        newEntry(),
        [...made, ...others].map((key) => keys.create(key)),
      )
      assert.deepEqual(ids(await keys.keys(SCOPE, { limit: 2 })), ['a', 'b'])
      assert.deepEqual(ids(await keys.keys(SCOPE, { after: 'b', limit: 10 })), ['c', 'd', 'e'])
      assert.deepEqual(ids(await keys.keys(ELSEWHERE, { limit: 10 })), ['a'])
    })

    test('are due with the end of their window, their rotation, or the expiry of material they have', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const imported = { check: '', expiresAt: NOW - 1 }
      const material = { version: 1, id: 'c'.repeat(64), imported }
      const made = [
        newStoredKey({ keyId: 'ends', state: 'PendingDeletion', deletion: { windowDays: 7, at: NOW } }),
        newStoredKey({ keyId: 'rotates', rotation: { periodDays: 90, nextAt: NOW - 2 } }),
        newStoredKey({ keyId: 'expires', materials: [{ ...material, sealed: new Uint8Array([1]) }] }),
        newStoredKey({ keyId: 'expired', materials: [material] }),
        newStoredKey({ keyId: 'later', rotation: { periodDays: 90, nextAt: NOW + 1 } }),
        newStoredKey({ keyId: 'disabled', state: 'Disabled', rotation: { periodDays: 90, nextAt: NOW - 9 } }),
        newStoredKey({ keyId: 'replica', primaryRegion: 'eu-west-1', rotation: { periodDays: 90, nextAt: NOW - 9 } }),
        newStoredKey({ keyId: 'waits', state: 'PendingReplicaDeletion', deletion: { windowDays: 7 } }),
      ]
      await trail.append(
        newEntry(),
        made.map((key) => keys.create(key)),
      )
      assert.deepEqual(ids(await keys.due(NOW, 10)), ['rotates', 'expires', 'ends'])
      assert.deepEqual(ids(await keys.due(NOW, 1)), ['rotates'])
    })
  })

  describe('aliases', () => {
    test('are given once in each account and Region', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const [first, second, elsewhere] = [newStoredKey(), newStoredKey(), newStoredKey({ region: 'eu-west-1' })]
      await trail.append(newEntry(), [keys.create(first), keys.addAlias(aliasOf(first, 'alias/app'))])
      await assert.rejects(
        trail.append(newEntry(), [keys.create(second), keys.addAlias(aliasOf(second, 'alias/app'))]),
        ConflictError,
      )
      await trail.append(newEntry(), [keys.create(elsewhere), keys.addAlias(aliasOf(elsewhere, 'alias/app'))])
      assert.equal((await keys.find({ ...SCOPE, alias: 'alias/app' }))?.keyId, first.keyId)
      assert.equal(await keys.find({ region: SCOPE.region, keyId: second.keyId }), undefined)
      assert.equal((await keys.find({ ...ELSEWHERE, alias: 'alias/app' }))?.keyId, elsewhere.keyId)
    })

    test('move and go as long as they lead where they did', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const [first, second] = [newStoredKey(), newStoredKey()]
      const alias = aliasOf(first, 'alias/app')
      await trail.append(newEntry(), [keys.create(first), keys.create(second), keys.addAlias(alias)])
      await trail.append(newEntry(), [keys.moveAlias(alias, second.keyId, NOW + 5)])
      const moved = { ...alias, keyId: second.keyId, updatedAt: NOW + 5 }
      assert.deepEqual(await keys.alias(SCOPE, 'alias/app'), moved)
      assert.deepEqual((await keys.find({ region: SCOPE.region, keyId: first.keyId }))?.aliases, [])
      assert.deepEqual((await keys.find({ region: SCOPE.region, keyId: second.keyId }))?.aliases, ['alias/app'])
      for (const change of [keys.moveAlias(alias, second.keyId, NOW), keys.removeAlias(alias)])
        await assert.rejects(trail.append(newEntry(), [change]), ConflictError)
      await trail.append(newEntry(), [keys.removeAlias(moved)])
      assert.equal(await keys.alias(SCOPE, 'alias/app'), undefined)
    })

    test('are listed by name, of all keys or of one', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const [first, second] = [newStoredKey(), newStoredKey()]
      const changes = ['c', 'a', 'b'].map((name) => keys.addAlias(aliasOf(first, `alias/${name}`)))
      await trail.append(newEntry(), [keys.create(first), keys.create(second), ...changes])
      await trail.append(newEntry(), [keys.addAlias(aliasOf(second, 'alias/aa'))])
      assert.deepEqual(names(await keys.aliases(SCOPE, { limit: 2 })), ['alias/a', 'alias/aa'])
      assert.deepEqual(names(await keys.aliases(SCOPE, { after: 'alias/aa', limit: 9 })), ['alias/b', 'alias/c'])
      const ofFirst = { keyId: first.keyId, after: 'alias/a', limit: 9 }
      assert.deepEqual(names(await keys.aliases(SCOPE, ofFirst)), ['alias/b', 'alias/c'])
      assert.deepEqual(await keys.aliases(ELSEWHERE, { limit: 9 }), [])
    })
  })

  describe('grants', () => {
    test('are found by key, id, grantee and who may retire them, and at once', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const made = newStoredKey()
      await trail.append(newEntry(), [keys.create(made)])
      const find = () => keys.find({ region: SCOPE.region, keyId: made.keyId })
      assert.equal((await find())?.hasGrants, false)
      const retiring = { arn: `arn:aws:iam::${SCOPE.account}:role/retirer`, id: 'AROA1' }
      const constraints = { EncryptionContextSubset: { a: 'b' } }
      const grants = ['1', '2', '3'].map((digit) =>
        newGrant(made, { grantId: digit.repeat(64), ...(digit === '2' ? { retiring, constraints, name: 'n' } : {}) }),
      )
      const [, second] = grants
      const other = newGrant(made, { grantId: '4'.repeat(64), grantee: { arn: 'arn:aws:iam::111122223333:role/r' } })
      assert.deepEqual(await keys.grantsTo(made, [other.grantee.arn]), [])
      await trail.append(
        newEntry(),
        [...grants, other].map((grant) => keys.addGrant(grant)),
      )
      assert.equal((await find())?.hasGrants, true)
      assert.deepEqual(await keys.grant(made, second!.grantId), second)
      assert.deepEqual(await keys.grants(made, { limit: 2 }), grants.slice(0, 2))
      assert.deepEqual(await keys.grants(made, { after: second!.grantId, limit: 9 }), [grants[2], other])
      assert.deepEqual(await keys.grants(made, { grantee: other.grantee.arn, limit: 9 }), [other])
      assert.deepEqual(await keys.grantsTo(made, [other.grantee.arn, 'another']), [other])
      assert.deepEqual(await keys.grantCounts(made, other.grantee.arn), { all: 4, toGrantee: 1 })
      assert.deepEqual(await keys.retirable(SCOPE.region, retiring.arn, { limit: 9 }), [second])
      await trail.append(newEntry(), [keys.removeGrant(other)])
      assert.deepEqual(await keys.grantsTo(made, [other.grantee.arn, 'another']), [])
      await assert.rejects(trail.append(newEntry(), [keys.removeGrant(other)]), ConflictError)
    })

    test('are listed by id, page by page, also those of several keys that somebody may retire', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const [first, second] = [newStoredKey(), newStoredKey({ account: '999999999999' })]
      const elsewhere = newStoredKey({ keyId: first.keyId, region: 'eu-west-1' })
      const retiring = { arn: 'arn:aws:iam::111122223333:root' }
      const grants = ['5', '1', '4', '2', '3'].map((digit) =>
        newGrant(Number(digit) % 2 ? first : second, { grantId: digit.repeat(64), retiring, createdAt: NOW - 1 }),
      )
      const others = [
        newGrant(elsewhere, { retiring }),
        newGrant(first, { grantId: '6'.repeat(64), retiring: { arn: 'another' } }),
        newGrant(first, { grantId: '7'.repeat(64), grantee: { arn: 'another' } }),
      ]
      await trail.append(newEntry(), [
        ...[first, second, elsewhere].map((key) => keys.create(key)),
        ...[...grants, ...others].map((grant) => keys.addGrant(grant)),
      ])
      const digits = (page: readonly { grantId: string }[]) => page.map(({ grantId }) => grantId[0]).join('')
      const after = '2'.repeat(64)
      assert.equal(digits(await keys.retirable(SCOPE.region, retiring.arn, { limit: 2 })), '12')
      assert.equal(digits(await keys.retirable(SCOPE.region, retiring.arn, { after, limit: 9 })), '345')
      assert.equal(digits(await keys.retirable('eu-west-1', retiring.arn, { limit: 9 })), 'b')
      assert.equal(digits(await keys.grants(first, { after, limit: 3 })), '356')
      const { arn } = grants[0]!.grantee
      assert.equal(digits(await keys.grants(first, { grantee: arn, limit: 9 })), '1356')
      assert.equal(digits(await keys.grants(first, { grantee: arn, after, limit: 2 })), '35')
      assert.equal(digits(await keys.grants(second, { limit: 9 })), '24')
      assert.deepEqual(await keys.grantCounts(first, 'nobody'), { all: 5, toGrantee: 0 })
      assert.equal(await keys.grant(second, grants[0]!.grantId), undefined)
    })

    test('of a caller with more of them than are kept between requests are found each time', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const made = newStoredKey()
      const grants = Array.from({ length: 10_001 }, (_, index) => newGrant(made, { grantId: `${index}` }))
      await trail.append(newEntry(), [keys.create(made), ...grants.map((grant) => keys.addGrant(grant))])
      for (let round = 0; round < 2; round++) {
        assert.equal((await keys.grantsTo(made, [grants[0]!.grantee.arn])).length, grants.length)
        assert.deepEqual(await keys.grantsTo(made, ['nobody']), [])
      }
    })
  })
}
