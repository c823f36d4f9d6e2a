import type { Target } from '../aws/operation.ts'
import { awsManagedPolicy } from '../identity/aws-managed-policies.ts'
import { arnOf, type ManagedPolicy } from '../identity/entities.ts'
import { asManagedPolicy, findManagedPolicy } from '../identity/find-managed-policy.ts'
import type { IamContext } from './context.ts'
import { errors } from './errors.ts'
import { findOwn } from './find-entity.ts'

type Needs = Pick<IamContext, 'account' | 'store'>

/** The managed policy of the caller's account that an ARN means, as a target; there, those of AWS are missing. */
function findOwnPolicy(arn: string, context: Needs): Promise<Target<ManagedPolicy>> {
  return findOwn('policy', arn, context, errors.policyNotFound(arn))
}

/** The managed policy that an ARN means, of the caller's account or of AWS, as a target. */
export async function findPolicy(arn: string, context: Needs): Promise<Target<ManagedPolicy>> {
  const ofAws = awsManagedPolicy(arn)
  if (!ofAws) return findOwnPolicy(arn, context)
  // AWS's policies are in every account: the caller's own policies decide.
  const { account } = context
  return { resource: arn, label: arn, account, tags: [], value: asManagedPolicy(ofAws) }
}

/** Like `findPolicy`, for changes: those of AWS cannot be changed. */
export async function findPolicyToChange(arn: string, context: Needs): Promise<Target<ManagedPolicy>> {
  const target = await findPolicy(arn, context)
  if (!awsManagedPolicy(arn)) return target
  return { ...target, unusable: errors.invalidInput(`Policy ${arn} belongs to AWS and cannot be changed.`) }
}

/** A version of a policy. Throws NoSuchEntity. */
export function versionOf(policy: ManagedPolicy, versionId: string): ManagedPolicy['versions'][number] {
  const version = policy.versions.find(({ id }) => id === versionId)
  if (!version)
    throw errors.noSuchEntity(`Policy ${arnOf(policy)} version ${versionId} does not exist or is not attachable.`)
  return version
}

/** Throws NoSuchEntity unless an ARN is that of a managed policy that can be a permissions boundary here: the account's, or AWS's. */
export async function checkBoundary(arn: string | undefined, context: Needs): Promise<void> {
  if (arn !== undefined && !(await findManagedPolicy(arn, context))) throw errors.boundaryNotAttachable(arn)
}
