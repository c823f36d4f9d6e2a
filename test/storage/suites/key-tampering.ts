import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { ForgedRowError } from '../../../src/aws/damaged-row.ts'
import type { KeyStore, KmsKey } from '../../../src/kms/key-store.ts'
import { type EngineUnderTest, NOW, newEntry, type OpenEngine, SCOPE, storesOn } from '../engine-under-test.ts'
import { aliasOf, newGrant, newStoredKey } from '../new-keys.ts'

/** Rows of keys, aliases and grants that somebody else wrote: no look-up ever answers with them. */
export function keyTamperingSuite(open: OpenEngine): void {
  describe('rows of keys altered behind the engine', () => {
    for (const [table, columns] of Object.entries(COLUMNS))
      test(`what comes back of ${table} was written here, whichever column was altered`, async (t) => {
        await using store = await open()
        for (const [column, values] of Object.entries(columns))
          for (const value of values) {
            await writeKeys(store)
            // Another store, which has nothing cached: rows are checked once for each generation.
            const { keys } = storesOn(store.engine)
            await store.alter(`update ${table} set ${column} = ${value} where key_id = 'victim'`)
            const outcomes = await Promise.all(LOOK_UPS[table]!.map((lookUp) => lookUp(keys).catch((error) => error)))
            const other = await keys.find({ region: SCOPE.region, keyId: 'other' }).catch((error) => error)
            await t.test(`${table}.${column} = ${value}`, () => {
              for (const outcome of outcomes) assertGenuine(outcome)
              // Only a row that says it is about the other key makes that one doubtful.
              if (other instanceof ForgedRowError) assert.deepEqual([table, column], ['kms_aliases', 'key_id'])
              else assert.deepEqual(withoutParts(other), withoutParts(OTHER))
            })
            for (const each of ['kms_keys', 'kms_materials', 'kms_aliases', 'kms_grants'])
              await store.alter(`delete from ${each}`)
          }
      })

    test('the MAC of another row, or none, fits no key, alias or grant', async () => {
      for (const [table, lookUps] of Object.entries(LOOK_UPS))
        for (const mac of [`x''`, `1`, `(select o.mac from ${table} o where o.key_id = 'other')`]) {
          await using store = await open()
          await writeKeys(store)
          await store.alter(`update ${table} set mac = ${mac} where key_id = 'victim'`)
          await assert.rejects(lookUps[0]!(storesOn(store.engine).keys), ForgedRowError, `${table} ${mac}`)
        }
    })

    test('a key that was altered is not due and holds up no other, and neither does one that only the index calls due', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const due = (keyId: string, at: number) => newStoredKey({ keyId, deletion: { windowDays: 7, at } })
      const made = [due('altered', NOW - 3), due('later', NOW + 1), due('due', NOW - 2), due('due too', NOW - 1)]
      await trail.append(
        newEntry(),
        made.map((key) => keys.create(key)),
      )
      await store.alter(`update kms_keys set state = 'PendingDeletion' where key_id = 'altered'`)
      await store.alter(`update kms_keys set due_at = 1 where key_id = 'later'`)
      const ids = async (limit: number) => (await keys.due(NOW, limit)).map(({ keyId }) => keyId)
      assert.deepEqual(await ids(10), ['due', 'due too'])
      assert.deepEqual(await ids(1), ['due'])
      assert.deepEqual(await ids(2), ['due', 'due too'])
    })

    test('material that is gone from the store is missing, and material of versions that a key never had is none', async () => {
      await using store = await open()
      await writeKeys(store)
      await store.alter(`delete from kms_materials where key_id = 'victim' and version = 1`)
      await store.alter(`insert into kms_materials select region, key_id, 7, sealed from kms_materials`)
      const found = await storesOn(store.engine).keys.find({ region: SCOPE.region, keyId: 'victim' })
      assert.deepEqual(
        found?.materials.map(({ version, sealed }) => [version, sealed]),
        [
          [1, undefined],
          [2, new Uint8Array([2])],
        ],
      )
    })
  })
}

const material = (version: number) => ({
  version,
  id: String(version).repeat(64),
  sealed: new Uint8Array([version]),
})
const VICTIM = newStoredKey({
  keyId: 'victim',
  materials: [material(1), material(2)],
  currentVersion: 2,
  policy: { document: '{"Version":"2012-10-17"}', bindings: {} },
  deletion: { windowDays: 7, at: NOW },
})
const OTHER = newStoredKey({ keyId: 'other' })
const RETIRER = `arn:aws:iam::${SCOPE.account}:role/retirer`
const ALIASES = [aliasOf(VICTIM, 'alias/victim'), aliasOf(OTHER, 'alias/other')]
const GRANTS = [
  newGrant(VICTIM, { retiring: { arn: RETIRER, id: 'AROA1' }, constraints: { EncryptionContextEquals: { a: 'b' } } }),
  newGrant(OTHER, { grantId: 'c'.repeat(64) }),
]

async function writeKeys({ engine }: EngineUnderTest): Promise<void> {
  const { keys, trail } = storesOn(engine)
  await trail.append(newEntry(), [
    ...[VICTIM, OTHER].map((key) => keys.create(key)),
    ...ALIASES.map((alias) => keys.addAlias(alias)),
    ...GRANTS.map((grant) => keys.addGrant(grant)),
  ])
}

