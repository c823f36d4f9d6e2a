import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { findPrimary } from '../find-secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'
import { moveStage } from '../version-stages.ts'

export const updateSecretVersionStage = operation({
  name: 'UpdateSecretVersionStage',
  access: 'write',
  input: structure({
    SecretId: required(shapes.secretId),
    VersionStage: required(shapes.versionStage),
    RemoveFromVersionId: shapes.versionId,
    MoveToVersionId: shapes.versionId,
  }),
  output: structure({ ARN: shapes.arn, Name: shapes.outputName }),
  recordsAnswer: true,
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  conditions: ({ VersionStage }) => ({ 'secretsmanager:VersionStage': VersionStage }),

  async run({ VersionStage, RemoveFromVersionId, MoveToVersionId }, { secret }: Found, context) {
    const versions = await context.store.versions(secret)
    const stages = moveStage(
      secret.stages,
      { label: VersionStage, removeFrom: RemoveFromVersionId, moveTo: MoveToVersionId },
      (versionId) => versions.some((version) => version.versionId === versionId),
    )
    if (stages !== secret.stages) await changeSecret({ ...secret, stages, changedAt: context.now }, context)
    return { ARN: secret.arn, Name: secret.name }
  },
})
