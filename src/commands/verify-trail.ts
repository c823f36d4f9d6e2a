import type { TrailAnchor } from '../audit/fault.ts'
import { type Verification, verifyTrail as verify } from '../audit/verify-trail.ts'
import { openTrail, type ReadTrail } from '../storage/read-chain.ts'
import { jsonLine } from './json-line.ts'
import { outputWidth } from './paragraph.ts'
import { type AnchorOptions, trailAnchor } from './trail-anchor.ts'
import { verificationText } from './verification-text.ts'

export interface VerifyTrailOptions extends AnchorOptions {
  readonly json: boolean
}

/** What a program is told, in place of 0: something is wrong (1), or nothing is, but nothing is proven either (2). */
const EXIT_CODES = { proven: 0, altered: 1, hashes: 2 } as const

/** A cut that comes while the trail is read takes away what was not read yet; then it is read again, this often. */
const MAX_ATTEMPTS = 5

/** Verifies the trail, also beside a running server, and prints what is proven; the exit code says it too. */
export async function verifyTrail(options: VerifyTrailOptions): Promise<void> {
  using trail = openTrail(options.dataDir)
  const anchor = await trailAnchor(options, trail)
  const verification = { ...verifyWhole(trail, anchor), waiting: trail.waiting }
  process.stdout.write(options.json ? jsonLine(jsonOf(verification)) : verificationText(verification, outputWidth()))
  process.exitCode = EXIT_CODES[verification.outcome]
}

/** Verifies a trail that may be cut meanwhile. */
export function verifyWhole(trail: ReadTrail, anchor: TrailAnchor): Verification {
  for (let attempt = 1; ; attempt++) {
    const cut = trail.lastCut()
    const verification = verify(trail, anchor)
    if (trail.lastCut() === cut || attempt === MAX_ATTEMPTS) return verification
  }
}

function jsonOf({ proven, cut, waiting, ...verification }: Verification & { waiting: number }) {
  const { outcome, faults, rows, entries, entriesAfter } = verification
  return {
    outcome,
    faults,
    proven: proven && {
      row: proven.seq,
      head: proven.number,
      at: new Date(proven.at).toISOString(),
      hash: Buffer.from(proven.hash).toString('hex'),
      keyVersion: proven.keyVersion,
    },
    removed: cut && { row: cut.seq, at: timeIn(cut) },
    rows,
    entries,
    entriesAfter,
    waiting,
  }
}

/** Null for a time that no calendar has: the cut may be anybody's. */
function timeIn({ at }: { readonly at: number }): string | null {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
