import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { findSecret } from '../find-secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const getResourcePolicy = operation({
  name: 'GetResourcePolicy',
  access: 'read',
  input: structure({ SecretId: required(shapes.secretId) }),
  output: structure({ ARN: shapes.arn, Name: shapes.name, ResourcePolicy: shapes.resourcePolicy }),
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findSecret(SecretId, context),

  async run(_input, { secret }: Found, { policies }) {
    const { arn, name, resourcePolicy } = secret
    return { ARN: arn, Name: name, ResourcePolicy: resourcePolicy && (await policies.shown(resourcePolicy)) }
  },
})
