import type { Target } from '../aws/operation.ts'
import { arnOf, type ManagedPolicy } from '../identity/entities.ts'
import { awsManagedPolicy } from '../identity/managed-policies.ts'
import { asManagedPolicy } from './attachable-policy.ts'
import type { IamContext } from './context.ts'
import { errors } from './errors.ts'
import { findPolicy } from './find-entity.ts'

type Needs = Pick<IamContext, 'account' | 'store'>

/** The managed policy that an ARN means, of the caller's account or of AWS, as a target. */
export async function findAnyPolicy(arn: string, context: Needs): Promise<Target<ManagedPolicy>> {
  const ofAws = awsManagedPolicy(arn)
  if (!ofAws) return findPolicy(arn, context)
  // AWS's policies are in every account: the caller's own policies decide.
  const { account } = context
  return { resource: arn, label: arn, account, tags: [], value: asManagedPolicy(ofAws) }
}

/** Like `findAnyPolicy`, for changes: those of AWS cannot be changed. */
export async function findOwnPolicy(arn: string, context: Needs): Promise<Target<ManagedPolicy>> {
  const target = await findAnyPolicy(arn, context)
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
