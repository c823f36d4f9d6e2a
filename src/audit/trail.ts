import type { Change } from '../aws/change.ts'
import type { Entry } from './entry.ts'

export interface TrailQuery {
  /** Newest entries to return at most. */
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
}
