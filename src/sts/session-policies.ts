import { ViolationList } from '../aws/violations.ts'
import { parsePolicy } from '../iam/parse-policy.ts'
import { PolicyError } from '../iam/policy.ts'
import { findManagedPolicy } from '../identity/find-managed-policy.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import type { RoleSession } from '../identity/temporary-credentials.ts'
import { errors } from './errors.ts'

/** Most managed policies that narrow one session (security facts 5.3). */
const MAX_POLICY_ARNS = 10
/** Longest document that narrows a session, in characters (security facts 3.1). */
const MAX_SESSION_POLICY = 2048

/** Members of a request that narrow the session it asks for. */
export interface Narrowing {
  readonly Policy?: string | undefined
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined
}

/** Refuses what needs no look-up to be refused: ValidationError, MalformedPolicyDocument. */
export function checkNarrowing({ Policy, PolicyArns = [] }: Narrowing): void {
  const violations = new ViolationList()
  const limit = (max: number) => `Member must have length less than or equal to ${max}`
  if (PolicyArns.length > MAX_POLICY_ARNS) violations.at('policyArns', undefined)(limit(MAX_POLICY_ARNS))
  if (Policy !== undefined && Policy.length > MAX_SESSION_POLICY)
    violations.at('policy', undefined)(limit(MAX_SESSION_POLICY))
  const error = violations.error()
  if (error) throw error
  if (PolicyArns.some(({ arn }) => arn === undefined)) throw errors.policyArnMissing()
  if (Policy !== undefined) checkDocument(Policy)
}

function checkDocument(document: string): void {
  try {
    parsePolicy(document, 'session')
  } catch (error) {
    throw error instanceof PolicyError ? errors.malformedPolicy(error.message) : error
  }
}

/**
 * The policies that narrow a session; undefined when nothing does. Throws ValidationError for a managed policy that there is not.
 *
 * @param account the role's: policies of others cannot narrow its sessions
 */
export async function sessionPoliciesOf(
  { Policy, PolicyArns = [] }: Narrowing,
  account: string,
  store: IdentityStore,
): Promise<RoleSession['policies']> {
  if (Policy === undefined && PolicyArns.length === 0) return undefined
  const arns = [...new Set(PolicyArns.flatMap(({ arn }) => arn ?? []))]
  for (const arn of arns) if (!(await findManagedPolicy(arn, { account, store }))) throw errors.policyNotFound(arn)
  return { document: Policy, arns }
}
