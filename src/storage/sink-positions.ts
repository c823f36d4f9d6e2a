import type { SinkPosition, SinkPositions } from '../audit/sinks/sink.ts'
import type { Engine } from './engine.ts'
import { sql } from './sql.ts'

/** Positions of sinks on any engine. */
export class SqlSinkPositions implements SinkPositions {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async find(sink: string): Promise<SinkPosition | undefined> {
    const { results } = await this.#engine.read([
      sql`select seq, head, memory from sink_positions where sink = ${sink}`,
    ])
    const row = results[0]?.[0]
    if (!row) return undefined
    const memory = row.memory === null ? undefined : String(row.memory)
    return { seq: Number(row.seq), head: Number(row.head), memory }
  }

  async save(sink: string, { seq, head, memory }: SinkPosition): Promise<void> {
    await this.#engine.append(undefined, [
      {
        statement: sql`insert into sink_positions (sink, seq, head, memory) values (${sink}, ${seq}, ${head}, ${memory ?? null})
          on conflict (sink) do update set seq = excluded.seq, head = excluded.head, memory = excluded.memory`,
        // At worst something is delivered twice.
        expendable: true,
      },
    ])
  }
}
