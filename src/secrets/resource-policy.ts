import type { AwsError } from '../aws/error.ts'
import type { Conditions } from '../aws/operation.ts'
import type { PolicyFault, SecretPolicies, SecretsContext } from './context.ts'
import { errors } from './errors.ts'
import { conditionsOf } from './find-secret.ts'
import type { Secret, SecretPolicy } from './secret.ts'

/** What ValidateResourcePolicy has found wrong with a policy. */
export interface Finding {
  readonly CheckName: string
  readonly ErrorMessage: string
}

interface Check {
  readonly name: string
  readonly error: () => AwsError
}

/** Why a document is no policy for a secret: the check that finds it, and the error that PutResourcePolicy answers. */
const faults: Readonly<Record<PolicyFault['kind'], Check>> = {
  syntax: { name: 'SYNTAX_CHECK', error: errors.policySyntax },
  principal: { name: 'PRINCIPAL_CHECK', error: errors.policyPrincipal },
  service: { name: 'SERVICE_PRINCIPAL_CHECK', error: errors.policyService },
}
// AWS's own names of checks are not known (facts 9.11, 4).
const publicAccess: Check = { name: 'PUBLIC_ACCESS_CHECK', error: errors.publicPolicy }
const lockout: Check = { name: 'LOCKOUT_CHECK', error: errors.lockedOut }

type Uses = Pick<SecretsContext, 'policies'>

/** Condition keys of a call that sets a policy (security facts 2.3). */
export function policyConditions({ BlockPublicPolicy }: { BlockPublicPolicy?: boolean | undefined }): Conditions {
  return {
    'secretsmanager:BlockPublicPolicy': BlockPublicPolicy === undefined ? undefined : String(BlockPublicPolicy),
  }
}

/**
 * The policy of a secret from a document. Throws MalformedPolicyDocumentException; PublicPolicyException where that is asked for; and
 * InvalidRequestException for a policy under which the same caller could not set another one by the same call (security facts 2.4).
 */
export async function readPolicy(
  document: string,
  secret: Secret,
  request: { readonly BlockPublicPolicy?: boolean | undefined },
  { policies }: Uses,
): Promise<SecretPolicy> {
  const { policy, fault, isPublic } = await policies.read(document)
  if (fault) throw faults[fault.kind].error()
  if (isPublic && request.BlockPublicPolicy) throw publicAccess.error()
  if (locksOut(policy, secret, policyConditions(request), policies)) throw lockout.error()
  return policy
}

/** All that speaks against a document as the policy of a secret; without a secret nobody can be locked out. */
export async function policyFindings(
  document: string,
  secret: Secret | undefined,
  { policies }: Uses,
): Promise<readonly Finding[]> {
  const { policy, fault, isPublic } = await policies.read(document)
  const findings: Finding[] = []
  if (fault) findings.push(found(faults[fault.kind], fault.detail))
  if (isPublic) findings.push(found(publicAccess))
  if (secret && policy && locksOut(policy, secret, {}, policies)) findings.push(found(lockout))
  return findings
}

function found({ name, error }: Check, detail?: string): Finding {
  const { message } = error()
  return { CheckName: name, ErrorMessage: detail === undefined ? message : `${message} ${detail}` }
}

function locksOut(policy: SecretPolicy, secret: Secret, conditions: Conditions, policies: SecretPolicies): boolean {
  return !policies.wouldAllow('PutResourcePolicy', secret, { ...conditionsOf(secret), ...conditions }, policy)
}
