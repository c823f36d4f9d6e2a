/** Seals page tokens; handed in by who owns the keyring. `open` throws for anything that was not sealed for exactly this place. */
export interface TokenSealer {
  seal(plaintext: Uint8Array, place: readonly (string | number)[]): Uint8Array
  open(sealed: Uint8Array, place: readonly (string | number)[]): Uint8Array
}

/** A token is taken for this long (design page, "NextToken"). */
export const TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000

/**
 * Opaque page tokens, sealed and bound to all that made the page: account, Region, operation, filters, sort. None can be forged or moved to
 * another query, and they stay valid when the keyring rotates.
 */
export class PageTokens {
  readonly #sealer: TokenSealer

  constructor(sealer: TokenSealer) {
    this.#sealer = sealer
  }

  /** Token for a position in the query that `query` describes; both must survive JSON. */
  make(position: unknown, query: readonly unknown[], now: number): string {
    const content = Buffer.from(JSON.stringify([now, position]))
    return Buffer.from(this.#sealer.seal(content, placeOf(query))).toString('base64url')
  }

  /** The position in a token; undefined when it is not a token of this query, or too old. */
  read(token: string, query: readonly unknown[], now: number): unknown {
    const sealed = Buffer.from(token, 'base64url')
    // Decoding skips what it does not know and bits that do not count: only the very text that was made is a token.
    if (sealed.toString('base64url') !== token) return undefined
    let content: Uint8Array
    try {
      content = this.#sealer.open(sealed, placeOf(query))
    } catch {
      return undefined
    }
    const [madeAt, position] = JSON.parse(Buffer.from(content).toString()) as [number, unknown]
    return now - madeAt <= TOKEN_LIFETIME_MS ? position : undefined
  }
}

const placeOf = (query: readonly unknown[]) => ['page token', JSON.stringify(query)]
