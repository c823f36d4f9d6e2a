import { parsePolicy } from '../iam/parse-policy.ts'
import { type Policy, PolicyError } from '../iam/policy.ts'
import { arnOf, parseIamArn } from '../identity/entities.ts'
import { keyConditions } from '../kms/conditions.ts'
import type { KeyPolicies } from '../kms/context.ts'
import { errors } from '../kms/errors.ts'
import type { GrantPrincipal } from '../kms/key-store.ts'
import type { Gate } from './perform.ts'
import { resourcePolicies } from './resource-policies.ts'
import type { ServiceParts } from './service-parts.ts'

/** Principals that no identity of the installation stands behind, as ARNs of them look: accounts, sessions, federated users. */
const UNBOUND =
  /^arn:[^:]+:(?:iam::\d{12}:root|sts::\d{12}:(?:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+|federated-user\/[\w+=,.@-]+))$/

/** What KMS asks of the identities of the installation, for the caller behind a gate. */
export function keyPolicies(gate: Gate, parts: Pick<ServiceParts, 'identities' | 'authorizer'>) {
  const { identities } = parts
  const { bind, shown, wouldAllow } = resourcePolicies(gate, parts, { service: 'kms', rule: 'key', name: 'key policy' })
  const policies: KeyPolicies = {
    async bind(document) {
      const policy = parse(document)
      try {
        return await bind(document, policy)
      } catch (error) {
        throw error instanceof PolicyError ? errors.unknownPrincipals() : error
      }
    },
    shown,
    wouldAllow(operation, key, policy) {
      const { principal, region } = gate.call
      const caller = { scope: { account: principal.account, region }, via: gate.calledBy }
      const asked = { 'kms:BypassPolicyLockoutSafetyCheck': 'false' }
      return wouldAllow(operation, key, { ...keyConditions(key, undefined, caller), ...asked }, policy)
    },
    async principal(arn): Promise<GrantPrincipal | undefined> {
      if (UNBOUND.test(arn)) return { arn }
      const named = parseIamArn(arn)
      if (named?.kind !== 'user' && named?.kind !== 'role') return undefined
      const found = await identities.find(named.kind, named.account, named.name)
      // The store finds a name in any case, and under any path: an ARN means one of them.
      return found && arnOf(found) === arn ? { arn, id: found.id } : undefined
    },
  }
  return policies
}

function parse(document: string): Policy {
  try {
    return parsePolicy(document, 'resource')
  } catch (error) {
    throw error instanceof PolicyError ? errors.malformedPolicy(error.message) : error
  }
}
