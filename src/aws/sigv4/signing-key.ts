import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'

/** Day (`yyyymmdd`), Region and service for which a signing key is good. */
export interface SigningScope {
  readonly date: string
  readonly region: string
  readonly service: string
}

/** Last element of every scope. */
export const TERMINATOR = 'aws4_request'

/** Enough for some thousand callers a day; about a kilobyte each. */
export const MAX_SIGNING_KEYS = 4096

/** The key that signs a caller's requests of one day, Region and service. */
export function deriveSigningKey(secret: string, { date, region, service }: SigningScope): KeyObject {
  const forDate = hmac(`AWS4${secret}`, date)
  const forRegion = hmac(forDate, region)
  const forService = hmac(forRegion, service)
  return createSecretKey(hmac(forService, TERMINATOR))
}

/**
 * Remembers derived keys, because deriving one costs more than all the rest of a verification. An entry serves only the
 * secret that it was derived from: a caller whose secret changed never hits an old one. The oldest entry makes room.
 */
export class SigningKeyCache {
  readonly #entries = new Map<string, { secretDigest: string; key: KeyObject }>()
  readonly #capacity: number

  constructor(capacity = MAX_SIGNING_KEYS) {
    this.#capacity = capacity
  }

  find(accessKeyId: string, secret: string, scope: SigningScope): KeyObject | undefined {
    const digest = digestOf(secret)
    const entry = this.#entries.get(entryName(accessKeyId, scope))
    return entry?.secretDigest === digest ? entry.key : undefined
  }

  add(accessKeyId: string, secret: string, scope: SigningScope, key: KeyObject): void {
    const name = entryName(accessKeyId, scope)
    if (this.#entries.size >= this.#capacity && !this.#entries.has(name)) {
      const [oldest] = this.#entries.keys()
      this.#entries.delete(oldest!)
    }
    this.#entries.set(name, { secretDigest: digestOf(secret), key })
  }
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** A digest, so that the cache does not keep secrets. */
const digestOf = (secret: string) => hash('sha256', secret, 'hex')

const entryName = (accessKeyId: string, { date, region, service }: SigningScope) =>
  `${accessKeyId}/${date}/${region}/${service}`
