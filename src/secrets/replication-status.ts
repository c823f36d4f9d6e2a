import { SECRETS_MANAGER_ALIAS } from '../kms/client.ts'
import type { SecretsContext } from './context.ts'
import { arnInRegion } from './replicas.ts'
import type { Secret } from './secret.ts'

/** The replicas of a secret as answers tell them (facts 8.7). */
export async function replicationStatus(
  { replicas = [], ...secret }: Pick<Secret, 'arn' | 'region' | 'replicas'>,
  { store }: Pick<SecretsContext, 'store'>,
) {
  const standing = await store.findMany(replicas.map(({ region }) => ({ arn: arnInRegion(secret, region) })))
  return replicas.map(({ region, kmsKeyId, status, message }, index) => {
    const found = standing[index]
    const accessedAt = found && 'secret' in found ? found.secret.accessedAt : undefined
    return {
      Region: region,
      KmsKeyId: kmsKeyId ?? SECRETS_MANAGER_ALIAS,
      Status: status,
      StatusMessage: message,
      LastAccessedDate: accessedAt === undefined ? undefined : new Date(accessedAt),
    }
  })
}
