import { serviceEntry } from './app/service-entry.ts'
import { UnacknowledgedGapError } from './audit/gap.ts'
import { type ResealParts, resealKeyring } from './jobs/reseal-keyring.ts'
import type { Job } from './jobs/runner.ts'
import type { Log } from './log.ts'
import type { Installation } from './open-installation.ts'

/** How often it is looked whether a rotation of the keyring goes on; that costs nothing where there is none. */
const RESEAL_EVERY_MS = 5_000

/**
 * Goes on with rotations of the keyring.
 *
 * @param options `account` is the oldest: the installation belongs to it, and so do the records
 */
export function resealJob(
  { keyringStore: store, keyring: holder, trail, heads }: Installation,
  { account, now, log }: { readonly account: string; readonly now: () => number; readonly log: Log },
): Job {
  const by = { service: 'coffer', by: 'coffer', account, region: 'us-east-1' }
  const parts: ResealParts = {
    store,
    holder,
    now,
    async record({ purpose, versions }, change) {
      // A head under the newest key vouches for all that older ones have signed.
      if (purpose === 'trail') await heads.signHead()
      const parameters = { Purpose: purpose, Versions: versions }
      await trail.append(serviceEntry({ ...by, operation: 'RetireKeyring', at: now(), parameters }), [change])
    },
    onAltered: (purpose, rows) =>
      log.error({ purpose, rows }, 'rows that Coffer did not write hold up a rotation of the keyring'),
  }
  const run = async (signal: AbortSignal) => {
    try {
      await resealKeyring(parts, signal)
    } catch (error) {
      // No head can be signed under the newest key, so the old key stays. The log tells of the gap elsewhere.
      if (!(error instanceof UnacknowledgedGapError)) throw error
    }
  }
  return { name: 'reseal keyring', everyMs: RESEAL_EVERY_MS, run }
}
