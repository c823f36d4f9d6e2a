import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { RowsQuery, TrailRow } from '../audit/trail.ts'
import type { Selector } from '../secrets/secrets-store.ts'
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

  /** Tags in the order asked, as they stand in the store: without its key nobody can say whether somebody forged them. */
  async tags(selectors: readonly Selector[]): Promise<(ReadonlyMap<string, string> | undefined)[]> {
    const byArn = this.#store.prepare('select tags from secrets where arn = ?')
    const byName = this.#store.prepare('select tags from secrets where account = ? and region = ? and name = ?')
    return selectors.map((selector) => {
      const row =
        'arn' in selector
          ? byArn.get(selector.arn)
          : byName.get(selector.scope.account, selector.scope.region, selector.name)
      return row && new Map(JSON.parse(String(row.tags ?? '[]')) as [string, string][])
    })
  }

  [Symbol.dispose](): void {
    this.#trail[Symbol.dispose]()
    this.#store.close()
  }
}
