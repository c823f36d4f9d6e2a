import type { Trail, TrailRow } from '../trail.ts'
import { printOf, SegmentBuilder, type Span, type Wanted } from './segment.ts'
import type { SegmentStore } from './segment-store.ts'

/** Entries after which a segment is complete: few enough to be read for one look, many enough that a million entries are 500 segments. */
export const SEGMENT_ENTRIES = 2_048
/** Rows read at once, and characters of them: what is done without a pause takes some milliseconds. */
const STEP_ROWS = 256
const STEP_CHARACTERS = 512 * 1024
/** Segments that one look tests at most, so that it ends also where there are very many (a few tenths of a second). */
const FIND_LIMIT = 5_000

/**
 * The index of the trail: which parts of it may hold what is looked for. It is made behind the records, in steps, by whoever calls `step`; what it
 * does not cover yet counts as a part that may hold anything.
 */
export class TrailIndex {
  readonly #rows: Pick<Trail, 'rows'>
  readonly #store: SegmentStore
  readonly #segmentEntries: number
  /** Rows that are no segment yet. */
  #open: SegmentBuilder | undefined
  /** Last row of the last segment; undefined until the store was looked at. */
  #stored: number | undefined

  constructor(rows: Pick<Trail, 'rows'>, store: SegmentStore, segmentEntries = SEGMENT_ENTRIES) {
    this.#rows = rows
    this.#store = store
    this.#segmentEntries = segmentEntries
  }

  /** Goes on a step. False when everything is indexed. Rejects when the trail cannot be read or the index cannot be written. */
  async step(): Promise<boolean> {
    const stored = await this.#begin()
    const after = Math.max(stored, (this.#open?.span?.before ?? 0) - 1)
    const rows = await this.#rows.rows({ after, limit: STEP_ROWS, characters: STEP_CHARACTERS })
    for (const row of rows) await this.#add(row)
    return rows.length > 0
  }

  /** Lets go of what has left the trail. */
  async forgetRemoved(): Promise<void> {
    await this.#begin()
    const [first] = await this.#rows.rows({ limit: 1 })
    if (first) await this.#store.forgetBefore(first.seq)
  }

  /** The newest part before a row that may hold what is wanted, or how far none does; undefined when there is none any more. */
  async find(wanted: Wanted, before: number): Promise<Span | { readonly lookedTo: number } | undefined> {
    const stored = await this.#begin()
    const open = this.#open?.span
    const indexed = open ? open.before - 1 : stored
    if (before > indexed + 1) {
      const span = { after: indexed, before }
      if (await this.#hasRows(span)) return span
    }
    if (open && before > open.after + 1 && this.#open?.mayHold(wanted))
      return { after: open.after, before: Math.min(before, open.before) }
    const found = await this.#store.find({ ...wanted, before, limit: FIND_LIMIT })
    if (!found || 'lookedTo' in found) return found
    return { after: found.span.after, before: Math.min(before, found.span.before) }
  }

  async #hasRows({ after, before }: Span): Promise<boolean> {
    return (await this.#rows.rows({ after, before, newestFirst: true, limit: 1 })).length > 0
  }

  /** Last row that is stored in the index. What is there from another trail is thrown away first. */
  async #begin(): Promise<number> {
    if (this.#stored !== undefined) return this.#stored
    const newest = await this.#store.newest()
    const [row] = newest ? await this.#rows.rows({ after: newest.last - 1, before: newest.last + 1, limit: 1 }) : []
    const isOurs = newest && row && printOf(row) === newest.print
    if (newest && !isOurs) await this.#store.clear()
    this.#stored = isOurs ? newest.last : 0
    return this.#stored
  }

  async #add(row: TrailRow): Promise<void> {
    this.#open ??= new SegmentBuilder()
    this.#open.add(row)
    if (this.#open.entries < this.#segmentEntries) return
    try {
      await this.#store.add(this.#open.segment())
      this.#stored = row.seq
    } finally {
      // What could not be stored is read again.
      this.#open = undefined
    }
  }
}
