import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Entry } from '../audit/entry.ts'
import type { RowsQuery, TrailRow } from '../audit/trail.ts'
import { DataDirectoryError, filesOf } from './data-directory.ts'
import { NewerStoreError, STORE_VERSION } from './migrate.ts'
import { newestEntries } from './newest-entries.ts'
import { trailRows } from './trail-rows.ts'

/** How long to wait for a server that is just moving its files. */
const BUSY_TIMEOUT_MS = 5_000

/**
 * The trail in a data directory, read beside a running server: no lock, no key, nothing changed. Everything throws DataDirectoryError where it
 * cannot be read, the constructor NewerStoreError too where a newer program wrote it.
 */
export class TrailFiles implements Disposable {
  readonly #dataDir: string
  readonly #store: DatabaseSync
  readonly #trail: DatabaseSync

  constructor(dataDir: string) {
    const { storePath, trailPath } = filesOf(dataDir)
    this.#dataDir = dataDir
    const [store, trail] = this.#attempt(() => {
      if (![storePath, trailPath].every((path) => statSync(path, { throwIfNoEntry: false })))
        throw new Error('there is no Coffer data in it. Choose another with --data-dir.')
      return [storePath, trailPath].map((path) => new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS }))
    })
    this.#store = store as DatabaseSync
    this.#trail = trail as DatabaseSync
    try {
      const version = this.#attempt(() => Number(this.#store.prepare('pragma user_version').get()?.user_version))
      if (version > STORE_VERSION) throw new NewerStoreError(version)
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  /** The newest entries, oldest first. */
  newest(limit: number): Entry[] {
    return this.#attempt(() => newestEntries(this.#store, this.#trail, limit))
  }

  rows(query: RowsQuery): TrailRow[] {
    return this.#attempt(() => trailRows(this.#trail, query))
  }

  /** Records of changes that are on their way to the rows, oldest first. What is moved just now may be among both. */
  waiting(): Entry[] {
    return this.#attempt(() => {
      const waiting = this.#store.prepare('select id, entry from outbox order by id').all()
      const last = this.#trail.prepare('select max(outbox_id) as id from trail where outbox_id is not null').get()
      const moved = Number(last?.id ?? 0)
      return waiting.filter(({ id }) => Number(id) > moved).map(({ entry }) => JSON.parse(String(entry)) as Entry)
    })
  }

  [Symbol.dispose](): void {
    for (const db of [this.#store, this.#trail]) if (db.isOpen) db.close()
  }

  #attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new DataDirectoryError(`Cannot read the trail: ${this.#dataDir}: ${reason}`)
    }
  }
}
