import { AlteredTrailError } from './audit/head-signer.ts'
import type { Job } from './jobs/runner.ts'
import type { Log } from './log.ts'
import type { Installation } from './open-installation.ts'

/** Heads are at most 10 seconds apart while the trail grows, also where signing one takes a while. */
const HEAD_EVERY_MS = 8_000

/** Signs how far the trail is. The operator is told once of a trail that was altered; nothing is signed on top of it. */
export function headJob({ heads }: Installation, log: Log): Job {
  let told = false
  return {
    name: 'sign the trail',
    everyMs: HEAD_EVERY_MS,
    async run() {
      try {
        await heads.signHead()
      } catch (error) {
        if (!(error instanceof AlteredTrailError)) throw error
        if (!told) log.error({ reason: error.message }, 'the trail was altered')
        told = true
      }
    },
  }
}
