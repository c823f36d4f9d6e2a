import { type DocumentFetch, fetchJson, IssuerFault } from './fetch-json.ts'
import { type IssuerKey, keysWithId, readKeySet } from './key-set.ts'

/** Where the public keys of token issuers come from. */
export interface IssuerKeys {
  /**
   * Keys that may have signed a token of an issuer: those with the key id of its header, or all when it has none. Empty when there is none.
   * Rejects with KeysUnavailableError when the issuer's keys cannot be had.
   *
   * @param issuer `https://{host}/{path}`, a provider of some account
   */
  keysOf(issuer: string, kid: string | undefined): Promise<readonly IssuerKey[]>
}

/** The keys of an issuer cannot be had now. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError'
}

/** How long keys are used before they are fetched again: as long a key that an issuer has withdrawn may still be taken. */
export const KEYS_LIFETIME_MS = 600_000
/** How long after a look at an issuer nothing makes us look again: neither failure nor key ids that it does not have. */
export const COOL_DOWN_MS = 30_000
/** Issuers whose keys are kept; the ones not used for longest go first. */
export const MAX_ISSUERS = 200
/** How long an issuer may take for both documents together. */
const FETCH_TIME_LIMIT_MS = 5_000

export interface DiscoveryOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly fetch?: DocumentFetch | undefined
  readonly timeLimit?: number | undefined
  /** Told why the keys of an issuer cannot be had, at most once in a cool-down for each. */
  readonly onFault?: ((issuer: string, fault: Error) => void) | undefined
}

/** What is known of an issuer. */
interface Known {
  /** The keys of the last look that succeeded. */
  readonly found?: { readonly keys: readonly IssuerKey[]; readonly at: number } | undefined
  /** When we last looked, with success or without. */
  readonly lookedAt: number
}

/** Keys that issuers publish (OpenID Connect Discovery 1.0), kept for a while. Whatever tokens arrive, no issuer is asked more often than the cool-down allows. */
export class DiscoveredKeys implements IssuerKeys {
  readonly #now: () => number
  readonly #fetch: DocumentFetch
  readonly #timeLimit: number
  readonly #onFault: (issuer: string, fault: Error) => void
  /** In the order of their last use. */
  readonly #known = new Map<string, Known>()
  readonly #looking = new Map<string, Promise<Known>>()

  constructor(options: DiscoveryOptions) {
    const { now, fetch = globalThis.fetch, timeLimit = FETCH_TIME_LIMIT_MS, onFault = () => {} } = options
    this.#now = now
    this.#onFault = onFault
    this.#fetch = fetch
    this.#timeLimit = timeLimit
  }

  async keysOf(issuer: string, kid: string | undefined): Promise<readonly IssuerKey[]> {
    const known = this.#known.get(issuer)
    if (known) this.#remember(issuer, known)
    const keys = this.#current(known)
    const matching = keys && keysWithId(keys, kid)
    if (matching && matching.length > 0) return matching
    const looked = known && this.#within(known.lookedAt, COOL_DOWN_MS) ? known : await this.#look(issuer)
    const current = this.#current(looked)
    if (!current) throw new KeysUnavailableError(`The keys of ${issuer} cannot be had`)
    return keysWithId(current, kid)
  }

  #current(known: Known | undefined): readonly IssuerKey[] | undefined {
    const { found } = known ?? {}
    return found && this.#within(found.at, KEYS_LIFETIME_MS) ? found.keys : undefined
  }

  /** False also when the clock was set back. */
  #within(since: number, milliseconds: number): boolean {
    const passed = this.#now() - since
    return passed >= 0 && passed < milliseconds
  }

  /** One look at a time for each issuer; whoever comes meanwhile shares it. Never rejects for what the issuer does. */
  #look(issuer: string): Promise<Known> {
    const running = this.#looking.get(issuer)
    if (running) return running
    const look = this.#discover(issuer).finally(() => this.#looking.delete(issuer))
    this.#looking.set(issuer, look)
    return look
  }

  async #discover(issuer: string): Promise<Known> {
    let found = this.#known.get(issuer)?.found
    try {
      found = { keys: await this.#published(issuer), at: this.#now() }
    } catch (error) {
      if (!(error instanceof IssuerFault)) throw error
      this.#onFault(issuer, error)
    }
    const known = { found, lookedAt: this.#now() }
    this.#remember(issuer, known)
    return known
  }

  async #published(issuer: string): Promise<readonly IssuerKey[]> {
    const options = { fetch: this.#fetch, signal: AbortSignal.timeout(this.#timeLimit) }
    const configuration = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, options)
    const { issuer: named, jwks_uri } = (configuration ?? {}) as { issuer?: unknown; jwks_uri?: unknown }
    if (named !== issuer || typeof jwks_uri !== 'string') throw new IssuerFault('The document is not of the issuer')
    return readKeySet(await fetchJson(jwks_uri, options))
  }

  #remember(issuer: string, known: Known): void {
    this.#known.delete(issuer)
    this.#known.set(issuer, known)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_ISSUERS) return
      this.#known.delete(oldest)
    }
  }
}
