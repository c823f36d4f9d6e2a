import type { Alternative, Driver } from '../secrets/filters.ts'
import { EXAMINED_PER_PAGE, type PageQuery, type Position, type Scope, type SortKey } from '../secrets/secrets-store.ts'
import { DESCRIPTION_HEAD } from './rows.ts'
import { join, list, type Row, raw, type Sql, sql, startsWith } from './sql.ts'

const SORT_COLUMNS: Record<SortKey, string> = {
  created: 'id',
  name: 'name',
  changed: 'changed_at',
  accessed: 'accessed_at',
}

/** The part of an order that a page looks at. */
export interface Stretch {
  readonly after?: Position | undefined
  /** Last date that still belongs to it; absent where nothing moves. */
  readonly until?: number | undefined
}

/** Whether secrets that change meanwhile move to where the walk has yet to come. */
export function movesForward(query: PageQuery): boolean {
  return !query.descending && hasTies(query)
}

export function newestDateStatement({ scope, sortBy }: PageQuery): Sql {
  const column = raw(SORT_COLUMNS[sortBy])
  return sql`select ${column} as date from secrets where account = ${scope.account} and region = ${scope.region}
    order by ${column} desc, id desc limit 1`
}

/**
 * Rows of a stretch, along the sort index: statements whose rows follow each other. Behind a date that many secrets share it takes two, because
 * SQLite's index finds a date or a sequence within one date, but not `(date, sequence) > (…)`; it would read all that share the date.
 */
export function walkStatements(query: PageQuery, stretch: Stretch): readonly ((limit: number) => Sql)[] {
  const { account, region } = query.scope
  const { after } = stretch
  const walk = (condition: Sql) => (limit: number) =>
    sql`select * from secrets where account = ${account} and region = ${region}${condition}
      order by ${order(query)} limit ${limit}`
  if (!after || !hasTies(query)) return [walk(within(query, stretch))]
  const column = raw(SORT_COLUMNS[query.sortBy])
  const beyond = raw(query.descending ? '<' : '>')
  return [
    walk(sql` and ${column} = ${after.key} and id ${beyond} ${after.id}`),
    walk(sql` and ${column} ${beyond} ${after.key}${before(query, stretch)}`),
  ]
}

/** Places of the secrets that a driver admits, within a stretch, in order. */
export function drivenStatement(query: PageQuery, stretch: Stretch, driver: Driver): Sql {
  const { account, region } = query.scope
  const column = raw(SORT_COLUMNS[query.sortBy])
  // The cross join makes the driver the outer loop; the optional planner of an engine may know better, SQLite's does not. The scope is asked
  // for again: no MAC covers the indexes, and they must not lead into another account.
  return sql`select s.id, s.${column} from (${candidates(query.scope, driver, 'union')}) d cross join secrets s
    where s.id = d.secret_id and s.account = ${account} and s.region = ${region}${within(query, stretch)}
    order by ${order(query)} limit ${EXAMINED_PER_PAGE}`
}

export function rowsStatement(ids: readonly number[]): Sql {
  return sql`select * from secrets where id in ${list(ids)}`
}

/** Counts what a driver admits, up to a limit. What two alternatives admit counts twice: telling that would take reading all of it. */
export function countStatement(scope: Scope, driver: Driver, limit: number): Sql {
  return sql`select count(*) as count from (select 1 from (${candidates(scope, driver, 'union all')}) c limit ${limit}) l`
}

/** Where in the order a row stands. */
export function positionOf({ sortBy }: PageQuery, row: Row, until: number | undefined): Position {
  const position = { key: row[SORT_COLUMNS[sortBy]] as string | number, id: Number(row.id) }
  return until === undefined ? position : { ...position, until }
}

function candidates(scope: Scope, driver: Driver, combine: 'union' | 'union all'): Sql {
  const pieces = driver.alternatives.flatMap((alternative) => ranges(scope, driver.kind, alternative))
  return join(pieces, ` ${combine} `)
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
      return [byWord(0, word ?? ''), byWord(1, word ?? '')]
  }
}

function within(query: PageQuery, stretch: Stretch): Sql {
  const { after } = stretch
  if (!after) return before(query, stretch)
  const beyond = raw(query.descending ? '<' : '>')
  if (query.sortBy === 'created') return sql` and id ${beyond} ${after.id}`
  if (query.sortBy === 'name') return sql` and name ${beyond} ${after.key}`
  const column = raw(SORT_COLUMNS[query.sortBy])
  return sql` and (${column}, id) ${beyond} (${after.key}, ${after.id})${before(query, stretch)}`
}

function before({ sortBy }: PageQuery, { until }: Stretch): Sql {
  return until === undefined ? raw('') : sql` and ${raw(SORT_COLUMNS[sortBy])} <= ${until}`
}

/** Names and sequences are unique in a scope; dates need the sequence to tell equals apart. */
function hasTies({ sortBy }: PageQuery): boolean {
  return sortBy === 'changed' || sortBy === 'accessed'
}

function order(query: PageQuery): Sql {
  const direction = query.descending ? ' desc' : ''
  const column = SORT_COLUMNS[query.sortBy]
  return raw(column === 'id' ? `id${direction}` : `${column}${direction}, id${direction}`)
}
