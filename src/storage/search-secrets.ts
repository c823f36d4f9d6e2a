import { setImmediate as othersFirst } from 'node:timers/promises'
import type { Driver } from '../secrets/filters.ts'
import type { Secret } from '../secrets/secret.ts'
import { EXAMINED_PER_PAGE, type PageQuery, type Position } from '../secrets/secrets-store.ts'
import type { Engine } from './engine.ts'
import { rowToSecret } from './rows.ts'
import {
  countStatement,
  drivenStatement,
  movesForward,
  newestDateStatement,
  positionOf,
  rowsStatement,
  walkStatements,
} from './search-statements.ts'
import type { Row } from './sql.ts'

/** Rows fetched at once at most; the first fetch is a page and one. Between two fetches other requests have their turn. */
const CHUNK = 500
/** Comparing goes on for this long before other requests have their turn. */
const TURN_MS = 10
/** A page ends here, with what it has found and a position: filters can be made that take very long to compare. */
const PAGE_MS = 1_000
/** A driver that admits no more than this is taken without looking at the others. */
const FEW = 100

export interface FoundRows {
  readonly rows: readonly FoundRow[]
  readonly next: Position | undefined
}

interface FoundRow {
  readonly row: Row
  /** Absent for a row that is none of ours: it cannot even be read. */
  readonly secret: Secret | undefined
}

/** A place in the order with the row that was found there; absent when it was removed since. */
interface Candidate {
  readonly row: Row | undefined
  readonly position: Position
}

/**
 * One page of the secrets that match. A selective driver's index says which secrets to examine; otherwise the sort index is walked from where
 * the last page ended. Either way at most EXAMINED_PER_PAGE secrets are examined, and paging is by key.
 */
export async function searchSecrets(engine: Engine, query: PageQuery): Promise<FoundRows> {
  // A filter that admits nothing leaves nothing to look for.
  if (query.drivers.some(({ alternatives }) => alternatives.length === 0)) return { rows: [], next: undefined }
  const until = await endOfWalk(engine, query)
  const driver = await selectiveDriver(engine, query)
  const source = driver ? driven(engine, query, driver, until) : walk(engine, query, until)
  const rows: FoundRow[] = []
  let lastFound: Position | undefined
  let examined = 0
  const end = performance.now() + PAGE_MS
  let turn = performance.now() + TURN_MS
  for await (const { row, position } of source) {
    const secret = row && readable(row)
    // What cannot be read is shown as tampered with; leaving it out would hide it.
    const fits = row && (!secret || query.matches(secret))
    // One more than fits on the page proves that there is another page.
    if (fits && rows.length === query.limit) return { rows, next: lastFound }
    if (fits) {
      rows.push({ row, secret })
      lastFound = position
    }
    examined++
    const now = performance.now()
    if (examined === EXAMINED_PER_PAGE || now > end) return { rows, next: position }
    if (now > turn) {
      await othersFirst()
      turn = performance.now() + TURN_MS
    }
  }
  return { rows, next: undefined }
}

function readable(row: Row): Secret | undefined {
  try {
    return rowToSecret(row)
  } catch {
    return undefined
  }
}

/** Towards newer dates, the newest date when the walk began: what changes meanwhile gets a newer one, and would be met again and again. */
async function endOfWalk(engine: Engine, query: PageQuery): Promise<number | undefined> {
  if (!movesForward(query)) return undefined
  if (query.after) return query.after.until
  const { results } = await engine.read([newestDateStatement(query)])
  return Number(results[0]?.[0]?.date ?? 0)
}

/** The sort index from the last position on, in chunks that grow, so that a full page reads little more than itself. */
async function* walk(engine: Engine, query: PageQuery, until: number | undefined): AsyncGenerator<Candidate> {
  let after = query.after
  for (let size = query.limit + 1; ; size = Math.min(size * 2, CHUNK)) {
    const rows: Row[] = []
    for (const statement of walkStatements(query, { after, until })) {
      if (rows.length === size) break
      const { results } = await engine.read([statement(size - rows.length)])
      rows.push(...(results[0] ?? []))
    }
    for (const row of rows) yield { row, position: positionOf(query, row, until) }
    const last = rows.at(-1)
    if (!last || rows.length < size) return
    after = positionOf(query, last, until)
    await othersFirst()
  }
}

/** The secrets a driver's index admits: first their places in order, then the rows, a chunk at a time. */
async function* driven(
  engine: Engine,
  query: PageQuery,
  driver: Driver,
  until: number | undefined,
): AsyncGenerator<Candidate> {
  const { results } = await engine.read([drivenStatement(query, { after: query.after, until }, driver)])
  const positions = (results[0] ?? []).map((row) => positionOf(query, row, until))
  let size = query.limit + 1
  for (let start = 0; start < positions.length; start += size, size = Math.min(size * 2, CHUNK)) {
    if (start > 0) await othersFirst()
    const chunk = positions.slice(start, start + size)
    const { results } = await engine.read([rowsStatement(chunk.map(({ id }) => id))])
    const rows = new Map((results[0] ?? []).map((row) => [Number(row.id), row]))
    for (const position of chunk) yield { row: rows.get(position.id), position }
  }
}

/** The driver that admits the fewest secrets, if any admits few enough to examine them all. */
async function selectiveDriver(engine: Engine, query: PageQuery): Promise<Driver | undefined> {
  let best: Driver | undefined
  let fewest = EXAMINED_PER_PAGE + 1
  for (const driver of query.drivers) {
    if (fewest <= FEW) break
    const { results } = await engine.read([countStatement(query.scope, driver, fewest)])
    const count = Number(results[0]?.[0]?.count)
    if (count < fewest) {
      best = driver
      fewest = count
    } else {
      // Counted up to the limit, which is long enough.
      await othersFirst()
    }
  }
  return best
}
