import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { findPrimary } from '../find-secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const restoreSecret = operation({
  name: 'RestoreSecret',
  access: 'write',
  input: structure({ SecretId: required(shapes.secretId) }),
  output: structure({ ARN: shapes.arn, Name: shapes.outputName }),
  recordsAnswer: true,
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  acceptsManaged: () => true,
  acceptsUnusable: () => true,

  async run(_input, { secret }: Found, context) {
    // Restoring a secret that is not deleted succeeds and changes nothing (facts 9.7, 9).
    if (secret.deletedAt !== undefined) {
      context.versionEvents('CancelSecretVersionDelete', await context.store.versions(secret))
      await changeSecret({ ...secret, deletedAt: undefined, purgeAt: undefined, changedAt: context.now }, context)
    }
    return { ARN: secret.arn, Name: secret.name }
  },
})
