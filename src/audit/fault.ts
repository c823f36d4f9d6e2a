import type { TrailHead } from './trail.ts'

/** Something in a trail that is not as Coffer wrote it. */
export interface Fault {
  /** What, and where; one line. */
  readonly message: string
  /** Rows that are concerned. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Ids of the requests whose records stand in such a row now. */
  readonly requests?: readonly string[] | undefined
  /** True when rows are missing and nothing else is wrong here. */
  readonly isMissing?: boolean | undefined
}

/** A gap that the operator has acknowledged, as a signed statement says. */
export interface AcknowledgedGap {
  /** Number of the statement. */
  readonly number: number
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The last statement before it; those between the two are missing. */
  readonly statement: number
  /** The last row before it, with its hash. */
  readonly after: number
  readonly hash: Uint8Array
  /** The last row that is missing, with its hash; `after` when no row is. */
  readonly to: number
  readonly lastHash: Uint8Array
}

/** What is known of a trail from elsewhere. Without any of it only hashes can be checked, and who writes can compute those. */
export interface TrailAnchor {
  readonly installation: string | undefined
  /** Raw Ed25519 keys by their version. */
  readonly publicKeys: ReadonlyMap<number, Uint8Array>
  /** True when no other key can have signed anything that is not older than what these have signed. */
  readonly isWholeKeyring: boolean
  /** Heads that were kept elsewhere. */
  readonly heads: readonly TrailHead[]
}
