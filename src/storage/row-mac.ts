import type { ReportDamage } from '../aws/damaged-row.ts'
import type { Row } from './sql.ts'

/** Authenticates rows that permission or the choice of a value depends on; handed to the stores by who owns the keyring. */
export interface RowMac {
  tag(fields: readonly (string | number | null | Uint8Array)[]): Uint8Array
  verify(fields: readonly (string | number | null | Uint8Array)[], tag: Uint8Array): boolean
  /** Called for every row whose MAC does not fit. */
  readonly report?: ReportDamage | undefined
}

/**
 * Columns of a table that its MAC covers, first those that name the row.
 *
 * Rows that an earlier version of the store wrote have MACs that know nothing of columns which came later, and a migration has no key to make
 * new ones. So an added column is covered where it holds something, by its name and value behind the fixed columns: a row in which it is null has
 * the MAC that it always had, and to set such a column, to clear it or to move its value to another one breaks the MAC. The number of fixed
 * columns never changes, so that nothing in them can pass for an added one.
 */
export interface Covered {
  readonly table: string
  /** Columns by which a person knows the row. */
  readonly named: readonly string[]
  /** Those that the table had from the beginning. */
  readonly columns: readonly string[]
  /** Those that came with a later migration; null in every row of before. */
  readonly added?: readonly string[] | undefined
}

type Fields = Readonly<Record<string, string | number | null | Uint8Array>>

/** The MAC of a row that is about to be written. */
export function macOf(mac: RowMac, covered: Covered, row: Fields): Uint8Array {
  return mac.tag(fieldsOf(covered, row))
}

/** Whether a row that was read is as it was written; false also for one without a MAC. One that is not is reported. */
export function macFits(mac: RowMac, covered: Covered, row: Row): boolean {
  if (fits(mac, covered, row)) return true
  mac.report?.({ table: covered.table, row: rowName(covered.named, row), damage: 'mac' })
  return false
}

/** Names a row by some of its columns. */
export function rowName(columns: readonly string[], row: Row): string {
  return columns.map((column) => String(row[column])).join(' ')
}

function fits(mac: RowMac, covered: Covered, row: Row): boolean {
  if (!(row.mac instanceof Uint8Array)) return false
  try {
    return mac.verify(fieldsOf(covered, row), row.mac)
  } catch {
    // Values that cannot even be encoded, such as an infinite number, are none that Coffer wrote.
    return false
  }
}

function fieldsOf({ table, columns, added = [] }: Covered, row: Fields) {
  const present = added.flatMap((column) => {
    const value = row[column] ?? null
    return value === null ? [] : [column, value]
  })
  return [table, ...columns.map((column) => row[column] ?? null), ...present]
}
