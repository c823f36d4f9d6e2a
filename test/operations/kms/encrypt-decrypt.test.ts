import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { EncryptCommandInput, KMS } from '@aws-sdk/client-kms'
import { startApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'
import { allow, bytes, DENIED, DRY, keyPolicy, makeKey, text } from './keys.ts'

// Texts are those of the facts, deliberately not those of src/kms/errors.ts.
const INVALID = { name: 'InvalidCiphertextException' }
const SECRET = bytes('attack at dawn')
const CONTEXT = { purpose: 'test', Tenant: 'ä' }

const app = await startApp()
after(() => app.close())
const { kms, account } = app
const key = await makeKey(kms)
const sealed = async (members: Partial<EncryptCommandInput> = {}) =>
  (await kms.encrypt({ KeyId: key.id, Plaintext: SECRET, EncryptionContext: CONTEXT, ...members })).CiphertextBlob

describe('constraints', () => {
  const encrypt = (members: Partial<EncryptCommandInput>) =>
    kms.encrypt({ KeyId: key.id, Plaintext: SECRET, ...members })
  const refused: readonly [name: string, attempt: () => Promise<unknown>, message: RegExp][] = [
    ['no plaintext', () => encrypt({ Plaintext: undefined }), /'plaintext' failed.*must not be null$/],
    ['an empty plaintext', () => encrypt({ Plaintext: bytes('') }), /'plaintext' failed.*greater than or equal to 1$/],
    [
      '4,097 bytes',
      () => encrypt({ Plaintext: new Uint8Array(4097) }),
      /^1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096$/,
    ],
    ['an algorithm that is none', () => encrypt({ EncryptionAlgorithm: 'ROT13' as 'SM2PKE' }), /'encryptionAlgorithm'/],
    [
      'eleven grant tokens',
      () => encrypt({ GrantTokens: Array(11).fill('x') }),
      /'grantTokens'.*less than or equal to 10$/,
    ],
    ['a context that is too large', () => encrypt({ EncryptionContext: { a: 'x'.repeat(8192) } }), /8192 bytes/],
    ['no ciphertext', () => kms.decrypt({}), /'ciphertextBlob' failed.*must not be null$/],
    [
      'an empty ciphertext',
      () => kms.decrypt({ CiphertextBlob: bytes('') }),
      /'ciphertextBlob'.*greater than or equal to 1$/,
    ],
    ['6,145 bytes of it', () => kms.decrypt({ CiphertextBlob: new Uint8Array(6145) }), /'ciphertextBlob'.*6144$/],
  ]
  for (const [name, attempt, message] of refused)
    test(`${name}: refused`, () => assert.rejects(attempt, { name: 'ValidationException', message }))

  test('the largest plaintext under the largest context is taken, and comes back', async () => {
    const Plaintext = new Uint8Array(4096).fill(7)
    const EncryptionContext = { a: 'x'.repeat(8191) }
    const { CiphertextBlob } = await encrypt({ Plaintext, EncryptionContext })
    assert.ok((CiphertextBlob?.byteLength ?? 9999) <= 6144)
    assert.deepEqual((await kms.decrypt({ CiphertextBlob, EncryptionContext })).Plaintext, Plaintext)
  })

  test('what only enclaves have is refused', async () => {
    const Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: bytes('x') } as const
    const CiphertextBlob = await sealed()
    await assert.rejects(kms.decrypt({ CiphertextBlob, Recipient }), { name: 'UnsupportedOperationException' })
  })

  test('no algorithm of asymmetric keys works with a symmetric one', async () => {
    const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256'
    await assert.rejects(encrypt({ EncryptionAlgorithm }), { name: 'InvalidKeyUsageException' })
    await assert.rejects(
      kms.decrypt({ CiphertextBlob: await sealed(), EncryptionContext: CONTEXT, EncryptionAlgorithm }),
      {
        name: 'InvalidKeyUsageException',
      },
    )
  })
})

