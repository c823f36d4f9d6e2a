import { DAY_MS } from '../aws/time.ts'
import { errors } from './errors.ts'

/** Bounds and default of the recovery window in days (facts 7.8). */
export const MIN_RECOVERY_DAYS = 7
export const MAX_RECOVERY_DAYS = 30
export const DEFAULT_RECOVERY_DAYS = 30

export interface DeletionRequest {
  readonly RecoveryWindowInDays?: number | undefined
  readonly ForceDeleteWithoutRecovery?: boolean | undefined
}

/** Either the secret goes at once, or it is marked and may be purged when its window ends. */
export type DeletionPlan =
  | { readonly force: true }
  | { readonly force?: never; readonly deletedAt: number; readonly purgeAt: number }

/** What DeleteSecret is to do; the range is checked before the combination (facts 9.7, 19). */
export function deletionPlan(request: DeletionRequest, now: number): DeletionPlan {
  const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force = false } = request
  if (days !== undefined && (days < MIN_RECOVERY_DAYS || days > MAX_RECOVERY_DAYS)) throw errors.recoveryWindow()
  if (force && days !== undefined) throw errors.forceWithWindow()
  if (force) return { force: true }
  return { deletedAt: now, purgeAt: now + (days ?? DEFAULT_RECOVERY_DAYS) * DAY_MS }
}

/** Midnight UTC of a day: all that LastAccessedDate tells (facts 7.11). */
export function accessDay(now: number): number {
  return Math.floor(now / DAY_MS) * DAY_MS
}
