import type { Entry } from '../audit/entry.ts'
import type { RowsQuery, Trail, TrailQuery, TrailRow } from '../audit/trail.ts'
import type { Change } from '../aws/change.ts'
import type { Engine, SqlChange } from './engine.ts'

/** The trail on any engine: the only way by which changes reach the store. */
export class SqlTrail implements Trail {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  append(entry: Entry, changes: readonly Change[] = []): Promise<void> {
    return this.#engine.append(
      entry,
      changes.flatMap((change) => (change as SqlChange).writes),
    )
  }

  newest({ limit }: TrailQuery): Promise<Entry[]> {
    return this.#engine.newestEntries(limit)
  }

  settle(): Promise<void> {
    return this.#engine.settleTrail()
  }

  rows(query: RowsQuery): Promise<TrailRow[]> {
    return this.#engine.trailRows(query)
  }
}
