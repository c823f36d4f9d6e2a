import { DatabaseSync } from 'node:sqlite'
import type { RowsQuery, Trail, TrailRow } from '../audit/trail.ts'
import { trailRows } from './trail-rows.ts'

/** How long a read waits where it cannot begin at once. */
const BUSY_TIMEOUT_MS = 5_000

/** The rows of an embedded engine's trail, on a connection of one's own that writes nothing. */
export class TrailReader implements Pick<Trail, 'rows'>, Disposable {
  readonly #db: DatabaseSync

  constructor(trailPath: string) {
    this.#db = new DatabaseSync(trailPath, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  }

  async rows(query: RowsQuery): Promise<TrailRow[]> {
    return trailRows(this.#db, query)
  }

  [Symbol.dispose](): void {
    if (this.#db.isOpen) this.#db.close()
  }
}
