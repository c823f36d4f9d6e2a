import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { GenerateDataKeyCommandInput } from '@aws-sdk/client-kms'
import { startApp } from '../../start-app.ts'
import { allow, bytes, DENIED, DRY, makeKey } from './keys.ts'

const app = await startApp()
after(() => app.close())
const { kms } = app
const key = await makeKey(kms)
const KeyId = key.id
const VALIDATION = { name: 'ValidationException' }

describe('a data key', () => {
  for (const [size, length] of [
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: 1 }, 1],
    [{ NumberOfBytes: 1024 }, 1024],
  ] as const)
    test(`of ${JSON.stringify(size)} comes plain and sealed, or sealed alone`, async () => {
      const EncryptionContext = { for: 'disk' }
      const both = await kms.generateDataKey({ KeyId, EncryptionContext, ...size })
      assert.equal(both.Plaintext?.byteLength, length)
      assert.equal(both.KeyId, key.arn)
      const opened = await kms.decrypt({ CiphertextBlob: both.CiphertextBlob, EncryptionContext })
      assert.deepEqual(opened.Plaintext, both.Plaintext)
      assert.equal(opened.KeyMaterialId, both.KeyMaterialId)

      const alone = await kms.generateDataKeyWithoutPlaintext({ KeyId, EncryptionContext, ...size })
      assert.equal('Plaintext' in alone, false)
      assert.deepEqual([alone.KeyId, alone.KeyMaterialId], [key.arn, both.KeyMaterialId])
      const other = await kms.decrypt({ CiphertextBlob: alone.CiphertextBlob, EncryptionContext })
      assert.equal(other.Plaintext?.byteLength, length)
      if (length > 8) assert.notDeepEqual(other.Plaintext, both.Plaintext)
    })

  const refused: readonly [what: string, members: Partial<GenerateDataKeyCommandInput>, expected: object][] = [
    ['of no size', {}, { ...VALIDATION, message: 'Please specify either number of bytes or key spec.' }],
    ['of two sizes', { KeySpec: 'AES_256', NumberOfBytes: 32 }, VALIDATION],
    ['of nothing', { NumberOfBytes: 0 }, { ...VALIDATION, message: /'numberOfBytes'.*greater than or equal to 1$/ }],
    ['of 1,025 bytes', { NumberOfBytes: 1025 }, { ...VALIDATION, message: /less than or equal to 1024$/ }],
    ['of another spec', { KeySpec: 'AES_512' as 'AES_256' }, VALIDATION],
    ['under too large a context', { KeySpec: 'AES_256', EncryptionContext: { a: 'ä'.repeat(4096) } }, VALIDATION],
    [
      'with no grant token that is one',
      { KeySpec: 'AES_256', GrantTokens: ['x'] },
      { name: 'InvalidGrantTokenException' },
    ],
    ['that is only tried', { KeySpec: 'AES_256', DryRun: true }, DRY],
  ]
  for (const [what, members, expected] of refused)
    test(`${what} is not made`, async () => {
      await assert.rejects(kms.generateDataKey({ KeyId, ...members }), expected)
      await assert.rejects(kms.generateDataKeyWithoutPlaintext({ KeyId, ...members }), expected)
    })

  test('for an enclave is not made', async () => {
    const Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: bytes('x') } as const
    const attempt = kms.generateDataKey({ KeyId, KeySpec: 'AES_256', Recipient })
    await assert.rejects(attempt, { name: 'UnsupportedOperationException' })
  })

  test('needs an enabled key', async () => {
    const { id: KeyId } = await makeKey(kms)
    await kms.disableKey({ KeyId })
    await assert.rejects(kms.generateDataKey({ KeyId, KeySpec: 'AES_256' }), { name: 'DisabledException' })
    await assert.rejects(kms.generateDataKeyWithoutPlaintext({ KeyId, KeySpec: 'AES_256' }), {
      name: 'DisabledException',
    })
  })

  test('each way needs a permission of its own, which may look at the context', async () => {
    const Condition = { StringEquals: { 'kms:EncryptionContext:team': 'blue' } }
    const client = await app.kmsAs('data-keys', [allow('kms:GenerateDataKeyWithoutPlaintext', { Condition })])
    const request = { KeyId: key.arn, KeySpec: 'AES_256', EncryptionContext: { team: 'blue' } } as const
    await client.generateDataKeyWithoutPlaintext(request)
    await assert.rejects(client.generateDataKey(request), DENIED)
    await assert.rejects(client.generateDataKeyWithoutPlaintext({ ...request, EncryptionContext: {} }), DENIED)
  })

  test('is in no record', async () => {
    await kms.generateDataKey({ KeyId, KeySpec: 'AES_256', EncryptionContext: { for: 'disk' } })
    const [entry] = (await app.trail()).slice(-1)
    assert.deepEqual(entry?.parameters, { KeyId, KeySpec: 'AES_256', EncryptionContext: { for: 'disk' } })
    assert.equal(entry?.response, undefined)
  })
})

describe('random bytes', () => {
  test('come in the number that is asked for', async () => {
    for (const NumberOfBytes of [1, 32, 1024])
      assert.equal((await kms.generateRandom({ NumberOfBytes })).Plaintext?.byteLength, NumberOfBytes)
  })

  test('are asked for with a number, and from here', async () => {
    await assert.rejects(kms.generateRandom({}), { ...VALIDATION, message: 'NumberOfBytes is required.' })
    for (const NumberOfBytes of [0, 1025]) await assert.rejects(kms.generateRandom({ NumberOfBytes }), VALIDATION)
    const attempt = kms.generateRandom({ NumberOfBytes: 1, CustomKeyStoreId: 'cks-1' })
    await assert.rejects(attempt, { name: 'UnsupportedOperationException' })
  })

  test('need permission, and are in no record', async () => {
    await assert.rejects((await app.kmsAs('no-random')).generateRandom({ NumberOfBytes: 1 }), {
      ...DENIED,
      message: /is not authorized to perform: kms:GenerateRandom because no identity-based policy allows/,
    })
    const client = await app.kmsAs('random', [allow('kms:GenerateRandom')])
    await client.generateRandom({ NumberOfBytes: 9 })
    const [entry] = (await app.trail()).slice(-1)
    assert.deepEqual([entry?.operation, entry?.response], ['GenerateRandom', undefined])
    assert.equal(JSON.stringify(entry).includes('Plaintext'), false)
  })
})
