import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import { describedConditions } from '../conditions.ts'
import type { SecretsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findPrimary } from '../find-secret.ts'
import { newVersion } from '../new-version.ts'
import { newValue, supposedDescription } from '../rehearsal.ts'
import { renewedRotation } from '../rotation.ts'
import { CURRENT, PENDING, PREVIOUS, type Secret, type Version } from '../secret.ts'
import { checkSecretId } from '../secret-id.ts'
import { moveVersion, probeKey } from '../secret-value.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'
import { versionWithStage } from '../version-stages.ts'

export const updateSecret = operation({
  name: 'UpdateSecret',
  access: 'write',
  input: structure({
    SecretId: required(shapes.secretId),
    ClientRequestToken: shapes.clientRequestToken,
    Description: shapes.description,
    KmsKeyId: shapes.kmsKeyId,
    SecretBinary: shapes.secretBinary,
    SecretString: shapes.secretString,
    Type: shapes.type,
  }),
  output: structure({ ARN: shapes.arn, Name: shapes.outputName, VersionId: shapes.versionId }),

  check({ SecretId, ClientRequestToken, SecretString, SecretBinary }) {
    if (ClientRequestToken === undefined) throw errors.tokenMissing()
    checkSecretId(SecretId)
    if (SecretString !== undefined && SecretBinary !== undefined) throw errors.bothValues()
  },
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  conditions: (input, { kms }) => describedConditions(input, kms),
  rehearsal: {
    request: (SecretId, supposed) => ({ SecretId, ...newValue(), ...supposedDescription(supposed) }),
    runs: true,
  },

  async run(input, { secret }: Found, context) {
    const { ClientRequestToken: token = '', SecretString, SecretBinary } = input
    const updated: Secret = {
      ...secret,
      description: (input.Description ?? secret.description) || undefined,
      kmsKeyId: (input.KmsKeyId ?? secret.kmsKeyId) || undefined,
      type: (input.Type ?? secret.type) || undefined,
      changedAt: context.now,
    }
    const keyChanges = updated.kmsKeyId !== secret.kmsKeyId
    if (keyChanges) await probeKey(updated, context)
    const hasValue = SecretString !== undefined || SecretBinary !== undefined
    // The new value is sealed under the new key.
    const value = hasValue ? { SecretString, SecretBinary } : undefined
    const written = value && (await newVersion(updated, { token, value, labels: undefined }, context))
    // A repeat of what was done is as if done: it must not put back what others changed since (facts 7.2).
    if (hasValue && !written) return { ARN: secret.arn, Name: secret.name, VersionId: token }
    const reseal = keyChanges ? await resealed(secret, updated, context) : []
    const kept = reseal.filter(({ versionId }) => !written?.versions.remove?.includes(versionId))
    const rotation = written ? renewedRotation(secret.rotation, context.now) : secret.rotation
    await changeSecret({ ...updated, stages: written?.stages ?? secret.stages, rotation }, context, {
      versions: { ...written?.versions, reseal: kept },
      written: value && { versionId: token, value },
    })
    return { ARN: secret.arn, Name: secret.name, VersionId: hasValue ? token : undefined }
  },
})

/** The versions that follow a secret to its new key: those with one of the three labels of AWS (facts 7.2). */
async function resealed(secret: Secret, updated: Secret, context: SecretsContext): Promise<Version[]> {
  const ids = new Set([CURRENT, PENDING, PREVIOUS].map((label) => versionWithStage(secret.stages, label)))
  const versions: Version[] = []
  for (const versionId of ids) {
    const version = versionId && (await context.store.version(secret, versionId))
    const moved = version && (await moveVersion(updated, version, context))
    if (moved) versions.push(moved)
  }
  return versions
}
