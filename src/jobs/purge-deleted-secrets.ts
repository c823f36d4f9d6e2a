import { type Change, ConflictError } from '../aws/change.ts'
import type { Secret } from '../secrets/secret.ts'
import type { SecretsStore } from '../secrets/secrets-store.ts'

/** Secrets removed before the store is asked for the next ones. */
const BATCH = 100

export type RecordPurge = (secret: Secret, versionIds: readonly string[], change: Change) => Promise<void>

/**
 * Removes for good every secret whose recovery window has ended, values and versions with it, from the files too.
 *
 * @param record commits a removal together with its record, which names the versions that are gone
 * @param signal stops it between two batches; what is left has time until the next run
 * @returns how many were removed
 */
export async function purgeDeletedSecrets(
  store: SecretsStore,
  now: number,
  record: RecordPurge,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0
  while (!signal?.aborted) {
    const expired = await store.expired(now, BATCH)
    // Together, so that they share their syncs to disk.
    const outcomes = await Promise.all(expired.map((secret) => purge(secret, store, record)))
    const gone = outcomes.filter(Boolean).length
    removed += gone
    // Nothing more to do, or nothing that can be done now.
    if (expired.length < BATCH || gone === 0) break
  }
  if (removed > 0) await store.erase()
  return removed
}

/** False when the secret was restored or removed meanwhile. */
async function purge(secret: Secret, store: SecretsStore, record: RecordPurge): Promise<boolean> {
  try {
    const versions = await store.versions(secret)
    await record(
      secret,
      versions.map(({ versionId }) => versionId),
      store.remove(secret),
    )
    return true
  } catch (error) {
    if (error instanceof ConflictError) return false
    throw error
  }
}
