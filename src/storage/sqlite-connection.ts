import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { SqlValue } from './sql.ts'

/** Prepared statements kept; changes come in a small number of forms. */
const STATEMENT_CACHE = 200
/** Pages kept, in KiB: a group of changes touches pages all over the indexes, and what does not fit is written to the log more than once. */
const CACHE_KIB = 16 * 1024
/** How long a statement waits for another connection, such as a tool that reads the file. */
const BUSY_TIMEOUT_MS = 5_000
/** How long emptying the log waits for readers of other processes: everything else waits with it. */
const TRUNCATE_TIMEOUT_MS = 100

/** A connection that writes, with its prepared statements. Only the writer's thread has such. */
export class WriteConnection {
  readonly db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string, durable: boolean) {
    this.db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
    this.db.exec('pragma journal_mode = wal')
    this.db.exec(`pragma synchronous = ${durable ? 'full' : 'off'}`)
    this.db.exec('pragma secure_delete = on')
    this.db.exec('pragma temp_store = memory')
    this.db.exec(`pragma cache_size = -${CACHE_KIB}`)
  }

  /** Number of rows changed. */
  run(text: string, values: readonly SqlValue[] = []): number {
    return Number(this.#prepared(text).run(...values).changes)
  }

  all(text: string, values: readonly SqlValue[] = []): Record<string, SqlValue>[] {
    return this.#prepared(text).all(...values) as Record<string, SqlValue>[]
  }

  get isInTransaction(): boolean {
    return this.db.isTransaction
  }

  /** Runs `work` in a transaction; what it throws rolls back. */
  transaction(work: () => void): void {
    this.run('begin immediate')
    try {
      work()
      this.run('commit')
    } catch (error) {
      // Some failures (a full disk) have rolled back already.
      if (this.db.isTransaction) this.run('rollback')
      throw error
    }
  }

  /** Moves everything from the write-ahead log into the file and empties the log. False when a reader of another process prevents it. */
  truncate(): boolean {
    this.db.exec(`pragma busy_timeout = ${TRUNCATE_TIMEOUT_MS}`)
    try {
      return this.db.prepare('pragma wal_checkpoint(truncate)').get()?.busy === 0
    } finally {
      this.db.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
    }
  }

  /** Forgets pages it has read, so that what was written to the file beside it is seen. */
  forgetPages(): void {
    this.db.exec('pragma shrink_memory')
  }

  close(): void {
    this.db.close()
  }

  #prepared(text: string): StatementSync {
    let statement = this.#statements.get(text)
    if (!statement) {
      if (this.#statements.size >= STATEMENT_CACHE) this.#statements.clear()
      statement = this.db.prepare(text)
      this.#statements.set(text, statement)
    }
    return statement
  }
}
