import { gapOf, gapText, type TrailMark } from '../audit/gap.ts'
import type { MarkStore } from '../audit/head-signer.ts'
import type { Change } from '../aws/change.ts'
import { COMMITS, type Engine, type SqlChange } from './engine.ts'
import { type Covered, macFits, macOf, type RowMac } from './row-mac.ts'
import { type Row, sql } from './sql.ts'

/** The table of the one mark, with the columns that its MAC covers. */
export const TRAIL_MARK: Covered = {
  table: 'trail_mark',
  named: ['id'],
  columns: ['id', 'number', 'statement', 'at', 'seq', 'row_hash', 'moved', 'gap'],
}
const ID = 1

/** The mark of the trail on any engine. */
export class SqlTrailMark implements MarkStore {
  readonly #engine: Engine
  readonly #mac: RowMac

  constructor(engine: Engine, mac: RowMac) {
    this.#engine = engine
    this.#mac = mac
  }

  /** Keeps the mark of a new head. Left out on a full disk: an older mark asks less of the trail, and the next head brings a newer one. */
  save(mark: TrailMark): Promise<void> {
    return this.#write(mark, true)
  }

  /** Keeps the mark with which a start begins. */
  begin(mark: TrailMark): Promise<void> {
    return this.#write(mark, false)
  }

  /** Makes the store count at least as many commits as a head of the trail does. Goes with the record that a gap was acknowledged. */
  raiseCommits(atLeast: number): Change {
    const value = sql`case when value < ${atLeast} then ${atLeast} else value end`
    const change: SqlChange = {
      describes: 'count the commits that a head counts',
      writes: [{ statement: sql`update generations set value = ${value} where name = ${COMMITS}` }],
    }
    return change
  }

  async #write({ number, statement, at, seq, row, moved, gap }: TrailMark, expendable: boolean): Promise<void> {
    const kept = gap ? gapText(gap) : null
    const mac = macOf(this.#mac, TRAIL_MARK, { id: ID, number, statement, at, seq, row_hash: row, moved, gap: kept })
    await this.#engine.append(undefined, [
      {
        statement: sql`insert into trail_mark (id, number, statement, at, seq, row_hash, moved, gap, mac)
          values (${ID}, ${number}, ${statement}, ${at}, ${seq}, ${row}, ${moved}, ${kept}, ${mac})
          on conflict (id) do update set number = excluded.number, statement = excluded.statement, at = excluded.at,
            seq = excluded.seq, row_hash = excluded.row_hash, moved = excluded.moved, gap = excluded.gap, mac = excluded.mac`,
        expendable,
      },
    ])
  }
}

/** The mark in a row. Without a MAC to check it by, it is taken as it is; `altered` for one that its MAC does not fit. */
export function trailMarkOf(row: Row, mac: RowMac | undefined): TrailMark | 'altered' {
  if (mac && !macFits(mac, TRAIL_MARK, row)) return 'altered'
  try {
    return {
      number: Number(row.number),
      statement: row.statement as Uint8Array,
      at: Number(row.at),
      seq: Number(row.seq),
      row: row.row_hash as Uint8Array,
      moved: Number(row.moved),
      gap: row.gap === null ? undefined : gapOf(String(row.gap)),
    }
  } catch {
    return 'altered'
  }
}
