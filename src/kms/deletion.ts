import { DAY_MS } from '../aws/time.ts'
import type { KmsKey } from './key-store.ts'

/** Days between the request to delete a key and its end (KMS API, ScheduleKeyDeletion). */
export const MIN_WINDOW_DAYS = 7
export const MAX_WINDOW_DAYS = 30

/** A key that is to end after a window; a primary with replicas waits for them first. */
export function scheduled(key: KmsKey, windowDays: number, hasReplicas: boolean, now: number): KmsKey {
  if (hasReplicas) return { ...key, state: 'PendingReplicaDeletion', deletion: { windowDays } }
  return { ...key, state: 'PendingDeletion', deletion: { windowDays, at: now + windowDays * DAY_MS } }
}

/** A key that stays: nobody may use it before somebody enables it (security facts 4.6). */
export function cancelled(key: KmsKey): KmsKey {
  return { ...key, state: 'Disabled', deletion: undefined }
}
