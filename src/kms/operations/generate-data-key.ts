import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { cryptographicConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { checkCryptographic, supposedContext } from '../cryptographic-request.ts'
import { checkDataKeySize, newDataKey } from '../data-key.ts'
import { findKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const generateDataKey = operation({
  name: 'GenerateDataKey',
  access: 'read',
  input: structure({
    KeyId: required(shapes.keyId),
    EncryptionContext: shapes.encryptionContext,
    NumberOfBytes: shapes.numberOfBytes,
    KeySpec: shapes.dataKeySpec,
    GrantTokens: shapes.grantTokens,
    Recipient: shapes.recipient,
    DryRun: boolean(),
  }),
  output: structure({
    CiphertextBlob: shapes.ciphertext,
    Plaintext: shapes.plaintext,
    KeyId: shapes.keyId,
    CiphertextForRecipient: shapes.ciphertext,
    KeyMaterialId: shapes.keyMaterialId,
  }),
  check(input) {
    checkCryptographic(input)
    checkDataKeySize(input)
  },
  target({ KeyId, EncryptionContext: encryptionContext }, context: KmsContext) {
    return findKey(KeyId, { use: 'cryptography', action: 'kms:GenerateDataKey', encryptionContext }, context)
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
  run: (input, key: KmsKey, context) => newDataKey(input, key, context),
})
