import { ConflictError } from '../aws/change.ts'
import type { RotationLeases } from '../secrets/rotation-leases.ts'
import type { Engine } from './engine.ts'
import { type Sql, sql } from './sql.ts'

/** Leases on any engine. */
export class SqlRotationLeases implements RotationLeases {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async take(secretId: number, owner: string, now: number, until: number): Promise<boolean> {
    try {
      await this.#engine.append(undefined, [{ statement: takeStatement(secretId, owner, now, until), expect: 1 }])
      return true
    } catch (error) {
      if (error instanceof ConflictError) return false
      throw error
    }
  }

  async release(secretId: number, owner: string): Promise<void> {
    await this.#engine.append(undefined, [
      { statement: sql`delete from rotation_leases where secret_id = ${secretId} and owner = ${owner}` },
    ])
  }
}

function takeStatement(secretId: number, owner: string, now: number, until: number): Sql {
  return sql`insert into rotation_leases (secret_id, owner, held_until) values (${secretId}, ${owner}, ${until})
    on conflict (secret_id) do update set owner = excluded.owner, held_until = excluded.held_until
    where rotation_leases.owner = excluded.owner or rotation_leases.held_until <= ${now}`
}
