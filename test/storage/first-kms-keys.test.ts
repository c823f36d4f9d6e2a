import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ForgedRowError } from '../../src/aws/damaged-row.ts'
import { decrypt, readCiphertext } from '../../src/kms/ciphertext.ts'
import type { KmsKey } from '../../src/kms/key-store.ts'
import { readMaterial } from '../../src/kms/material.ts'
import type { Installation } from '../../src/open-installation.ts'
import { sealDerived } from '../../src/seal/aead.ts'
import { newEntry } from './engine-under-test.ts'
import { oldStore } from './old-store.ts'

// Keys of a store from before customers had keys: those that services made, in their tables of then.

const SCOPE = { account: '111122223333', region: 'eu-central-1' }
const ALIAS = 'alias/aws/secretsmanager'
const KEY_ID = '11111111-2222-4333-8444-555555555555'
const MADE_AT = 1_700_000_000_000
const PLACE = { region: SCOPE.region, keyId: KEY_ID }
const PLAINTEXT = 'data key'

const MATERIALS = [1, 2].map((version) => ({ version, bytes: Buffer.alloc(32, version) }))
/** Ciphertexts of both versions, as they were made then. */
const BLOBS = MATERIALS.map(({ version, bytes }) => {
  const place = ['kms ciphertext', SCOPE.account, SCOPE.region, KEY_ID, version, 'SecretARN', 'arn']
  const header = Buffer.from([1, KEY_ID.length, ...Buffer.from(KEY_ID), 0, 0, 0, version])
  return Buffer.concat([header, sealDerived(bytes, Buffer.from(PLAINTEXT), place)])
})

test('a key of a store of version 2 is what it was, is named by its alias, and opens what it encrypted', async () => {
  await using store = await storeWithKeys()
  const { keys, close, ...others } = await store.open()
  const found = await keys.find({ ...SCOPE, alias: ALIAS })
  assert.ok(found)
  assert.deepEqual(shown(found), {
    ...SCOPE,
    keyId: KEY_ID,
    arn: `arn:aws:kms:eu-central-1:111122223333:key/${KEY_ID}`,
    manager: 'AWS',
    origin: 'AWS_KMS',
    state: 'Enabled',
    description: '',
    tags: [],
    createdAt: MADE_AT,
    currentVersion: 2,
    materials: [
      { version: 1, id: '1111111122224333844455555555555500000000000000000000000000000001' },
      { version: 2, id: '1111111122224333844455555555555500000000000000000000000000000002' },
    ],
    onDemandRotations: 0,
    aliases: [ALIAS],
    hasGrants: false,
    revision: 1,
  })
  assert.deepEqual(await keys.alias(SCOPE, ALIAS), {
    ...SCOPE,
    name: ALIAS,
    keyId: KEY_ID,
    createdAt: MADE_AT,
    updatedAt: MADE_AT,
  })
  for (const blob of BLOBS) assert.equal(openBlob(found, blob, others), PLAINTEXT)
  await close()
})

test('a policy that a key of version 2 has is still on it', async () => {
  await using store = await storeWithKeys()
  const { keys, close } = await store.open()
  const found = await keys.find({ region: 'eu-west-1', keyId: 'with-policy' })
  assert.deepEqual(found?.policy, { document: '{}', bindings: {} })
  await close()
})

test('a key of version 2 is changed like any other, against the revision that it never had', async () => {
  await using store = await storeWithKeys()
  const { keys, trail, close, ...others } = await store.open()
  const found = (await keys.find(PLACE))!
  await assert.rejects(trail.append(newEntry(), [keys.update({ ...found, revision: 2 })]))
  const alias = (await keys.alias(SCOPE, ALIAS))!
  await trail.append(newEntry(), [
    keys.update({ ...found, description: 'changed' }),
    keys.moveAlias(alias, KEY_ID, MADE_AT + 1),
  ])
  const changed = (await keys.find(PLACE))!
  assert.deepEqual(shown(changed), { ...shown(found), description: 'changed', revision: 2 })
  assert.deepEqual(await keys.alias(SCOPE, ALIAS), { ...alias, updatedAt: MADE_AT + 1 })
  for (const blob of BLOBS) assert.equal(openBlob(changed, blob, others), PLAINTEXT)
  await assert.rejects(trail.append(newEntry(), [keys.update(found)]))
  await trail.append(newEntry(), [keys.remove(changed)])
  assert.equal(await keys.find(PLACE), undefined)
  await close()
})

