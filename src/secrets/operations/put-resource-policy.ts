import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { findPrimary } from '../find-secret.ts'
import { policyConditions, readPolicy } from '../resource-policy.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const putResourcePolicy = operation({
  name: 'PutResourcePolicy',
  access: 'write',
  input: structure({
    SecretId: required(shapes.secretId),
    ResourcePolicy: required(shapes.resourcePolicy),
    BlockPublicPolicy: boolean(),
  }),
  output: structure({ ARN: shapes.arn, Name: shapes.name }),
  recordsAnswer: true,
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  // Who may read a secret is for its account to say (facts 8.8).
  acceptsManaged: () => true,
  conditions: ({ BlockPublicPolicy }) => policyConditions({ BlockPublicPolicy }),

  async run(input, { secret }: Found, context) {
    const resourcePolicy = await readPolicy(input.ResourcePolicy, secret, input, context)
    await changeSecret({ ...secret, resourcePolicy, changedAt: context.now }, context)
    return { ARN: secret.arn, Name: secret.name }
  },
})
