import { actionTest, requestedAction } from './compile-action.ts'
import { findOperator } from './conditions/index.ts'
import type { Condition, Policy } from './policy.ts'

const WEB_IDENTITY = requestedAction('sts:AssumeRoleWithWebIdentity')
const PROVIDER_ARN = /^arn:[^:]*:iam::[0-9]*:oidc-provider\/(.+)$/
const SAML_ARN = /:saml-provider\//
/** Operators that pin a claim; each refuses a token without it. */
const PINNING: ReadonlySet<string> = new Set(['StringEquals', 'StringEqualsIgnoreCase', 'StringLike'])

/**
 * Providers that an Allow of sts:AssumeRoleWithWebIdentity names without pinning both audience and subject: without the first a token made
 * for another service will do, without the second any identity the provider knows (security facts 5.5).
 */
export function unguardedProviders({ statements }: Policy): readonly string[] {
  const unguarded = new Set<string>()
  for (const { effect, actions, principals, conditions } of statements) {
    if (effect !== 'Allow' || !principals || principals.not || !actionTest(actions)(WEB_IDENTITY)) continue
    for (const { type, value } of principals.names) {
      if (type !== 'Federated' || SAML_ARN.test(value)) continue
      const host = PROVIDER_ARN.exec(value)?.[1] ?? value
      const pinned = (claim: string) => conditions.some((condition) => pins(condition, `${host}:${claim}`))
      if (!pinned('aud') || !pinned('sub')) unguarded.add(value)
    }
  }
  return [...unguarded]
}

/** Whether a condition holds only for some values of a key; a pattern of nothing but `*` holds for all. */
function pins({ operator, key, values }: Condition, wanted: string): boolean {
  const found = findOperator(operator)
  if (!found || !PINNING.has(found.operator.name) || found.ifExists || found.quantifier === 'all') return false
  const anything = (value: string) => found.operator.name === 'StringLike' && /^\*+$/.test(value)
  return key.toLowerCase() === wanted.toLowerCase() && !values.some(anything)
}
