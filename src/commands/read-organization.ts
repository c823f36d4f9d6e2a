import { readFileSync } from 'node:fs'
import { PolicyError } from '../iam/policy.ts'
import { PolicyCache } from '../iam/policy-cache.ts'
import type { Organization } from '../identity/authorize.ts'
import type { TrustConfig } from '../trust-config.ts'
import { CommandError, reasonOf } from './command-error.ts'

/** What holds for every account. Throws CommandError for a policy that cannot be read: nobody is to find out later that it did not bind. */
export function readOrganization({
  organizationId: id,
  serviceControlPolicies,
  namePolicies,
}: TrustConfig): Organization {
  const cache = new PolicyCache()
  const policies = serviceControlPolicies.map((path) => {
    try {
      return { name: path, arn: path, policy: cache.compile(readFileSync(path, 'utf8'), 'service-control') }
    } catch (error) {
      const reason = error instanceof PolicyError ? error.message : reasonOf(error)
      throw new CommandError(`Cannot use the service control policy ${path}: ${reason}`)
    }
  })
  return { id, namePolicies, serviceControl: policies.length > 0 ? [policies] : undefined }
}
