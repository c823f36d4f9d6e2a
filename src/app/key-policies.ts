import { parsePolicy } from '../iam/parse-policy.ts'
import { type Policy, PolicyError } from '../iam/policy.ts'
import { bindPrincipals, shownDocument } from '../identity/bind-principals.ts'
import { arnOf, parseIamArn } from '../identity/entities.ts'
import { keyConditions } from '../kms/conditions.ts'
import type { KeyPolicies } from '../kms/context.ts'
import { errors } from '../kms/errors.ts'
import type { GrantPrincipal } from '../kms/key-store.ts'
import type { Gate } from './perform.ts'
import type { ServiceParts } from './service-parts.ts'

/** Principals that no identity of the installation stands behind, as ARNs of them look: accounts, sessions, federated users. */
const UNBOUND =
  /^arn:[^:]+:(?:iam::\d{12}:root|sts::\d{12}:(?:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+|federated-user\/[\w+=,.@-]+))$/

/** What KMS asks of the identities of the installation, for the caller behind a gate. */
export function keyPolicies(gate: Gate, { identities, authorizer }: Pick<ServiceParts, 'identities' | 'authorizer'>) {
  const policies: KeyPolicies = {
    async bind(document) {
      const policy = parse(document)
      try {
        return { document, bindings: await bindPrincipals(policy, identities) }
      } catch (error) {
        throw error instanceof PolicyError ? errors.unknownPrincipals() : error
      }
    },
    shown: (policy) => shownDocument(policy, identities),
    wouldAllow(operation, key, { document, bindings }) {
      const { call } = gate
      const caller = { scope: { account: call.principal.account, region: call.region }, via: gate.calledBy }
      return authorizer.decide({
        principal: call.principal,
        facts: { ...call, region: key.region },
        service: 'kms',
        action: `kms:${operation}`,
        resource: key.arn,
        account: key.account,
        tags: key.tags,
        conditions: { ...keyConditions(key, undefined, caller), 'kms:BypassPolicyLockoutSafetyCheck': 'false' },
        policy: { document, bindings, rule: 'key', name: 'key policy' },
      }).allowed
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
