import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { filesOf } from './data-directory.ts'

/** How long to wait for a server that is just moving its files. */
const BUSY_TIMEOUT_MS = 5_000

/**
 * Fingerprint of the root key that a store wants, read beside a running server: no lock, no key, nothing changed. Undefined
 * where there is no store, or none that can be read.
 */
export function readRootKeyFingerprint(dataDir: string): string | undefined {
  const { storePath } = filesOf(dataDir)
  if (!statSync(storePath, { throwIfNoEntry: false })) return undefined
  try {
    using store = new DatabaseSync(storePath, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    const row = store.prepare(`select value from meta where name = 'root_key'`).get()
    return row && String(row.value)
  } catch {
    return undefined
  }
}
