import type { SecretsContext } from './context.ts'
import type { Secret, Tag } from './secret.ts'

/** The tag by which AWS marks what a service owns (facts 8.8). */
const OWNER_TAG = 'aws:secretsmanager:owningService'

/** What makes a new secret that of the service that makes it; of a secret of anybody else only the tags it was given. */
export function ownership(
  service: string | undefined,
  tags: readonly Tag[] | undefined,
): Pick<Secret, 'owningService' | 'tags'> {
  if (service === undefined) return { tags }
  return { owningService: service, tags: [{ Key: OWNER_TAG, Value: service }, ...(tags ?? [])] }
}

/** True for a secret of a service that the caller is not; a service of the same name in another account is another one. */
export function isManagedByAnother(
  { account, owningService }: Pick<Secret, 'account' | 'owningService'>,
  { service, scope }: Pick<SecretsContext, 'service' | 'scope'>,
): boolean {
  return owningService !== undefined && !(owningService === service && account === scope.account)
}
