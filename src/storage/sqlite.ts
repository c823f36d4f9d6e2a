import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { Entry } from '../audit/entry.ts'
import { ConflictError } from '../aws/change.ts'
import type { Engine, Snapshot, Write } from './engine.ts'
import { ListParameter, type Row, type Sql, type SqlValue, sql } from './sql.ts'
import type { GroupItem, WriterOptions, WriterReply, WriterRequest } from './sqlite-writer.ts'

/** A group of changes and records sent to the writer at once holds at most this many bytes of them. */
const GROUP_BYTES = 4 * 1024 * 1024
/** Prepared read statements kept. */
const STATEMENT_CACHE = 500

const GENERATIONS = sql`select name, value from generations`

interface Waiting {
  readonly item: GroupItem
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * The embedded engine: SQLite in WAL mode, reads on a read-only connection of this thread, writes in groups through the one writer thread.
 *
 * The files must exist with the current schema (`sqlite-files.ts`).
 */
export class SqliteEngine implements Engine {
  readonly #reader: DatabaseSync
  readonly #trailReader: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #writer: WriterThread

  constructor(options: WriterOptions) {
    this.#reader = new DatabaseSync(options.storePath, { readOnly: true })
    this.#trailReader = new DatabaseSync(options.trailPath, { readOnly: true })
    for (const db of [this.#reader, this.#trailReader]) db.exec('pragma temp_store = memory')
    this.#reader.exec('pragma cache_size = -65536')
    this.#writer = new WriterThread(options)
  }

  async read(statements: readonly Sql[]): Promise<Snapshot> {
    this.#reader.exec('begin')
    try {
      const results = statements.map((statement) => this.#all(statement))
      const [identity, keys] = ['identity', 'keys'].map((name) =>
        Number(this.#all(GENERATIONS).find((row) => row.name === name)?.value),
      )
      return { results, generations: { identity: identity ?? 0, keys: keys ?? 0 } }
    } finally {
      this.#reader.exec('commit')
    }
  }

  append(entry: Entry | undefined, writes: readonly Write[]): Promise<void> {
    return this.#writer.append({
      at: entry?.at ?? Date.now(),
      entry: entry && JSON.stringify(entry),
      writes: writes.map(({ statement, expect }) => ({ ...compile(statement), expect })),
    })
  }

  async newestEntries(limit: number): Promise<Entry[]> {
    // The outbox first: what is moved between the reads is then seen twice, never missed, and told apart by its outbox id.
    const waiting = this.#reader.prepare('select id, entry from outbox order by id desc limit ?').all(limit)
    const last = this.#trailReader.prepare('select max(outbox_id) as id from trail where outbox_id is not null').get()
    const moved = Number(last?.id ?? 0)
    const found: Entry[] = []
    for (const row of this.#trailReader.prepare('select entries from trail order by seq desc').iterate()) {
      for (const text of String(row.entries).split('\n').reverse()) found.push(JSON.parse(text))
      if (found.length >= limit) break
    }
    const pending = waiting.filter((row) => Number(row.id) > moved).map((row) => JSON.parse(String(row.entry)) as Entry)
    return [...pending, ...found].slice(0, limit).reverse()
  }

  erase(): Promise<void> {
    return this.#writer.send({ kind: 'erase' })
  }

  async ping(): Promise<void> {
    this.#writer.check()
    await this.read([])
  }

  async explain(statement: Sql): Promise<string> {
    const { text, values } = compile(statement)
    const plan = this.#reader.prepare(`explain query plan ${text}`).all(...values)
    return plan.map((row) => String(row.detail)).join('\n')
  }

  async close(): Promise<void> {
    // Readers first: the last connection to close removes the write-ahead logs.
    this.#reader.close()
    this.#trailReader.close()
    await this.#writer.close()
  }

  #all(statement: Sql): Row[] {
    const { text, values } = compile(statement)
    let prepared = this.#statements.get(text)
    if (!prepared) {
      if (this.#statements.size >= STATEMENT_CACHE) this.#statements.clear()
      prepared = this.#reader.prepare(text)
      this.#statements.set(text, prepared)
    }
    return prepared.all(...values) as unknown as Row[]
  }
}

/** SQLite's text of a statement: `?` for each parameter, a list as one parameter. */
function compile(statement: Sql): { text: string; values: SqlValue[] } {
  let text = statement.parts[0] ?? ''
  const values = statement.values.map((value, index) => {
    const isList = value instanceof ListParameter
    text += (isList ? '(select value from json_each(?))' : '?') + statement.parts[index + 1]
    return isList ? JSON.stringify(value.values) : value
  })
  return { text, values }
}

/** The writer's thread, seen from here: appends gather while a group is under way and leave together. */
class WriterThread {
  readonly #worker: Worker
  #waiting: Waiting[] = []
  #busy = false
  #scheduled = false
  #closed = false
  #failure: Error | undefined
  /** Settles the request that is under way. */
  #settle: ((reply: WriterReply) => void) | undefined
  /** Requests other than groups, in order. */
  readonly #errands: (() => Promise<void>)[] = []

  constructor(options: WriterOptions) {
    // Beside this file, in the source as in the build.
    const file = new URL(import.meta.url.replace(/sqlite(\.[jt]s)$/, 'sqlite-writer$1'))
    this.#worker = new Worker(file, { workerData: options, execArgv: [], stdout: false, stderr: false })
    this.#worker.on('message', (reply: WriterReply) => this.#settle?.(reply))
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', () => this.#fail(new Error('The writer of the store has stopped')))
    // A program that uses Coffer in process may end without closing it.
    this.#worker.unref()
  }

  append(item: GroupItem): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (this.#closed) return Promise.reject(new Error('The store is closed'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      this.#schedule()
    })
  }

