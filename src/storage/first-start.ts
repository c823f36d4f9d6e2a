import type { Engine, SqlChange } from './engine.ts'
import { sql } from './sql.ts'

/** Row of `meta` that a first start writes before anything outside the store, and that goes with the commit of the first account. */
export const FIRST_START = 'first_start'

/** A first start that has begun: an interrupted one is continued by the next start. */
export interface FirstStart {
  /** Id of the account that is made. */
  readonly account: string
  /** Fingerprint of the root key. */
  readonly rootKey: string
  /** Path of the root key file, when this first start makes it. */
  readonly madeRootKey?: string | undefined
  /** True when the operator asked for a new installation beside files of an earlier one. */
  readonly besideOldFiles: boolean
}

/** The first start that has begun and not ended; undefined where there is none. */
export async function readFirstStart(engine: Engine): Promise<FirstStart | undefined> {
  const { results } = await engine.read([sql`select value from meta where name = ${FIRST_START}`])
  return firstStartIn(results[0]?.[0]?.value)
}

/** The content of the row; undefined for anything that Coffer did not write. */
export function firstStartIn(value: unknown): FirstStart | undefined {
  try {
    const found = JSON.parse(String(value)) as FirstStart
    return typeof found.account === 'string' && typeof found.rootKey === 'string' ? found : undefined
  } catch {
    return undefined
  }
}

/** Resolves once it is on the disk. */
export function beginFirstStart(engine: Engine, first: FirstStart): Promise<void> {
  const text = JSON.stringify(first)
  return engine.append(undefined, [
    {
      statement: sql`insert into meta (name, value) values (${FIRST_START}, ${text})
        on conflict (name) do update set value = excluded.value`,
    },
  ])
}

/** Commits with the first account. */
export function endFirstStart(): SqlChange {
  return {
    describes: 'end the first start',
    writes: [{ statement: sql`delete from meta where name = ${FIRST_START}` }],
  }
}
