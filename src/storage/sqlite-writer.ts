import { parentPort, workerData } from 'node:worker_threads'
import type { ChainEnd, Hole } from '../audit/head-signer.ts'
import type { Statement } from '../audit/statement.ts'
import { DiskReserve } from './disk-reserve.ts'
import { COMMITS } from './engine.ts'
import { HighWaterFile } from './high-water.ts'
import { LogLimit } from './log-limit.ts'
import { type ChainLink, TrailChain } from './sqlite-chain.ts'
import { WriteConnection } from './sqlite-connection.ts'
import { Erasure } from './sqlite-erasure.ts'
import { Outbox } from './sqlite-outbox.ts'
import type {
  GroupItem,
  ItemOutcome,
  ReserveState,
  WriterNotice,
  WriterOptions,
  WriterReply,
  WriterRequest,
} from './sqlite-writer-messages.ts'

const NO_ROOM = 'the disk is nearly full: what is left of it is kept for the records of reads'

const CONSTRAINT_UNIQUE = 2067
const CONSTRAINT_PRIMARY_KEY = 1555
/** SQLite's primary result codes that speak about a statement, not about the file: error, too big, constraint, mismatch, range. */
const STATEMENT_ERRORS: readonly number[] = [1, 18, 19, 20, 25]

/** How often an erasure, or waiting for a reader, may hold up a group. */
const CHORE_EVERY_MS = 1_000
/** How long closing may take to finish such work. */
const CLOSING_MS = 2_000

/**
 * The one writer of the embedded engine, in a thread of its own so that a sync to disk never holds up reads.
 *
 * It receives groups; each group is at most one transaction of the store (all changes, each in a savepoint, with their records in the outbox)
 * and one transaction of the trail (one row for the records of all reads). Nothing is acknowledged before both are on disk.
 */
class Writer {
  readonly #store: WriteConnection
  readonly #trail: WriteConnection
  readonly #chain: TrailChain
  readonly #outbox: Outbox
  readonly #erasure: Erasure
  readonly #reserve: DiskReserve
  readonly #highWater: HighWaterFile | undefined
  /** Commits of the store. */
  #commits = 0
  #hasBegun = false
  readonly #logLimits: readonly LogLimit[]
  #choresAt = 0

  constructor(options: WriterOptions, onReserve: (state: ReserveState) => void) {
    this.#reserve = new DiskReserve({ path: '', bytes: 0, ...options.reserve, onChange: onReserve })
    this.#store = new WriteConnection(options.storePath, options.durable)
    this.#trail = new WriteConnection(options.trailPath, options.durable)
    this.#chain = new TrailChain(this.#store, this.#trail, options.node)
    this.#outbox = new Outbox(this.#store, this.#trail, this.#chain)
    this.#erasure = new Erasure(this.#store, options.storePath)
    this.#logLimits = [new LogLimit(this.#store, options.storePath), new LogLimit(this.#trail, options.trailPath)]
    const [counted] = this.#store.all('select value from generations where name = ?', [COMMITS])
    this.#commits = Number(counted?.value ?? 0)
    const { highWaterPath: path } = options
    this.#highWater = path === undefined ? undefined : new HighWaterFile(path, () => this.#chain.installation)
    if (!options.beginsLater) this.begin(this.#chain.end)
  }

  /** Moves what waits to the trail, behind a row that is known from elsewhere if that is later than the last. */
  begin(behind: ChainLink): void {
    this.#chain.continueBehind(behind)
    this.#outbox.continueIds()
    this.#hasBegun = true
    this.rest()
  }

  /** The two files fail apart: a change that is on disk is acknowledged even when the records of reads beside it could not be written. */
  group(items: readonly GroupItem[]): ItemOutcome[] {
    const outcomes: ItemOutcome[] = items.map(() => undefined)
    const all = [...items.keys()]
    const isChange = (index: number) => this.#isChange(items[index]!)
    const changes = all.filter(isChange)
    if (changes.length > 0) this.#change(items, changes, outcomes)
    // Only now: a disk that was found to be full has made records of some.
    const records = all.filter((index) => !isChange(index))
    try {
      const entries = records.map((index) => items[index]!).filter(({ entry }) => entry !== undefined)
      // Records of changes are safe in the outbox; they travel on with the next records of reads, when they are many, or when the writer rests.
      if (entries.length > 0) this.#move(entries)
      else if (this.#outbox.isFull) this.#move([])
    } catch (error) {
      fail(outcomes, records, textOf(error))
    }
    this.#noteHighWater()
    return outcomes
  }

  /** Before anything is acknowledged. Not before `begin`: what the file says is still to be compared then. */
  #noteHighWater(): void {
    if (!this.#hasBegun) return
    const { seq, hash } = this.#chain.end
    this.#highWater?.write({ commits: this.#commits, seq, row: hash, at: Date.now() })
  }

  /** With the reserve spent, what is expendable is as good as done. */
  #isChange({ writes }: GroupItem): boolean {
    return writes.length > 0 && !(this.#reserve.isSpent && writes.every(({ expendable }) => expendable))
  }

  #change(items: readonly GroupItem[], changes: readonly number[], outcomes: ItemOutcome[]): void {
    if (this.#reserve.isSpent) {
      fail(outcomes, changes, NO_ROOM)
      return
    }
    let commits = 0
    try {
      this.#store.transaction(() => {
        this.#outbox.sweep()
        for (const index of changes) outcomes[index] = this.#applyChange(items[index]!)
        commits = this.#countCommit()
      })
      this.#commits = commits
    } catch (error) {
      this.#reserve.spendFor(error)
      const lost = changes.filter((index) => this.#isChange(items[index]!))
      fail(outcomes, lost, textOf(error))
    }
  }

