import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { RowsQuery, TrailRow } from '../audit/trail.ts'
import { DataDirectoryError, filesOf } from './data-directory.ts'
import { NewerStoreError, STORE_VERSION } from './migrate.ts'
import { TrailReader } from './trail-reader.ts'

/** How long to wait for a server that is just moving its files. */
const BUSY_TIMEOUT_MS = 5_000

/** Rows of the trail in a data directory and tags of the secrets there, read beside a running server: no lock, no key, nothing changed. */
export class ReadableTrail implements Disposable {
  readonly #trail: TrailReader
  readonly #store: DatabaseSync

  /** Throws DataDirectoryError where there is no trail, NewerStoreError where a newer program wrote it. */
  constructor(dataDir: string) {
    const { storePath, trailPath } = filesOf(dataDir)
    try {
      if (![storePath, trailPath].every((path) => statSync(path, { throwIfNoEntry: false })))
        throw new Error('there is no Coffer data in it. Choose another with --data-dir.')
      using opened = new DisposableStack()
      this.#store = opened.use(new DatabaseSync(storePath, { readOnly: true, timeout: BUSY_TIMEOUT_MS }))
      this.#trail = opened.use(new TrailReader(trailPath))
      const version = Number(this.#store.prepare('pragma user_version').get()?.user_version)
      if (version > STORE_VERSION) throw new NewerStoreError(version)
      opened.move()
    } catch (error) {
      if (error instanceof NewerStoreError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw new DataDirectoryError(`Cannot read the trail: ${dataDir}: ${reason}`)
    }
  }

  rows(query: RowsQuery): Promise<TrailRow[]> {
    return this.#trail.rows(query)
  }

  /** Tags by the ARN of their secret, as they stand in the store: without its key nobody can say whether somebody forged them. */
  async tags(arns: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const found = this.#store
      .prepare('select arn, tags from secrets where arn in (select value from json_each(?))')
      .all(JSON.stringify(arns))
    return new Map(found.map(({ arn, tags }) => [String(arn), new Map(JSON.parse(String(tags ?? '[]')))]))
  }

  [Symbol.dispose](): void {
    this.#trail[Symbol.dispose]()
    this.#store.close()
  }
}
