import { randomBytes } from 'node:crypto'
import { KEY_BYTES } from './mac.ts'
import { rootKeyFingerprint } from './root-key.ts'
import { RootKeyError } from './root-key-error.ts'

/** The bytes of a root key and their fingerprint. Printed or serialised it shows the fingerprint only. */
export class RootKeyMaterial {
  readonly fingerprint: string
  readonly #bytes: Buffer

  constructor(bytes: Uint8Array) {
    this.fingerprint = rootKeyFingerprint(bytes)
    this.#bytes = Buffer.from(bytes)
  }

  get bytes(): Buffer {
    return this.#bytes
  }
}

/** A new root key from the operating system's random numbers. */
export function generateRootKey(): RootKeyMaterial {
  return new RootKeyMaterial(randomBytes(KEY_BYTES))
}

const PREFIX = 'coffer-root-key:'
const VERSION = 'v1'

/** The shape of the text, for messages. */
export const ROOT_KEY_TEXT = `${PREFIX}${VERSION}:<32 bytes as base64url>`

/** The one line of text, without its newline, in which a root key is kept. */
export function formatRootKey(material: RootKeyMaterial): string {
  return `${PREFIX}${VERSION}:${material.bytes.toString('base64url')}`
}

/**
 * Reads the text of `formatRootKey`. `subject` begins the message of an error ("Cannot read the root key file:
 * /etc/key"); the text itself never appears in it.
 */
export function parseRootKey(text: string, subject: string): RootKeyMaterial {
  const [, version, encoded] = /^coffer-root-key:(v[0-9]{1,9}):([^:]*)$/.exec(text) ?? []
  if (version === undefined || encoded === undefined) {
    throw new RootKeyError('malformed', `${subject} is not the text of a root key, wanted ${ROOT_KEY_TEXT}`)
  }
  if (version !== VERSION) {
    throw new RootKeyError('unknown-version', `${subject} is a root key of version ${version}, wanted ${VERSION}`)
  }
  const bytes = decodeKey(encoded)
  if (!bytes) throw new RootKeyError('malformed', `${subject} is a damaged root key, wanted ${ROOT_KEY_TEXT}`)
  return new RootKeyMaterial(bytes)
}

const HEXADECIMAL = new RegExp(`^[0-9a-fA-F]{${2 * KEY_BYTES}}$`)

/**
 * Reads a root key as people and other tools write it: the text of `formatRootKey`, or 32 bytes as hexadecimal, base64 or
 * base64url. The encodings differ in length, so none is taken for another. `subject` and the text as in `parseRootKey`.
 */
export function parseAnyRootKey(text: string, subject: string): RootKeyMaterial {
  const trimmed = text.trim()
  if (trimmed.startsWith(PREFIX)) return parseRootKey(trimmed, subject)

  const bytes = HEXADECIMAL.test(trimmed) ? Buffer.from(trimmed, 'hex') : decodeKey(trimmed)
  if (bytes) return new RootKeyMaterial(bytes)
  const found = trimmed === '' ? 'is empty' : 'is not a root key'
  throw new RootKeyError(
    'malformed',
    `${subject} ${found}, wanted ${ROOT_KEY_TEXT} or ${KEY_BYTES} bytes as hexadecimal, base64 or base64url`,
  )
}

/** Exactly 32 bytes as base64 or base64url, padded or not; undefined for anything else. */
export function decodeKey(text: string): Buffer | undefined {
  if (!/^(?:[\w-]{43}|[A-Za-z0-9+/]{43})=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  // The last of 43 characters has two spare bits. Text in which they are set was not written by an encoder.
  const canonical = text.replace('=', '').replaceAll('+', '-').replaceAll('/', '_')
  return bytes.byteLength === KEY_BYTES && bytes.toString('base64url') === canonical ? bytes : undefined
}
