import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { FIRST_START, type FirstStart, firstStartIn } from './first-start.ts'

/** How far a store has come. */
export interface StoreState {
  /** Whether the file holds anything. */
  readonly exists: boolean
  /** Whether it belongs to an installation: its keyring is stored. */
  readonly isSetUp: boolean
  /** The first start that has begun and not ended. */
  readonly begun?: FirstStart | undefined
}

/**
 * What a store file holds, before anything opens it to write. What cannot be read is not empty: whatever opens it next says why. Only for the
 * process that has the data directory.
 */
export function storeState(path: string): StoreState {
  if (fileBytes(path) === 0) return { exists: false, isSetUp: false }
  try {
    using store = new DatabaseSync(path)
    if (!hasTable(store, 'meta')) return { exists: true, isSetUp: false }
    const rows = store.prepare(`select name, value from meta where name in ('installation', ?)`).all(FIRST_START)
    const meta = new Map(rows.map(({ name, value }) => [name, value]))
    return { exists: true, isSetUp: meta.has('installation'), begun: firstStartIn(meta.get(FIRST_START)) }
  } catch {
    return { exists: true, isSetUp: true }
  }
}

/**
 * Whether a trail file has ever held a record or a head. A write-ahead log alone says so too, and so does a file that cannot be read. Only for
 * the process that has the data directory.
 */
export function hasRecords(path: string): boolean {
  if (fileBytes(path) === 0) return fileBytes(`${path}-wal`) > 0
  try {
    using trail = new DatabaseSync(path)
    return ['trail', 'statements'].some(
      (table) => hasTable(trail, table) && trail.prepare(`select 1 from ${table} limit 1`).get() !== undefined,
    )
  } catch {
    return true
  }
}

/** Size of a file; 0 for one that is missing. */
export function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function hasTable(db: DatabaseSync, name: string): boolean {
  return db.prepare(`select 1 from sqlite_schema where type = 'table' and name = ?`).get(name) !== undefined
}
