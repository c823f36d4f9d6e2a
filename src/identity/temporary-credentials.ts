import { randomBytes } from 'node:crypto'
import type { Sealer } from '../seal/keyring.ts'
import { uniqueId } from './access-key.ts'
import type { Tag } from './entities.ts'

/** A role that was assumed. */
export interface RoleSession {
  readonly kind: 'role'
  /** `AROA…`: a role made anew under the old name is another one. */
  readonly roleId: string
  readonly name: string
  /** Session policies: a document, ARNs of managed policies. Absent when the session was not narrowed. */
  readonly policies?: { readonly document?: string | undefined; readonly arns: readonly string[] } | undefined
  readonly tags: readonly Tag[]
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity?: string | undefined
  /** ARN of the OpenID Connect provider. */
  readonly federatedProvider?: string | undefined
}

/** A user's session; it ends with the access key that asked for it. */
export interface UserSession {
  readonly kind: 'user'
  readonly parentKeyId: string
}

/** The account itself, where anybody may be it (`coffer dev`). */
export interface RootSession {
  readonly kind: 'root'
}

/** What a session token holds beside the keys. Times are milliseconds since the epoch. */
export interface Session {
  readonly account: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly of: RoleSession | UserSession | RootSession
}

export interface TemporaryCredentials {
  /** `ASIA…` */
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiresAt: number
}

/** A session token that was opened. */
export interface OpenedSession extends Session {
  readonly secretAccessKey: string
}

/** Version of what is inside a token. */
const FORMAT = 1

/** Longest text that is looked at as a session token; node:http takes headers of 16 KiB in all. */
const MAX_TOKEN_LENGTH = 16_384

/**
 * Session tokens: sealed, each bound to its access key id, so that any node can use them without a look-up. Whom they name is looked up on every
 * request (security facts 5.6).
 */
export class SessionTokens {
  readonly #sealer: Sealer

  constructor(sealer: Sealer) {
    this.#sealer = sealer
  }

  issue(session: Session): TemporaryCredentials {
    const accessKeyId = uniqueId('ASIA')
    const secretAccessKey = randomBytes(30).toString('base64')
    const content = Buffer.from(JSON.stringify([FORMAT, { ...session, secretAccessKey }]))
    const sealed = this.#sealer.seal(content, placeOf(accessKeyId))
    content.fill(0)
    return {
      accessKeyId,
      secretAccessKey,
      sessionToken: Buffer.from(sealed).toString('base64'),
      expiresAt: session.expiresAt,
    }
  }

  /** Undefined for what is no token of this access key. Expired ones open too: who they were for is to be told so. */
  open(accessKeyId: string, token: string): OpenedSession | undefined {
    if (token.length > MAX_TOKEN_LENGTH) return undefined
    const sealed = Buffer.from(token, 'base64')
    // Decoding skips what it does not know: only the very text that was issued is a token.
    if (sealed.toString('base64') !== token) return undefined
    let content: Uint8Array
    try {
      content = this.#sealer.open(sealed, placeOf(accessKeyId))
    } catch {
      return undefined
    }
    const [format, session] = JSON.parse(Buffer.from(content).toString()) as [number, OpenedSession]
    return format === FORMAT ? session : undefined
  }
}

const placeOf = (accessKeyId: string) => ['session token', accessKeyId]
