import { errors } from './errors.ts'

/** What a role session lasts when nobody says otherwise, in seconds (security facts 5.3). */
const DEFAULT_ROLE_SECONDS = 3600
/** Longest session of a role that was assumed with another role's session (security facts 5.3). */
const MAX_CHAINED_SECONDS = 3600
/** What a user's session lasts when nobody says otherwise (security facts 5.3). */
const DEFAULT_USER_SECONDS = 43_200
/** Longest session of an account's root (security facts 5.3). */
const MAX_ROOT_SECONDS = 3600

/**
 * Seconds that a role session lasts. Throws ValidationError for more than the role, or role chaining, allows.
 *
 * @param maxSession the role's own limit
 * @param chained whether a role session asks
 */
export function roleSessionSeconds(asked: number | undefined, maxSession: number, chained: boolean): number {
  const seconds = asked ?? DEFAULT_ROLE_SECONDS
  if (chained && seconds > MAX_CHAINED_SECONDS) throw errors.overChainedSession()
  if (seconds > maxSession) throw errors.overMaxSession()
  return seconds
}

/** Seconds that the session of a user or of root lasts; root gets less than it asks for rather than an error, as at AWS. */
export function userSessionSeconds(asked: number | undefined, root: boolean): number {
  const seconds = asked ?? DEFAULT_USER_SECONDS
  return root ? Math.min(seconds, MAX_ROOT_SECONDS) : seconds
}
