import { NO_HASH, ROW_FORMAT, rowHash } from '../audit/chain.ts'
import type { Hole } from '../audit/head-signer.ts'
import type { Statement } from '../audit/statement.ts'
import type { WriteConnection } from './sqlite-connection.ts'
import { statementOf, statementValues } from './statement-rows.ts'

/** Rows and statements removed in one transaction: no group waits long for it, though what is removed is overwritten. */
const REMOVED_AT_ONCE = 100

/** Records that become one row of the trail. */
export interface TrailGroup {
  /** When the last of them happened. */
  readonly at: number
  readonly count: number
  /** One JSON text a line. */
  readonly entries: string
  readonly outboxMark: number | undefined
}

/** A row of a chain by its number and its hash. */
export interface ChainLink {
  readonly seq: number
  readonly hash: Uint8Array
}

/** The end of the trail in its own file, where rows are chained to each other. What it was is kept in memory: the file is not asked again. */
export class TrailChain {
  readonly #store: WriteConnection
  readonly #trail: WriteConnection
  readonly #node: string
  #seq = 0
  #hash: Uint8Array = NO_HASH
  #installation: string | undefined

  constructor(store: WriteConnection, trail: WriteConnection, node: string) {
    this.#store = store
    this.#trail = trail
    this.#node = node
    this.#findEnd()
  }

  get end(): ChainLink & { readonly node: string } {
    return { node: this.#node, seq: this.#seq, hash: this.#hash }
  }

  /** The installation that owns the trail; empty before it is set up. */
  get installation(): string {
    return this.#installationId()
  }

  /** Continues behind a later row, which is known from elsewhere: no number is given twice, and the rows between show as missing. */
  continueBehind({ seq, hash }: ChainLink): void {
    if (seq > this.#seq) [this.#seq, this.#hash] = [seq, hash]
  }

  /** One row, in a transaction of its own. */
  append({ at, count, entries, outboxMark }: TrailGroup): void {
    const [seq, previous, node] = [this.#seq + 1, this.#hash, this.#node]
    const row = { format: ROW_FORMAT, seq, node, at, count, entries, outboxMark, previous }
    const hash = rowHash(this.#installationId(), row)
    this.#trail.transaction(() => {
      this.#trail.run(
        'insert into trail (seq, node, at, count, entries, outbox_id, previous, hash, format) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        [seq, node, at, count, entries, outboxMark ?? null, previous, hash, ROW_FORMAT],
      )
    })
    this.#seq = seq
    this.#hash = hash
  }

  /** Throws when another statement has its number. */
  state(statement: Statement): void {
    this.#trail.transaction(() => {
      const { columns, values } = statementValues(statement)
      this.#trail.run(`insert into statements (${columns}) values (${values.map(() => '?')})`, values)
    })
  }

  /** Removes some of the rows and statements before a cut, oldest first. False when none of them is left. */
  removeSome({ seq, detail }: Statement): boolean {
    let removed = 0
    this.#trail.transaction(() => {
      for (const [table, key, condition, value] of [
        ['trail', 'seq', 'seq <= ?', seq],
        ['statements', 'number', 'number < ?', detail],
      ] as const)
        removed += this.#trail.run(
          `delete from ${table} where ${key} in (select ${key} from ${table} where ${condition} order by ${key} limit ?)`,
          [value, REMOVED_AT_ONCE],
        )
    })
    return removed > 0
  }

  /** Where rows are missing inside the chain and no gap was acknowledged, in their order. */
  holes(): Hole[] {
    const [cut] = this.#trail.all(`select seq, hash from statements where kind = 'cut' order by number desc limit 1`)
    const [begin, hash] = [Number(cut?.seq ?? 0), (cut?.hash as Uint8Array | undefined) ?? NO_HASH]
    const behind = this.#trail.all(
      `select seq, previous, before, before_hash from (
         select seq, previous, lag(seq) over (order by seq) as before, lag(hash) over (order by seq) as before_hash from trail
       ) where seq > ? and seq - 1 > coalesce(before, ?)`,
      [begin, begin],
    )
    const holes = behind.map((row) => ({
      after: Number(row.before ?? begin),
      hash: (row.before_hash as Uint8Array | null) ?? hash,
      to: Number(row.seq) - 1,
      lastHash: row.previous as Uint8Array,
    }))
    return holes.filter((hole) => !this.#isAcknowledged(hole))
  }

  #isAcknowledged({ after, to }: Hole): boolean {
    const [found] = this.#trail.all(
      `select 1 from statements gap join statements enrolment on enrolment.number = gap.number + 1
       where gap.kind = 'gap' and gap.seq = ? and enrolment.kind = 'enrolment' and enrolment.seq = ?`,
      [after, to],
    )
    return found !== undefined
  }

  /** Where rows were taken away, what was stated of them says how the chain goes on: it must show that they are missing. */
  #findEnd(): void {
    const [last] = this.#trail.all('select seq, hash from trail order by seq desc limit 1')
    const [stated] = this.#trail.all(`select * from statements where kind <> 'key' order by number desc limit 1`)
    const rows = last && { seq: Number(last.seq), hash: last.hash as Uint8Array }
    const end = [rows, stated && statementOf(stated)].reduce((one, other) =>
      (one?.seq ?? 0) >= (other?.seq ?? 0) ? one : other,
    )
    if (end) [this.#seq, this.#hash] = [end.seq, end.hash]
  }

  /** Written before the first record, and never changed. */
  #installationId(): string {
    if (this.#installation !== undefined) return this.#installation
    const [found] = this.#store.all(`select value from meta where name = 'installation'`)
    if (found) this.#installation = String(found.value)
    return this.#installation ?? ''
  }
}
