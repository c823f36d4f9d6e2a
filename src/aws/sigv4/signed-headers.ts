import { signatureErrors } from './errors.ts'
import type { HeaderMap } from './raw-headers.ts'

export const MAX_SIGNED_HEADERS = 64

/** The names that a signature covers, read but not judged. */
export interface SignedHeaders {
  readonly text: string
  readonly names: readonly string[]
  readonly has: (name: string) => boolean
  /** Lower-case, ascending, each once: as every signer writes them. */
  readonly ordered: boolean
}

export function parseSignedHeaders(text: string): SignedHeaders {
  const names = text.split(';')
  const set = new Set(names)
  const ordered = text === text.toLowerCase() && names.every((name, index) => index === 0 || names[index - 1]! < name)
  return { text, names, has: (name) => set.has(name), ordered }
}

/**
 * Refuses signed headers that do not protect the request: names out of order or repeated, names of headers that are not
 * there (their absence would sign like an empty value), and headers that mean something to us but are left out.
 *
 * Every `x-amz-*` header must be signed, as the documentation says, also those that we do not read today: their names
 * are AWS's to give meaning to, and whoever is on the path could add one. The session token alone may stand outside: an
 * official vector adds it after signing, and it is sealed and bound to its key, so that exchanging it leads nowhere
 * (U-15).
 */
export function checkSignedHeaders(signed: SignedHeaders, headers: HeaderMap, dateInQuery: boolean): void {
  if (signed.names.length > MAX_SIGNED_HEADERS) throw signatureErrors.tooManySignedHeaders(MAX_SIGNED_HEADERS)
  if (!signed.ordered) throw signatureErrors.signedHeaderOrder()
  for (const name of signed.names) if (!headers.has(name)) throw signatureErrors.signedHeaderAbsent(name)
  for (const name of headers.keys())
    if (name.startsWith('x-amz-') && name !== 'x-amz-security-token' && !signed.has(name))
      throw signatureErrors.headerNotSigned(name)
  // Without X-Amz-Date it is Date that says when the request was signed.
  const dateInHeader = !dateInQuery && !headers.get('x-amz-date')
  if (dateInHeader && !signed.has('date')) throw signatureErrors.headerNotSigned('date')
}

/** Nothing of ours has a body that cannot be hashed before it is sent: no client of these services asks for less. */
export function checkPayloadHeader(headers: HeaderMap): void {
  const value = headers.get('x-amz-content-sha256')
  if (value === 'UNSIGNED-PAYLOAD' || value?.startsWith('STREAMING-')) throw signatureErrors.unsignedPayload(value)
}
