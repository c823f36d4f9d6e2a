import type { Purpose } from '../seal/keyring.ts'

/** A table with what one purpose sealed, as far as a walk has come in it. */
export interface WalkedTable {
  readonly name: string
  /** Rows when the walk began. */
  readonly total: number
  /** Rows under the newest version: resealed by this walk, or written by it from the start. */
  readonly done: number
  /** Rows that do not open or verify: nobody but Coffer may have altered them, and they are left as they are. */
  readonly altered: number
}

/** A walk through everything that one purpose sealed, which puts it under the newest version. Times are milliseconds. */
export interface Walk {
  /** Version that everything comes under. */
  readonly version: number
  readonly tables: readonly WalkedTable[]
  /** Index of the table that is next; that of none when the walk is complete. */
  readonly table: number
  /** Key of the last row that was looked at in it; absent at its beginning. */
  readonly after?: readonly (string | number)[] | undefined
  readonly finishedAt?: number | undefined
  /** When something was resealed last, by this walk or one before it. */
  readonly resealedAt?: number | undefined
}

/** What became of some rows of the table that was next. */
export interface Stride {
  readonly done: number
  readonly altered: number
  /** Whether something had to be resealed. */
  readonly resealed: boolean
  /** Key of the last row; absent when the table has no more. */
  readonly after?: readonly (string | number)[] | undefined
}

/** The walk behind a stride. */
export function advance(walk: Walk, stride: Stride, now: number): Walk {
  const tables = walk.tables.map((table, index) =>
    index === walk.table
      ? { ...table, done: table.done + stride.done, altered: table.altered + stride.altered }
      : table,
  )
  const table = stride.after === undefined ? walk.table + 1 : walk.table
  const { version, finishedAt } = walk
  return {
    version,
    tables,
    table,
    after: stride.after,
    finishedAt: table === tables.length ? now : finishedAt,
    resealedAt: stride.resealed ? now : walk.resealedAt,
  }
}

export const isComplete = ({ table, tables }: Walk): boolean => table >= tables.length

export interface Progress {
  readonly total: number
  readonly done: number
  readonly altered: number
}

export function progressOf({ tables }: Walk): Progress {
  const sum = (of: (table: WalkedTable) => number) => tables.reduce((count, table) => count + of(table), 0)
  return { total: sum(({ total }) => total), done: sum(({ done }) => done), altered: sum(({ altered }) => altered) }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * How long something lives that a purpose sealed and nobody stores: a session, which lasts 36 hours at most (GetSessionToken,
 * DurationSeconds), with KMS's import tokens among them; a page token.
 */
const LIFETIMES_MS: Readonly<Partial<Record<Purpose, number>>> = { session: 36 * HOUR_MS, 'page-token': DAY_MS }

/** Far longer than any request: whoever sealed something under an old version, or read it, has stored it by then or never will. */
export const WRITES_UNDER_WAY_MS = HOUR_MS / 4

/** How long a walk that found altered rows rests before the next one looks whether they are still there. */
export const LOOK_AGAIN_MS = HOUR_MS

/**
 * When the versions before the newest may be retired, as far as is known by now: nothing that they sealed is used any more,
 * and nobody still writes what they read before it was resealed.
 *
 * @param madeAt when the newest version was made
 */
export function retirableAt(purpose: Purpose, madeAt: number, resealedAt = 0): number {
  return Math.max(madeAt + (LIFETIMES_MS[purpose] ?? 0), resealedAt) + WRITES_UNDER_WAY_MS
}
