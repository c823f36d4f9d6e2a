import { createHash } from 'node:crypto'
import type { TrailRow } from '../trail.ts'
import { termsOf } from './terms.ts'

/** Consecutive rows of the trail, and what may be looked up in them. */
export interface Segment {
  readonly first: number
  readonly last: number
  /** Times of its oldest and its newest entry, milliseconds. */
  readonly earliest: number
  readonly latest: number
  readonly entries: number
  /** Ascending, each once. */
  readonly terms: Uint32Array
  /** Of its last row (`printOf`). */
  readonly print: string
}

/** Part of the trail that may hold what is looked for: rows behind `after` and before `before`. */
export interface Span {
  readonly after: number
  readonly before: number
}

/** What a segment must have to be worth a look. */
export interface Wanted {
  readonly term: number
  /** Times of entries, milliseconds, both included. */
  readonly from: number
  readonly to: number
}

/** Collects consecutive rows until they are a segment. */
export class SegmentBuilder {
  readonly #terms = new Set<number>()
  #first = 0
  #last: TrailRow | undefined
  #earliest = Number.POSITIVE_INFINITY
  #latest = Number.NEGATIVE_INFINITY
  #entries = 0

  get entries(): number {
    return this.#entries
  }

  add(row: TrailRow): void {
    if (!this.#last) this.#first = row.seq
    this.#last = row
    for (const entry of row.entries) {
      this.#entries++
      this.#earliest = Math.min(this.#earliest, entry.at)
      this.#latest = Math.max(this.#latest, entry.at)
      for (const term of termsOf(entry)) this.#terms.add(term)
    }
  }

  /** The rows so far; undefined while there is none. */
  get span(): Span | undefined {
    return this.#last && { after: this.#first - 1, before: this.#last.seq + 1 }
  }

  mayHold({ term, from, to }: Wanted): boolean {
    return this.#latest >= from && this.#earliest <= to && this.#terms.has(term)
  }

  /** Throws when nothing was added. */
  segment(): Segment {
    if (!this.#last) throw new Error('A segment has at least one row')
    return {
      first: this.#first,
      last: this.#last.seq,
      earliest: this.#earliest,
      latest: this.#latest,
      entries: this.#entries,
      terms: Uint32Array.from(this.#terms).sort(),
      print: printOf(this.#last),
    }
  }
}

/** What tells a row from one of the same number in another trail: a copy that was put back goes on with other rows. */
export function printOf({ seq, node, at, entries }: TrailRow): string {
  return createHash('sha256')
    .update(JSON.stringify([seq, node, at, entries]))
    .digest('hex')
}

/** Whether terms that stand in ascending order hold one. */
export function holdsTerm(terms: Uint32Array, term: number): boolean {
  let low = 0
  let high = terms.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((terms[middle] ?? 0) < term) low = middle + 1
    else high = middle
  }
  return terms[low] === term
}
