import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Entry } from '../audit/entry.ts'
import type { RowsQuery, TrailRow } from '../audit/trail.ts'
import { type Chain, COMMITS, type Engine, type Generations, type Snapshot, type Write } from './engine.ts'
import { newestEntries } from './newest-entries.ts'
import { ListParameter, type Row, type Sql, type SqlValue, sql } from './sql.ts'
import type { ChainLink } from './sqlite-chain.ts'
import type { ReserveState, WriterOptions } from './sqlite-writer-messages.ts'
import { WriterThread } from './sqlite-writer-thread.ts'
import { statementsIn } from './statement-rows.ts'
import { hashAt, neededFrom, trailRows } from './trail-rows.ts'

/** Prepared read statements kept. */
const STATEMENT_CACHE = 500
/** Pages the reader keeps, in KiB. */
const READER_CACHE_KIB = 64 * 1024
/** How long a read waits where it cannot begin at once: while another process recovers the log. */
const BUSY_TIMEOUT_MS = 5_000

const GENERATIONS = sql`select name, value from generations where name <> ${COMMITS}`

/**
 * The embedded engine: SQLite in WAL mode, reads on a read-only connection of this thread, writes in groups through the one writer thread.
 *
 * The files must exist with the current schema (`sqlite-files.ts`), and no other process may write them.
 */
export class SqliteEngine implements Engine {
  readonly #reader: DatabaseSync
  readonly #trailReader: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #writer: WriterThread
  readonly chain: Chain
  /** What the last read saw; absent once something was acknowledged after it. */
  #generations: Generations | undefined

  /** @param onReserve told when what is kept of the disk for the trail had to be given up, and when it is there again */
  constructor(options: WriterOptions, onReserve: (state: ReserveState) => void = () => {}) {
    this.#reader = new DatabaseSync(options.storePath, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    this.#trailReader = new DatabaseSync(options.trailPath, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    for (const db of [this.#reader, this.#trailReader]) db.exec('pragma temp_store = memory')
    this.#reader.exec(`pragma cache_size = -${READER_CACHE_KIB}`)
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
    return newestEntries(this.#reader, this.#trailReader, limit)
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
    const plan = this.#reader.prepare(`explain query plan ${text}`).all(...values)
    return plan.map((row) => String(row.detail)).join('\n')
  }

  async close(): Promise<void> {
    // Readers first: the last connection to close removes the write-ahead logs.
    for (const db of [this.#reader, this.#trailReader]) if (db.isOpen) db.close()
    await this.#writer.close()
  }

  #snapshot(statements: readonly Sql[]): Snapshot {
    this.#prepared('begin').run()
    try {
      const results = statements.map((statement) => this.#all(statement))
      const values = new Map(this.#all(GENERATIONS).map((row) => [row.name, Number(row.value)]))
      const generations = { identity: values.get('identity') ?? 0, keys: values.get('keys') ?? 0 }
      this.#generations = generations
      return { results, generations }
    } finally {
      if (this.#reader.isTransaction) this.#prepared('commit').run()
    }
  }

  #all(statement: Sql): Row[] {
    const { text, values } = compile(statement)
    const prepared = this.#prepared(text)
    try {
      return prepared.all(...values) as unknown as Row[]
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_OUT_OF_RANGE') throw error
      return allWithHugeIntegers(prepared, values)
    }
  }

  #prepared(text: string): StatementSync {
    let prepared = this.#statements.get(text)
    if (!prepared) {
      if (this.#statements.size >= STATEMENT_CACHE) this.#statements.clear()
      prepared = this.#reader.prepare(text)
      this.#statements.set(text, prepared)
    }
    return prepared
  }
}

/**
 * Rows with an integer that no number holds exactly. Coffer writes none, and one forged row must not make the others unreadable: the integer
 * becomes text, so that no MAC fits it.
 */
function allWithHugeIntegers(prepared: StatementSync, values: readonly SqlValue[]): Row[] {
  prepared.setReadBigInts(true)
  try {
    return prepared.all(...values).map((row) => {
      const entries = Object.entries(row).map(([name, value]) => {
        if (typeof value !== 'bigint') return [name, value]
        const number = Number(value)
        return [name, Number.isSafeInteger(number) ? number : String(value)]
      })
      return Object.fromEntries(entries) as Row
    })
  } finally {
    prepared.setReadBigInts(false)
  }
}

/** SQLite's text of a statement: `?` for each parameter, a list as one parameter. */
function compile(statement: Sql): { text: string; values: SqlValue[] } {
  let text = statement.parts[0] ?? ''
  const values = statement.values.map((value, index) => {
    const isList = value instanceof ListParameter
    text += (isList ? '(select value from json_each(?))' : '?') + statement.parts[index + 1]
    if (isList) return JSON.stringify(value.values)
    // A copy: a piece of Node.js's common pool would take the whole pool along to the writer's thread.
    return value instanceof Uint8Array ? new Uint8Array(value) : value
  })
  return { text, values }
}
