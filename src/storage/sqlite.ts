import { DatabaseSync } from 'node:sqlite'
import type { Entry } from '../audit/entry.ts'
import type { RowsQuery, TrailRow } from '../audit/trail.ts'
import type { Chain, Engine, Generations, Snapshot, Write } from './engine.ts'
import { newestEntries } from './newest-entries.ts'
import type { Sql } from './sql.ts'
import type { ChainLink } from './sqlite-chain.ts'
import { compile, SqliteReader } from './sqlite-reader.ts'
import type { ReserveState, WriterOptions } from './sqlite-writer-messages.ts'
import { WriterThread } from './sqlite-writer-thread.ts'
import { statementsIn } from './statement-rows.ts'
import { hashAt, neededFrom, trailRows } from './trail-rows.ts'

/** Pages the reader keeps, in KiB. */
const READER_CACHE_KIB = 64 * 1024
/** How long a read waits where it cannot begin at once: while another process recovers the log. */
const BUSY_TIMEOUT_MS = 5_000

/**
 * The embedded engine: SQLite in WAL mode, reads on a read-only connection of this thread, writes in groups through the one writer thread.
 *
 * The files must exist with the current schema (`sqlite-files.ts`), and no other process may write them.
 */
export class SqliteEngine implements Engine {
  readonly #reader: SqliteReader
  readonly #trailReader: DatabaseSync
  readonly #writer: WriterThread
  readonly chain: Chain
  /** What the last read saw; absent once something was acknowledged after it. */
  #generations: Generations | undefined

  /** @param onReserve told when what is kept of the disk for the trail had to be given up, and when it is there again */
  constructor(options: WriterOptions, onReserve: (state: ReserveState) => void = () => {}) {
    this.#reader = new SqliteReader(options.storePath)
    this.#trailReader = new DatabaseSync(options.trailPath, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    this.#trailReader.exec('pragma temp_store = memory')
    this.#reader.db.exec(`pragma cache_size = -${READER_CACHE_KIB}`)
    this.#writer = new WriterThread(options, {
      onChanged: () => {
        this.#generations = undefined
      },
      onReserve,
    })
    this.chain = {
      end: () => this.#writer.end(),
      hashAt: async (seq) => hashAt(this.#trailReader, seq),
      statements: async (query) => statementsIn(this.#trailReader, query),
      state: (statement) => this.#writer.state(statement),
      holes: () => this.#writer.holes(),
      neededFrom: async () => neededFrom(this.#trailReader),
      removeSome: (cut) => this.#writer.removeSome(cut),
    }
  }

  /** Lets a writer that was told to wait move records to the trail, behind a row that is known from elsewhere if that is later than the last. */
  begin(behind: ChainLink): Promise<void> {
    return this.#writer.begin(behind)
  }

  async read(statements: readonly Sql[]): Promise<Snapshot> {
    // Nobody else writes the store, so that where nothing is asked for, memory answers.
    if (statements.length === 0 && this.#generations) return { results: [], generations: this.#generations }
    return this.#snapshot(statements)
  }

  append(entry: Entry | undefined, writes: readonly Write[]): Promise<void> {
    return this.#writer.append({
      at: entry?.at ?? Date.now(),
      entry: entry && JSON.stringify(entry),
      writes: writes.map(({ statement, expect, expendable }) => ({ ...compile(statement), expect, expendable })),
    })
  }

  async newestEntries(limit: number): Promise<Entry[]> {
    return newestEntries(this.#reader.db, this.#trailReader, limit)
  }

  settleTrail(): Promise<void> {
    return this.#writer.settle()
  }

  async trailRows(query: RowsQuery): Promise<TrailRow[]> {
    return trailRows(this.#trailReader, query)
  }

  erase(): Promise<void> {
    return this.#writer.erase()
  }

  async ping(): Promise<void> {
    await this.#writer.ping()
    this.#snapshot([])
  }

  async explain(statement: Sql): Promise<string> {
    const { text, values } = compile(statement)
    const plan = this.#reader.db.prepare(`explain query plan ${text}`).all(...values)
    return plan.map((row) => String(row.detail)).join('\n')
  }

  async close(): Promise<void> {
    // Readers first: the last connection to close removes the write-ahead logs.
    this.#reader.close()
    if (this.#trailReader.isOpen) this.#trailReader.close()
    await this.#writer.close()
  }

  #snapshot(statements: readonly Sql[]): Snapshot {
    const snapshot = this.#reader.snapshot(statements)
    this.#generations = snapshot.generations
    return snapshot
  }
}