  /** Throws when nothing can be written any more. */
  check(): void {
    if (this.#failure) throw this.#failure
  }

  /** Sends a request of its own, in turn with the groups. */
  send(request: WriterRequest): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#errands.push(async () => {
        const reply = await this.#request(request)
        if ('failure' in reply) reject(new Error(reply.failure))
        else resolve()
      })
      this.#schedule()
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#worker.ref()
    try {
      await this.send({ kind: 'close' })
    } finally {
      this.#failure ??= new Error('The store is closed')
      await this.#worker.terminate()
    }
  }

  /** Everything that arrives in one turn of the event loop travels in one group. */
  #schedule(): void {
    if (this.#busy || this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      void this.#work()
    })
  }

  async #work(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    this.#worker.ref()
    try {
      while (!this.#failure && (this.#waiting.length > 0 || this.#errands.length > 0)) {
        if (this.#waiting.length > 0) await this.#sendGroup(this.#takeGroup())
        else await this.#errands.shift()?.()
      }
    } finally {
      this.#busy = false
      if (!this.#closed) this.#worker.unref()
    }
  }

  #takeGroup(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const { item } of this.#waiting) {
      bytes += sizeOf(item)
      if (count > 0 && bytes > GROUP_BYTES) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #sendGroup(group: readonly Waiting[]): Promise<void> {
    const reply = await this.#request({ kind: 'group', items: group.map(({ item }) => item) })
    if ('failure' in reply) {
      const error = new Error(`The store could not be written: ${reply.failure}`)
      for (const waiting of group) waiting.reject(error)
      return
    }
    group.forEach((waiting, index) => {
      const outcome = reply.outcomes[index]
      if (outcome) waiting.reject(outcome.conflict ? new ConflictError(outcome.message) : new Error(outcome.message))
      else waiting.resolve()
    })
  }

  #request(request: WriterRequest): Promise<WriterReply> {
    return new Promise((resolve) => {
      this.#settle = resolve
      this.#worker.postMessage(request)
    })
  }

  /** The thread is gone: nothing can be written any more, and everybody who waits is told. */
  #fail(error: Error): void {
    if (this.#failure) return
    this.#failure = error
    this.#settle?.({ failure: error.message })
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
  }
}

function sizeOf(item: GroupItem): number {
  let bytes = item.entry?.length ?? 0
  for (const write of item.writes)
    for (const value of write.values)
      bytes += typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.byteLength : 8
  return bytes
}
