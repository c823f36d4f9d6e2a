/** Something that one of the two files proves to be missing from the other. */
export interface Finding {
  /** Names the finding, so that it is not listed twice. */
  readonly key: string
  /** What is missing; one line for the operator. */
  readonly message: string
  /** The last moment up to which nothing is missing, milliseconds since the epoch; 0 for the beginning, undefined when it is not known. */
  readonly since: number | undefined
}

/** Findings that the operator has not acknowledged yet. While there is a gap, no head is signed. */
export interface Gap {
  /** Milliseconds since the epoch. */
  readonly foundAt: number
  /** At least one. */
  readonly findings: readonly Finding[]
}

/** What the store keeps of its trail, under a MAC. */
export interface TrailMark {
  /** Number of the newest signed head, or of the newest other statement where no head had been signed; 0 for none. */
  readonly number: number
  /** Hash of that statement. */
  readonly statement: Uint8Array
  /** When the mark was made, milliseconds since the epoch. */
  readonly at: number
  /** The last row of the trail at that time, with its hash; the row that the head names. */
  readonly seq: number
  readonly row: Uint8Array
  /** The highest id of the outbox whose record had been moved to the trail. */
  readonly moved: number
  readonly gap: Gap | undefined
}

/** The gap with further findings; undefined when there are no findings at all. */
export function withFindings(gap: Gap | undefined, found: readonly Finding[], now: number): Gap | undefined {
  const known = new Set(gap?.findings.map(({ key }) => key))
  const added = found.filter(({ key }) => !known.has(key))
  if (added.length === 0) return gap
  return { foundAt: gap?.foundAt ?? now, findings: [...(gap?.findings ?? []), ...added] }
}

/** Since when something is missing, as text: a time in ISO 8601, `the beginning`, or `unknown` when it is not known of every finding. */
export function missingSince(findings: readonly Finding[]): string {
  const times = findings.map(({ since }) => since).filter((since) => since !== undefined)
  if (times.length < findings.length) return 'unknown'
  const first = Math.min(...times)
  return first === 0 ? 'the beginning' : isoTime(first)
}

/** A time as ISO 8601 has it; the number itself where no calendar has such a time. */
export function isoTime(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString()
}

/** A gap as text, to be kept. */
export const gapText = (gap: Gap): string => JSON.stringify(gap)

/** The gap in a text that `gapText` wrote and a MAC vouches for. */
export const gapOf = (text: string): Gap => JSON.parse(text) as Gap

/** Records or changes are missing, and the operator has not acknowledged it yet: a signature would hide the gap. */
export class UnacknowledgedGapError extends Error {
  override readonly name = 'UnacknowledgedGapError'

  constructor({ findings }: Gap) {
    super(findings.map(({ message }) => message).join('; '))
  }
}
