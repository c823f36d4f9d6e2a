import { noResource, operation, type Target } from '../../aws/operation.ts'
import { boolean, list, required, string, structure } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { findSecret } from '../find-secret.ts'
import { policyFindings } from '../resource-policy.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const validateResourcePolicy = operation({
  name: 'ValidateResourcePolicy',
  access: 'read',
  input: structure({ SecretId: shapes.secretId, ResourcePolicy: required(shapes.resourcePolicy) }),
  output: structure({
    PolicyValidationPassed: boolean(),
    ValidationErrors: list(structure({ CheckName: shapes.name, ErrorMessage: string() }, 'ValidationErrorsEntry')),
  }),
  check({ SecretId }) {
    if (SecretId !== undefined) checkSecretId(SecretId)
  },
  target: ({ SecretId }, context: SecretsContext): Target<Found | undefined> | Promise<Target<Found | undefined>> =>
    SecretId === undefined ? noResource(context.scope.account) : findSecret(SecretId, context),
  furtherActions: ['secretsmanager:PutResourcePolicy'],
  alsoRequires: () => ['PutResourcePolicy'],

  async run({ ResourcePolicy }, found: Found | undefined, context) {
    const findings = await policyFindings(ResourcePolicy, found?.secret, context)
    return { PolicyValidationPassed: findings.length === 0, ValidationErrors: findings }
  },
})