describe('what was encrypted', () => {
  test('is named by the ARN of its key, whichever name the request has, and opens without any', async () => {
    await kms.createAlias({ AliasName: 'alias/sealing', TargetKeyId: key.id })
    for (const KeyId of [key.id, key.arn, 'alias/sealing', key.arn.replace(/key\/.*/, 'alias/sealing')]) {
      const { $metadata: _, CiphertextBlob, ...rest } = await kms.encrypt({ KeyId, Plaintext: SECRET })
      assert.deepEqual(rest, { KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' })
      const { $metadata: _meta, Plaintext, KeyMaterialId, ...opened } = await kms.decrypt({ CiphertextBlob, KeyId })
      assert.equal(text(Plaintext), 'attack at dawn')
      assert.equal(KeyMaterialId, (await kms.describeKey({ KeyId })).KeyMetadata?.CurrentKeyMaterialId)
      assert.deepEqual(opened, { KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' })
      assert.equal(text((await kms.decrypt({ CiphertextBlob })).Plaintext), 'attack at dawn')
    }
  })

  test('is another blob each time', async () => {
    assert.notDeepEqual(await sealed(), await sealed())
  })

  test('opens with its context in any order, and with no other', async () => {
    const CiphertextBlob = await sealed()
    const EncryptionContext = { Tenant: 'ä', purpose: 'test' }
    assert.equal(text((await kms.decrypt({ CiphertextBlob, EncryptionContext })).Plaintext), 'attack at dawn')
    const others = [
      {},
      undefined,
      { purpose: 'test' },
      { ...CONTEXT, more: '' },
      { purpose: 'test', tenant: 'ä' },
      { purpose: 'ä', Tenant: 'test' },
    ]
    for (const other of others) await assert.rejects(kms.decrypt({ CiphertextBlob, EncryptionContext: other }), INVALID)
  })

  test('without a context opens with an empty one', async () => {
    const CiphertextBlob = await sealed({ EncryptionContext: undefined })
    assert.equal(text((await kms.decrypt({ CiphertextBlob, EncryptionContext: {} })).Plaintext), 'attack at dawn')
  })

  test('opens under its own key alone', async () => {
    const other = await makeKey(kms)
    await assert.rejects(kms.decrypt({ CiphertextBlob: await sealed(), EncryptionContext: CONTEXT, KeyId: other.id }), {
      name: 'IncorrectKeyException',
      message: 'The key ID in the request does not identify a CMK that can perform this operation.',
    })
  })

  test('is refused with an empty message when it is nothing, cut or altered', async () => {
    const blob = (await sealed()) ?? new Uint8Array()
    const altered = Uint8Array.from(blob, (byte, index) => (index === blob.length - 1 ? byte ^ 1 : byte))
    for (const CiphertextBlob of [bytes('x'), bytes('nothing of ours'), blob.subarray(0, -1), altered])
      await assert.rejects(kms.decrypt({ CiphertextBlob, EncryptionContext: CONTEXT }), INVALID)
  })

  test('opens after any number of rotations, each with the material that had sealed it', async () => {
    const { id: KeyId } = await makeKey(kms)
    const blobs: (Uint8Array | undefined)[] = []
    for (let rotation = 0; rotation < 3; rotation++) {
      blobs.push((await kms.encrypt({ KeyId, Plaintext: bytes(`${rotation}`) })).CiphertextBlob)
      await kms.rotateKeyOnDemand({ KeyId })
    }
    const opened = await Promise.all(blobs.map((CiphertextBlob) => kms.decrypt({ CiphertextBlob })))
    assert.deepEqual(
      opened.map(({ Plaintext }) => text(Plaintext)),
      ['0', '1', '2'],
    )
    assert.equal(new Set(opened.map(({ KeyMaterialId }) => KeyMaterialId)).size, 3)
  })
})

describe('a key that is not enabled', () => {
  test('neither encrypts nor decrypts', async () => {
    const { id: KeyId, arn } = await makeKey(kms)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: SECRET })
    await kms.disableKey({ KeyId })
    const disabled = { name: 'DisabledException', message: `${arn} is disabled.` }
    await assert.rejects(kms.encrypt({ KeyId, Plaintext: SECRET }), disabled)
    await assert.rejects(kms.decrypt({ CiphertextBlob }), disabled)
    await kms.scheduleKeyDeletion({ KeyId })
    const pending = { name: 'KMSInvalidStateException', message: `${arn} is pending deletion.` }
    await assert.rejects(kms.encrypt({ KeyId, Plaintext: SECRET }), pending)
    await assert.rejects(kms.decrypt({ CiphertextBlob }), pending)
  })
})

describe('a dry run', () => {
  test('tells that it would have worked', async () => {
    await assert.rejects(kms.encrypt({ KeyId: key.id, Plaintext: SECRET, DryRun: true }), DRY)
    await assert.rejects(kms.decrypt({ CiphertextBlob: await sealed(), EncryptionContext: CONTEXT, DryRun: true }), DRY)
  })

  test('tells what would have stood in the way', async () => {
    await assert.rejects(kms.decrypt({ CiphertextBlob: await sealed(), DryRun: true }), INVALID)
    const nobody = await app.kmsAs('dry')
    await assert.rejects(nobody.encrypt({ KeyId: key.arn, Plaintext: SECRET, DryRun: true }), DENIED)
  })
})

describe('access', () => {
  test('conditions see the encryption context, its keys, and the alias', async () => {
    const conditions: readonly [string, object, Partial<EncryptCommandInput>, Partial<EncryptCommandInput>][] = [
      [
        'pair',
        { StringEquals: { 'kms:EncryptionContext:tenant': 'a' } },
        { EncryptionContext: { tenant: 'a', more: 'x' } },
        { EncryptionContext: { tenant: 'b' } },
      ],
      [
        'keys',
        {
          'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['tenant'] },
          Null: { 'kms:EncryptionContextKeys': 'false' },
        },
        { EncryptionContext: { tenant: 'a' } },
        { EncryptionContext: { tenant: 'a', more: 'x' } },
      ],
      ['alias', { StringEquals: { 'kms:RequestAlias': 'alias/sealing' } }, { KeyId: 'alias/sealing' }, {}],
    ]
    for (const [name, Condition, good, bad] of conditions) {
      const client = await app.kmsAs(`condition-${name}`, [allow(['kms:Encrypt', 'kms:Decrypt'], { Condition })])
      const request = { KeyId: key.arn, Plaintext: SECRET }
      const { CiphertextBlob } = await client.encrypt({ ...request, ...good })
      const opened = await client.decrypt({ CiphertextBlob, ...good })
      assert.equal(text(opened.Plaintext), 'attack at dawn')
      await assert.rejects(client.encrypt({ ...request, ...bad }), DENIED, name)
    }
  })

  test('Encrypt is not Decrypt', async () => {
    const sealing = await app.kmsAs('sealing', [allow('kms:Encrypt')])
    const { CiphertextBlob } = await sealing.encrypt({ KeyId: key.id, Plaintext: SECRET })
    await assert.rejects(sealing.decrypt({ CiphertextBlob }), {
      ...DENIED,
      message:
        /is not authorized to perform: kms:Decrypt on .*because no identity-based policy allows the kms:Decrypt action$/,
    })
  })

  test('a key of another account is used as far as both sides permit it, and unknown otherwise', async () => {
    const other = app.kmsFor({ credentials: await storeAccount(app, '444455556666') })
    const shared = await makeKey(kms, {
      Policy: keyPolicy(account, {
        Effect: 'Allow',
        Principal: { AWS: '444455556666' },
        Action: ['kms:Encrypt', 'kms:Decrypt'],
        Resource: '*',
      }),
    })
    const { CiphertextBlob, KeyId } = await other.encrypt({ KeyId: shared.arn, Plaintext: SECRET })
    assert.equal(KeyId, shared.arn)
    assert.equal(text((await other.decrypt({ CiphertextBlob })).Plaintext), 'attack at dawn')
    assert.equal(text((await kms.decrypt({ CiphertextBlob })).Plaintext), 'attack at dawn')
    // By its id alone it is no key of theirs.
    await assert.rejects(other.encrypt({ KeyId: shared.id, Plaintext: SECRET }), { name: 'NotFoundException' })
    const why =
      'because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access'
    const own = await sealed()
    for (const KeyId of [key.arn, key.arn.replace(/key\/.*/, 'key/00000000-0000-4000-8000-000000000000')])
      await assert.rejects(other.encrypt({ KeyId, Plaintext: SECRET }), {
        ...DENIED,
        message: `User: arn:aws:iam::444455556666:user/administrator is not authorized to perform: kms:Encrypt on this resource ${why}`,
      })
    await assert.rejects(other.decrypt({ CiphertextBlob: own, EncryptionContext: CONTEXT }), {
      ...DENIED,
      message: `User: arn:aws:iam::444455556666:user/administrator is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext ${why}`,
    })
  })

  test('a ciphertext tells nobody which keys other accounts have', async () => {
    const other = app.kmsFor({ credentials: await storeAccount(app, '444455556667') })
    const foreign = await makeKey(other)
    const blob = (await sealed()) ?? []
    const refusals = async (client: KMS) => {
      const attempts = [foreign.id, '00000000-0000-4000-8000-000000000000'].flatMap((keyId) => {
        const CiphertextBlob = Buffer.from(blob)
        CiphertextBlob.write(keyId, 2, 'ascii')
        return [client.decrypt({ CiphertextBlob }), client.reEncrypt({ CiphertextBlob, DestinationKeyId: key.id })]
      })
      return Promise.all(attempts.map((attempt) => attempt.then(String, String)))
    }
    for (const client of [kms, await app.kmsAs('without-permission')]) {
      const [decrypting, reEncrypting, ...missing] = await refusals(client)
      assert.match(String(decrypting), /^AccessDeniedException: .*kms:Decrypt on the resource associated with this/)
      assert.deepEqual(missing, [decrypting, reEncrypting])
    }
  })

  test('the key of Secrets Manager is used through Secrets Manager alone', async () => {
    await app.client.createSecret({ Name: 'default-key', SecretString: 'x' })
    await assert.rejects(kms.encrypt({ KeyId: 'alias/aws/secretsmanager', Plaintext: SECRET }), DENIED)
  })
})

test('records tell the key and the context, and neither plaintext nor ciphertext', async () => {
  const CiphertextBlob = await sealed()
  await kms.decrypt({ CiphertextBlob, EncryptionContext: CONTEXT })
  const [encrypted, decrypted] = (await app.trail()).slice(-2)
  assert.deepEqual([encrypted?.operation, encrypted?.arn, encrypted?.access], ['Encrypt', key.arn, 'read'])
  assert.deepEqual(encrypted?.parameters, { KeyId: key.id, EncryptionContext: CONTEXT })
  assert.deepEqual([decrypted?.operation, decrypted?.arn], ['Decrypt', key.arn])
  assert.deepEqual(decrypted?.parameters, { EncryptionContext: CONTEXT })
})
