import { createHash } from 'node:crypto'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { SqlValue } from './sql.ts'

/**
 * The one writer of the embedded engine, in a thread of its own so that a sync to disk never holds up reads.
 *
 * It receives groups; each group is at most one transaction of the store (all changes, each in a savepoint, with their records in the outbox)
 * and one transaction of the trail (one row for the records of all reads). Nothing is acknowledged before both are on disk.
 */
export interface WriterOptions {
  readonly storePath: string
  readonly trailPath: string
  /** False only for data that is thrown away: then commits are not synced. */
  readonly durable: boolean
  /** Name of this node in the trail. */
  readonly node: string
}

export interface GroupItem {
  readonly at: number
  /** JSON text of the record; absent for changes that need none. */
  readonly entry: string | undefined
  readonly writes: readonly { text: string; values: readonly SqlValue[]; expect: number | undefined }[]
}

export type WriterRequest =
  | { readonly kind: 'group'; readonly items: readonly GroupItem[] }
  | { readonly kind: 'erase' }
  | { readonly kind: 'close' }

/** What became of an item: nothing to say, or why it was not written. */
export type ItemOutcome = undefined | { readonly conflict: boolean; readonly message: string }

export type WriterReply = { readonly outcomes: readonly ItemOutcome[] } | { readonly failure: string }

/** How long the writer waits for readers in other processes before a statement gives up. */
const BUSY_TIMEOUT_MS = 5_000
/** Prepared statements kept; changes come in a small number of forms. */
const STATEMENT_CACHE = 200
const CONSTRAINT_UNIQUE = 2067
const CONSTRAINT_PRIMARY_KEY = 1555

class Connection {
  readonly db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string, durable: boolean) {
    this.db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
    this.db.exec('pragma journal_mode = wal')
    this.db.exec(`pragma synchronous = ${durable ? 'full' : 'off'}`)
    this.db.exec('pragma secure_delete = on')
    this.db.exec('pragma temp_store = memory')
  }

  run(text: string, values: readonly SqlValue[] = []): number {
    let statement = this.#statements.get(text)
    if (!statement) {
      if (this.#statements.size >= STATEMENT_CACHE) this.#statements.clear()
      statement = this.db.prepare(text)
      this.#statements.set(text, statement)
    }
    return Number(statement.run(...values).changes)
  }

  /** Runs `work` in a transaction; what it throws rolls back. */
  transaction(work: () => void): void {
    this.db.exec('begin immediate')
    try {
      work()
      this.db.exec('commit')
    } catch (error) {
      // Some failures (a full disk) have rolled back already.
      if (this.db.isTransaction) this.db.exec('rollback')
      throw error
    }
  }

  /** Moves everything from the write-ahead log into the file and empties the log, where no reader of another process prevents it. */
  truncate(): void {
    this.db.exec('pragma wal_checkpoint(truncate)')
  }
}

class Writer {
  readonly #store: Connection
  readonly #trail: Connection
  readonly #node: string
  #lastHash: Uint8Array
  /** Records of the outbox up to this id stand in the trail. */
  #moved: number

  constructor(options: WriterOptions) {
    this.#store = new Connection(options.storePath, options.durable)
    this.#trail = new Connection(options.trailPath, options.durable)
    this.#node = options.node
    const last = this.#trail.db.prepare('select hash from trail order by seq desc limit 1').get()
    this.#lastHash = (last?.hash as Uint8Array | undefined) ?? new Uint8Array(32)
    const moved = this.#trail.db.prepare('select max(outbox_id) as id from trail where outbox_id is not null').get()
    this.#moved = Number(moved?.id ?? 0)
    this.rest()
  }

