import type { Entry } from '../audit/entry.ts'
import type { StatementStore } from '../audit/head-signer.ts'
import type { AgingTrail } from '../audit/retention.ts'
import type { Statement, StatementKind } from '../audit/statement.ts'
import type { HeadsQuery, RowsQuery, Trail, TrailHead, TrailQuery, TrailRow } from '../audit/trail.ts'
import { headOf } from '../audit/trail-head.ts'
import type { Change } from '../aws/change.ts'
import type { Engine, SqlChange } from './engine.ts'

/** The trail on any engine: the only way by which changes reach the store. */
export class SqlTrail implements Trail, StatementStore, AgingTrail {
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

  async heads({ after, limit }: HeadsQuery): Promise<TrailHead[]> {
    const heads = await this.#engine.chain.statements({ kind: 'head', after, limit })
    return heads.map(headOf)
  }

  end() {
    return this.#engine.chain.end()
  }

  hashAt(seq: number) {
    return this.#engine.chain.hashAt(seq)
  }

  async newestStatement(kind?: StatementKind): Promise<Statement | undefined> {
    return (await this.#engine.chain.statements({ kind, newestFirst: true, limit: 1 }))[0]
  }

  state(statement: Statement): Promise<void> {
    return this.#engine.chain.state(statement)
  }

  headsAfter(number: number, limit: number): Promise<Statement[]> {
    return this.#engine.chain.statements({ kind: 'head', after: number, limit })
  }

  holes() {
    return this.#engine.chain.holes()
  }

  neededFrom() {
    return this.#engine.chain.neededFrom()
  }

  removeSome(cut: Statement) {
    return this.#engine.chain.removeSome(cut)
  }
}
