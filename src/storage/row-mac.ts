import type { Row } from './sql.ts'

/** Authenticates rows that permission or the choice of a value depends on; handed to the stores by who owns the keyring. */
export interface RowMac {
  tag(fields: readonly (string | number | null | Uint8Array)[]): Uint8Array
  verify(fields: readonly (string | number | null | Uint8Array)[], tag: Uint8Array): boolean
}

/** Columns of a table that its MAC covers, first those that name the row. */
export interface Covered {
  readonly table: string
  readonly columns: readonly string[]
}

type Fields = Readonly<Record<string, string | number | null | Uint8Array>>

export function macOf(mac: RowMac, covered: Covered, row: Fields): Uint8Array {
  return mac.tag(fieldsOf(covered, row))
}

export function macFits(mac: RowMac, covered: Covered, row: Row): boolean {
  if (!(row.mac instanceof Uint8Array)) return false
  try {
    return mac.verify(fieldsOf(covered, row), row.mac)
  } catch {
    // Values that cannot even be encoded, such as an infinite number, are none that Coffer wrote.
    return false
  }
}

function fieldsOf({ table, columns }: Covered, row: Fields) {
  return [table, ...columns.map((column) => row[column] ?? null)]
}
