import type { KeyringHolder } from '../seal/keyring-holder.ts'
import { isSignatureOf } from '../seal/sign.ts'
import { NO_HASH } from './chain.ts'
import { type Gap, type TrailMark, UnacknowledgedGapError } from './gap.ts'
import { type Statement, type StatementKind, signedBytes, statementHash, type UnsignedStatement } from './statement.ts'

/** The last row of a node's chain, and how far the store was. */
export interface ChainEnd {
  readonly node: string
  /** 0 where there is none. */
  readonly seq: number
  readonly hash: Uint8Array
  /** Commits that the store has made, all of them durable. */
  readonly commits: number
  /** The highest id of the outbox whose record was moved to the trail. */
  readonly moved: number
}

/** Rows that are missing inside a chain. */
export interface Hole {
  /** The last row before it, with its hash; 0 and zeros at the beginning. */
  readonly after: number
  readonly hash: Uint8Array
  /** The last row that is missing, with its hash as the row behind it has it. */
  readonly to: number
  readonly lastHash: Uint8Array
}

/** Where rows and statements stand. */
export interface StatementStore {
  /** The end of this node's chain, as the process that wrote it knows it. */
  end(): Promise<ChainEnd>
  /** Hash of a row as it is stored; undefined when it is not there. */
  hashAt(seq: number): Promise<Uint8Array | undefined>
  newestStatement(kind?: StatementKind): Promise<Statement | undefined>
  /** Adds a statement. Rejects when its number is taken. */
  state(statement: Statement): Promise<void>
  /** Holes that no statement explains, in their order. */
  holes(): Promise<readonly Hole[]>
}

/** Where the store keeps its mark of the trail. */
export interface MarkStore {
  save(mark: TrailMark): Promise<void>
}

export interface HeadSignerParts {
  readonly store: StatementStore
  readonly marks: MarkStore
  /** The store's mark of the trail at the start; signing waits while it has a gap. */
  readonly mark: TrailMark
  readonly keyring: Pick<KeyringHolder, 'current'>
  readonly installation: string
  readonly now: () => number
}

/** The trail is not as its last signed statement says: signing it again would vouch for what somebody else wrote. */
export class AlteredTrailError extends Error {
  override readonly name = 'AlteredTrailError'

  readonly what: string

  constructor(what: string) {
    super(`The trail was altered behind the server's back: ${what}. No more heads are signed. Run: coffer trail verify`)
    this.what = what
  }
}

/**
 * Signs how far the trail is: enrols the node, then states a head whenever there is something new. It builds only on a statement that it has
 * verified or made itself, so that a signature vouches for all statements before it. The store keeps a mark of each head once the head is on disk.
 */
export class HeadSigner {
  readonly #parts: HeadSignerParts
  #gap: Gap | undefined
  #last: Statement | undefined
  #underWay: Promise<unknown> = Promise.resolve()

  constructor(parts: HeadSignerParts) {
    this.#parts = parts
    this.#gap = parts.mark.gap
  }

  /** The gap that waits for the operator's acknowledgement. */
  get gap(): Gap | undefined {
    return this.#gap
  }

