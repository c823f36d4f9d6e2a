import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Entry } from '../audit/entry.ts'
import { DataDirectoryError, filesOf } from './data-directory.ts'
import { NewerStoreError, STORE_VERSION } from './migrate.ts'
import { newestEntries } from './newest-entries.ts'

/** How long to wait for a server that is just moving its files. */
const BUSY_TIMEOUT_MS = 5_000

/**
 * The newest entries of the trail in a data directory, oldest first, read beside a running server: no lock, no key, nothing changed. Throws
 * DataDirectoryError where there is no trail, NewerStoreError where a newer program wrote it.
 */
export function readTrail(dataDir: string, limit: number): Entry[] {
  const { storePath, trailPath } = filesOf(dataDir)
  try {
    if (![storePath, trailPath].every((path) => statSync(path, { throwIfNoEntry: false })))
      throw new Error('there is no Coffer data in it. Choose another with --data-dir.')
    using store = new DatabaseSync(storePath, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    using trail = new DatabaseSync(trailPath, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    const version = Number(store.prepare('pragma user_version').get()?.user_version)
    if (version > STORE_VERSION) throw new NewerStoreError(version)
    return newestEntries(store, trail, limit)
  } catch (error) {
    if (error instanceof NewerStoreError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new DataDirectoryError(`Cannot read the trail: ${dataDir}: ${reason}`)
  }
}
