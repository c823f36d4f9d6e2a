import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { cryptographicConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { checkCryptographic, supposedContext } from '../cryptographic-request.ts'
import { checkDataKeySize, newDataKey } from '../data-key.ts'
import { findKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const generateDataKeyWithoutPlaintext = operation({
  name: 'GenerateDataKeyWithoutPlaintext',
  access: 'read',
  input: structure({
    KeyId: required(shapes.keyId),
    EncryptionContext: shapes.encryptionContext,
    KeySpec: shapes.dataKeySpec,
    NumberOfBytes: shapes.numberOfBytes,
    GrantTokens: shapes.grantTokens,
    DryRun: boolean(),
  }),
  output: structure({
    CiphertextBlob: shapes.ciphertext,
    KeyId: shapes.keyId,
    KeyMaterialId: shapes.keyMaterialId,
  }),
  check(input) {
    checkCryptographic(input)
    checkDataKeySize(input)
  },
  target({ KeyId, EncryptionContext: encryptionContext }, context: KmsContext) {
    const action = 'kms:GenerateDataKeyWithoutPlaintext'
    return findKey(KeyId, { use: 'cryptography', action, encryptionContext }, context)
  },
  conditions: ({ EncryptionContext = {} }) => cryptographicConditions(EncryptionContext),
  rehearsal: {
    request: (KeyId, supposed) => ({
      KeyId,
      KeySpec: 'AES_256' as const,
      EncryptionContext: supposedContext(supposed),
    }),
    runs: true,
  },
  run(input, key: KmsKey, context) {
    const { Plaintext, ...sealed } = newDataKey(input, key, context)
    Plaintext.fill(0)
    return sealed
  },
})
