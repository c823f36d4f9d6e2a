/**
 * What is wrong with a stored row. `mac`: its MAC does not fit, so something other than Coffer wrote it. `seal`: what is sealed in it does not
 * open. `missing`: another row says that it must be there.
 */
export type Damage = 'mac' | 'seal' | 'missing'

/** A stored row that is not as Coffer wrote it, by its name; never with its content. */
export interface DamagedRow {
  readonly table: string
  /** Names the row within its table, such as an ARN. */
  readonly row: string
  readonly damage: Damage
}

export type ReportDamage = (damaged: DamagedRow) => void

const TEXTS: Readonly<Record<Damage, string>> = {
  mac: 'a row that Coffer did not write',
  seal: 'a row whose sealed content does not open',
  missing: 'no row where there must be one',
}

/** A row of the store that cannot be used. */
export class DamagedRowError extends Error implements DamagedRow {
  readonly table: string
  readonly row: string
  readonly damage: Damage

  constructor({ table, row, damage }: DamagedRow) {
    super(`The store holds ${TEXTS[damage]}: ${table} ${row}`)
    this.name = 'DamagedRowError'
    this.table = table
    this.row = row
    this.damage = damage
  }
}

/** A row whose MAC does not fit its content: something other than Coffer wrote it. */
export class ForgedRowError extends DamagedRowError {
  constructor(table: string, row: string) {
    super({ table, row, damage: 'mac' })
    this.name = 'ForgedRowError'
  }
}
