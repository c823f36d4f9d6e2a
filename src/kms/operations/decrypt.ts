import { operation } from '../../aws/operation.ts'
import { boolean, structure } from '../../aws/shape.ts'
import { cryptographicConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { checkCryptographic, checkUse, endDryRun, supposedContext } from '../cryptographic-request.ts'
import { errors } from '../errors.ts'
import type { KmsKey } from '../key-store.ts'
import { MATERIAL_BYTES } from '../material.ts'
import { findCiphertextKey, openCiphertext } from '../open-ciphertext.ts'
import * as shapes from '../shapes.ts'

const NOTHING = new Uint8Array()

export const decrypt = operation({
  name: 'Decrypt',
  access: 'read',
  input: structure({
    CiphertextBlob: shapes.ciphertext,
    EncryptionContext: shapes.encryptionContext,
    GrantTokens: shapes.grantTokens,
    KeyId: shapes.keyId,
    EncryptionAlgorithm: shapes.encryptionAlgorithm,
    Recipient: shapes.recipient,
    DryRun: boolean(),
    DryRunModifiers: shapes.dryRunModifiers,
  }),
  output: structure({
    KeyId: shapes.keyId,
    Plaintext: shapes.plaintext,
    EncryptionAlgorithm: shapes.encryptionAlgorithm,
    CiphertextForRecipient: shapes.ciphertext,
    KeyMaterialId: shapes.keyMaterialId,
  }),
  check(input) {
    checkCryptographic(input)
    // The model leaves it out for dry runs that say so, and those are not there.
    if (input.DryRunModifiers?.length) throw errors.dryRunModifiersUnsupported()
    if (input.CiphertextBlob === undefined) throw errors.missingMember('ciphertextBlob')
  },
  target({ CiphertextBlob = NOTHING, KeyId, EncryptionContext: encryptionContext }, context: KmsContext) {
    const purpose = { use: 'cryptography', action: 'kms:Decrypt', encryptionContext } as const
    return findCiphertextKey(CiphertextBlob, KeyId, purpose, context)
  },
  conditions: ({ EncryptionContext = {} }) => cryptographicConditions(EncryptionContext),
  rehearsal: {
    request: (KeyId, supposed) => ({ KeyId, CiphertextBlob: NOTHING, EncryptionContext: supposedContext(supposed) }),
    // Of the length of a data key, and of no use: a rehearsal opens nothing.
    answer: (key) => ({ KeyId: key.arn, Plaintext: new Uint8Array(MATERIAL_BYTES) }),
  },

  run(input, key: KmsKey, context) {
    checkUse(input, key)
    const { CiphertextBlob = NOTHING, EncryptionContext = {} } = input
    const { plaintext, info } = openCiphertext(CiphertextBlob, EncryptionContext, key, context)
    endDryRun(input)
    return {
      KeyId: key.arn,
      Plaintext: plaintext as Uint8Array,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
      KeyMaterialId: info.id,
    }
  },
})
