import type { Conditions } from '../aws/operation.ts'
import type { KmsClient } from '../kms/client.ts'
import type { ReplicaRequest } from './replicas.ts'

interface Described {
  readonly Description?: string | undefined
  readonly KmsKeyId?: string | undefined
  readonly Type?: string | undefined
}

/** Condition keys of the members that say how a secret is to be described and protected (security facts 2.3). */
export async function describedConditions(
  { Description, KmsKeyId, Type }: Described,
  kms: Pick<KmsClient, 'arnOf'>,
): Promise<Conditions> {
  return {
    'secretsmanager:Description': Description,
    'secretsmanager:KmsKeyId': KmsKeyId,
    'secretsmanager:KmsKeyArn': KmsKeyId ? await kms.arnOf(KmsKeyId) : undefined,
    'secretsmanager:Type': Type,
  }
}

/** Condition keys of the members that ask for replicas (security facts 2.3). */
export function replicaConditions({
  AddReplicaRegions,
  ForceOverwriteReplicaSecret = false,
}: ReplicaRequest): Conditions {
  return {
    'secretsmanager:AddReplicaRegions': AddReplicaRegions?.map(({ Region = '' }) => Region),
    // AWS's records show that it fills in what was not sent (security facts 6.3).
    'secretsmanager:ForceOverwriteReplicaSecret': String(ForceOverwriteReplicaSecret),
  }
}
