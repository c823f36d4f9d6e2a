import type { KeyringHolder } from '../seal/keyring-holder.ts'
import { isSignatureOf } from '../seal/sign.ts'
import { NO_HASH } from './chain.ts'
import { type Statement, type StatementKind, signedBytes, statementHash, type UnsignedStatement } from './statement.ts'

/** The last row of a node's chain. */
export interface ChainEnd {
  readonly node: string
  /** 0 where there is none. */
  readonly seq: number
  readonly hash: Uint8Array
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
}

export interface HeadSignerParts {
  readonly store: StatementStore
  readonly keyring: Pick<KeyringHolder, 'current'>
  readonly installation: string
  readonly now: () => number
}

/** The trail is not as its last signed statement says: signing it again would vouch for what somebody else wrote. */
export class AlteredTrailError extends Error {
  override readonly name = 'AlteredTrailError'

  constructor(what: string) {
    super(`The trail was altered behind the server's back: ${what}. No more heads are signed. Run: coffer trail verify`)
  }
}

/**
 * Signs how far the trail is: enrols the node, then states a head whenever there is something new. It builds only on a statement that it has
 * verified or made itself, so that a signature vouches for all statements before it.
 */
export class HeadSigner {
  readonly #parts: HeadSignerParts
  #last: Statement | undefined
  #underWay: Promise<unknown> = Promise.resolve()

  constructor(parts: HeadSignerParts) {
    this.#parts = parts
  }

  /** States a head if rows, or a newer key, have come since the last. Throws AlteredTrailError; anything else when nothing can be written. */
  signHead(): Promise<void> {
    return this.#inTurn(async () => {
      const { node, seq, hash } = await this.#parts.store.end()
      await this.#lastVerified()
      if (!this.#last) await this.#state({ kind: 'enrolment', node, seq: 0, hash: NO_HASH, keptFrom: 0 })
      const stated = this.#last
      const isNew =
        seq > (stated?.seq ?? 0) || stated?.keyVersion !== this.#parts.keyring.current.signer('trail').version
      if (isNew && seq > 0) await this.#state({ kind: 'head', node, seq, hash, keptFrom: 0 })
    })
  }

  /**
   * States that the rows up to a head were removed because of their age, and the statements before that head with them. Throws as signHead does.
   */
  signCut({ node, seq, hash, number }: Statement): Promise<Statement> {
    return this.#inTurn(async () => {
      await this.#lastVerified()
      return this.#state({ kind: 'cut', node, seq, hash, keptFrom: number })
    })
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
      await this.#assertTrue((await store.newestStatement('head')) ?? stored, stored)
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

  async #state(what: Pick<Statement, 'kind' | 'node' | 'seq' | 'hash' | 'keptFrom'>): Promise<Statement> {
    const { store, keyring, installation, now } = this.#parts
    const signer = keyring.current.signer('trail')
    const unsigned: UnsignedStatement = {
      ...what,
      installation,
      number: (this.#last?.number ?? 0) + 1,
      at: now(),
      previous: statementHash(this.#last),
      keyVersion: signer.version,
    }
    const statement = { ...unsigned, signature: signer.sign(signedBytes(unsigned)) }
    this.#last = undefined // looked up anew should this fail
    await store.state(statement)
    this.#last = statement
    return statement
  }
}
