import { parsePolicy } from '../iam/parse-policy.ts'
import { type Policy, PolicyError, PrincipalError, type PrincipalName } from '../iam/policy.ts'
import { allowsPublicAccess } from '../iam/public-access.ts'
import type { PolicyFault, SecretPolicies } from '../secrets/context.ts'
import type { Gate } from './perform.ts'
import { resourcePolicies } from './resource-policies.ts'
import type { ServiceParts } from './service-parts.ts'

/** Services of AWS are called so, in any partition (security facts 3.2). */
const SERVICE = /\.amazonaws\.com(?:\.[a-z]+)*$/

/** What Secrets Manager asks of the policy engine and of the identities of the installation, for the caller behind a gate. */
export function secretPolicies(gate: Gate, parts: Pick<ServiceParts, 'identities' | 'authorizer'>): SecretPolicies {
  const manner = { service: 'secretsmanager', rule: 'ordinary', name: 'resource policy' } as const
  const { bind, shown, wouldAllow } = resourcePolicies(gate, parts, manner)
  return {
    async read(document) {
      let isPublic = false
      try {
        const policy = parsePolicy(document, 'resource')
        isPublic = allowsPublicAccess(policy)
        checkPrincipalTypes(policy)
        return { policy: await bind(document, policy), isPublic }
      } catch (error) {
        return { fault: faultOf(error), isPublic }
      }
    },
    shown,
    wouldAllow,
  }
}

/** Nobody comes to a secret by a token or as a canonical user (facts 8.2). Throws PrincipalError. */
function checkPrincipalTypes({ statements }: Policy): void {
  for (const { principals } of statements)
    for (const name of principals?.names ?? []) if (!isSupported(name)) throw new PrincipalError(name)
}

function isSupported({ type, value }: PrincipalName): boolean {
  return type === 'AWS' || (type === 'Service' && SERVICE.test(value))
}

function faultOf(error: unknown): PolicyFault {
  if (!(error instanceof PolicyError)) throw error
  const { message: detail } = error
  if (!(error instanceof PrincipalError)) return { kind: 'syntax', detail }
  return { kind: error.principal.type === 'Service' ? 'service' : 'principal', detail }
}
