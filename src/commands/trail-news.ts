import type { Entry } from '../audit/entry.ts'
import type { TrailFiles } from '../storage/trail-files.ts'
import type { TrailEnd } from './trail-search.ts'

type Files = Pick<TrailFiles, 'rows' | 'waiting'>

/** Rows read at once, and characters of them. */
const READ_ROWS = 512
const READ_CHARACTERS = 1024 * 1024

/** What comes to the trail from now on, each entry once: also the records of changes that have not reached its rows. */
export class News {
  readonly #files: Files
  /** Where it begins. */
  readonly start: TrailEnd
  /** Entries told before they stood in a row. */
  readonly #told: Set<string>
  #after: number

  constructor(files: Files) {
    this.#files = files
    const waiting = files.waiting()
    this.#told = new Set(waiting.map(({ id }) => id))
    const [last] = files.rows({ newestFirst: true, limit: 1 })
    this.#after = last?.seq ?? 0
    this.start = { before: this.#after + 1, waiting }
  }

  *read(): Generator<Entry[]> {
    // Looked at first: what is moved on meanwhile is seen in the rows, and known there.
    const waiting = new Map(this.#files.waiting().map((entry) => [entry.id, entry]))
    for (;;) {
      const rows = this.#files.rows({ after: this.#after, limit: READ_ROWS, characters: READ_CHARACTERS })
      const last = rows.at(-1)
      if (!last) break
      this.#after = last.seq
      const entries = rows.flatMap((row) => row.entries)
      for (const { id } of entries) waiting.delete(id)
      yield entries.filter(({ id }) => !this.#told.delete(id))
    }
    const fresh = [...waiting.values()].filter(({ id }) => !this.#told.has(id))
    for (const { id } of fresh) this.#told.add(id)
    yield fresh
  }
}
