import type { TrailChain } from './sqlite-chain.ts'
import type { WriteConnection } from './sqlite-connection.ts'

/** Records moved on with one row of the trail; a longer backlog takes several. */
const MOVED_AT_ONCE = 500

/** The highest id that the outbox gave, and the one up to which its records have left it. */
export const SWEPT = `select coalesce((select seq from sqlite_sequence where name = 'outbox'), 0) as issued,
  coalesce((select min(id) - 1 from outbox), (select seq from sqlite_sequence where name = 'outbox'), 0) as swept`

/** A record on its way to the trail. */
export interface TrailRecord {
  readonly at: number
  /** JSON text without line breaks. */
  readonly entry: string | undefined
}

/**
 * The outbox of the store, where the records of changes wait for the trail's own file.
 *
 * A row of the trail says up to where the outbox was moved, so that a crash between the two files neither loses nor doubles a record.
 */
export class Outbox {
  readonly #store: WriteConnection
  readonly #chain: TrailChain
  /** Records of the outbox up to this id stand in the trail. */
  #moved: number
  #waiting = 0

  constructor(store: WriteConnection, trail: WriteConnection, chain: TrailChain) {
    this.#store = store
    this.#chain = chain
    const [moved] = trail.all('select max(outbox_id) as id from trail where outbox_id is not null')
    this.#moved = Math.max(Number(moved?.id ?? 0), this.#swept())
  }

  /** Records up to this id stand in the trail, or did when they left the outbox. */
  get moved(): number {
    return this.#moved
  }

  /** Many records of changes wait. */
  get isFull(): boolean {
    return this.#waiting >= MOVED_AT_ONCE
  }

  /** Adds the record of a change, in the transaction of the change. */
  put({ at, entry }: TrailRecord): void {
    this.#store.run('insert into outbox (at, entry) values (?, ?)', [at, entry ?? null])
    this.#waiting++
  }

  /** Takes away what stands in the trail already; with the next change, so that no sync is spent on it. */
  sweep(): void {
    this.#store.run('delete from outbox where id <= ?', [this.#moved])
  }

  /** Writes everything that waits, then the given records, to the trail. */
  move(records: readonly TrailRecord[]): void {
    for (;;) {
      const waiting = this.#store.all('select id, at, entry from outbox where id > ? order by id limit ?', [
        this.#moved,
        MOVED_AT_ONCE,
      ])
      const isLast = waiting.length < MOVED_AT_ONCE
      const moved = waiting.map((row) => ({ at: Number(row.at), entry: String(row.entry) }))
      this.#append([...moved, ...(isLast ? records : [])], waiting.length > 0 ? Number(waiting.at(-1)?.id) : undefined)
      if (isLast) break
    }
    this.#waiting = 0
  }

  #append(records: readonly TrailRecord[], upTo: number | undefined): void {
    const last = records.at(-1)
    if (!last) return
    const entries = records.map(({ entry }) => entry).join('\n')
    this.#chain.append({ at: last.at, count: records.length, entries, outboxMark: upTo })
    this.#moved = upTo ?? this.#moved
  }

  /** Records up to this id have left the outbox: ids have no gap. */
  #swept(): number {
    const [outbox] = this.#store.all(SWEPT)
    return Number(outbox?.swept)
  }

  /** A store that was put back from a copy older than its trail must not give ids again that the trail takes for moved. */
  continueIds(): void {
    const [sequence] = this.#store.all(`select seq from sqlite_sequence where name = 'outbox'`)
    if (Number(sequence?.seq ?? 0) >= this.#moved) return
    this.#store.run(
      sequence
        ? `update sqlite_sequence set seq = ? where name = 'outbox'`
        : `insert into sqlite_sequence (seq, name) values (?, 'outbox')`,
      [this.#moved],
    )
  }
}