for (const statement of [
  `update kms_keys set region = 'eu-west-1' where key_id = '${KEY_ID}'`,
  `update kms_keys set current_version = 1 where key_id = '${KEY_ID}'`,
  `update kms_keys set policy = '{"document":"{}","bindings":{}}' where key_id = '${KEY_ID}'`,
  `update kms_aliases set key_id = '${KEY_ID}' where alias = 'alias/b'`,
])
  test(`a row that was altered in the tables of version 2 is refused in those of today: ${statement}`, async () => {
    await using store = await storeWithKeys()
    store.alter(statement)
    const { keys, close } = await store.open()
    const [relatives, found] = await Promise.allSettled([keys.relatives(KEY_ID), keys.find(PLACE)])
    assert.equal(relatives.status, 'rejected')
    assert.ok(relatives.reason instanceof ForgedRowError)
    assert.notEqual(found.status === 'fulfilled' && found.value !== undefined, true)
    await close()
  })

test('nothing of the tables of version 2 stays behind', async () => {
  await using store = await storeWithKeys()
  await (await store.open()).close()
  const tables = store.query(`select name from sqlite_schema where name like '%kms%' and type = 'table' order by name`)
  assert.deepEqual(
    tables.map(({ name }) => name),
    ['kms_aliases', 'kms_grants', 'kms_keys', 'kms_materials'],
  )
  // Material without a key opens for nobody: it is not taken along.
  assert.deepEqual(
    store.query('select key_id, version from kms_materials order by version').map(({ version }) => version),
    [1, 2],
  )
})

test('of a key that was migrated and then destroyed no sealed material is left in the files', async () => {
  await using store = await storeWithKeys()
  const sealed = store.query('select key_id, sealed from kms_materials').map((row) => row as { sealed: Uint8Array })
  const { keys, trail, close } = await store.open()
  await trail.append(newEntry(), [keys.remove((await keys.find(PLACE))!)])
  await keys.erase()
  const raw = store.raw()
  assert.equal(sealed.length, 3)
  for (const { sealed: bytes } of sealed) assert.ok(!raw.includes(Buffer.from(bytes)))
  await close()
})

/** The key of Secrets Manager with two versions, a key with a policy in another Region, and material of a key that is gone. */
function storeWithKeys() {
  return oldStore(2, ({ keyring, insert, insertWithMac }) => {
    const { account, region } = SCOPE
    insertWithMac('accounts', { account, created_at: 1 })
    const key = { key_id: KEY_ID, account, region, manager: 'AWS', state: 'Enabled', created_at: MADE_AT }
    insertWithMac('kms_keys', { ...key, current_version: 2 })
    for (const { version, bytes } of MATERIALS.toReversed()) {
      const sealed = keyring.sealer('kms').seal(bytes, ['kms key material', account, region, KEY_ID, version])
      insert('kms_materials', { key_id: KEY_ID, version, sealed })
    }
    insert('kms_materials', { key_id: 'gone', version: 1, sealed: Buffer.from('material of nobody') })
    insertWithMac('kms_aliases', { account, region, alias: ALIAS, key_id: KEY_ID })
    insertWithMac('kms_aliases', { account, region, alias: 'alias/b', key_id: 'another' })
    const other = { ...key, key_id: 'with-policy', region: 'eu-west-1', current_version: 1 }
    const policy = '{"document":"{}","bindings":{}}'
    // What came with version 2 is covered by its name and value, behind the columns of the first version.
    const fields = ['kms_keys', ...Object.values(other), 'policy', policy]
    insert('kms_keys', { ...other, policy, mac: keyring.authenticator('row-mac').tag(fields) })
  })
}

/** A key without sealed bytes and empty members. */
function shown({ materials, ...key }: KmsKey): object {
  return JSON.parse(JSON.stringify({ ...key, materials: materials.map(({ sealed: _, ...material }) => material) }))
}

function openBlob(key: KmsKey, blob: Uint8Array, { keyring }: Pick<Installation, 'keyring'>): string {
  const header = readCiphertext(blob)
  const context = { material: keyring.sealer('kms'), report: assert.ifError }
  const material = readMaterial(key, header.version, context)
  assert.ok(material)
  return decrypt(key, header, material, { SecretARN: 'arn' }).toString()
}
