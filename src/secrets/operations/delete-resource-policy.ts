import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { findPrimary } from '../find-secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const deleteResourcePolicy = operation({
  name: 'DeleteResourcePolicy',
  access: 'write',
  input: structure({ SecretId: required(shapes.secretId) }),
  output: structure({ ARN: shapes.arn, Name: shapes.name }),
  recordsAnswer: true,
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  // Who may read a secret is for its account to say (facts 8.8).
  acceptsManaged: () => true,

  async run(_input, { secret }: Found, context) {
    // Without a policy it succeeds too, and changes nothing (facts 8.2).
    if (secret.resourcePolicy)
      await changeSecret({ ...secret, resourcePolicy: undefined, changedAt: context.now }, context)
    return { ARN: secret.arn, Name: secret.name }
  },
})
