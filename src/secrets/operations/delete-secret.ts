import { operation } from '../../aws/operation.ts'
import { boolean, long, required, structure, timestamp } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { deletionPlan } from '../deletion.ts'
import { errors } from '../errors.ts'
import { findPrimary } from '../find-secret.ts'
import { checkSecretId, makeSecretArn, parseSecretId, randomSuffix } from '../secret-id.ts'
import type { Found, Scope } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const deleteSecret = operation({
  name: 'DeleteSecret',
  access: 'write',
  input: structure({
    SecretId: required(shapes.secretId),
    RecoveryWindowInDays: long(),
    ForceDeleteWithoutRecovery: boolean(),
  }),
  output: structure({ ARN: shapes.arn, Name: shapes.outputName, DeletionDate: timestamp() }),
  recordsAnswer: true,

  check(input) {
    checkSecretId(input.SecretId)
    deletionPlan(input, 0)
  },
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  conditions: ({ RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force }) => ({
    'secretsmanager:RecoveryWindowInDays': days === undefined ? undefined : String(days),
    'secretsmanager:ForceDeleteWithoutRecovery': force === undefined ? undefined : String(force),
  }),
  // A forced deletion never says that there was nothing to delete (facts 7.8).
  acceptsMissing: ({ ForceDeleteWithoutRecovery = false }) => ForceDeleteWithoutRecovery,
  // Others may do what can be undone (facts 8.8).
  acceptsManaged: ({ ForceDeleteWithoutRecovery = false }) => !ForceDeleteWithoutRecovery,
  acceptsUnusable: ({ ForceDeleteWithoutRecovery = false }) => ForceDeleteWithoutRecovery,

  async run(input, found: Found | undefined, context) {
    const { store, scope, now } = context
    if (!found) return { ...invented(input.SecretId, scope), DeletionDate: new Date(now) }
    const { secret } = found
    if (secret.replicas) throw errors.hasReplicas(secret.arn, secret.replicas.map(({ region }) => region).sort())
    const plan = deletionPlan(input, now)
    const versions = await store.versions(secret)
    if (plan.force) {
      context.change(store.remove(secret))
      context.versionEvents('EndSecretVersionDelete', versions)
      // Gone means gone from the files too: for most stores before anybody is told so, for large ones soon after.
      context.afterCommit(() => store.erase())
      return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(now) }
    }
    const { deletedAt, purgeAt } = plan
    context.versionEvents('StartSecretVersionDelete', versions)
    await changeSecret({ ...secret, deletedAt, purgeAt, changedAt: now }, context)
    return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(purgeAt) }
  },
})

/** What a forced deletion answers about a secret that never was (facts 9.7, 20). */
function invented(secretId: string, scope: Scope): { ARN: string; Name: string } {
  const id = parseSecretId(secretId)
  const ARN = id.kind === 'name' ? makeSecretArn({ ...scope, name: id.name, suffix: randomSuffix() }) : secretId
  return { ARN, Name: secretId }
}
