import type { Engine, SqlChange } from './engine.ts'
import { sql } from './sql.ts'

/** Row of `meta` that holds a time that has passed for certain, milliseconds since the epoch. */
const PASSED_TIME = 'passed_time'

/** What a store knows of the time, so that a start can tell a wall clock that is far off (`jobs/destruction-clock.ts`). */
export class SqlPassedTime {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Milliseconds since the epoch; undefined where none was noted yet. */
  async find(): Promise<number | undefined> {
    const { results } = await this.#engine.read([sql`select value from meta where name = ${PASSED_TIME}`])
    const value = Number(results[0]?.[0]?.value)
    return Number.isSafeInteger(value) && value > 0 ? value : undefined
  }

  /** Notes a time without a record: it belongs to no call. */
  async note(time: number): Promise<void> {
    await this.#engine.append(undefined, this.change(time).writes)
  }

  /** Notes a time together with a record. */
  change(time: number): SqlChange {
    const value = String(Math.floor(time))
    const statement = sql`insert into meta (name, value) values (${PASSED_TIME}, ${value})
      on conflict (name) do update set value = excluded.value`
    // Without it, the next start waits longer.
    return { describes: 'note the time that has passed', writes: [{ statement, expendable: true }] }
  }
}
