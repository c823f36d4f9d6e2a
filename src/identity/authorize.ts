import { AwsError } from '../aws/error.ts'
import { ADMINISTRATOR_ACCESS, type Principal } from './principal.ts'

/** What is to be decided: may this principal perform this action on this resource. */
export interface AccessRequest {
  readonly principal: Principal
  /** With its prefix, as `secretsmanager:GetSecretValue`. */
  readonly action: string
  /** ARN of the resource, `*` for actions without one. */
  readonly resource: string
  /** Account that owns the resource. */
  readonly account: string
}

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string }

/**
 * Decides one request. The administrator and root may do everything in their own account, nobody else anything: the policy engine takes this
 * function's place.
 */
export function decide({ principal, action, account }: AccessRequest): Decision {
  if (account !== principal.account)
    return { allowed: false, reason: `because no resource-based policy allows the ${action} action` }
  if (principal.type === 'Root' || principal.managedPolicies.includes(ADMINISTRATOR_ACCESS)) return { allowed: true }
  return { allowed: false, reason: `because no identity-based policy allows the ${action} action` }
}

/**
 * Throws AccessDeniedException with AWS's sentence unless the request is allowed (security facts 2.5).
 *
 * @param label the caller's own text for the resource; absent for actions without one, whose sentence does not name any
 */
export function authorize(request: AccessRequest, label: string | undefined): void {
  const decision = decide(request)
  if (decision.allowed) return
  const on = label === undefined ? '' : ` on resource: ${label}`
  throw new AwsError(
    'AccessDeniedException',
    `User: ${request.principal.arn} is not authorized to perform: ${request.action}${on} ${decision.reason}`,
  )
}
