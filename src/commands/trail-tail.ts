import { setTimeout as sleep } from 'node:timers/promises'
import type { Entry } from '../audit/entry.ts'
import { TrailFiles } from '../storage/trail-files.ts'
import { stopSignal } from './stop-signals.ts'
import type { TrailFilter } from './trail-filter.ts'
import { type TrailFormat, TrailOutput } from './trail-output.ts'
import { newestFirst } from './trail-search.ts'

export interface TrailTailOptions {
  readonly dataDir: string
  readonly filter: TrailFilter
  /** Records that are there already. */
  readonly limit: number
  readonly follow: boolean
  readonly format: TrailFormat
}

/** How often it is looked whether there is something new. */
const LOOK_EVERY_MS = 200
/** Rows read at once, and characters of them. */
const READ_ROWS = 512
const READ_CHARACTERS = 1024 * 1024

/** Prints the newest records that fit and, if wanted, those that come, until a signal or until nobody reads any more. */
export async function tailTrail({ dataDir, filter, limit, follow, format }: TrailTailOptions): Promise<void> {
  const stop = new AbortController()
  if (follow) void stopSignal().then(() => stop.abort())
  using files = new TrailFiles(dataDir)
  const output = new TrailOutput(format, false)
  const news = new News(files)
  await output.write(newestFirst(files, filter, limit))
  while (follow && !stop.signal.aborted && !output.isGone) {
    for (const entries of news.read()) {
      const records = entries.flatMap((entry) => filter.of(entry).map(({ record }) => record))
      if (records.length > 0) await output.write(records)
      if (output.isGone) return
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => {})
  }
}

/** What comes to the trail from now on, each entry once: also the records of changes that have not reached its rows. */
class News {
  readonly #files: TrailFiles
  /** Entries told before they stood in a row. */
  readonly #told: Set<string>
  #after: number

  constructor(files: TrailFiles) {
    this.#files = files
    this.#told = new Set(files.waiting().map(({ id }) => id))
    const [last] = files.rows({ newestFirst: true, limit: 1 })
    this.#after = last?.seq ?? 0
  }

  *read(): Generator<Entry[]> {
    // Looked at first: what is moved on meanwhile is seen in the rows, and known there.
    const waiting = this.#files.waiting()
    for (;;) {
      const rows = this.#files.rows({ after: this.#after, limit: READ_ROWS, characters: READ_CHARACTERS })
      const last = rows.at(-1)
      if (!last) break
      this.#after = last.seq
      yield rows.flatMap(({ entries }) => entries.filter(({ id }) => !this.#told.delete(id)))
    }
    const fresh = waiting.filter(({ id }) => !this.#told.has(id))
    for (const { id } of fresh) this.#told.add(id)
    yield fresh
  }
}
