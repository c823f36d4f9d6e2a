import { randomBytes } from 'node:crypto'
import { operation } from '../../aws/operation.ts'
import { blob, integer, map, required, string, structure } from '../../aws/shape.ts'
import { encrypt } from '../ciphertext.ts'
import { cryptographicConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import { readMaterial } from '../material.ts'

const SPEC_BYTES = { AES_256: 32, AES_128: 16 } as const

export const generateDataKey = operation({
  name: 'GenerateDataKey',
  access: 'read',
  input: structure({
    KeyId: required(string({ length: [1, 2048] })),
    EncryptionContext: map(string(), string()),
    NumberOfBytes: integer({ range: [1, 1024] }),
    KeySpec: string({ enum: ['AES_256', 'AES_128'] }),
  }),
  output: structure({
    CiphertextBlob: required(blob({ length: [1, 6144] })),
    Plaintext: required(blob({ length: [1, 4096], sensitive: true })),
    KeyId: required(string({ length: [1, 2048] })),
  }),
  target({ KeyId, EncryptionContext }, context: KmsContext) {
    const purpose = {
      use: 'cryptography',
      action: 'kms:GenerateDataKey',
      encryptionContext: EncryptionContext,
    } as const
    return findKey(KeyId, purpose, context)
  },

  conditions: ({ EncryptionContext = {} }) => cryptographicConditions(EncryptionContext),

  run({ EncryptionContext = {}, NumberOfBytes, KeySpec }, key: KmsKey, context) {
    const opened = readMaterial(key, key.currentVersion, context)
    if (!opened) throw errors.unreadableKey()
    const spec = KeySpec === 'AES_128' ? SPEC_BYTES.AES_128 : SPEC_BYTES.AES_256
    const plaintext = randomBytes(NumberOfBytes ?? spec)
    const blob = encrypt(key, key.currentVersion, opened, plaintext, EncryptionContext)
    return { CiphertextBlob: blob, Plaintext: plaintext, KeyId: key.arn }
  },
})
