import { NO_HASH, ROW_FORMAT, rowHash } from '../audit/chain.ts'
import type { ChainEnd } from '../audit/head-signer.ts'
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

  get end(): ChainEnd {
    return { node: this.#node, seq: this.#seq, hash: this.#hash }
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
  removeSome({ seq, keptFrom }: Statement): boolean {
    let removed = 0
    this.#trail.transaction(() => {
      for (const [table, key, condition, value] of [
        ['trail', 'seq', 'seq <= ?', seq],
        ['statements', 'number', 'number < ?', keptFrom],
      ] as const)
        removed += this.#trail.run(
          `delete from ${table} where ${key} in (select ${key} from ${table} where ${condition} order by ${key} limit ?)`,
          [value, REMOVED_AT_ONCE],
        )
    })
    return removed > 0
  }

  /** Where rows were taken away, what was stated of them says how the chain goes on: it must show that they are missing. */
  #findEnd(): void {
    const [last] = this.#trail.all('select seq, hash from trail order by seq desc limit 1')
    const [stated] = this.#trail.all('select * from statements order by number desc limit 1')
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
