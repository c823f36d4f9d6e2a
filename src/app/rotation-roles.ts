import { findRole } from '../identity/find-role.ts'
import { trustsService } from '../identity/service-trust.ts'
import type { RotationRoles } from '../secrets/context.ts'
import type { ServiceParts } from './service-parts.ts'

/** What Secrets Manager is called in trust policies. */
export const SECRETS_MANAGER = 'secretsmanager.amazonaws.com'

/** What Secrets Manager asks about roles with which managed external secrets are rotated. */
export function rotationRoles(
  { identities, authorizer }: Pick<ServiceParts, 'identities' | 'authorizer'>,
  now: number,
): RotationRoles {
  return {
    async tagsOf(roleArn) {
      return (await findRole(roleArn, identities))?.tags ?? []
    },
    async isAssumable(roleArn, { arn, account }) {
      if (!authorizer.enforce) return true
      const role = await findRole(roleArn, identities)
      if (!role) return false
      const assumption = { service: SECRETS_MANAGER, sourceArn: arn, sourceAccount: account, now }
      return trustsService(role, assumption, authorizer.policies)
    },
  }
}
