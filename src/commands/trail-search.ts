import type { CloudTrailRecord } from '../audit/cloudtrail.ts'
import type { Entry } from '../audit/entry.ts'
import type { TrailRow } from '../audit/trail.ts'
import { TrailFiles } from '../storage/trail-files.ts'
import type { TrailFilter } from './trail-filter.ts'
import { type TrailFormat, TrailOutput } from './trail-output.ts'

export interface TrailSearchOptions {
  readonly dataDir: string
  readonly filter: TrailFilter
  /** The newest records at most; all when absent. */
  readonly limit: number | undefined
  readonly format: TrailFormat
}

/** Rows read at once, and records of them: what is in memory at a time. */
const READ_ROWS = 512
const READ_CHARACTERS = 1024 * 1024
/**
 * Rows stand in the order in which they were written, which is that of time but for a clock that was set back. By so much, milliseconds, the times
 * of rows may be out of order before a search by time misses something.
 */
const CLOCK_SLACK_MS = 3_600_000

/** Prints what is found, the oldest first. */
export async function searchTrail({ dataDir, filter, limit, format }: TrailSearchOptions): Promise<void> {
  using files = new TrailFiles(dataDir)
  const output = new TrailOutput(format, true)
  let found = 0
  const searched = countingEntries(filter)
  const pieces = limit === undefined ? oldestFirst(files, searched) : [newestFirst(files, searched, limit)]
  for (const records of pieces) {
    found += records.length
    if (records.length > 0) await output.write(records)
    if (output.isGone) return
  }
  if (found > 0) return
  if (format === 'csv') await output.write([])
  process.stderr.write(noneFits(searched.entries))
}

const noneFits = (requests: number) =>
  `No record fits. Searched the records of ${requests} ${requests === 1 ? 'request' : 'requests'}.\n`

/** A filter that counts the entries it was asked about. */
function countingEntries(filter: TrailFilter): TrailFilter & { readonly entries: number } {
  let entries = 0
  return {
    ...filter,
    of(entry) {
      entries++
      return filter.of(entry)
    },
    get entries() {
      return entries
    },
  }
}

/** Up to where a trail is looked at: rows before one, and the entries that waited then. */
export interface TrailEnd {
  readonly before: number
  readonly waiting: readonly Entry[]
}

/** The last records that fit, in the order in which they were written. */
export function newestFirst(files: TrailFiles, filter: TrailFilter, limit: number, end?: TrailEnd): CloudTrailRecord[] {
  const { before: start, waiting } = end ?? { before: Number.MAX_SAFE_INTEGER, waiting: files.waiting() }
  const seen = new Set(waiting.map(({ id }) => id))
  const found = waiting.toReversed().flatMap((entry) => recordsBackwards(entry, filter))
  for (let before = start; found.length < limit; ) {
    const rows = files.rows({ before, newestFirst: true, limit: READ_ROWS, characters: READ_CHARACTERS })
    const last = rows.at(-1)
    if (!last) break
    for (const row of rows)
      for (const entry of row.entries.toReversed())
        if (!seen.has(entry.id)) found.push(...recordsBackwards(entry, filter))
    if (last.at < filter.from - CLOCK_SLACK_MS) break
    before = last.seq
  }
  return found.slice(0, limit).reverse()
}

const recordsBackwards = (entry: Entry, filter: TrailFilter) =>
  filter
    .of(entry)
    .map(({ record }) => record)
    .reverse()

function* oldestFirst(files: TrailFiles, filter: TrailFilter): Generator<CloudTrailRecord[]> {
  const of = (entries: readonly Entry[]) => entries.flatMap((entry) => filter.of(entry).map(({ record }) => record))
  const waiting = new Map(files.waiting().map((entry) => [entry.id, entry]))
  for (let after = beginning(files, filter.from - CLOCK_SLACK_MS); ; ) {
    const rows = files.rows({ after, limit: READ_ROWS, characters: READ_CHARACTERS })
    const entries = rows.flatMap((row) => row.entries)
    for (const { id } of entries) waiting.delete(id)
    yield of(entries)
    const last = rows.at(-1)
    if (!last || last.at > filter.to + CLOCK_SLACK_MS) break
    after = last.seq
  }
  yield of([...waiting.values()])
}

/** A row behind which everything from a time on stands. */
function beginning(files: TrailFiles, from: number): number {
  const [first] = files.rows({ limit: 1 })
  const [last] = files.rows({ newestFirst: true, limit: 1 })
  if (!first || !last || from <= 0) return 0
  let [low, high] = [first.seq, last.seq]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [row] = files.rows({ after: middle - 1, limit: 1 }) as [TrailRow]
    if (row.at < from) low = middle + 1
    else high = middle
  }
  return low - 1
}
