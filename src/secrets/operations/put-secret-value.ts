import { operation } from '../../aws/operation.ts'
import { required, string, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findPrimary } from '../find-secret.ts'
import { newVersion } from '../new-version.ts'
import { newValue } from '../rehearsal.ts'
import { renewedRotation } from '../rotation.ts'
import { CURRENT } from '../secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'
import { labelsOf } from '../version-stages.ts'

export const putSecretValue = operation({
  name: 'PutSecretValue',
  access: 'write',
  input: structure({
    SecretId: required(shapes.secretId),
    ClientRequestToken: shapes.clientRequestToken,
    SecretBinary: shapes.secretBinary,
    SecretString: shapes.secretString,
    VersionStages: shapes.versionStages,
    RotationToken: string({ length: [36, 256], pattern: '^[a-zA-Z0-9\\-]+$', sensitive: true }),
  }),
  output: structure({
    ARN: shapes.arn,
    Name: shapes.outputName,
    VersionId: shapes.versionId,
    VersionStages: shapes.versionStages,
  }),

  check({ SecretId, ClientRequestToken, SecretString, SecretBinary }) {
    if (ClientRequestToken === undefined) throw errors.tokenMissing()
    checkSecretId(SecretId)
    if (SecretString === undefined && SecretBinary === undefined) throw errors.valueMissing()
    if (SecretString !== undefined && SecretBinary !== undefined) throw errors.bothValues()
  },
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  rehearsal: { request: (SecretId) => ({ SecretId, ...newValue() }), runs: true },

  async run(input, { secret }: Found, context) {
    const { ClientRequestToken: token = '', SecretString, SecretBinary } = input
    const value = { SecretString, SecretBinary }
    const written = await newVersion(secret, { token, value, labels: input.VersionStages }, context)
    const stages = written?.stages ?? secret.stages
    if (written) {
      const isCurrent = labelsOf(stages, token).includes(CURRENT)
      const rotation = isCurrent ? renewedRotation(secret.rotation, context.now) : secret.rotation
      await changeSecret({ ...secret, stages, rotation, changedAt: context.now }, context, {
        versions: written.versions,
        written: { versionId: token, value },
      })
    }
    // A token that is repeated late may belong to a version that has lost its labels.
    const VersionStages = stages.has(token) ? [...labelsOf(stages, token)] : undefined
    return { ARN: secret.arn, Name: secret.name, VersionId: token, VersionStages }
  },
})
