import { type Change, ConflictError } from '../aws/change.ts'
import { ForgedRowError } from '../aws/damaged-row.ts'
import { scheduled } from '../kms/deletion.ts'
import { withoutExpired } from '../kms/key-state.ts'
import type { KeyStore, KmsKey } from '../kms/key-store.ts'
import { rotated } from '../kms/rotation.ts'
import type { Sealer } from '../seal/keyring.ts'

/** Keys looked at before the store is asked for the next ones. */
const BATCH = 100

export interface MaintenanceParts {
  readonly keys: KeyStore
  /** Seals new material. */
  readonly material: Sealer
  readonly now: number
  /** Commits what became of a key together with its record. */
  readonly record: (key: KmsKey, operation: string, changes: readonly Change[]) => Promise<void>
  /** Stops it between two batches; what is left has time until the next run. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Does to keys what is due without a request: the end of a window destroys a key and its material, in the files too; automatic rotation gives it
 * fresh material; imported material that has expired is taken away.
 */
export async function maintainKeys(parts: MaintenanceParts): Promise<void> {
  const { keys, now, signal } = parts
  let erases = false
  try {
    while (!signal?.aborted) {
      const due = await keys.due(now, BATCH)
      let done = 0
      for (const key of due) {
        const outcome = await maintain(key, parts)
        if (outcome !== 'nothing') done++
        erases ||= outcome === 'destroyed'
      }
      // Nothing more to do, or nothing that can be done now.
      if (due.length < BATCH || done === 0) break
    }
  } finally {
    if (erases) await keys.erase()
  }
}

type Outcome = 'destroyed' | 'changed' | 'nothing'

/** One thing that is due; others wait for their turn, which comes at once. */
async function maintain(key: KmsKey, parts: MaintenanceParts): Promise<Outcome> {
  const { now } = parts
  try {
    if (key.deletion?.at !== undefined && key.deletion.at <= now) return await destroy(key, parts)
    const kept = withoutExpired(key, now)
    if (kept !== key) {
      await parts.record(key, 'DeleteExpiredKeyMaterial', [parts.keys.update(kept)])
      return 'destroyed'
    }
    return await rotate(key, parts)
  } catch (error) {
    // The key was changed meanwhile, so the next run finds out what is due. A key with a forged row stays as it is.
    if (error instanceof ConflictError || error instanceof ForgedRowError) return 'nothing'
    throw error
  }
}

async function destroy(key: KmsKey, { keys, now, record }: MaintenanceParts): Promise<Outcome> {
  const changes = [keys.remove(key)]
  const others = key.primaryRegion === undefined ? [] : await keys.relatives(key.keyId)
  const primary = others.find(({ region, primaryRegion }) => region === primaryRegion && region !== key.region)
  // The primary is part of it in any case: how many replicas it has decides what becomes of it.
  if (primary) changes.push(keys.update(others.length === 2 ? released(primary, now) : primary))
  await record(key, 'DeleteKey', changes)
  return 'destroyed'
}

/** A primary whose last replica is gone: if it has waited for that, its window begins. */
function released(primary: KmsKey, now: number): KmsKey {
  if (primary.state !== 'PendingReplicaDeletion' || !primary.deletion) return primary
  return scheduled(primary, primary.deletion.windowDays, false, now)
}

async function rotate(key: KmsKey, { keys, material, now, record }: MaintenanceParts): Promise<Outcome> {
  const { rotation, state, region, primaryRegion = region } = key
  // A key that is not enabled is not rotated before it is, and a replica follows its primary.
  if (!rotation || rotation.nextAt > now || state !== 'Enabled' || primaryRegion !== region) return 'nothing'
  const all = key.primaryRegion === undefined ? [key] : await keys.relatives(key.keyId)
  await record(
    key,
    'RotateKey',
    rotated(all, 'AUTOMATIC', now, material).map((one) => keys.update(one)),
  )
  return 'changed'
}
