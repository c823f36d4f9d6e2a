import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { findSecret } from '../find-secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const deleteResourcePolicy = operation({
  name: 'DeleteResourcePolicy',
  access: 'write',
  input: structure({ SecretId: required(shapes.secretId) }),
  output: structure({ ARN: shapes.arn, Name: shapes.name }),
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findSecret(SecretId, context),
  // Who may read a secret is for its account to say (facts 8.8).
  acceptsManaged: () => true,

  run(_input, { secret }: Found, { store, now, change }) {
    // Without a policy it succeeds too, and changes nothing (facts 8.2).
    if (secret.resourcePolicy) change(store.update({ ...secret, resourcePolicy: undefined, changedAt: now }))
    return { ARN: secret.arn, Name: secret.name }
  },
})
