import { operation } from '../../aws/operation.ts'
import { blob, map, required, string, structure } from '../../aws/shape.ts'
import { OpenError } from '../../seal/aead.ts'
import { type CiphertextHeader, decrypt as open, readCiphertext } from '../ciphertext.ts'
import { cryptographicConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findKeyOfCiphertext } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import { readMaterial } from '../material.ts'

export const decrypt = operation({
  name: 'Decrypt',
  access: 'read',
  input: structure({
    CiphertextBlob: required(blob({ length: [1, 6144] })),
    EncryptionContext: map(string(), string()),
  }),
  output: structure({
    KeyId: required(string({ length: [1, 2048] })),
    Plaintext: required(blob({ length: [1, 4096], sensitive: true })),
  }),

  target({ CiphertextBlob, EncryptionContext }, context: KmsContext) {
    const purpose = { use: 'cryptography', action: 'kms:Decrypt', encryptionContext: EncryptionContext } as const
    return findKeyOfCiphertext(headerOf(CiphertextBlob)?.keyId, purpose, context)
  },

  conditions: ({ EncryptionContext = {} }) => cryptographicConditions(EncryptionContext),

  run({ CiphertextBlob, EncryptionContext = {} }, key: KmsKey, context) {
    const header = headerOf(CiphertextBlob)
    try {
      const opened = header && readMaterial(key, header.version, context)
      if (!header || !opened) throw errors.invalidCiphertext()
      return { KeyId: key.arn, Plaintext: open(key, header, opened, EncryptionContext) }
    } catch (error) {
      if (error instanceof OpenError) throw errors.invalidCiphertext()
      throw error
    }
  },
})

function headerOf(blob: Uint8Array): CiphertextHeader | undefined {
  try {
    return readCiphertext(blob)
  } catch (error) {
    if (error instanceof OpenError) return undefined
    throw error
  }
}
