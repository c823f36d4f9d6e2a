import type { Alternative, Driver } from '../secrets/filters.ts'
import type { Secret } from '../secrets/secret.ts'
import { EXAMINED_PER_PAGE, type PageQuery, type Position, type Scope, type SortKey } from '../secrets/secrets-store.ts'
import type { Engine } from './engine.ts'
import { DESCRIPTION_HEAD, rowToSecret } from './rows.ts'
import { join, list, type Row, raw, type Sql, sql, startsWith } from './sql.ts'

/** Rows fetched at once at most; the first fetch is a page and one. */
const CHUNK = 500
/** A driver that admits no more than this is taken without looking at the others. */
const FEW = 100

const SORT_COLUMNS: Record<SortKey, string> = {
  created: 'id',
  name: 'name',
  changed: 'changed_at',
  accessed: 'accessed_at',
}

export interface FoundRows {
  readonly rows: readonly { readonly row: Row; readonly secret: Secret }[]
  readonly next: Position | undefined
}

/**
 * One page of the secrets that match. A selective driver's index says which secrets to examine; otherwise the sort index is walked from where
 * the last page ended. Either way at most EXAMINED_PER_PAGE secrets are examined, and paging is by key.
 */
export async function searchSecrets(engine: Engine, query: PageQuery): Promise<FoundRows> {
  const driver = await selectiveDriver(engine, query)
  const source = driver ? await driven(engine, query, driver) : walk(engine, query)
  const found: { row: Row; secret: Secret }[] = []
  let last: Row | undefined
  let examined = 0
  for await (const row of source) {
    const secret = rowToSecret(row)
    const fits = query.matches(secret)
    // One more than fits on the page proves that there is another page.
    if (fits && found.length === query.limit) return { rows: found, next: positionOf(query, found.at(-1)?.row) }
    if (fits) found.push({ row, secret })
    last = row
    examined++
    if (examined === EXAMINED_PER_PAGE) return { rows: found, next: positionOf(query, last) }
  }
  return { rows: found, next: undefined }
}

/** The sort index from the last position on, in chunks that grow, so that a full page reads little more than itself. */
async function* walk(engine: Engine, query: PageQuery): AsyncGenerator<Row> {
  let after = query.after
  for (let size = query.limit + 1; ; size = Math.min(size * 2, CHUNK)) {
    const { results } = await engine.read([walkStatement(query, after, size)])
    const rows = results[0] ?? []
    yield* rows
    if (rows.length < size) return
    after = positionOf(query, rows.at(-1))
  }
}

/** The secrets a driver's index admits: first their ids in order, then the rows, a chunk at a time. */
async function driven(engine: Engine, query: PageQuery, driver: Driver): Promise<AsyncIterable<Row>> {
  const { results } = await engine.read([drivenStatement(query, driver)])
  const ids = (results[0] ?? []).map((row) => Number(row.id))
  return rowsOf(engine, ids, query.limit + 1)
}

async function* rowsOf(engine: Engine, ids: readonly number[], firstChunk: number): AsyncGenerator<Row> {
  let size = firstChunk
  for (let start = 0; start < ids.length; start += size, size = Math.min(size * 2, CHUNK)) {
    const chunk = ids.slice(start, start + size)
    const { results } = await engine.read([rowsStatement(chunk)])
    const rows = new Map((results[0] ?? []).map((row) => [Number(row.id), row]))
    for (const id of chunk) {
      const row = rows.get(id)
      if (row) yield row
    }
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
    }
  }
  return best
}

/** Rows behind a position, along the sort index. */
export function walkStatement(query: PageQuery, after: Position | undefined, limit: number): Sql {
  const { account, region } = query.scope
  return sql`select * from secrets where account = ${account} and region = ${region}${afterPosition(query, after)}
    order by ${order(query)} limit ${limit}`
}

/** Ids that a driver admits, behind the position, in order. */
export function drivenStatement(query: PageQuery, driver: Driver): Sql {
  // The cross join makes the driver the outer loop; the optional planner of an engine may know better, SQLite's does not.
  return sql`select s.id from (${candidates(query.scope, driver)}) d cross join secrets s
    where s.id = d.secret_id${afterPosition(query, query.after)} order by ${order(query)} limit ${EXAMINED_PER_PAGE}`
}

export function rowsStatement(ids: readonly number[]): Sql {
  return sql`select * from secrets where id in ${list(ids)}`
}

/** Counts what a driver admits, up to a limit. */
export function countStatement(scope: Scope, driver: Driver, limit: number): Sql {
  return sql`select count(*) as count from (select 1 from (${candidates(scope, driver)}) c limit ${limit}) l`
}

function candidates(scope: Scope, driver: Driver): Sql {
  const pieces = driver.alternatives.flatMap((alternative) => ranges(scope, driver.kind, alternative))
  // A driver without alternatives admits nothing.
  if (pieces.length === 0) return sql`select id as secret_id from secrets where id is null`
  return join(pieces, ' union ')
}

/** Index ranges that together hold everything an alternative admits. */
function ranges({ account, region }: Scope, kind: Driver['kind'], { prefix, word }: Alternative): Sql[] {
  const inScope = sql`account = ${account} and region = ${region}`
  const bySecret = (column: string, text: string) =>
    sql`select id as secret_id from secrets where ${inScope} and ${startsWith(raw(column), text)}`
  const byTag = (column: string, text: string) =>
    sql`select secret_id from secret_tags where ${inScope} and ${startsWith(raw(column), text)}`
  const byWord = (inDescription: 0 | 1, text: string) =>
    sql`select secret_id from secret_words
      where ${inScope} and in_description = ${inDescription} and ${startsWith(raw('word'), text)}`
  switch (kind) {
    case 'name':
      return [bySecret('name', prefix ?? '')]
    case 'primary-region':
      return [bySecret('primary_region', prefix ?? '')]
    case 'owning-service':
      return [bySecret('owning_service', prefix ?? '')]
    case 'tag-key':
      return [byTag('tag_key', prefix ?? '')]
    case 'tag-value':
      return [byTag('tag_value', prefix ?? '')]
    case 'description':
      return [
        bySecret('description_head', (prefix ?? '').slice(0, DESCRIPTION_HEAD)),
        ...(word === undefined ? [] : [byWord(1, word)]),
      ]
    case 'all':
      return word === undefined ? [] : [byWord(0, word), byWord(1, word)]
  }
}

function afterPosition(query: PageQuery, after: Position | undefined): Sql {
  if (!after) return raw('')
  const beyond = raw(query.descending ? '<' : '>')
  const column = raw(SORT_COLUMNS[query.sortBy])
  // Names and sequences are unique in a scope; dates need the sequence to tell equals apart.
  if (query.sortBy === 'created') return sql` and id ${beyond} ${after.id}`
  if (query.sortBy === 'name') return sql` and name ${beyond} ${after.key}`
  return sql` and (${column}, id) ${beyond} (${after.key}, ${after.id})`
}

function order(query: PageQuery): Sql {
  const direction = query.descending ? ' desc' : ''
  const column = SORT_COLUMNS[query.sortBy]
  return raw(column === 'id' ? `id${direction}` : `${column}${direction}, id${direction}`)
}

function positionOf(query: PageQuery, row: Row | undefined): Position | undefined {
  if (!row) return undefined
  return { key: row[SORT_COLUMNS[query.sortBy]] as string | number, id: Number(row.id) }
}