  /** The two files fail apart: a change that is on disk is acknowledged even when the records of reads beside it could not be written. */
  group(items: readonly GroupItem[]): ItemOutcome[] {
    const outcomes: ItemOutcome[] = items.map(() => undefined)
    const changes = items.map((item) => item.writes.length > 0)
    const fail = (which: (index: number) => boolean, error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      items.forEach((_, index) => {
        if (which(index)) outcomes[index] = { conflict: false, message }
      })
    }
    if (changes.includes(true)) {
      try {
        this.#store.transaction(() => {
          this.#store.run('delete from outbox where id <= ?', [this.#moved])
          items.forEach((item, index) => {
            if (changes[index]) outcomes[index] = this.#applyChange(item)
          })
        })
      } catch (error) {
        fail((index) => changes[index] === true, error)
      }
    }
    const records = items.filter((item, index) => !changes[index] && item.entry !== undefined)
    // Records of changes are safe in the outbox; they travel on with the next records of reads, or when the writer rests.
    if (records.length > 0) {
      try {
        this.#moveOutbox(records)
      } catch (error) {
        fail((index) => changes[index] === false, error)
      }
    }
    return outcomes
  }

  #applyChange(item: GroupItem): ItemOutcome {
    const { db } = this.#store
    db.exec('savepoint change')
    try {
      for (const write of item.writes) {
        const changed = this.#store.run(write.text, write.values)
        if (write.expect !== undefined && changed !== write.expect) {
          db.exec('rollback to change')
          db.exec('release change')
          return { conflict: true, message: 'a row was changed or removed' }
        }
      }
      if (item.entry !== undefined)
        this.#store.run('insert into outbox (at, entry) values (?, ?)', [item.at, item.entry])
      db.exec('release change')
      return undefined
    } catch (error) {
      if (!db.isTransaction) throw error
      db.exec('rollback to change')
      db.exec('release change')
      const code = (error as { errcode?: number }).errcode
      if (code !== CONSTRAINT_UNIQUE && code !== CONSTRAINT_PRIMARY_KEY) throw error
      return { conflict: true, message: 'a unique index refused a row' }
    }
  }

  /**
   * One row of the trail for everything that waits in the outbox and for the given records. The row says up to where the outbox was moved, so
   * that a crash between the two files neither loses nor doubles a record.
   */
  #moveOutbox(records: readonly GroupItem[]): void {
    const waiting = this.#store.db.prepare('select id, at, entry from outbox where id > ? order by id').all(this.#moved)
    const entries = [...waiting.map((row) => String(row.entry)), ...records.map((record) => String(record.entry))]
    if (entries.length === 0) return
    const text = entries.join('\n')
    const upTo = waiting.length > 0 ? Number(waiting.at(-1)?.id) : null
    const at = records.at(-1)?.at ?? Number(waiting.at(-1)?.at)
    const hash = createHash('sha256').update(this.#lastHash).update(this.#node).update('\n').update(text).digest()
    this.#trail.transaction(() => {
      this.#trail.run(
        'insert into trail (node, at, count, entries, outbox_id, previous, hash) values (?, ?, ?, ?, ?, ?, ?)',
        [this.#node, at, entries.length, text, upTo, this.#lastHash, hash],
      )
    })
    this.#lastHash = hash
    // What stands in the trail leaves the outbox with the next change, so that no sync is spent on it.
    this.#moved = upTo ?? this.#moved
  }

  rest(): void {
    this.#moveOutbox([])
    this.#store.run('delete from outbox where id <= ?', [this.#moved])
  }

  erase(): void {
    this.rest()
    this.#store.truncate()
  }

  close(): void {
    this.rest()
    this.#store.truncate()
    this.#trail.truncate()
    this.#store.db.close()
    this.#trail.db.close()
  }
}

/** A writer that has had nothing to do for this long moves the records of changes on to the trail. */
const REST_AFTER_MS = 200

if (parentPort) serve(parentPort, workerData as WriterOptions)

function serve(port: NonNullable<typeof parentPort>, options: WriterOptions): void {
  const writer = new Writer(options)
  let resting: NodeJS.Timeout | undefined
  const answer = (request: WriterRequest): WriterReply => {
    if (request.kind === 'group') return { outcomes: writer.group(request.items) }
    if (request.kind === 'erase') writer.erase()
    else writer.close()
    return { outcomes: [] }
  }
  port.on('message', (request: WriterRequest) => {
    clearTimeout(resting)
    try {
      port.postMessage(answer(request))
    } catch (error) {
      port.postMessage({ failure: error instanceof Error ? error.message : String(error) })
    }
    if (request.kind === 'close') port.close()
    else resting = setTimeout(() => tryToRest(writer), REST_AFTER_MS)
  })
}

function tryToRest(writer: Writer): void {
  try {
    writer.rest()
  } catch {
    // A full disk: the records stay in the outbox, and the next group tries again.
  }
}
