import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findPrimary } from '../find-secret.ts'
import { cancelledRotation, unfinishedVersion } from '../rotation.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const cancelRotateSecret = operation({
  name: 'CancelRotateSecret',
  access: 'write',
  input: structure({ SecretId: required(shapes.secretId) }),
  output: structure({ ARN: shapes.arn, Name: shapes.outputName, VersionId: shapes.versionId }),
  recordsAnswer: true,
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),

  async run(_input, { secret }: Found, context) {
    // Code and text for a secret that was never rotated are not recorded (facts 9.11, 1).
    if (!secret.rotation) throw errors.noRotationFunction()
    if (secret.rotation.enabled)
      await changeSecret({ ...secret, rotation: cancelledRotation(secret.rotation), changedAt: context.now }, context)
    return { ARN: secret.arn, Name: secret.name, VersionId: unfinishedVersion(secret) }
  },
})
