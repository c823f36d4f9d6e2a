import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { COMMITS, type Generations, type Snapshot } from './engine.ts'
import { ListParameter, type Row, type Sql, type SqlValue, sql } from './sql.ts'

/** Prepared read statements kept. */
const STATEMENT_CACHE = 500
/** How long a read waits where it cannot begin at once: while another process recovers the log. */
const BUSY_TIMEOUT_MS = 5_000

const GENERATIONS = sql`select name, value from generations where name <> ${COMMITS}`

/** A read-only connection to a store file, with its prepared statements. */
export class SqliteReader {
  readonly db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string) {
    this.db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    this.db.exec('pragma temp_store = memory')
  }

  /** The rows of all statements as of one moment. */
  snapshot(statements: readonly Sql[]): Snapshot {
    this.#prepared('begin').run()
    try {
      const results = statements.map((statement) => this.#all(statement))
      const values = new Map(this.#all(GENERATIONS).map((row) => [row.name, Number(row.value)]))
      const generations: Generations = { identity: values.get('identity') ?? 0, keys: values.get('keys') ?? 0 }
      return { results, generations }
    } finally {
      if (this.db.isTransaction) this.#prepared('commit').run()
    }
  }

  close(): void {
    if (this.db.isOpen) this.db.close()
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
      prepared = this.db.prepare(text)
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
export function compile(statement: Sql): { text: string; values: SqlValue[] } {
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
