import { readFileSync } from 'node:fs'
import { compilePolicy } from '../iam/compile-policy.ts'
import { parsePolicy } from '../iam/parse-policy.ts'
import { PolicyError } from '../iam/policy.ts'
import type { Organization } from '../identity/authorize.ts'
import type { TrustConfig } from '../trust-config.ts'
import { CommandError, reasonOf } from './command-error.ts'

/** The settings for all accounts. Throws CommandError for a policy that cannot be read, because it would otherwise silently not apply. */
export function readOrganization({
  organizationId: id,
  serviceControlPolicies,
  namePolicies,
}: TrustConfig): Organization {
  const policies = serviceControlPolicies.map((path) => {
    try {
      return {
        name: path,
        arn: path,
        policy: compilePolicy(parsePolicy(readFileSync(path, 'utf8'), 'service-control')),
      }
    } catch (error) {
      const reason = error instanceof PolicyError ? error.message : reasonOf(error)
      throw new CommandError(`Cannot use the service control policy ${path}: ${reason}`)
    }
  })
  return { id, namePolicies, serviceControl: policies.length > 0 ? [policies] : undefined }
}