  /**
   * States a head if rows, or a newer key, have come since the last. Throws AlteredTrailError, or UnacknowledgedGapError while there is a gap;
   * anything else when nothing can be written.
   */
  signHead(): Promise<void> {
    return this.#inTurn(async () => {
      const end = await this.#parts.store.end()
      await this.#lastVerified()
      this.#assertNoGap()
      await this.#signHead(end)
    })
  }

  /**
   * States that the rows up to a head were removed because of their age, and the statements before that head with them. Throws as signHead does.
   */
  signCut({ node, seq, hash, number }: Statement): Promise<Statement> {
    return this.#inTurn(async () => {
      await this.#lastVerified()
      this.#assertNoGap()
      return this.#state({ kind: 'cut', node, seq, hash, detail: number })
    })
  }

  /**
   * Signs which rows and statements are missing, then a head: the operator has acknowledged the gap. Interrupted, it can be repeated. Throws
   * AlteredTrailError before anything is recorded.
   *
   * @param record writes the record of it, which the head covers
   */
  acknowledgeGap(record: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      const { store, mark } = this.#parts
      await this.#lastVerified()
      await record()
      const end = await store.end()
      const lostStatements = mark.number > (this.#last?.number ?? 0)
      const holes = [...(await store.holes())]
      if (holes.length === 0 && lostStatements)
        holes.push({ after: end.seq, hash: end.hash, to: end.seq, lastHash: end.hash })
      for (const { after, hash, to, lastHash } of holes) {
        const { node } = end
        await this.#state({ kind: 'gap', node, seq: after, hash, detail: this.#last?.number ?? 0 })
        await this.#state({ kind: 'enrolment', node, seq: to, hash: lastHash, detail: 0 })
      }
      this.#gap = undefined
      await this.#signHead(end)
    })
  }

  async #signHead({ node, seq, hash, commits, moved }: ChainEnd): Promise<void> {
    const { store, keyring, marks } = this.#parts
    if (!this.#last) await this.#state({ kind: 'enrolment', node, seq: 0, hash: NO_HASH, detail: 0 })
    await this.#introduceKey(node)
    const covered = (await store.newestStatement('head'))?.seq ?? 0
    const isUnderNewest = this.#last?.keyVersion === keyring.current.signer('trail').version
    if (seq === 0 || (seq <= covered && isUnderNewest)) return
    const head = await this.#state({ kind: 'head', node, seq, hash, detail: commits })
    // Only now: a mark of a head that a crash has kept from the disk would raise a false alarm.
    await marks.save({
      number: head.number,
      statement: statementHash(head),
      at: head.at,
      seq,
      row: hash,
      moved,
      gap: undefined,
    })
  }

  #assertNoGap(): void {
    if (this.#gap) throw new UnacknowledgedGapError(this.#gap)
  }

  /** Lets the key that signed last vouch for the one that signs from now on, while it is there. */
  async #introduceKey(node: string): Promise<void> {
    const keyring = this.#parts.keyring.current
    const { version } = keyring.signer('trail')
    const before = this.#last?.keyVersion ?? version
    if (before === version || !keyring.versions('trail').includes(before)) return
    const hash = keyring.publicKeys('trail').get(version)!
    await this.#state({ kind: 'key', node, seq: 0, hash, detail: version }, keyring.signer('trail', before))
  }

  /** One after the other: each statement covers the one before. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#underWay.then(work)
    this.#underWay = turn.catch(() => {})
    return turn
  }

  async #lastVerified(): Promise<void> {
    const { store } = this.#parts
    const stored = await store.newestStatement()
    if (this.#last) {
      if (Buffer.compare(statementHash(stored), statementHash(this.#last)) !== 0)
        throw new AlteredTrailError('its last statement is another')
      return
    }
    if (stored) {
      this.#assertSigned(stored)
      const head = await store.newestStatement('head')
      if (head) await this.#assertTrue(head, stored)
    }
    this.#last = stored
  }

  #assertSigned(stored: Statement): void {
    const { keyring, installation } = this.#parts
    const publicKey = keyring.current.publicKeys('trail').get(stored.keyVersion)
    const isOurs = stored.installation === installation
    if (!publicKey || !isOurs || !isSignatureOf(publicKey, signedBytes(stored), stored.signature))
      throw new AlteredTrailError(`statement ${stored.number} is not signed by this installation`)
  }

  /** The row of the last head is as it says, unless the last statement says that it was removed. */
  async #assertTrue({ number, seq, hash }: Statement, last: Statement): Promise<void> {
    if (seq === 0 || (last.kind === 'cut' && seq <= last.seq)) return
    const stored = await this.#parts.store.hashAt(seq)
    if (!stored || Buffer.compare(stored, hash) !== 0)
      throw new AlteredTrailError(`row ${seq} is not as statement ${number} says`)
  }

  async #state(
    what: Pick<Statement, 'kind' | 'node' | 'seq' | 'hash' | 'detail'>,
    signer = this.#parts.keyring.current.signer('trail'),
  ): Promise<Statement> {
    const { store, installation, now, mark } = this.#parts
    const before = this.#last?.number ?? 0
    // Numbers of lost statements are not used again: the next one follows from the last one that the store knows.
    const isBehindLost = mark.number > before
    const unsigned: UnsignedStatement = {
      ...what,
      installation,
      number: Math.max(before, mark.number) + 1,
      at: now(),
      previous: isBehindLost ? mark.statement : statementHash(this.#last),
      keyVersion: signer.version,
    }
    const statement = { ...unsigned, signature: signer.sign(signedBytes(unsigned)) }
    this.#last = undefined // looked up anew should this fail
    await store.state(statement)
    this.#last = statement
    return statement
  }
}
