import type { Decision, Layer } from './request.ts'

/** How messages call a layer (security facts 2.5). */
interface Wording {
  /** After "because no". */
  readonly missing: string
  /** After "with an explicit deny in". */
  readonly denying: string
  /** Whether messages may name the policy: those at a resource stay unnamed. */
  readonly named: boolean
}

const wordings: Readonly<Record<Layer, Wording>> = {
  identity: { missing: 'identity-based policy', denying: 'an identity-based policy', named: true },
  resource: { missing: 'resource-based policy', denying: 'a resource-based policy', named: false },
  boundary: { missing: 'permissions boundary', denying: 'a permissions boundary', named: true },
  session: { missing: 'session policy', denying: 'a session policy', named: true },
  'service-control': { missing: 'service control policy', denying: 'a service control policy', named: true },
  trust: { missing: 'role trust policy', denying: 'the role trust policy', named: false },
}

/**
 * The end of AWS's sentence about a refusal, from "because" or "with" on (security facts 2.5).
 *
 * @param action as AWS writes it, `secretsmanager:GetSecretValue`
 * @param options `namePolicies` adds the ARN of the policy that denies, as AWS does since 2026 in places; off by default (U-10)
 */
export function denialReason(
  decision: Extract<Decision, { allowed: false }>,
  action: string,
  options: { readonly namePolicies?: boolean } = {},
): string {
  const { missing, denying, named } = wordings[decision.layer]
  if (!decision.explicit) return `because no ${missing} allows the ${action} action`
  const arn =
    options.namePolicies && named ? decision.by.find((statement) => statement.arn !== undefined)?.arn : undefined
  return `with an explicit deny in ${denying}${arn === undefined ? '' : `: ${arn}`}`
}

/** What a layer lacks that does not allow: `identity-based policy`. */
export const missingPolicy = (layer: Layer): string => wordings[layer].missing
