import { missingSince, UnacknowledgedGapError } from './audit/gap.ts'
import { AlteredTrailError } from './audit/head-signer.ts'
import { removeAged } from './audit/retention.ts'
import type { Job } from './jobs/runner.ts'
import type { Log } from './log.ts'
import type { Installation } from './open-installation.ts'
import type { TrailConfig } from './trail-config.ts'

/** Heads are at most 10 seconds apart while the trail grows, also where signing one takes a while. */
const HEAD_EVERY_MS = 8_000
const REMOVE_EVERY_MS = 3_600_000
/** How often the log repeats that a gap waits for an acknowledgement. */
const REMIND_EVERY_MS = 3_600_000
const DAY_MS = 86_400_000

export interface TrailJobsOptions {
  readonly trail: TrailConfig | undefined
  /** The clock by which records are removed, milliseconds since the epoch. */
  readonly now: () => number
  readonly log: Log
  /** The last row that every sink has taken; undefined when there is no sink. */
  readonly neededAfter: () => Promise<number | undefined>
}

/**
 * What is done with the trail again and again. While the trail is altered, or a gap is not acknowledged, nothing is signed or removed. The operator
 * is told of the first once, and of the second at the start and every hour.
 */
export function trailJobs(installation: Installation, options: TrailJobsOptions): readonly Job[] {
  const { trail, heads } = installation
  const { retentionDays } = options.trail ?? {}
  const { now, log, neededAfter } = options
  let told = false
  const whileIntact = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      if (error instanceof UnacknowledgedGapError) return
      if (!(error instanceof AlteredTrailError)) throw error
      if (!told) log.error({ reason: error.message }, 'the trail was altered')
      told = true
    }
  }
  const sign = { name: 'sign the trail', everyMs: HEAD_EVERY_MS, run: () => whileIntact(() => heads.signHead()) }
  const remind = { name: 'tell of a gap', everyMs: REMIND_EVERY_MS, run: async () => tellOfGap(installation, log) }
  if (retentionDays === undefined) return [sign, remind]
  const parts = { trail, heads, now, keepMs: retentionDays * DAY_MS, neededAfter }
  const remove = {
    name: 'remove old records',
    everyMs: REMOVE_EVERY_MS,
    run: (signal: AbortSignal) => whileIntact(() => removeAged(parts, signal)),
  }
  return [sign, remind, remove]
}

function tellOfGap({ heads: { gap } }: Installation, log: Log): void {
  if (!gap) return
  const details = {
    missing: gap.findings.map(({ message }) => message),
    since: missingSince(gap.findings),
    foundAt: new Date(gap.foundAt).toISOString(),
  }
  log.error(
    details,
    'store.db and trail.db do not fit together: records or changes are missing. No head of the trail is signed until the gap is acknowledged. Run: coffer trail verify',
  )
}
