import { type Conditions, operation, type Target } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { type EncryptionContext, encrypt } from '../ciphertext.ts'
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
  target: (input, context: KmsContext) => findSource(input, context),
  async conditions(input, context) {
    const [source, destination] = [await findSource(input, context), await findDestination(input, context)]
    return { ...cryptographicConditions(input.SourceEncryptionContext ?? {}), ...onSameKey(source, destination) }
  },
  furtherActions: ['kms:ReEncryptTo'],
  async furtherTargets(input, source, context) {
    const target = await findDestination(input, context)
    const conditions = {
      ...target.conditions,
      ...cryptographicConditions(input.DestinationEncryptionContext ?? {}),
      ...onSameKey(source, target),
    }
    return [{ action: 'kms:ReEncryptTo', target: { ...target, conditions } }]
  },

  async run(input, key: KmsKey, context) {
    const { CiphertextBlob = NOTHING, SourceEncryptionContext = {}, DestinationEncryptionContext = {} } = input
    const { value: destination } = await findDestination(input, context)
    if (!destination) throw errors.unreadableKey()
    checkUse({ EncryptionAlgorithm: input.SourceEncryptionAlgorithm, GrantTokens: input.GrantTokens }, key)
    checkUse({ EncryptionAlgorithm: input.DestinationEncryptionAlgorithm }, destination)
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

interface Input {
  readonly CiphertextBlob?: Uint8Array | undefined
  readonly SourceKeyId?: string | undefined
  readonly SourceEncryptionContext?: EncryptionContext | undefined
  readonly DestinationKeyId: string
  readonly DestinationEncryptionContext?: EncryptionContext | undefined
}

function findSource(input: Input, context: KmsContext): Promise<Target<KmsKey>> {
  const { CiphertextBlob = NOTHING, SourceKeyId, SourceEncryptionContext: encryptionContext } = input
  const purpose = { use: 'cryptography', action: 'kms:ReEncryptFrom', encryptionContext } as const
  return findCiphertextKey(CiphertextBlob, SourceKeyId, purpose, context)
}

function findDestination(input: Input, context: KmsContext): Promise<Target<KmsKey>> {
  const { DestinationKeyId, DestinationEncryptionContext: encryptionContext } = input
  return findKey(DestinationKeyId, { use: 'cryptography', action: 'kms:ReEncryptTo', encryptionContext }, context)
}

/** A condition key of both permissions. */
function onSameKey({ value: source }: Target<KmsKey>, { value: destination }: Target<KmsKey>): Conditions {
  return { 'kms:ReEncryptOnSameKey': String(source !== undefined && source.arn === destination?.arn) }
}
