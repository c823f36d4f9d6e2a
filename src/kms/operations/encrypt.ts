import { operation } from '../../aws/operation.ts'
import { blob, map, required, string, structure } from '../../aws/shape.ts'
import { encrypt as seal } from '../ciphertext.ts'
import { cryptographicConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import { readMaterial } from '../material.ts'

export const encrypt = operation({
  name: 'Encrypt',
  access: 'read',
  input: structure({
    KeyId: required(string({ length: [1, 2048] })),
    Plaintext: required(blob({ length: [1, 4096], sensitive: true })),
    EncryptionContext: map(string(), string()),
  }),
  output: structure({ CiphertextBlob: required(blob({ length: [1, 6144] })), KeyId: required(string()) }),
  target({ KeyId, EncryptionContext }, context: KmsContext) {
    return findKey(KeyId, { use: 'cryptography', action: 'kms:Encrypt', encryptionContext: EncryptionContext }, context)
  },
  conditions: ({ EncryptionContext = {} }) => cryptographicConditions(EncryptionContext),
  run({ Plaintext, EncryptionContext = {} }, key: KmsKey, context) {
    const opened = readMaterial(key, key.currentVersion, context)
    if (!opened) throw errors.unreadableKey()
    return { CiphertextBlob: seal(key, key.currentVersion, opened, Plaintext, EncryptionContext), KeyId: key.arn }
  },
})
