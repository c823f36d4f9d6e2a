import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { ImportKeyMaterialCommandInput } from '@aws-sdk/client-kms'
import { REGION, startApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'
import { allow, bytes, DENIED, keyPolicy, makeKey, text } from './keys.ts'
import { importMaterial, type Wrapping, wrapMaterial } from './wrap-material.ts'

const DAY = 86_400_000
const app = await startApp()
after(() => app.close())
const { kms, account } = app
const VALIDATION = { name: 'ValidationException' }
const UNSUPPORTED = { name: 'UnsupportedOperationException' }
const INCORRECT = { name: 'IncorrectKeyMaterialException' }

const external = async () => (await makeKey(kms, { Origin: 'EXTERNAL' })).arn
const metadata = async (KeyId: string) => (await kms.describeKey({ KeyId })).KeyMetadata
const stateOf = async (KeyId: string) => (await metadata(KeyId))?.KeyState
const materialsOf = async (KeyId: string) =>
  ((await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations ?? []).map(
    ({ KeyMaterialId, KeyMaterialState, ImportState }) => [KeyMaterialId, KeyMaterialState, ImportState],
  )
const encrypt = (KeyId: string) => kms.encrypt({ KeyId, Plaintext: bytes('under ours') })
const decrypted = async (CiphertextBlob: Uint8Array | undefined) =>
  text((await kms.decrypt({ CiphertextBlob })).Plaintext)

describe('GetParametersForImport', () => {
  const kinds: readonly (readonly [wrapping: Wrapping, bits: number])[] = [
    [{ WrappingAlgorithm: 'RSAES_OAEP_SHA_1', WrappingKeySpec: 'RSA_2048' }, 2048],
    [{ WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_3072' }, 3072],
    [{ WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_1', WrappingKeySpec: 'RSA_2048' }, 2048],
    [{ WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256', WrappingKeySpec: 'RSA_4096' }, 4096],
  ]
  for (const [wrapping, bits] of kinds)
    test(`gives what material is wrapped with: ${Object.values(wrapping).join(', ')}`, async () => {
      const KeyId = await external()
      const wrapped = await wrapMaterial(kms, KeyId, randomBytes(32), wrapping)
      assert.equal(wrapped.key.asymmetricKeyDetails?.modulusLength, bits)
      assert.ok((wrapped.ImportToken?.byteLength ?? 9999) <= 6144)
      assert.ok(Math.abs((wrapped.ParametersValidTo?.getTime() ?? 0) - app.clock.now() - DAY) < 60_000)
      const { ImportToken, EncryptedKeyMaterial } = wrapped
      const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE'
      const imported = await kms.importKeyMaterial({ KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel })
      assert.equal(imported.KeyId, KeyId)
      assert.equal(imported.KeyMaterialId, (await metadata(KeyId))?.CurrentKeyMaterialId)
      assert.equal(await decrypted((await encrypt(KeyId)).CiphertextBlob), 'under ours')
    })

  test('refuses what is not safe or not here, and keys whose material is made here', async () => {
    const KeyId = await external()
    for (const wrapping of [
      { WrappingAlgorithm: 'RSAES_PKCS1_V1_5' },
      { WrappingAlgorithm: 'SM2PKE' },
      { WrappingKeySpec: 'SM2' },
    ] as const)
      await assert.rejects(wrapMaterial(kms, KeyId, randomBytes(32), wrapping), UNSUPPORTED)
    await assert.rejects(
      wrapMaterial(kms, KeyId, randomBytes(32), { WrappingKeySpec: 'RSA_1024' as 'RSA_2048' }),
      VALIDATION,
    )
    const { arn } = await makeKey(kms)
    const origin = { ...UNSUPPORTED, message: `${arn} origin is AWS_KMS which is not valid for this operation.` }
    await assert.rejects(wrapMaterial(kms, arn, randomBytes(32)), origin)
    await assert.rejects(kms.deleteImportedKeyMaterial({ KeyId: arn }), origin)
    const { ImportToken, EncryptedKeyMaterial } = await wrapMaterial(kms, KeyId, randomBytes(32))
    const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE'
    await assert.rejects(
      kms.importKeyMaterial({ KeyId: arn, ImportToken, EncryptedKeyMaterial, ExpirationModel }),
      origin,
    )
  })
})

describe('a key for imported material', () => {
  test('waits for it, and is enabled with it', async () => {
    const KeyId = await external()
    const { KeyState, Enabled, Origin, CurrentKeyMaterialId } = (await metadata(KeyId)) ?? {}
    assert.deepEqual([KeyState, Enabled, Origin, CurrentKeyMaterialId], ['PendingImport', false, 'EXTERNAL', undefined])
    await assert.rejects(encrypt(KeyId), { name: 'KMSInvalidStateException', message: `${KeyId} is pending import.` })
    await importMaterial(kms, KeyId, randomBytes(32))
    assert.equal(await stateOf(KeyId), 'Enabled')
    assert.equal((await metadata(KeyId))?.ExpirationModel, 'KEY_MATERIAL_DOES_NOT_EXPIRE')
  })

  test('loses it when it is deleted, and gets the same one again', async () => {
    const KeyId = await external()
    const material = randomBytes(32)
    const { KeyMaterialId } = await importMaterial(kms, KeyId, material)
    const { CiphertextBlob } = await encrypt(KeyId)
    const { $metadata: _, ...deleted } = await kms.deleteImportedKeyMaterial({ KeyId })
    assert.deepEqual(deleted, { KeyId, KeyMaterialId })
    assert.equal(await stateOf(KeyId), 'PendingImport')
    assert.equal((await metadata(KeyId))?.CurrentKeyMaterialId, KeyMaterialId)
    const pending = { name: 'KMSInvalidStateException', message: `${KeyId} is pending import.` }
    await assert.rejects(kms.decrypt({ CiphertextBlob }), pending)
    await assert.rejects(encrypt(KeyId), pending)
    await assert.rejects(importMaterial(kms, KeyId, randomBytes(32)), INCORRECT)
    assert.equal((await importMaterial(kms, KeyId, material)).KeyMaterialId, KeyMaterialId)
    assert.equal(await decrypted(CiphertextBlob), 'under ours')
    // Nothing to delete is no mistake.
    await kms.deleteImportedKeyMaterial({ KeyId })
    await kms.deleteImportedKeyMaterial({ KeyId, KeyMaterialId })
    await assert.rejects(kms.deleteImportedKeyMaterial({ KeyId, KeyMaterialId: 'f'.repeat(64) }), {
      name: 'NotFoundException',
    })
  })

  test('is without it once it has expired, and gets it again with another end', async () => {
    const KeyId = await external()
    const material = randomBytes(32)
    const ValidTo = new Date(Math.floor((app.clock.now() + DAY) / 1000) * 1000)
    await importMaterial(kms, KeyId, material, { ValidTo })
    assert.deepEqual((await metadata(KeyId))?.ValidTo, ValidTo)
    assert.equal((await metadata(KeyId))?.ExpirationModel, 'KEY_MATERIAL_EXPIRES')
    const { CiphertextBlob } = await encrypt(KeyId)
    app.clock.advance(DAY + 1000)
    assert.equal(await stateOf(KeyId), 'PendingImport')
    await assert.rejects(kms.decrypt({ CiphertextBlob }), { name: 'KMSInvalidStateException' })
    await importMaterial(kms, KeyId, material)
    assert.equal((await metadata(KeyId))?.ValidTo, undefined)
    assert.equal(await decrypted(CiphertextBlob), 'under ours')
  })

  test('may be imported while disabled, and not while it waits for its end', async () => {
    const KeyId = await external()
    await importMaterial(kms, KeyId, randomBytes(32))
    await kms.disableKey({ KeyId })
    const { ImportToken, EncryptedKeyMaterial } = await wrapMaterial(kms, KeyId, randomBytes(32))
    await kms.scheduleKeyDeletion({ KeyId })
    const pending = { name: 'KMSInvalidStateException', message: `${KeyId} is pending deletion.` }
    await assert.rejects(wrapMaterial(kms, KeyId, randomBytes(32)), pending)
    const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE'
    await assert.rejects(kms.importKeyMaterial({ KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel }), pending)
    await kms.deleteImportedKeyMaterial({ KeyId })
    assert.equal(await stateOf(KeyId), 'PendingDeletion')
  })
})

describe('further material', () => {
  test('waits for a rotation on demand; what was sealed under all of it opens, while all of it is there', async () => {
    const KeyId = await external()
    const [one, two] = [randomBytes(32), randomBytes(32)]
    const first = await importMaterial(kms, KeyId, one, { KeyMaterialDescription: 'the first' })
    const early = (await encrypt(KeyId)).CiphertextBlob
    const ImportType = 'NEW_KEY_MATERIAL'
    const second = await importMaterial(kms, KeyId, two, { ImportType })
    assert.deepEqual(await materialsOf(KeyId), [
      [first.KeyMaterialId, 'CURRENT', 'IMPORTED'],
      [second.KeyMaterialId, 'PENDING_ROTATION', 'IMPORTED'],
    ])
    await assert.rejects(importMaterial(kms, KeyId, randomBytes(32), { ImportType }), ({ name, message }: Error) => {
      const [, refusedId] = /^New key material \(id: ([0-9a-f]{64})\)/.exec(message) ?? []
      assert.notEqual(refusedId, second.KeyMaterialId)
      assert.deepEqual(
        [name, message],
        [
          'KMSInvalidStateException',
          `New key material (id: ${refusedId}) cannot be imported into KMS key ${KeyId}, because another key material (id: ${second.KeyMaterialId}) is pending rotation.`,
        ],
      )
      return true
    })
    await kms.rotateKeyOnDemand({ KeyId })
    const late = (await encrypt(KeyId)).CiphertextBlob
    assert.equal((await kms.decrypt({ CiphertextBlob: late })).KeyMaterialId, second.KeyMaterialId)
    assert.equal(await decrypted(early), 'under ours')

    await kms.deleteImportedKeyMaterial({ KeyId, KeyMaterialId: first.KeyMaterialId })
    assert.equal(await stateOf(KeyId), 'PendingImport')
    await assert.rejects(kms.decrypt({ CiphertextBlob: late }), { name: 'KMSInvalidStateException' })
    await assert.rejects(importMaterial(kms, KeyId, two, { KeyMaterialId: first.KeyMaterialId }), INCORRECT)
    await importMaterial(kms, KeyId, one, { KeyMaterialId: first.KeyMaterialId })
    assert.equal(await stateOf(KeyId), 'Enabled')
    assert.equal(await decrypted(early), 'under ours')
    const { Rotations = [] } = await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
    assert.equal(Rotations[0]?.KeyMaterialDescription, 'the first')
  })

  test('must be new, and replaces what waited and was deleted', async () => {
    const KeyId = await external()
    const [one, two] = [randomBytes(32), randomBytes(32)]
    await importMaterial(kms, KeyId, one)
    const ImportType = 'NEW_KEY_MATERIAL'
    await assert.rejects(importMaterial(kms, KeyId, one, { ImportType }), INCORRECT)
    await assert.rejects(importMaterial(kms, KeyId, two, { ImportType: 'EXISTING_KEY_MATERIAL' }), INCORRECT)
    const waiting = await importMaterial(kms, KeyId, two, { ImportType })
    await kms.deleteImportedKeyMaterial({ KeyId, KeyMaterialId: waiting.KeyMaterialId })
    assert.equal(await stateOf(KeyId), 'Enabled')
    await assert.rejects(kms.rotateKeyOnDemand({ KeyId }), { name: 'KMSInvalidStateException' })
    const other = await importMaterial(kms, KeyId, randomBytes(32), { ImportType })
    await kms.rotateKeyOnDemand({ KeyId })
    assert.equal((await metadata(KeyId))?.CurrentKeyMaterialId, other.KeyMaterialId)
  })

  test('of a multi-Region key is imported into its primary first, and then the same into its replicas', async () => {
    const { arn: KeyId } = await makeKey(kms, { Origin: 'EXTERNAL', MultiRegion: true })
    const there = app.kmsFor({ region: 'eu-west-1' })
    const replica = KeyId.replace(':eu-central-1:', ':eu-west-1:')
    const [one, two] = [randomBytes(32), randomBytes(32)]
    const { KeyMaterialId } = await importMaterial(kms, KeyId, one)
    await kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })
    const { KeyState } = (await there.describeKey({ KeyId: replica })).KeyMetadata ?? {}
    assert.equal(KeyState, 'PendingImport')
    const { CiphertextBlob } = await encrypt(KeyId)
    await assert.rejects(importMaterial(there, replica, two), INCORRECT)
    await assert.rejects(importMaterial(there, replica, one, { ImportType: 'NEW_KEY_MATERIAL' }), UNSUPPORTED)
    assert.equal((await importMaterial(there, replica, one)).KeyMaterialId, KeyMaterialId)
    assert.equal(text((await there.decrypt({ CiphertextBlob })).Plaintext), 'under ours')

    await importMaterial(kms, KeyId, two, { ImportType: 'NEW_KEY_MATERIAL' })
    await assert.rejects(kms.rotateKeyOnDemand({ KeyId }), { name: 'KMSInvalidStateException' })
    await importMaterial(there, replica, two)
    await kms.rotateKeyOnDemand({ KeyId })
    const late = (await encrypt(KeyId)).CiphertextBlob
    assert.equal(text((await there.decrypt({ CiphertextBlob: late })).Plaintext), 'under ours')
  })

  test('is known by its id, which no other key has', async () => {
    const material = randomBytes(32)
    const [one, two] = [await external(), await external()]
    const ids = [await importMaterial(kms, one, material), await importMaterial(kms, two, material)].map(
      ({ KeyMaterialId = '' }) => KeyMaterialId,
    )
    for (const id of ids) assert.match(id, /^[0-9a-f]{64}$/)
    assert.notEqual(ids[0], ids[1])
  })
})

describe('ImportKeyMaterial refuses', () => {
  const valid = (ms: number) => new Date(app.clock.now() + ms)
  const refused: readonly [what: string, members: Partial<ImportKeyMaterialCommandInput>, expected: object][] = [
    ['an end that is missing', { ExpirationModel: 'KEY_MATERIAL_EXPIRES' }, VALIDATION],
    [
      'an end for what does not expire',
      { ValidTo: valid(DAY), ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' },
      VALIDATION,
    ],
    ['an end that is past', { ValidTo: valid(-DAY) }, VALIDATION],
    ['an end in more than a year', { ValidTo: valid(370 * DAY) }, VALIDATION],
    ['an id for new material', { ImportType: 'NEW_KEY_MATERIAL', KeyMaterialId: 'a'.repeat(64) }, VALIDATION],
    ['an id that is none', { KeyMaterialId: 'x' }, VALIDATION],
    ['a description that is too long', { KeyMaterialDescription: 'x'.repeat(257) }, VALIDATION],
    ['material that the key never had', { ImportType: 'EXISTING_KEY_MATERIAL' }, INCORRECT],
    ['a token that is none', { ImportToken: bytes('token') }, { name: 'InvalidImportTokenException' }],
    [
      'material that is not wrapped',
      { EncryptedKeyMaterial: randomBytes(256) },
      { name: 'InvalidCiphertextException' },
    ],
  ]
  for (const [what, members, expected] of refused)
    test(what, async () => {
      const KeyId = await external()
      await assert.rejects(importMaterial(kms, KeyId, randomBytes(32), members), expected)
      assert.equal(await stateOf(KeyId), 'PendingImport')
    })

  for (const length of [16, 31, 33, 64])
    test(`material of ${length} bytes`, async () => {
      await assert.rejects(importMaterial(kms, await external(), randomBytes(length)), INCORRECT)
    })

  test('the token of another key, and one that is too old', async () => {
    const [KeyId, other] = [await external(), await external()]
    const { ImportToken, EncryptedKeyMaterial } = await wrapMaterial(kms, KeyId, randomBytes(32))
    const request = { ImportToken, EncryptedKeyMaterial, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' } as const
    await assert.rejects(kms.importKeyMaterial({ KeyId: other, ...request }), { name: 'InvalidImportTokenException' })
    app.clock.advance(DAY + 1)
    await assert.rejects(kms.importKeyMaterial({ KeyId, ...request }), { name: 'ExpiredImportTokenException' })
  })
})

describe('access', () => {
  test('is for the account of the key alone, whatever its policy says', async () => {
    const other = app.kmsFor({ credentials: await storeAccount(app, '444455556666') })
    const statement = { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'kms:*', Resource: '*' }
    const { arn } = await makeKey(kms, { Origin: 'EXTERNAL', Policy: keyPolicy(account, statement) })
    await assert.rejects(wrapMaterial(other, arn, randomBytes(32)), DENIED)
    await assert.rejects(other.deleteImportedKeyMaterial({ KeyId: arn }), DENIED)
  })

  test('can depend on how material is wrapped and on whether it expires', async () => {
    const KeyId = await external()
    const client = await app.kmsAs('imports', [
      [
        ...allow('kms:GetParametersForImport', {
          Condition: {
            StringEquals: { 'kms:WrappingAlgorithm': 'RSAES_OAEP_SHA_256', 'kms:WrappingKeySpec': 'RSA_2048' },
          },
        }),
        ...allow('kms:ImportKeyMaterial', {
          Condition: {
            StringEquals: { 'kms:ExpirationModel': 'KEY_MATERIAL_EXPIRES' },
            DateLessThan: { 'kms:ValidTo': new Date(app.clock.now() + 10 * DAY).toISOString() },
          },
        }),
      ],
    ])
    const ValidTo = (days: number) => ({ ValidTo: new Date(app.clock.now() + days * DAY) })
    await importMaterial(client, KeyId, randomBytes(32), ValidTo(5))
    await assert.rejects(
      wrapMaterial(client, KeyId, randomBytes(32), { WrappingAlgorithm: 'RSAES_OAEP_SHA_1' }),
      DENIED,
    )
    await assert.rejects(importMaterial(client, KeyId, randomBytes(32)), DENIED)
    await assert.rejects(importMaterial(client, KeyId, randomBytes(32), ValidTo(20)), DENIED)
    await assert.rejects(client.deleteImportedKeyMaterial({ KeyId }), DENIED)
  })
})

test('records hold neither token nor material', async () => {
  const KeyId = await external()
  const { KeyMaterialId } = await importMaterial(kms, KeyId, randomBytes(32))
  const [parameters, imported] = (await app.trail()).slice(-2)
  assert.deepEqual(parameters?.parameters, {
    KeyId,
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  })
  assert.equal(parameters?.response, undefined)
  assert.deepEqual(imported?.parameters, { KeyId, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' })
  assert.deepEqual(imported?.response, { KeyId, KeyMaterialId })
})

test('deleted material is in none of the files afterwards', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-import-'))
  try {
    const dataDir = join(folder, 'data')
    const rootKey = { kind: 'file', path: join(folder, 'root.key'), chosen: true } as const
    await using durable = await startApp({ dataDir, rootKey })
    const { id: KeyId } = await makeKey(durable.kms, { Origin: 'EXTERNAL' })
    await importMaterial(durable.kms, KeyId, randomBytes(32))
    const key = await durable.running.installation.keys.find({ region: REGION, keyId: KeyId })
    const sealed = Buffer.from(key?.materials[0]?.sealed ?? [])
    const files = ['store.db', 'store.db-wal', 'trail.db', 'trail.db-wal'].map((name) => join(dataDir, name))
    const found = async () => {
      const contents = await Promise.all(files.map((file) => readFile(file).catch(() => Buffer.alloc(0))))
      return contents.some((content) => content.includes(sealed))
    }
    assert.ok(sealed.byteLength > 0 && (await found()))
    await durable.kms.deleteImportedKeyMaterial({ KeyId })
    assert.equal(await found(), false)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
