import { parseIamArn } from './entities.ts'
import type { Principal } from './principal.ts'

/**
 * Roles below this path are services of their account. A role cannot leave its path or come to one, so nobody becomes a service by changing
 * what there is: a tag could be given to oneself.
 */
const SERVICES_PATH = '/coffer-service/'

/** Named like AWS's own, `rds` or `aws-datasync`, with at most as many characters as an owning service has (facts 2.3). */
const SERVICE_PATH = /^\/coffer-service\/([a-z][a-z0-9-]{0,127})\/$/

/** Whether a path is kept for roles that are services. */
export function isKeptForServices(path: string): boolean {
  return path.startsWith(SERVICES_PATH)
}

/** The service that roles of a path are; undefined where they are none. */
export function serviceOfPath(path: string): string | undefined {
  return SERVICE_PATH.exec(path)?.[1]
}

/** The service of its account that a caller is: one with a session of such a role. */
export function serviceOf({ session }: Principal): string | undefined {
  const role = session?.role && parseIamArn(session.role.arn)
  return role && serviceOfPath(role.path)
}
