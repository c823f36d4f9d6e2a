import type { ChainEnd, Hole } from '../audit/head-signer.ts'
import type { Statement } from '../audit/statement.ts'
import type { SqlValue } from './sql.ts'
import type { ChainLink } from './sqlite-chain.ts'

// What the main thread and the writer's thread say to each other.

export interface WriterOptions {
  readonly storePath: string
  readonly trailPath: string
  /** False only for data that is thrown away: then commits are not synced. */
  readonly durable: boolean
  /** Name of this node in the trail. */
  readonly node: string
  /** What to keep of the disk for the trail; nothing when absent. */
  readonly reserve?: { readonly path: string; readonly bytes: number } | undefined
  /** Where to say after each commit how far the files are; nowhere when absent. */
  readonly highWaterPath?: string | undefined
  /** True when the writer waits for `begin` before it moves or removes a record: until then the files show what happened to them. */
  readonly beginsLater?: boolean | undefined
}

export interface CompiledWrite {
  readonly text: string
  readonly values: readonly SqlValue[]
  readonly expect: number | undefined
  readonly expendable: boolean | undefined
}

export interface GroupItem {
  readonly at: number
  /** JSON text of the record; absent for changes that need none. */
  readonly entry: string | undefined
  readonly writes: readonly CompiledWrite[]
}

export type WriterRequest =
  | { readonly kind: 'group'; readonly items: readonly GroupItem[] }
  | { readonly kind: 'settle' | 'end' | 'holes' | 'erase' | 'ping' | 'close' }
  | { readonly kind: 'begin'; readonly behind: ChainLink }
  | { readonly kind: 'state' | 'remove'; readonly statement: Statement }

/**
 * What became of an item: nothing to say, or why it was not written. `conflict`: the store has moved; `invalid`: the statement itself is refused;
 * `failed`: nothing can be written.
 */
export type ItemOutcome = undefined | { readonly reason: 'conflict' | 'invalid' | 'failed'; readonly message: string }

export type WriterReply =
  | { readonly outcomes: readonly ItemOutcome[] }
  | { readonly end: ChainEnd }
  | { readonly holes: readonly Hole[] }
  | { readonly removed: boolean }
  | { readonly failure: string }

/** Whether a part of the disk is kept for the trail. */
export type ReserveState = 'spent' | 'whole'

/** Something that nobody has asked for. */
export interface WriterNotice {
  readonly reserve: ReserveState
}
