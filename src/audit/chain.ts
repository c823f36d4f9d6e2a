import { createHash } from 'node:crypto'
import { encodePlace } from '../seal/place.ts'

/** A row of the trail as the chain sees it. */
export interface ChainedRow {
  /** Rule by which its hash is taken. */
  readonly format: number
  readonly seq: number
  readonly node: string
  /** When the last of its entries happened, milliseconds since the epoch. */
  readonly at: number
  /** Entries that it holds. */
  readonly count: number
  /** The entries exactly as they are stored, one JSON text a line. */
  readonly entries: string
  /** Up to where the outbox of changes stands in the trail with it. */
  readonly outboxMark: number | undefined
  /** Hash of the row before. */
  readonly previous: Uint8Array
}

/** Format of the rows that this program writes. */
export const ROW_FORMAT = 2
/** Rows from before heads were signed: their hash covers node and entries alone; what else they say follows from the entries. */
export const FIRST_ROW_FORMAT = 1

export const HASH_BYTES = 32
/** What the first row of a chain has in place of a previous hash. */
export const NO_HASH: Uint8Array = new Uint8Array(HASH_BYTES)

const LABEL = 'coffer/trail/row'

/**
 * The hash of a row: SHA-256 over everything it says, bound to its installation, and over the hash of the row before; so it covers all rows up
 * to this one. The first rows were hashed by a shorter rule, which is kept for them. Throws a RangeError for a format that nobody wrote.
 */
export function rowHash(installation: string, row: ChainedRow): Buffer {
  const { format, seq, node, at, count, entries, outboxMark, previous } = row
  if (format === FIRST_ROW_FORMAT)
    return createHash('sha256').update(previous).update(node).update('\n').update(entries).digest()
  if (format !== ROW_FORMAT) throw new RangeError(`Cannot hash a row of format ${format}`)
  // A place ends by itself, so that nothing of it can be moved into the entries behind it.
  return createHash('sha256')
    .update(encodePlace([LABEL, format, installation, node, seq, previous, at, count, outboxMark]))
    .update(entries)
    .digest()
}
