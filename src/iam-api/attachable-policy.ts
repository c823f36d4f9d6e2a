import type { ManagedPolicy } from '../identity/entities.ts'
import { type AwsManagedPolicy, awsManagedPolicy } from '../identity/managed-policies.ts'
import { findManaged } from '../identity/permissions.ts'
import type { IamContext } from './context.ts'

/** A managed policy of the account or of AWS, in the same form: those of AWS belong to the account `aws`. */
export async function findAttachable(
  arn: string,
  { account, store }: Pick<IamContext, 'account' | 'store'>,
): Promise<ManagedPolicy | undefined> {
  const ofAws = awsManagedPolicy(arn)
  return ofAws ? asManagedPolicy(ofAws) : findManaged(arn, account, store)
}

/** Account in the ARNs of AWS's managed policies. */
export const AWS_ACCOUNT = 'aws'

export function asManagedPolicy(policy: AwsManagedPolicy): ManagedPolicy {
  const { id, name, path, description, document, createdAt, updatedAt, defaultVersion } = policy
  return {
    kind: 'policy',
    account: AWS_ACCOUNT,
    id,
    name,
    path,
    description,
    tags: [],
    versions: [{ id: defaultVersion, document, createdAt: updatedAt }],
    defaultVersion,
    versionsMade: 1,
    createdAt,
    updatedAt,
    revision: 1,
  }
}
