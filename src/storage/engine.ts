import type { Entry } from '../audit/entry.ts'
import type { ChainEnd, Hole } from '../audit/head-signer.ts'
import type { Statement, StatementKind } from '../audit/statement.ts'
import type { RowsQuery, TrailRow } from '../audit/trail.ts'
import type { Change } from '../aws/change.ts'
import type { Row, Sql } from './sql.ts'

/** Counters that every change of a kind raises in its own transaction; what was cached under an older one must not be used. */
export interface Generations {
  readonly identity: number
  readonly keys: number
}

export interface Snapshot {
  /** Rows of each statement, in the order of the statements. */
  readonly results: readonly (readonly Row[])[]
  /** As of the same snapshot. */
  readonly generations: Generations
}

/** A statement of a change. With `expect`, any other number of rows makes the whole change a conflict. */
export interface Write {
  readonly statement: Sql
  readonly expect?: number | undefined
  /** May be left out, as if it had been done, where the disk has room for records alone. */
  readonly expendable?: boolean | undefined
}

/** The changes that stores make: statements that the engine runs in one transaction with their record. */
export interface SqlChange extends Change {
  readonly writes: readonly Write[]
}

export interface StatementsQuery {
  /** Of this kind; of any when absent. */
  readonly kind?: StatementKind | undefined
  /** With numbers greater than this. */
  readonly after?: number | undefined
  readonly newestFirst?: boolean | undefined
  readonly limit: number
}

/** How the rows of the trail are chained, and what is signed of them. */
export interface Chain {
  /** The end of this node's chain, once everything that was acknowledged stands in it. Rejects when the trail cannot be written. */
  end(): Promise<ChainEnd>
  /** Hash of a row as it is stored; undefined when it is not there. */
  hashAt(seq: number): Promise<Uint8Array | undefined>
  statements(query: StatementsQuery): Promise<Statement[]>
  /** Adds a statement. Rejects when its number is taken. */
  state(statement: Statement): Promise<void>
  /** The row by which is known what of the outbox stands in the trail, or the last where none says so: it and what follows must stay. */
  neededFrom(): Promise<number>
  /** Where rows are missing and no gap was acknowledged, in their order. */
  holes(): Promise<readonly Hole[]>
  /** Removes some of what is before a cut, oldest first. False when nothing of it is left. */
  removeSome(cut: Statement): Promise<boolean>
}

/** Row of `generations` that every commit of changes raises. */
export const COMMITS = 'commits'

/** Row of `meta` that counts removals whose content may still stand in the files. */
export const ERASURE_MARK = 'erasure'

/**
 * What differs between databases, and nothing else.
 *
 * Guarantees: `read` sees one snapshot that holds everything acknowledged before the call; `append` is durable when it resolves; a violated
 * unique index or an unexpected row count rejects with ConflictError and leaves nothing of the change behind.
 */
export interface Engine {
  read(statements: readonly Sql[]): Promise<Snapshot>
  append(entry: Entry | undefined, writes: readonly Write[]): Promise<void>
  /** The newest entries, oldest first. */
  newestEntries(limit: number): Promise<Entry[]>
  /** Moves the records of changes that wait on to the trail. Rejects when it cannot be written. */
  settleTrail(): Promise<void>
  trailRows(query: RowsQuery): Promise<TrailRow[]>
  readonly chain: Chain
  /** Asks that deleted content leaves the files too. Resolves once it is done or known to be impossible for now. */
  erase(): Promise<void>
  /** Rejects when the store does not answer or can no longer be written. */
  ping(): Promise<void>
  /** The plan of a query as the database explains it, for tests. */
  explain(statement: Sql): Promise<string>
  close(): Promise<void>
}
