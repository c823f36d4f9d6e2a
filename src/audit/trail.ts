import type { Change } from '../aws/change.ts'
import type { Entry } from './entry.ts'

export interface TrailQuery {
  /** Newest entries to return at most. */
  readonly limit: number
}

/** Which rows of the trail are wanted. Sequences begin at 1 and have no gap, except where rows were lost. */
export interface RowsQuery {
  /** Rows after this sequence; from the first that is kept when absent. */
  readonly after?: number | undefined
  /** Rows before this sequence; to the last when absent. */
  readonly before?: number | undefined
  /** True for the last row first. */
  readonly newestFirst?: boolean | undefined
  /** Rows to return at most; fewer where they are large, but at least one when there is one. */
  readonly limit: number
  /** Text of the rows, in characters, that counts as large. */
  readonly characters?: number | undefined
}

/** Entries that were written together. */
export interface TrailRow {
  readonly seq: number
  readonly node: string
  /** When the last of its entries happened, milliseconds since the epoch. */
  readonly at: number
  readonly entries: readonly Entry[]
}

/** A signed statement on how far the trail was at a time: the statement of kind `head` (`statement.ts`) as it is handed out. */
export interface TrailHead {
  readonly installation: string
  /** Position among all signed statements; it grows from head to head. */
  readonly number: number
  readonly node: string
  /** Last row that it covers. */
  readonly seq: number
  /** Hash of that row, and so of all before it; hexadecimal. */
  readonly hash: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Hash of the statement before; hexadecimal. */
  readonly previous: string
  /** Version of the keyring's trail key. */
  readonly keyVersion: number
  /** Ed25519, base64. */
  readonly signature: string
  /** Commits that the store had made; absent in heads from before they were counted. */
  readonly storeCommits?: number | undefined
}

export interface HeadsQuery {
  /** Heads after this number. */
  readonly after: number
  readonly limit: number
}

/**
 * The record of every authenticated call.
 *
 * Guarantees: when `append` resolves, the entry is durable, and so are all changes given with it, in one transaction; when it rejects, none of
 * them is (or, if the process ends, either all or none). Appends may run at once; changes apply in some serial order.
 */
export interface Trail {
  /** Rejects with ConflictError when a change no longer applies, with any other error when the trail cannot be written. */
  append(entry: Entry, changes?: readonly Change[]): Promise<void>
  /** The newest entries, oldest first. */
  newest(query: TrailQuery): Promise<Entry[]>
  /** Everything that was acknowledged before stands in the rows once this resolves. Rejects when the trail cannot be written. */
  settle(): Promise<void>
  /** Rows in their order; what was acknowledged just now may be missing without `settle`. */
  rows(query: RowsQuery): Promise<TrailRow[]>
  /** Heads in their order, from the first that is kept. */
  heads(query: HeadsQuery): Promise<TrailHead[]>
}
