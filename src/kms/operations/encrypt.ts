import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { encrypt as seal } from '../ciphertext.ts'
import { cryptographicConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { checkCryptographic, checkUse, currentMaterial, endDryRun, supposedContext } from '../cryptographic-request.ts'
import { findKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

const NOTHING = new Uint8Array()

export const encrypt = operation({
  name: 'Encrypt',
  access: 'read',
  input: structure({
    KeyId: required(shapes.keyId),
    Plaintext: required(shapes.plaintext),
    EncryptionContext: shapes.encryptionContext,
    GrantTokens: shapes.grantTokens,
    EncryptionAlgorithm: shapes.encryptionAlgorithm,
    DryRun: boolean(),
  }),
  output: structure({
    CiphertextBlob: shapes.ciphertext,
    KeyId: shapes.keyId,
    EncryptionAlgorithm: shapes.encryptionAlgorithm,
  }),
  check: checkCryptographic,
  target({ KeyId, EncryptionContext: encryptionContext }, context: KmsContext) {
    return findKey(KeyId, { use: 'cryptography', action: 'kms:Encrypt', encryptionContext }, context)
  },
  conditions: ({ EncryptionContext = {} }) => cryptographicConditions(EncryptionContext),
  rehearsal: {
    request: (KeyId, supposed) => ({ KeyId, Plaintext: NOTHING, EncryptionContext: supposedContext(supposed) }),
    runs: true,
  },

  run(input, key: KmsKey, context) {
    checkUse(input, key)
    const { material } = currentMaterial(key, context)
    endDryRun(input)
    const { Plaintext, EncryptionContext = {} } = input
    return {
      CiphertextBlob: seal(key, key.currentVersion, material, Plaintext, EncryptionContext),
      KeyId: key.arn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
    }
  },
})