/** What somebody might write into the columns that a MAC covers. */
const COLUMNS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  kms_keys: {
    key_id: [`'another'`],
    account: [`'999999999999'`],
    region: [`'eu-west-1'`],
    manager: [`'AWS'`],
    state: [`'PendingDeletion'`, `'x'`],
    created_at: ['1', '1.5', '9223372036854775807'],
    current_version: ['1', '7'],
    policy: ['null', `''`, `'no json'`, `'{"document":"{}","bindings":{}}'`],
    document: [
      'null',
      `'no json'`,
      `replace(document, '"tags":[]', '"tags":[{"Key":"team","Value":"a"}]')`,
      `replace(document, '"windowDays":7', '"windowDays":1')`,
    ],
    revision: ['null', '0', '7'],
    mac: [`x'00'`],
  },
  kms_aliases: {
    alias: [`'alias/another'`],
    key_id: [`'other'`, `'none'`],
    region: [`'eu-west-1'`],
    account: [`'999999999999'`],
    created_at: ['null', '7'],
    updated_at: ['null', '7'],
    mac: [`x'00'`],
  },
  kms_grants: {
    region: [`'eu-west-1'`],
    key_id: [`'other'`],
    grant_id: [`'another'`],
    account: [`'999999999999'`],
    grantee: [`'arn:aws:iam::111122223333:user/another'`],
    retiring: ['null', `'arn:aws:iam::111122223333:user/another'`],
    document: [
      `'no json'`,
      `replace(document, '"Decrypt"', '"Encrypt"')`,
      `replace(document, '"constraints"', '"without"')`,
    ],
    mac: [`x'00'`],
  },
}

/** Every look-up that rows of a table are needed for, first one that refuses an altered row. */
const LOOK_UPS: Readonly<Record<string, readonly ((keys: KeyStore) => Promise<unknown>)[]>> = {
  kms_keys: [
    (keys) => keys.find(VICTIM),
    (keys) => keys.find({ ...SCOPE, alias: 'alias/victim' }),
    (keys) => keys.find({ region: 'eu-west-1', keyId: 'victim' }),
    (keys) => keys.relatives('victim'),
    (keys) => keys.relatives('another'),
    (keys) => keys.keys(SCOPE, { limit: 9 }),
    (keys) => keys.keys({ ...SCOPE, region: 'eu-west-1' }, { limit: 9 }),
    (keys) => keys.keys({ ...SCOPE, account: '999999999999' }, { limit: 9 }),
    (keys) => keys.due(NOW, 9),
  ],
  kms_aliases: [
    (keys) => keys.find({ ...SCOPE, alias: 'alias/victim' }),
    (keys) => keys.find({ ...SCOPE, alias: 'alias/another' }),
    (keys) => keys.find({ ...SCOPE, account: '999999999999', alias: 'alias/victim' }),
    (keys) => keys.find(VICTIM),
    (keys) => keys.alias(SCOPE, 'alias/victim'),
    (keys) => keys.alias(SCOPE, 'alias/another'),
    (keys) => keys.aliases(SCOPE, { limit: 9 }),
    (keys) => keys.aliases(SCOPE, { limit: 9, keyId: 'victim' }),
    (keys) => keys.aliases(SCOPE, { limit: 9, keyId: 'other' }),
  ],
  kms_grants: [
    (keys) => keys.grantsTo(VICTIM, [GRANTS[0]!.grantee.arn]),
    (keys) => keys.grantsTo(VICTIM, ['arn:aws:iam::111122223333:user/another']),
    (keys) => keys.grantsTo(OTHER, [GRANTS[0]!.grantee.arn]),
    (keys) => keys.grant(VICTIM, GRANTS[0]!.grantId),
    (keys) => keys.grant(VICTIM, 'another'),
    (keys) => keys.grants(VICTIM, { limit: 9 }),
    (keys) => keys.grants(VICTIM, { limit: 9, grantee: GRANTS[0]!.grantee.arn }),
    (keys) => keys.retirable(SCOPE.region, RETIRER, { limit: 9 }),
    (keys) => keys.retirable(SCOPE.region, 'arn:aws:iam::111122223333:user/another', { limit: 9 }),
  ],
}

/** What a look-up answered is nothing, a refusal, or as it was written. */
function assertGenuine(outcome: unknown): void {
  if (outcome === undefined || outcome instanceof ForgedRowError) return
  assert.ok(!(outcome instanceof Error), String(outcome))
  const written = [VICTIM, OTHER, ...ALIASES, ...GRANTS].map(withoutParts)
  for (const item of [outcome].flat())
    assert.ok(
      written.some((one) => isDeepStrictEqual(withoutParts(item), one)),
      JSON.stringify(item),
    )
}

/** A key without what is read from other tables, since a row that is gone from those leaves no trace; everything without empty members. */
function withoutParts(item: unknown): unknown {
  const { aliases: _, hasGrants: __, ...others } = item as Partial<KmsKey>
  return JSON.parse(JSON.stringify(others))
}
