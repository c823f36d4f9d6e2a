import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Change, ConflictError } from '../../../src/aws/change.ts'
import type { KeyMaterial, KeyStore, KmsKey } from '../../../src/kms/key-store.ts'
import { type Engine, ERASURE_MARK } from '../../../src/storage/engine.ts'
import { sql } from '../../../src/storage/sql.ts'
import { NOW, newEntry, type OpenEngine, SCOPE, storesOn } from '../engine-under-test.ts'
import { aliasOf, newGrant, newStoredKey } from '../new-keys.ts'

/** What changes of keys leave behind: for other nodes, in other Regions, in the table of sealed material. */
export function keyChangesSuite(open: OpenEngine): void {
  describe('changes of keys', () => {
    test('are seen at once by another node that has all of it cached', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const elsewhere = storesOn(store.engine).keys
      const [key, other] = [newStoredKey(), newStoredKey()]
      await trail.append(newEntry(), [keys.create(key), keys.create(other)])
      const view = async (of: KeyStore) => {
        const [byId, byAlias] = [await of.find(placeOf(key)), await of.find({ ...SCOPE, alias: 'alias/a' })]
        const grants = await of.grantsTo(key, ['arn:aws:iam::111122223333:user/grantee', 'other'])
        return [byId?.state, byId?.aliases, byId?.hasGrants, byAlias?.keyId, grants.map(({ grantId }) => grantId)]
      }
      const [alias, grant] = [aliasOf(key, 'alias/a'), newGrant(key)]
      const moved = { ...alias, keyId: other.keyId, updatedAt: NOW + 1 }
      const steps: readonly [Change, unknown[]][] = [
        [keys.update({ ...key, state: 'Disabled' }), ['Disabled', [], false, undefined, []]],
        [keys.addAlias(alias), ['Disabled', ['alias/a'], false, key.keyId, []]],
        [keys.addGrant(grant), ['Disabled', ['alias/a'], true, key.keyId, [grant.grantId]]],
        [keys.moveAlias(alias, other.keyId, NOW + 1), ['Disabled', [], true, other.keyId, [grant.grantId]]],
        [keys.removeAlias(moved), ['Disabled', [], true, undefined, [grant.grantId]]],
        [keys.removeGrant(grant), ['Disabled', [], false, undefined, []]],
        [keys.remove({ ...key, revision: 2 }), [undefined, undefined, undefined, undefined, []]],
      ]
      for (const [change, expected] of steps) {
        for (const each of [keys, elsewhere, keys, elsewhere]) await view(each)
        const { keys: before } = (await store.engine.read([])).generations
        await trail.append(newEntry(), [change])
        assert.equal((await store.engine.read([])).generations.keys, before + 1)
        for (const each of [elsewhere, keys]) assert.deepEqual(await view(each), expected, change.describes)
      }
    })

    test('write the material that a key has now, and no other', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const made = newStoredKey({ materials: [material(1), material(2)] })
      await trail.append(newEntry(), [keys.create(made)])
      const steps: readonly (readonly KeyMaterial[])[] = [
        [material(1), material(2), material(3)],
        [material(1), { ...material(2), sealed: new Uint8Array([22]) }, material(3)],
        [material(1), { ...material(2), sealed: undefined }, material(3)],
        [material(1), material(2), material(3)],
        [material(3)],
        [],
      ]
      for (const [index, materials] of steps.entries()) {
        await trail.append(newEntry(), [keys.update({ ...made, materials, revision: index + 1 })])
        const found = await keys.find(placeOf(made))
        assert.deepEqual(found?.materials.map(inShort), materials.map(inShort))
        const rows = await sealedRows(store.engine)
        assert.deepEqual(
          rows,
          materials.flatMap(({ version, sealed }) => (sealed ? [[version, sealed]] : [])),
        )
      }
    })

    test('leave something to erase where material goes, and nothing otherwise', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const made = newStoredKey({ origin: 'EXTERNAL', materials: [material(1), material(2)] })
      const without = [{ ...material(1), sealed: undefined }, material(2)]
      const steps: readonly [Change, string | undefined][] = [
        [keys.create(made), undefined],
        [keys.update({ ...made, state: 'Disabled' }), undefined],
        [keys.update({ ...made, materials: [...made.materials, material(3)], revision: 2 }), undefined],
        [keys.update({ ...made, materials: without, revision: 3 }), '1'],
        [keys.update({ ...made, materials: without, description: 'another', revision: 4 }), '1'],
        [keys.update({ ...made, materials: [], revision: 5 }), '2'],
        [keys.addAlias(aliasOf(made, 'alias/a')), '2'],
        [keys.removeAlias(aliasOf(made, 'alias/a')), '2'],
        [keys.remove({ ...made, revision: 6 }), '3'],
      ]
      for (const [change, expected] of steps) {
        await trail.append(newEntry(), [change])
        const { results } = await store.engine.read([sql`select value from meta where name = ${ERASURE_MARK}`])
        assert.equal(results[0]?.[0]?.value, expected, change.describes)
      }
    })

    test('that conflict leave nothing behind', async () => {
      await using store = await open()
      const { keys, trail, engine } = storesOn(store.engine)
      const made = newStoredKey()
      const [alias, grant] = [aliasOf(made, 'alias/a'), newGrant(made)]
      await trail.append(newEntry(), [keys.create(made), keys.addAlias(alias), keys.addGrant(grant)])
      const before = [await keys.find(placeOf(made)), await sealedRows(engine), (await engine.read([])).generations]
      const rotated = { ...made, materials: [material(1), material(2)], currentVersion: 2 }
      const conflicts = [
        keys.create({ ...made, description: 'another' }),
        keys.update({ ...rotated, revision: 2 }),
        keys.update({ ...made, materials: [], revision: 0 }),
        keys.remove({ ...made, revision: 7 }),
        keys.addAlias({ ...alias, keyId: 'another' }),
        keys.moveAlias({ ...alias, keyId: 'another' }, made.keyId, NOW),
        keys.removeAlias({ ...alias, name: 'alias/b' }),
        keys.addGrant({ ...grant, operations: ['Encrypt'] }),
        keys.removeGrant({ ...grant, grantId: 'another' }),
      ]
      for (const change of conflicts) {
        const together = [keys.addAlias(aliasOf(made, 'alias/too')), change]
        await assert.rejects(trail.append(newEntry(), together), ConflictError, change.describes)
        const after = [await keys.find(placeOf(made)), await sealedRows(engine), (await engine.read([])).generations]
        assert.deepEqual(after, before, change.describes)
      }
    })

    test('at the same time apply once', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const made = newStoredKey()
      await trail.append(newEntry(), [keys.create(made)])
      const changes = [
        ...['a', 'b', 'c', 'd'].map((description) => keys.update({ ...made, description })),
        keys.remove(made),
      ]
      const outcomes = await Promise.allSettled(changes.map((change) => trail.append(newEntry(), [change])))
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
      assert.equal(refusals.length, changes.length - 1)
      for (const reason of refusals) assert.ok(reason instanceof ConflictError, String(reason))
    })

    test('of a key in one Region leave the key of the same id in another as it is', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const [here, there] = ['eu-central-1', 'eu-west-1'].map((region) =>
        newStoredKey({ keyId: 'mrk-1', region, primaryRegion: 'eu-central-1', materials: [material(1), material(2)] }),
      ) as [KmsKey, KmsKey]
      for (const key of [here, there])
        await trail.append(newEntry(), [
          keys.create(key),
          keys.addAlias(aliasOf(key, 'alias/a')),
          keys.addGrant(newGrant(key)),
        ])
      const before = await keys.find(placeOf(there))
      assert.deepEqual([before?.aliases, before?.hasGrants], [['alias/a'], true])
      await trail.append(newEntry(), [keys.update({ ...here, materials: [], state: 'Disabled' })])
      assert.deepEqual(await keys.find(placeOf(there)), before)
      await trail.append(newEntry(), [keys.removeGrant(newGrant(here)), keys.removeAlias(aliasOf(here, 'alias/a'))])
      assert.deepEqual(await keys.find(placeOf(there)), before)
      await trail.append(newEntry(), [keys.remove({ ...here, revision: 2 })])
      assert.deepEqual(await keys.find(placeOf(there)), before)
      assert.deepEqual(await keys.relatives('mrk-1'), [before])
      assert.deepEqual(await keys.grants(there, { limit: 9 }), [newGrant(there)])
    })
  })
}

const material = (version: number): KeyMaterial => ({
  version,
  id: String(version).repeat(64),
  sealed: new Uint8Array([version, version]),
})

const inShort = ({ version, id, sealed }: KeyMaterial) => [version, id, sealed]

const placeOf = ({ region, keyId }: KmsKey) => ({ region, keyId })

/** All sealed material of the store. */
async function sealedRows(engine: Engine) {
  const { results } = await engine.read([sql`select version, sealed from kms_materials order by version`])
  return (results[0] ?? []).map(({ version, sealed }) => [version, sealed])
}
