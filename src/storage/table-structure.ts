import { DatabaseSync } from 'node:sqlite'

/** How much SQLite looks at: `quick` leaves out whether indexes hold what their tables hold. */
export type Depth = 'quick' | 'whole'

/** Names of the tables of a database. */
export function tablesIn(db: DatabaseSync): string[] {
  const rows = db.prepare(`select name from sqlite_schema where type = 'table' order by name`).all()
  return rows.map(({ name }) => String(name))
}

/**
 * What SQLite finds wrong with the pages of a table and of its indexes (SQLite, "PRAGMA quick_check" and "PRAGMA integrity_check"); nothing for
 * an intact one. The texts name pages, rows by number, and indexes, never content.
 */
export function structureFaults(db: DatabaseSync, table: string, depth: Depth): string[] {
  const pragma = depth === 'quick' ? 'quick_check' : 'integrity_check'
  try {
    const rows = db.prepare(`pragma ${pragma}('${table.replaceAll("'", "''")}')`).all()
    return rows.map((row) => String(Object.values(row)[0])).filter((text) => text !== 'ok')
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/** A table whose structure is damaged. */
export interface DamagedTable {
  readonly table: string
  readonly faults: readonly string[]
}

const BUSY_TIMEOUT_MS = 5_000

/** Checks table after table quickly, undefined for an intact one. Each is a read of its own, so that a server can empty its log in between. */
export function* damagedTables(storePath: string): Generator<DamagedTable | undefined> {
  using store = new DatabaseSync(storePath, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  for (const table of tablesIn(store)) {
    const faults = structureFaults(store, table, 'quick')
    yield faults.length > 0 ? { table, faults } : undefined
  }
}
