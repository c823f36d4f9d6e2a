import { type ChainedRow, NO_HASH, rowHash } from './chain.ts'
import { same } from './check-statements.ts'
import type { AcknowledgedGap, Fault } from './fault.ts'
import type { Statement } from './statement.ts'

/** A row as it stands in the trail, whoever wrote it. */
export interface StoredRow extends ChainedRow {
  readonly hash: Uint8Array
}

export interface RowsToCheck {
  readonly installation: string
  readonly nodes: ReadonlySet<string>
  readonly cut: Statement | undefined
  /** Gaps that were acknowledged. */
  readonly gaps: readonly AcknowledgedGap[]
  /** In the order of their sequence. */
  readonly rows: Iterable<StoredRow>
  /** Heads and cuts, in their order. */
  readonly heads: Iterable<Statement>
  /** The last row that is trusted. */
  readonly provenTo: number
}

export interface RowCheck {
  readonly faults: readonly Fault[]
  readonly rows: number
  readonly entries: number
  /** Entries behind the last row that is trusted. */
  readonly entriesAfter: number
}

/** Request ids that a fault names at most. */
const NAMED_REQUESTS = 5

/** Goes through all rows of a node in their order: whether each is as it was hashed, follows from the one before, and is what the heads say. */
export function checkRows({ rows, heads, ...parts }: RowsToCheck): RowCheck {
  const walk = new RowWalk(parts, heads[Symbol.iterator]())
  for (const row of rows) walk.next(row)
  return walk.end()
}

type RowEnd = Pick<StoredRow, 'seq' | 'hash'>

class RowWalk {
  readonly #parts: Omit<RowsToCheck, 'rows' | 'heads'>
  readonly #heads: Iterator<Statement>
  readonly #faults: Fault[] = []
  #head: Statement | undefined
  /** The last row that a head confirmed. */
  #confirmed = 0
  /** A head has shown that rows were written anew; all that follow would say it again. */
  #isRewritten = false
  #last: { readonly seq: number; readonly hash: Uint8Array; readonly format: number } | undefined
  #rows = 0
  #entries = 0
  #entriesAfter = 0

  constructor(parts: Omit<RowsToCheck, 'rows' | 'heads'>, heads: Iterator<Statement>) {
    this.#parts = parts
    this.#heads = heads
    this.#head = this.#heads.next().value
  }

  next(row: StoredRow): void {
    const { seq, hash, format } = row
    const gap = this.#gapBefore(row)
    const wrong = !gap || gap.isMissing ? this.#wrongIn(row) : undefined
    this.#faults.push(...[gap, wrong].filter((fault) => fault !== undefined))
    const entries = row.entries.split('\n').length
    this.#rows++
    this.#entries += entries
    if (seq > this.#parts.provenTo) this.#entriesAfter += entries
    this.#compareHeads(seq, hash)
    this.#last = { seq, hash, format }
  }

  end(): RowCheck {
    const { seq = this.#parts.cut?.seq ?? 0 } = this.#last ?? {}
    let covered = 0
    for (let head = this.#head; head; head = this.#heads.next().value) covered = Math.max(covered, head.seq)
    if (covered > seq)
      this.#faults.push({
        message: `rows ${seq + 1} to ${covered} are missing from the end: a head covers them`,
        from: seq + 1,
        to: covered,
        isMissing: true,
      })
    return { faults: this.#faults, rows: this.#rows, entries: this.#entries, entriesAfter: this.#entriesAfter }
  }

  /** Rows that must stand before this one, or a row that does not follow from the one before. */
  #gapBefore({ seq, previous }: StoredRow): Fault | undefined {
    const { cut } = this.#parts
    // Rows that are to be removed, and still there, lead up to the cut.
    if (!this.#last && cut && seq <= cut.seq) return undefined
    const before = this.#last ?? { seq: cut?.seq ?? 0, hash: cut?.hash ?? NO_HASH }
    if (seq !== before.seq + 1) {
      const [from, to] = [before.seq + 1, seq - 1]
      if (from > to) return { message: `row ${seq} stands where none can`, from: seq, to: seq }
      if (this.#isAcknowledged(before, { seq: to, hash: previous })) return undefined
      const message = `${from === to ? `row ${from} is` : `rows ${from} to ${to} are`} missing`
      return { message, from, to, isMissing: true }
    }
    if (same(previous, before.hash)) return undefined
    return {
      message: `row ${seq} does not follow from what stands before it`,
      from: seq,
      to: seq,
    }
  }

  /** Whether a gap lies exactly between a row and the one before the next that is there. */
  #isAcknowledged(before: RowEnd, last: RowEnd): boolean {
    return this.#parts.gaps.some(
      ({ after, hash, to, lastHash }) =>
        after === before.seq && same(hash, before.hash) && to === last.seq && same(lastHash, last.hash),
    )
  }

  #wrongIn(row: StoredRow): Fault | undefined {
    const { seq, node } = row
    const at = { from: seq, to: seq }
    const { nodes } = this.#parts
    // Without any statement, nothing is known of nodes, and nothing is proven either.
    if (nodes.size > 0 && !nodes.has(node)) return { message: `row ${seq} is of a node that was never enrolled`, ...at }
    if (row.format >= (this.#last?.format ?? 0) && isAsHashed(this.#parts.installation, row) && isWellFormed(row))
      return undefined
    const requests = requestsIn(row.entries)
    const named = requests.length === 0 ? '' : `; requests in it: ${requests.join(', ')}`
    return { message: `row ${seq} was altered${named}`, ...at, requests }
  }

  #compareHeads(seq: number, hash: Uint8Array): void {
    while (this.#head && this.#head.seq <= seq) {
      const head = this.#head
      this.#head = this.#heads.next().value
      // A head of a row that is not there: the gap has been told, or age has removed it.
      if (head.seq < seq) continue
      if (same(head.hash, hash)) this.#confirmed = seq
      else if (!this.#isRewritten) {
        this.#isRewritten = true
        const from = this.#confirmed + 1
        this.#faults.push({
          message: `among rows ${from} to ${seq} some were written anew with hashes that fit: statement ${head.number} has signed others`,
          from,
          to: seq,
        })
      }
    }
  }
}

/** False also for values that no row of Coffer's can have. */
function isAsHashed(installation: string, row: StoredRow): boolean {
  try {
    return same(rowHash(installation, row), row.hash)
  } catch {
    return false
  }
}

/** What the hash of the first format does not cover follows from the entries. */
function isWellFormed({ entries, count, at }: StoredRow): boolean {
  const lines = entries.split('\n')
  try {
    return lines.length === count && JSON.parse(lines.at(-1) ?? '').at === at
  } catch {
    return false
  }
}

/** Ids of requests, as far as they can be read. */
function requestsIn(entries: string): string[] {
  return [...entries.matchAll(/"id":"([0-9a-zA-Z-]{1,64})"/g)].slice(0, NAMED_REQUESTS).map(([, id = '']) => id)
}
