import { DataDirectoryError, filesOf } from './data-directory.ts'
import type { Snapshot } from './engine.ts'
import { NewerStoreError, STORE_VERSION } from './migrate.ts'
import type { Sql } from './sql.ts'
import { SqliteReader } from './sqlite-reader.ts'
import { fileBytes } from './store-state.ts'
import { structureFaults, tablesIn } from './table-structure.ts'

/** A store that is read beside a running server: no lock, nothing changed. */
export interface StoreReader extends Disposable {
  /** The rows of all statements as of one moment. */
  snapshot(statements: readonly Sql[]): Snapshot
  /** Names of its tables. */
  tables(): readonly string[]
  /** What SQLite finds wrong with a table and its indexes. */
  structureFaults(table: string): readonly string[]
}

/** Opens the store in a data directory. Throws DataDirectoryError where there is none, NewerStoreError where a newer program wrote it. */
export function openStoreReader(dataDir: string): StoreReader {
  const { storePath } = filesOf(dataDir)
  try {
    if (fileBytes(storePath) === 0) throw new Error('there is no Coffer data in it. Choose another with --data-dir.')
    using opened = new DisposableStack()
    const reader = opened.adopt(new SqliteReader(storePath), (one) => one.close())
    const found = Number(reader.db.prepare('pragma user_version').get()?.user_version)
    if (found > STORE_VERSION) throw new NewerStoreError(found)
    if (found < STORE_VERSION) throw new Error('its store is from an older Coffer: start this one on it first')
    const kept = opened.move()
    return {
      snapshot: (statements) => reader.snapshot(statements),
      tables: () => tablesIn(reader.db),
      structureFaults: (table) => structureFaults(reader.db, table, 'whole'),
      [Symbol.dispose]: () => kept.dispose(),
    }
  } catch (error) {
    if (error instanceof NewerStoreError) throw error
    throw new DataDirectoryError(
      `Cannot read the store: ${dataDir}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
