import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { findSecret } from '../find-secret.ts'
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
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findSecret(SecretId, context),
  conditions: ({ VersionStage }) => ({ 'secretsmanager:VersionStage': VersionStage }),

  async run({ VersionStage, RemoveFromVersionId, MoveToVersionId }, { secret }: Found, { store, now, change }) {
    const versions = await store.versions(secret)
    const stages = moveStage(
      secret.stages,
      { label: VersionStage, removeFrom: RemoveFromVersionId, moveTo: MoveToVersionId },
      (versionId) => versions.some((version) => version.versionId === versionId),
    )
    if (stages !== secret.stages) change(store.update({ ...secret, stages, changedAt: now }))
    return { ARN: secret.arn, Name: secret.name }
  },
})
