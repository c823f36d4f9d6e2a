import { test } from 'node:test'
import type { KeyStore } from '../../src/kms/key-store.ts'
import { dueBy, keyStatements } from '../../src/storage/key-statements.ts'
import { NOW, newEntry, SCOPE, storesOn } from './engine-under-test.ts'
import { aliasOf, newGrant, newStoredKey } from './new-keys.ts'
import type { SqliteUnderTest } from './open-sqlite.ts'
import { assertFrugal, assertFrugalChanges, assertUses, describeStores, planning, planOf } from './plans.ts'

// As query-plans.test.ts, for keys of KMS.

const KEYS = 3_000
const GROUP = 500
const { region } = SCOPE
const PAGE = { after: 'a', limit: 10 }

const key = newStoredKey({ keyId: 'key-0', materials: [1, 2].map(newMaterial) })
const alias = aliasOf(key, 'alias/0')
const grant = newGrant(key, { retiring: { arn: 'retirer' } })

const KEY_BY_ID = 'kms_keys_1 (region=? AND key_id=?)'
const KEYS_OF_ACCOUNT = 'kms_keys USING INDEX kms_keys_by_account (account=? AND region=? AND key_id>?)'
const ALIAS_BY_NAME = 'a USING INDEX sqlite_autoindex_kms_aliases_1 (account=? AND region=? AND alias=?)'
/** What every look-up of whole keys reads beside their rows. */
const PARTS = [
  't USING INDEX sqlite_autoindex_kms_materials_1 (region=? AND key_id=?)',
  't USING INDEX kms_aliases_by_key (region=? AND key_id=?)',
]

/** Each look-up, and the indexes that it has to go by. */
const LOOK_UPS: Readonly<Record<string, readonly [look: (keys: KeyStore) => Promise<unknown>, ...uses: string[]]>> = {
  'a key by its id': [(keys) => keys.find(key), `kms_keys USING INDEX sqlite_autoindex_${KEY_BY_ID}`, ...PARTS],
  'a key by an alias': [
    (keys) => keys.find({ ...SCOPE, alias: alias.name }),
    `kms_keys USING INDEX sqlite_autoindex_${KEY_BY_ID}`,
    ALIAS_BY_NAME,
    ...PARTS,
  ],
  'a key in all Regions': [
    (keys) => keys.relatives(key.keyId),
    'kms_keys USING INDEX kms_keys_by_id (key_id=?)',
    ...PARTS,
  ],
  'keys of an account': [(keys) => keys.keys(SCOPE, { limit: 10 }), KEYS_OF_ACCOUNT, ...PARTS],
  'more keys of an account': [(keys) => keys.keys(SCOPE, PAGE), KEYS_OF_ACCOUNT, ...PARTS],
  'keys with something due': [
    (keys) => keys.due(NOW, 2),
    'kms_keys USING INDEX kms_keys_by_due (due_at>? AND due_at<?)',
    ...PARTS,
  ],
  'an alias': [(keys) => keys.alias(SCOPE, alias.name), ALIAS_BY_NAME],
  'aliases of an account': [
    (keys) => keys.aliases(SCOPE, PAGE),
    'a USING INDEX sqlite_autoindex_kms_aliases_1 (account=? AND region=? AND alias>?)',
  ],
  'aliases of a key': [
    (keys) => keys.aliases(SCOPE, { ...PAGE, keyId: key.keyId }),
    'a USING INDEX kms_aliases_by_key (region=? AND key_id=? AND alias>?)',
  ],
  'a grant': [
    (keys) => keys.grant(key, grant.grantId),
    'kms_grants USING INDEX sqlite_autoindex_kms_grants_1 (region=? AND key_id=? AND grant_id=?)',
  ],
  'grants on a key': [
    (keys) => keys.grants(key, PAGE),
    'kms_grants USING INDEX sqlite_autoindex_kms_grants_1 (region=? AND key_id=? AND grant_id>?)',
  ],
  'grants to one grantee': [
    (keys) => keys.grants(key, { ...PAGE, grantee: grant.grantee.arn }),
    'kms_grants USING INDEX kms_grants_by_grantee (region=? AND key_id=? AND grantee=? AND grant_id>?)',
  ],
  'numbers of grants': [
    (keys) => keys.grantCounts(key, grant.grantee.arn),
    'kms_grants USING COVERING INDEX kms_grants_by_grantee (region=? AND key_id=? AND grantee=?)',
  ],
  'grants to a caller': [
    (keys) => keys.grantsTo(key, [grant.grantee.arn, 'another']),
    'kms_grants USING INDEX kms_grants_by_grantee (region=? AND key_id=? AND grantee=?)',
  ],
  'grants that somebody may retire': [
    (keys) => keys.retirable(region, 'retirer', PAGE),
    'kms_grants USING INDEX kms_grants_by_retiring (region=? AND retiring=? AND grant_id>?)',
  ],
}

describeStores(`${KEYS} keys`, fill, plans)

function plans(store: () => SqliteUnderTest): void {
  for (const [what, [lookUp, ...uses]] of Object.entries(LOOK_UPS))
    test(what, async () => {
      const plans: string[] = []
      await lookUp(storesOn(planning(store(), plans)).keys)
      for (const use of uses) assertUses(plans.join('\n'), use)
      for (const plan of plans) assertFrugal(plan)
    })

  test('what is due goes on by the same index behind what was looked at', async () => {
    const condition = dueBy(NOW, 10, { due_at: 1, region, key_id: key.keyId })
    const [first = '', ...beside] = await Promise.all(keyStatements(condition).map((one) => planOf(store(), one)))
    assertUses(first, 'kms_keys USING INDEX kms_keys_by_due ((due_at,region,key_id)>(?,?,?) AND due_at<?)')
    for (const plan of [first, ...beside]) assertFrugal(plan)
  })

  test('every statement of every change goes by an index', async () => {
    const { keys } = storesOn(store().engine)
    const without = { ...key, materials: key.materials.map((one) => ({ ...one, sealed: undefined })) }
    await assertFrugalChanges(store(), [
      keys.create(key),
      keys.update(key),
      keys.update(without),
      keys.remove(key),
      keys.addAlias(alias),
      keys.moveAlias(alias, 'other', 2),
      keys.removeAlias(alias),
      keys.addGrant(grant),
      keys.removeGrant(grant),
    ])
  })
}

function newMaterial(version: number) {
  return { version, id: String(version).repeat(64), sealed: new Uint8Array([version]) }
}

/** Keys of which every hundredth has something due, each with an alias; a thousand grants on one of them. */
async function fill({ engine }: SqliteUnderTest): Promise<void> {
  const { keys, trail } = storesOn(engine)
  const made = Array.from({ length: KEYS }, (_, index) => {
    const deletion = index % 100 ? undefined : { windowDays: 7, at: NOW - index }
    return newStoredKey({ keyId: `key-${index}`, materials: key.materials, deletion })
  })
  for (let start = 0; start < KEYS; start += GROUP)
    await trail.append(
      newEntry(),
      made
        .slice(start, start + GROUP)
        .flatMap((one, index) => [keys.create(one), keys.addAlias(aliasOf(one, `alias/${start + index}`))]),
    )
  const grants = Array.from({ length: 1_000 }, (_, index) =>
    newGrant(key, { grantId: `grant-${index}`, grantee: { arn: `arn-${index % 50}` }, retiring: grant.retiring }),
  )
  await trail.append(
    newEntry(),
    grants.map((one) => keys.addGrant(one)),
  )
}
