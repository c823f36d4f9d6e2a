import type { Conditions, ResourcePolicy } from '../aws/operation.ts'
import type { Policy } from '../iam/policy.ts'
import { bindPrincipals, shownDocument } from '../identity/bind-principals.ts'
import type { BoundPolicy, Tag } from '../identity/entities.ts'
import type { Gate } from './perform.ts'
import type { ServiceParts } from './service-parts.ts'

/** A resource, as far as a decision about it asks. */
interface Resource {
  readonly arn: string
  readonly account: string
  readonly region: string
  readonly tags?: readonly Tag[] | undefined
}

/** What stands behind the policies on the resources of a service, for the caller behind a gate. */
export function resourcePolicies(
  gate: Gate,
  { identities, authorizer }: Pick<ServiceParts, 'identities' | 'authorizer'>,
  { service, ...manner }: Pick<ResourcePolicy, 'rule' | 'name'> & { readonly service: string },
) {
  return {
    /** A policy as it is stored, with the ids of whom it names. Throws PrincipalError for a user or role that does not exist. */
    async bind(document: string, policy: Policy): Promise<BoundPolicy> {
      return { document, bindings: await bindPrincipals(policy, identities) }
    },
    /** The document as it is shown: an ARN whose user or role is gone is its unique id. */
    shown: (policy: BoundPolicy) => shownDocument(policy, identities),
    /** Whether the caller could call an operation on a resource if it had this policy. */
    wouldAllow(operation: string, resource: Resource, conditions: Conditions, policy: BoundPolicy): boolean {
      const { call } = gate
      return authorizer.decide({
        principal: call.principal,
        facts: { ...call, region: resource.region },
        service,
        action: `${service}:${operation}`,
        resource: resource.arn,
        account: resource.account,
        tags: resource.tags ?? [],
        conditions,
        policy: { ...policy, ...manner },
      }).allowed
    },
  }
}
