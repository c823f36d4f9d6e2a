import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { promote } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { findSecret } from '../find-secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const stopReplicationToReplica = operation({
  name: 'StopReplicationToReplica',
  access: 'write',
  input: structure({ SecretId: required(shapes.secretId) }),
  output: structure({ ARN: shapes.arn }),
  recordsAnswer: true,
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findSecret(SecretId, context),

  async run(_input, { secret }: Found, context) {
    await promote(secret, context)
    return { ARN: secret.arn }
  },
})
