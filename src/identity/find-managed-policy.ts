import { type AwsManagedPolicy, awsManagedPolicy } from './aws-managed-policies.ts'
import { arnOf, type ManagedPolicy, parseIamArn } from './entities.ts'
import type { IdentityStore } from './identity-store.ts'

/** Account in the ARNs of AWS's managed policies. */
export const AWS_ACCOUNT = 'aws'

/** The managed policy that an ARN means to an account: its own, or one of AWS; undefined for those of other accounts, and where there is none. */
export async function findManagedPolicy(
  arn: string,
  { account, store }: { readonly account: string; readonly store: Pick<IdentityStore, 'find'> },
): Promise<ManagedPolicy | undefined> {
  const ofAws = awsManagedPolicy(arn)
  if (ofAws) return asManagedPolicy(ofAws)
  const named = parseIamArn(arn)
  if (named?.kind !== 'policy' || named.account !== account) return undefined
  const found = await store.find('policy', account, named.name)
  // The store finds a name in any case, and under any path: an ARN means one of them.
  return found && arnOf(found) === arn ? found : undefined
}

/** A policy of AWS in the form of an account's own, in the account `aws`: with one version, and without tags. */
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
