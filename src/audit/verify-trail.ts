import { checkRows, type StoredRow } from './check-rows.ts'
import { checkStatements } from './check-statements.ts'
import type { AcknowledgedGap, Fault, TrailAnchor } from './fault.ts'
import type { Statement } from './statement.ts'

/** A trail as it is stored; each can be walked through more than once. */
export interface StoredTrail {
  statements(): Iterable<Statement>
  /** Statements that name a row, in their order. */
  heads(): Iterable<Statement>
  rows(): Iterable<StoredRow>
}

/** How far a trail is proven. */
export interface Verification {
  /**
   * `proven`: nothing is wrong up to a head that is trusted; `unsigned`: nothing is wrong, but no head is there; `hashes`: nothing is wrong, but
   * nothing is trusted either.
   */
  readonly outcome: 'proven' | 'unsigned' | 'hashes' | 'altered'
  readonly faults: readonly Fault[]
  /** The statement up to which everything is proven. */
  readonly proven: Statement | undefined
  /** The cut at which it begins. */
  readonly cut: Statement | undefined
  /** Gaps that were acknowledged. */
  readonly gaps: readonly AcknowledgedGap[]
  readonly rows: number
  readonly entries: number
  /** Entries behind the proven ones: only chained to them by hash. */
  readonly entriesAfter: number
}

/**
 * Finds what was removed, altered, inserted or exchanged in a trail, and what was cut off before the last head that is trusted. It cannot know of
 * what was cut off behind that.
 */
export function verifyTrail(trail: StoredTrail, anchor: TrailAnchor): Verification {
  const { faults, proven, cut, gaps, nodes, installation = '', hasHead } = checkStatements(trail.statements(), anchor)
  const provenTo = proven?.seq ?? 0
  const parts = { installation, nodes, cut, gaps, provenTo, rows: trail.rows(), heads: trail.heads() }
  const checked = checkRows(parts)
  const all = [...faults, ...checked.faults]
  const isWhole = all.length === 0
  return {
    ...checked,
    cut,
    gaps,
    outcome: isWhole ? outcomeOf(hasHead, proven) : 'altered',
    faults: all,
    proven: isWhole ? proven : undefined,
  }
}

function outcomeOf(hasHead: boolean, proven: Statement | undefined): 'proven' | 'unsigned' | 'hashes' {
  if (!hasHead) return 'unsigned'
  return proven ? 'proven' : 'hashes'
}
