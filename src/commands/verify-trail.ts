import type { TrailAnchor } from '../audit/fault.ts'
import { type Finding, missingSince, withFindings } from '../audit/gap.ts'
import { type Verification, verifyTrail as verify } from '../audit/verify-trail.ts'
import { compareStoreAndTrail, type Evidence } from '../audit/vouching.ts'
import { openTrail, type ReadTrail } from '../storage/read-chain.ts'
import { jsonLine } from './json-line.ts'
import { outputWidth } from './paragraph.ts'
import { type AnchorOptions, trustOf } from './trail-anchor.ts'
import { verificationText } from './verification-text.ts'

export interface VerifyTrailOptions extends AnchorOptions {
  readonly json: boolean
}

/** What a program is told, in place of 0: something is wrong (1), or nothing is, but nothing is proven either (2). */
const EXIT_CODES = { proven: 0, altered: 1, incomplete: 1, hashes: 2, unsigned: 2 } as const

/** What was found in a trail, and in its store about it. */
export interface WholeVerification extends Omit<Verification, 'outcome'> {
  /** `incomplete`: something is missing, and nothing else is wrong. */
  readonly outcome: Verification['outcome'] | 'incomplete'
  /** What the store proves to be missing from the trail, or the trail from the store. */
  readonly missing: readonly Finding[]
  /** Records of changes that are not chained yet. */
  readonly waiting: number
}

/** A cut that comes while the trail is read takes away what was not read yet; then it is read again, this often. */
const MAX_ATTEMPTS = 5

/** Verifies the trail, also beside a running server, and prints what is proven; the exit code says it too. */
export async function verifyTrail(options: VerifyTrailOptions): Promise<void> {
  using trail = openTrail(options.dataDir)
  const { anchor, mac } = await trustOf(options, trail)
  // First: what the files ask of each other now, the trail answers while it is read.
  const missing = missingIn(trail.evidence(mac))
  const verified = verifyWhole(trail, anchor)
  const verification = { ...verified, outcome: outcomeOf(verified, missing), missing, waiting: trail.waiting }
  process.stdout.write(options.json ? jsonLine(jsonOf(verification)) : verificationText(verification, outputWidth()))
  process.exitCode = EXIT_CODES[verification.outcome]
}

/** What is known to be missing: what no one has acknowledged, and what the files show now. */
function missingIn(evidence: Evidence | undefined): readonly Finding[] {
  if (!evidence) return []
  const { mark } = evidence.store
  const known = typeof mark === 'object' ? mark.gap : undefined
  return withFindings(known, compareStoreAndTrail(evidence), Date.now())?.findings ?? []
}

function outcomeOf({ outcome, faults }: Verification, missing: readonly Finding[]): WholeVerification['outcome'] {
  if (missing.length === 0) return outcome
  return faults.every(({ isMissing }) => isMissing) ? 'incomplete' : 'altered'
}

/** Verifies a trail that may be cut meanwhile. */
export function verifyWhole(trail: ReadTrail, anchor: TrailAnchor): Verification {
  for (let attempt = 1; ; attempt++) {
    const cut = trail.lastCut()
    const verification = verify(trail, anchor)
    if (trail.lastCut() === cut || attempt === MAX_ATTEMPTS) return verification
  }
}

function jsonOf({ proven, cut, missing, gaps, ...verification }: WholeVerification) {
  const { outcome, faults, rows, entries, entriesAfter, waiting } = verification
  return {
    outcome,
    missing: missing.map((finding) => ({ message: finding.message, since: missingSince([finding]) })),
    faults: faults.map(({ isMissing, ...fault }) => fault),
    proven: proven && {
      row: proven.seq,
      head: proven.number,
      at: new Date(proven.at).toISOString(),
      hash: Buffer.from(proven.hash).toString('hex'),
      keyVersion: proven.keyVersion,
    },
    acknowledged: gaps.map(({ number, at, statement, after, to }) => ({
      statement: number,
      at: timeIn({ at }),
      missingRows: to > after ? { from: after + 1, to } : null,
      missingStatements: number > statement + 1 ? { from: statement + 1, to: number - 1 } : null,
    })),
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
