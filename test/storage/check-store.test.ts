import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { type CheckedStore, checkStore } from '../../src/check-store.ts'
import { unwrapStored } from '../../src/open-keyring.ts'
import { checkedTables } from '../../src/storage/checked-tables.ts'
import { openStoreReader } from '../../src/storage/store-reader.ts'
import { askCoffer } from '../ask-coffer.ts'
import { temporaryFolder } from '../process/coffer.ts'
import type { TestApp } from '../start-app.ts'
import { openStore } from './open-store.ts'

/** Columns that nothing proves; docs/threat-model.md says what they are good for. */
const UNPROVEN: Readonly<Record<string, readonly string[]>> = {
  secrets: ['id', 'accessed_at'],
  versions: ['id', 'created_at', 'accessed_at', 'kms_key_id'],
  identities: ['guards'],
  kms_keys: ['due_at'],
}

async function checked({ running }: TestApp, dataDir = running.installation.dataDir): Promise<CheckedStore> {
  const { rootKey } = running.installation
  using reader = openStoreReader(dataDir)
  const keyringOf: Parameters<typeof checkStore>[0]['keyringOf'] = (stored) => unwrapStored(stored, rootKey, dataDir)
  const found = await checkStore({ reader, keyringOf, onProgress: () => {} })
  assert.ok(found)
  return found
}

/** The columns that something proves. A rowid that has a name takes integers only. */
function provenColumns(query: (text: string) => Record<string, unknown>[]) {
  return checkedTables.flatMap(({ name }) => {
    const columns = query(`select name, type, pk from pragma_table_info('${name}')`)
    const proven = columns.filter((column) => !UNPROVEN[name]?.includes(String(column.name)))
    return proven.map(({ name: column, type, pk }) => ({
      name,
      column: String(column),
      isRowId: String(type).toLowerCase() === 'integer' && Number(pk) === 1,
    }))
  })
}

/** Something in every table. */
async function fill(app: TestApp): Promise<void> {
  const { client, kms } = app
  const { KeyMetadata } = await kms.createKey({})
  const KeyId = KeyMetadata?.KeyId ?? ''
  await kms.createAlias({ AliasName: 'alias/customer', TargetKeyId: KeyId })
  await kms.createGrant({ KeyId, GranteePrincipal: `arn:aws:iam::${app.account}:root`, Operations: ['Encrypt'] })
  await kms.rotateKeyOnDemand({ KeyId })
  for (const [Name, KmsKeyId] of [
    ['a', undefined],
    ['b', 'alias/customer'],
  ] as const) {
    await client.createSecret({ Name, SecretString: 'first', KmsKeyId, Tags: [{ Key: 'a', Value: 'b' }] })
    await client.putSecretValue({ SecretId: Name, SecretBinary: Buffer.from('second') })
  }
  await client.replicateSecretToRegions({ SecretId: 'a', AddReplicaRegions: [{ Region: 'eu-west-1' }] })
  await app.user('bob', [{ Effect: 'Allow', Action: '*', Resource: '*' }])
}

const outcomeOf = ({ structure, damaged, unopened }: CheckedStore) => [
  structure.length,
  damaged.first.map(({ table, damage }) => `${table} ${damage}`),
  unopened.count,
]
const INTACT = [0, [], 0]

describe('a check of the store', () => {
  test('finds everything intact in a store with something in every table', async () => {
    await using store = await openStore()
    await fill(store.app)
    const found = await checked(store.app)
    assert.deepEqual(outcomeOf(found), INTACT)
    for (const { name } of checkedTables) assert.ok((found.rows[name] ?? 0) > 0, name)
    assert.equal(found.rows.versions, 6)
  })

  test('finds every altered column of every table, but those that nothing proves', async (t) => {
    await using store = await openStore()
    await fill(store.app)
    // On copies, because the server writes to its own store meanwhile.
    using folder = temporaryFolder()
    const whole = join(folder.path, 'whole.db')
    store.alter(`vacuum into '${whole}'`)
    const copy = join(folder.path, 'store.db')
    const checkedAfter = (statement: string) => {
      copyFileSync(whole, copy)
      using db = new DatabaseSync(copy)
      db.exec(statement)
      return checked(store.app, folder.path)
    }
    assert.deepEqual(outcomeOf(await checkedAfter('select 1')), INTACT)
    for (const { name, column, isRowId } of provenColumns(store.query))
      for (const value of isRowId ? ['7'] : [`x'0102'`, `'other'`, '7'])
        await t.test(`${name}.${column} = ${value}`, async () => {
          const last = `rowid = (select max(rowid) from ${name})`
          assert.notDeepEqual(
            outcomeOf(await checkedAfter(`update ${name} set ${column} = ${value} where ${last}`)),
            INTACT,
          )
        })
  })

  test('finds versions and key material that are gone although other rows name them', async () => {
    await using store = await openStore()
    await fill(store.app)
    store.alter(`delete from versions where id = (select max(id) from versions)`)
    assert.deepEqual(outcomeOf(await checked(store.app)), [0, ['versions missing'], 0])
    store.alter(`delete from kms_materials where rowid = (select max(rowid) from kms_materials)`)
    const [, damaged] = outcomeOf(await checked(store.app))
    assert.deepEqual((damaged as string[]).toSorted(), ['kms_materials missing', 'versions missing'])
  })

  test('says of values whose KMS key was deleted that nothing can be said of them', async () => {
    await using store = await openStore()
    await fill(store.app)
    const customers = `key_id in (select key_id from kms_keys where manager = 'CUSTOMER')`
    for (const table of ['kms_aliases', 'kms_grants', 'kms_materials', 'kms_keys'])
      store.alter(`delete from ${table} where ${customers}`)
    const found = await checked(store.app)
    assert.deepEqual(outcomeOf(found), [0, [], 2])
    for (const row of found.unopened.first) assert.match(row, /^arn:aws:secretsmanager:\S+:secret:b-\w{6} [\w-]{36}$/)
  })

  test('names a value that does not open because its data key was exchanged', async () => {
    await using store = await openStore()
    await fill(store.app)
    store.alter(`update versions set data_key = (select v.data_key from versions v where v.id = 2) where id = 1`)
    const { damaged } = await checked(store.app)
    assert.equal(damaged.count, 1)
    assert.match(damaged.first[0]?.row ?? '', /^arn:aws:secretsmanager:\S+ [\w-]{36}$/)
  })

  test('raises no false alarm while the keyring rotates and secrets, keys and users come and go', async () => {
    await using store = await openStore()
    const { app } = store
    await fill(app)
    const work = new AbortController()
    const writing = (async () => {
      for (let count = 0; !work.signal.aborted; count++) {
        await app.client.createSecret({ Name: `w/${count}`, SecretString: 'x', KmsKeyId: 'alias/customer' })
        await app.client.deleteSecret({ SecretId: `w/${count - 1}`, ForceDeleteWithoutRecovery: true })
        if (count % 5 === 0) await app.kms.rotateKeyOnDemand({ KeyId: 'alias/customer' }).catch(() => {})
        await app.user(`user-${count}`)
        if (count % 7 === 0) await askCoffer(app, 'RotateKeyring')
      }
    })()
    for (let round = 0; round < 20; round++) assert.deepEqual(outcomeOf(await checked(app)), INTACT)
    work.abort()
    await writing
  })
})
