import { arnOf, parseIamArn, type Role } from './entities.ts'
import type { IdentityStore } from './identity-store.ts'

/** The role that an ARN names; undefined where there is none, or the text is no role's ARN. */
export async function findRole(arn: string, store: Pick<IdentityStore, 'find'>): Promise<Role | undefined> {
  const named = parseIamArn(arn)
  const found = named?.kind === 'role' ? await store.find('role', named.account, named.name) : undefined
  return found && arnOf(found) === arn ? found : undefined
}
