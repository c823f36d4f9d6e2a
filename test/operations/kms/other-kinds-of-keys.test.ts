import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { KMS } from '@aws-sdk/client-kms'
import { startApp } from '../../start-app.ts'
import { allow, bytes, DENIED, makeKey } from './keys.ts'

// What only asymmetric and HMAC keys can do, asked of the keys that there are.

const app = await startApp()
after(() => app.close())
const { kms } = app
const key = await makeKey(kms)
const Message = bytes('message')
const usage = (operation: string) => ({
  name: 'InvalidKeyUsageException',
  message: `${key.arn} key usage is ENCRYPT_DECRYPT which is not valid for ${operation}.`,
})
const UNSUPPORTED = { name: 'UnsupportedOperationException' }

const operations: readonly [
  name: string,
  call: (client: KMS, KeyId: string, GrantTokens?: string[]) => Promise<unknown>,
  expected: object,
][] = [
  [
    'Sign',
    (client, KeyId, GrantTokens) => client.sign({ KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256', GrantTokens }),
    usage('Sign'),
  ],
  [
    'Verify',
    (client, KeyId, GrantTokens) =>
      client.verify({ KeyId, Message, Signature: bytes('s'), SigningAlgorithm: 'ECDSA_SHA_256', GrantTokens }),
    usage('Verify'),
  ],
  ['GetPublicKey', (client, KeyId, GrantTokens) => client.getPublicKey({ KeyId, GrantTokens }), UNSUPPORTED],
  [
    'DeriveSharedSecret',
    (client, KeyId, GrantTokens) =>
      client.deriveSharedSecret({ KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey: bytes('p'), GrantTokens }),
    usage('DeriveSharedSecret'),
  ],
  [
    'GenerateMac',
    (client, KeyId, GrantTokens) => client.generateMac({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256', GrantTokens }),
    usage('GenerateMac'),
  ],
  [
    'VerifyMac',
    (client, KeyId, GrantTokens) =>
      client.verifyMac({ KeyId, Message, Mac: bytes('m'), MacAlgorithm: 'HMAC_SHA_256', GrantTokens }),
    usage('VerifyMac'),
  ],
  [
    'GenerateDataKeyPair',
    (client, KeyId, GrantTokens) => client.generateDataKeyPair({ KeyId, KeyPairSpec: 'RSA_2048', GrantTokens }),
    UNSUPPORTED,
  ],
  [
    'GenerateDataKeyPairWithoutPlaintext',
    (client, KeyId, GrantTokens) =>
      client.generateDataKeyPairWithoutPlaintext({ KeyId, KeyPairSpec: 'RSA_2048', GrantTokens }),
    UNSUPPORTED,
  ],
]

for (const [name, call, expected] of operations)
  describe(name, () => {
    test('tells whoever may use the key that it is not of that kind', async () => {
      const client = await app.kmsAs(name, [allow(`kms:${name}`)])
      await assert.rejects(call(client, key.id), expected)
      await assert.rejects(call(client, key.id, ['x']), { name: 'InvalidGrantTokenException' })
    })

    test('tells nobody else, and nothing of keys that are not there or not enabled', async () => {
      const nobody = await app.kmsAs(`not-${name}`.slice(0, 64))
      await assert.rejects(call(nobody, key.id), DENIED)
      await assert.rejects(call(kms, 'alias/none'), { name: 'NotFoundException' })
      const { id } = await makeKey(kms)
      await kms.disableKey({ KeyId: id })
      await assert.rejects(call(kms, id), { name: 'DisabledException' })
    })
  })