  #countCommit(): number {
    const [row] = this.#store.all(
      'insert into generations (name, value) values (?, 1) on conflict (name) do update set value = value + 1 returning value',
      [COMMITS],
    )
    return Number(row?.value)
  }

  /** Writes to the trail; once more where that made use of the reserve. */
  #move(records: readonly GroupItem[]): void {
    try {
      this.#outbox.move(records)
    } catch (error) {
      if (!this.#reserve.spendFor(error)) throw error
      this.#outbox.move(records)
    }
  }

  /** Moves the records of changes on to the trail. */
  settle(): void {
    this.#move([])
    this.#noteHighWater()
  }

  /** The last row of the trail, once everything that waits stands in it. */
  end(): ChainEnd {
    this.settle()
    return { ...this.#chain.end, commits: this.#commits, moved: this.#outbox.moved }
  }

  holes(): readonly Hole[] {
    return this.#chain.holes()
  }

  state(statement: Statement): void {
    this.#chain.state(statement)
  }

  /** Removes some of what is before a cut. */
  removeSome(cut: Statement): boolean {
    return this.#chain.removeSome(cut)
  }

  erase(): void {
    this.rest()
    this.#erasure.request()
    this.#erasure.step()
  }

  /** What can be done when nobody waits. */
  rest(): void {
    if (!this.#hasBegun) return
    try {
      this.settle()
      this.#outbox.sweep()
    } catch {
      // A full disk: the records stay in the outbox, and the next group tries again.
    }
  }

  get isUnfinished(): boolean {
    return this.#erasure.isUnfinished || this.#reserve.isUnfinished
  }

  /** What has to be done now and then, also under load. */
  doChores(now: number): void {
    try {
      for (const limit of this.#logLimits) limit.apply(now)
      if (now - this.#choresAt < CHORE_EVERY_MS) return
      this.#reserve.step(now)
      this.#erasure.step()
    } catch {
      // A full disk, most likely; there will be another time.
    }
    this.#choresAt = Date.now()
  }

  close(): void {
    this.rest()
    try {
      const end = Date.now() + CLOSING_MS
      while (this.#erasure.isUnfinished && Date.now() < end) if (!this.#erasure.step()) break
      this.#store.truncate()
      this.#trail.truncate()
    } finally {
      this.#store.close()
      this.#trail.close()
      this.#erasure.close()
      this.#reserve.close()
      this.#highWater?.close()
    }
  }

  #applyChange(item: GroupItem): ItemOutcome {
    const store = this.#store
    store.run('savepoint change')
    try {
      for (const write of item.writes) {
        const changed = store.run(write.text, write.values)
        if (write.expect === undefined || changed === write.expect) continue
        this.#undoChange()
        return { reason: 'conflict', message: 'a row was changed or removed' }
      }
      if (item.entry !== undefined) this.#outbox.put(item)
      store.run('release change')
      return undefined
    } catch (error) {
      // Some failures have rolled back the whole group.
      if (!store.isInTransaction) throw error
      this.#undoChange()
      const { errcode } = error as { errcode?: number }
      if (errcode === CONSTRAINT_UNIQUE || errcode === CONSTRAINT_PRIMARY_KEY)
        return { reason: 'conflict', message: 'a unique index refused a row' }
      if (errcode !== undefined && !STATEMENT_ERRORS.includes(errcode & 0xff)) throw error
      return { reason: 'invalid', message: textOf(error) }
    }
  }

  #undoChange(): void {
    this.#store.run('rollback to change')
    this.#store.run('release change')
  }
}

function fail(outcomes: ItemOutcome[], of: readonly number[], message: string): void {
  for (const index of of) outcomes[index] = { reason: 'failed', message }
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** A writer that has had nothing to do for this long moves the records of changes on to the trail. */
const REST_AFTER_MS = 200

if (parentPort) serve(parentPort, workerData as WriterOptions)

function serve(port: NonNullable<typeof parentPort>, options: WriterOptions): void {
  const writer = new Writer(options, (reserve) => port.postMessage({ reserve } satisfies WriterNotice))
  let resting: NodeJS.Timeout | undefined
  const answer = (request: WriterRequest): WriterReply => {
    if (request.kind === 'group') return { outcomes: writer.group(request.items) }
    if (request.kind === 'end') return { end: writer.end() }
    if (request.kind === 'holes') return { holes: writer.holes() }
    if (request.kind === 'remove') return { removed: writer.removeSome(request.statement) }
    if (request.kind === 'begin') writer.begin(request.behind)
    if (request.kind === 'settle') writer.settle()
    if (request.kind === 'state') writer.state(request.statement)
    if (request.kind === 'erase') writer.erase()
    if (request.kind === 'close') writer.close()
    return { outcomes: [] }
  }
  const rest = () => {
    writer.rest()
    writer.doChores(Date.now())
    if (writer.isUnfinished) resting = setTimeout(rest, CHORE_EVERY_MS)
  }
  resting = setTimeout(rest, REST_AFTER_MS)
  port.on('message', (request: WriterRequest) => {
    clearTimeout(resting)
    try {
      port.postMessage(answer(request))
    } catch (error) {
      port.postMessage({ failure: textOf(error) } satisfies WriterReply)
    }
    if (request.kind === 'close') return port.close()
    writer.doChores(Date.now())
    resting = setTimeout(rest, REST_AFTER_MS)
  })
}
