import { isSignatureOf } from '../seal/sign.ts'
import { NO_HASH } from './chain.ts'
import type { AcknowledgedGap, Fault, TrailAnchor } from './fault.ts'
import { type Statement, signedBytes, statementHash } from './statement.ts'
import { statementOfHead } from './trail-head.ts'

/** What the statements of a trail prove, and what is wrong with them. */
export interface StatementCheck {
  readonly faults: readonly Fault[]
  /** How far the newest statement that is trusted goes: it vouches for all before it. Undefined when no head is among them. */
  readonly proven: Statement | undefined
  /** The newest cut. Where it is not trusted, nothing is proven. */
  readonly cut: Statement | undefined
  /** True when there is a head at all. */
  readonly hasHead: boolean
  /** Gaps that were acknowledged, in their order. */
  readonly gaps: readonly AcknowledgedGap[]
  /** Nodes that belong to the installation. */
  readonly nodes: ReadonlySet<string>
  readonly installation: string | undefined
}

/** Goes through all statements in their order: whether they are one chain, signed, and as the given heads say. */
export function checkStatements(statements: Iterable<Statement>, anchor: TrailAnchor): StatementCheck {
  const walk = new StatementWalk(anchor)
  for (const statement of statements) walk.next(statement)
  return walk.end()
}

class StatementWalk {
  readonly #anchor: TrailAnchor
  /** Keys that are trusted: those that were given, and those for which such a one vouches. */
  readonly #publicKeys: Map<number, Uint8Array>
  /** Heads that were given and have not been met, by number. */
  readonly #given: Map<number, Statement>
  readonly #faults: Fault[] = []
  readonly #nodes = new Set<string>()
  readonly #gaps: AcknowledgedGap[] = []
  #hasHead = false
  #first: Statement | undefined
  #last: Statement | undefined
  /** The statement that names the latest row. */
  #furthest: Statement | undefined
  #trusted: Statement | undefined
  #proven: Statement | undefined
  #cut: Statement | undefined
  /** The newest statement after the trusted whose key is not known. */
  #unknown: Statement | undefined

  constructor(anchor: TrailAnchor) {
    this.#anchor = anchor
    this.#publicKeys = new Map(anchor.publicKeys)
    this.#given = new Map(anchor.heads.map((head) => [head.number, statementOfHead(head)]))
  }

  next(statement: Statement): void {
    const { number, kind, node } = statement
    const installation = this.#anchor.installation ?? this.#first?.installation
    if (installation !== undefined && statement.installation !== installation)
      this.#fault(`statement ${number} belongs to another installation`)
    this.#follow(statement)
    if (kind === 'head') this.#hasHead = true
    if (!this.#furthest || statement.seq >= this.#furthest.seq) this.#furthest = statement
    if (this.#isTrusted(statement)) {
      this.#trusted = statement
      if (this.#hasHead) this.#proven = this.#furthest
      this.#unknown = undefined
      if (kind === 'key' && !this.#publicKeys.has(statement.detail))
        this.#publicKeys.set(statement.detail, statement.hash)
    }
    if (kind === 'cut') this.#cut = statement
    this.#noteGap(statement)
    this.#nodes.add(node)
    this.#first ??= statement
    this.#last = statement
  }

  end(): StatementCheck {
    const { number: first = 1 } = this.#first ?? {}
    const isExplained = this.#cut ? first <= this.#cut.detail : isGapBehind(this.#first, 0)
    if (first > 1 && !isExplained) this.#fault(`statements 1 to ${first - 1} are missing`)
    for (const head of this.#given.values()) this.#missing(head, first)
    if (this.#unknown && this.#anchor.isWholeKeyring)
      this.#fault(`statement ${this.#unknown.number} is signed by a key that the keyring does not have`)
    return {
      faults: this.#faults,
      proven: (this.#cut?.number ?? 0) <= (this.#trusted?.number ?? 0) ? this.#proven : undefined,
      cut: this.#cut,
      hasHead: this.#hasHead,
      gaps: this.#gaps,
      nodes: this.#nodes,
      installation: this.#anchor.installation ?? this.#first?.installation,
    }
  }

  /** A gap begins with one statement and ends with the next. */
  #noteGap({ number, kind, seq, hash }: Statement): void {
    const last = this.#last
    if (kind === 'enrolment' && last?.kind === 'gap' && last.number === number - 1 && seq >= last.seq)
      this.#gaps.push({
        number: last.number,
        at: last.at,
        statement: last.detail,
        after: last.seq,
        hash: last.hash,
        to: seq,
        lastHash: hash,
      })
  }

  #follow(statement: Statement): void {
    const { number, previous } = statement
    const last = this.#last
    if (!(number > 0)) this.#fault(`statement ${number} has a number that none can have`)
    else if (!last) {
      if (number === 1 && !same(previous, NO_HASH)) this.#fault('statement 1 says that one came before it')
    } else if (number !== last.number + 1) {
      if (!isGapBehind(statement, last.number))
        this.#fault(`statements ${last.number + 1} to ${number - 1} are missing`)
    } else if (!same(previous, statementHash(last)))
      this.#fault(`statement ${number} does not follow from statement ${last.number}: one of them was altered`)
  }

  #isTrusted(statement: Statement): boolean {
    const { number, keyVersion, signature } = statement
    const given = this.#given.get(number)
    this.#given.delete(number)
    if (given && !same(statementHash(given), statementHash(statement))) {
      this.#fault(`statement ${number} is not the head that was given`)
      return false
    }
    const publicKey = this.#publicKeys.get(keyVersion)
    if (publicKey && !isSignatureOf(publicKey, signedBytes(statement), signature)) {
      this.#fault(`statement ${number} is not signed by this installation`)
      return false
    }
    if (!publicKey && !given) this.#unknown = statement
    return publicKey !== undefined || given !== undefined
  }

  /** A head that was given and is not among the statements: removed because of its age, or cut off. */
  #missing({ number, seq, at }: Statement, first: number): void {
    if (number < first && this.#cut && number < this.#cut.detail) return
    const isLost = (gap: AcknowledgedGap) => gap.statement < number && number < gap.number
    // Only a gap that a trusted statement vouches for explains it.
    if (this.#gaps.some((gap) => isLost(gap) && gap.number <= (this.#trusted?.number ?? 0))) return
    const { number: last = 0 } = this.#last ?? {}
    this.#fault(
      number > last
        ? `the trail was cut off: the head that was given is statement ${number}, of ${new Date(at).toISOString()}, and covers row ${seq}; the last one here is statement ${last}`
        : `statement ${number}, a head that was given, is missing`,
    )
  }

  #fault(message: string): void {
    this.#faults.push({ message })
  }
}

/** Whether a statement explains that those between the given number and its own are missing. */
function isGapBehind(statement: Statement | undefined, number: number): boolean {
  return statement?.kind === 'gap' && statement.detail === number && statement.number > number
}

export const same = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0
