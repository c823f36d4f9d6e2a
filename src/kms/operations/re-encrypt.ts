import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { encrypt } from '../ciphertext.ts'
import { cryptographicConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { checkCryptographic, checkUse, currentMaterial, endDryRun } from '../cryptographic-request.ts'
import { errors } from '../errors.ts'
import { findKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import { findCiphertextKey, openCiphertext } from '../open-ciphertext.ts'
import * as shapes from '../shapes.ts'

const NOTHING = new Uint8Array()

export const reEncrypt = operation({
  name: 'ReEncrypt',
  access: 'read',
  action: 'kms:ReEncryptFrom',
  input: structure({
    CiphertextBlob: shapes.ciphertext,
    SourceEncryptionContext: shapes.encryptionContext,
    SourceKeyId: shapes.keyId,
    DestinationKeyId: required(shapes.keyId),
    DestinationEncryptionContext: shapes.encryptionContext,
    SourceEncryptionAlgorithm: shapes.encryptionAlgorithm,
    DestinationEncryptionAlgorithm: shapes.encryptionAlgorithm,
    GrantTokens: shapes.grantTokens,
    DryRun: boolean(),
    DryRunModifiers: shapes.dryRunModifiers,
  }),
  output: structure({
    CiphertextBlob: shapes.ciphertext,
    SourceKeyId: shapes.keyId,
    KeyId: shapes.keyId,
    SourceEncryptionAlgorithm: shapes.encryptionAlgorithm,
    DestinationEncryptionAlgorithm: shapes.encryptionAlgorithm,
    SourceKeyMaterialId: shapes.keyMaterialId,
    DestinationKeyMaterialId: shapes.keyMaterialId,
  }),
  check(input) {
    checkCryptographic({ EncryptionContext: input.SourceEncryptionContext })
    checkCryptographic({ EncryptionContext: input.DestinationEncryptionContext })
    if (input.DryRunModifiers?.length) throw errors.dryRunModifiersUnsupported()
    if (input.CiphertextBlob === undefined) throw errors.missingMember('ciphertextBlob')
  },
  target({ CiphertextBlob = NOTHING, SourceKeyId, SourceEncryptionContext }, context: KmsContext) {
    const purpose = {
      use: 'cryptography',
      action: 'kms:ReEncryptFrom',
      encryptionContext: SourceEncryptionContext,
    } as const
    return findCiphertextKey(CiphertextBlob, SourceKeyId, purpose, context)
  },
  conditions: ({ SourceEncryptionContext = {} }) => cryptographicConditions(SourceEncryptionContext),
  async furtherTargets({ DestinationKeyId, DestinationEncryptionContext = {} }, source, context) {
    const target = await findDestination(DestinationKeyId, DestinationEncryptionContext, context)
    const same = String(target.value !== undefined && target.value.arn === source.value?.arn)
    const conditions = {
      ...target.conditions,
      ...cryptographicConditions(DestinationEncryptionContext),
      'kms:ReEncryptOnSameKey': same,
    }
    return [{ action: 'kms:ReEncryptTo', target: { ...target, conditions } }]
  },

  async run(input, key: KmsKey, context) {
    const { CiphertextBlob = NOTHING, SourceEncryptionContext = {}, DestinationEncryptionContext = {} } = input
    const { value: destination } = await findDestination(input.DestinationKeyId, DestinationEncryptionContext, context)
    if (!destination) throw errors.unreadableKey()
    checkUse({ EncryptionAlgorithm: input.SourceEncryptionAlgorithm, GrantTokens: input.GrantTokens }, key, context)
    checkUse({ EncryptionAlgorithm: input.DestinationEncryptionAlgorithm }, destination, context)
    const source = openCiphertext(CiphertextBlob, SourceEncryptionContext, key, context)
    try {
      const { info, material } = currentMaterial(destination, context)
      endDryRun(input)
      const version = destination.currentVersion
      return {
        CiphertextBlob: encrypt(destination, version, material, source.plaintext, DestinationEncryptionContext),
        SourceKeyId: key.arn,
        KeyId: destination.arn,
        SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
        DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
        SourceKeyMaterialId: source.info.id,
        DestinationKeyMaterialId: info.id,
      }
    } finally {
      source.plaintext.fill(0)
    }
  },
})

function findDestination(keyId: string, encryptionContext: Readonly<Record<string, string>>, context: KmsContext) {
  return findKey(keyId, { use: 'cryptography', action: 'kms:ReEncryptTo', encryptionContext }, context)
}
