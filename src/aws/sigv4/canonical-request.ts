import { hash } from 'node:crypto'
import { canonicalPath, canonicalQuery, parseQuery, splitTarget, wireBytes } from './canonical-uri.ts'
import { signatureErrors } from './errors.ts'
import type { HeaderMap } from './raw-headers.ts'
import type { SignedHeaders } from './signed-headers.ts'
import { type SigningScope, TERMINATOR } from './signing-key.ts'

export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** What the signer chose to sign, and how. */
export interface SignedParts {
  readonly headers: HeaderMap
  readonly signedHeaders: SignedHeaders
  /** The query form signs all of the query but the signature itself. */
  readonly form: 'header' | 'query'
}

/** The request in the one spelling that both sides sign (facts 1.2). */
export function canonicalRequest(
  { method, url }: { method: string; url: string },
  { headers, signedHeaders, form }: SignedParts,
  payloadHash: string,
): string {
  const { path, query } = splitTarget(url)
  const parameters = parseQuery(query)
  const signed = form === 'query' ? parameters.filter(([name]) => name !== 'X-Amz-Signature') : parameters
  let text = `${method}\n${canonicalPath(path)}\n${canonicalQuery(signed)}\n`
  for (const name of signedHeaders.names) {
    const value = headers.get(name)
    if (value === undefined) throw signatureErrors.signedHeaderAbsent(name)
    text += `${name}:${value}\n`
  }
  return `${text}\n${signedHeaders.text}\n${payloadHash}`
}

/** The few lines that are signed in place of the request. */
export function stringToSign(timestamp: string, { date, region, service }: SigningScope, canonical: string): string {
  const digest = hash('sha256', bytesOf(canonical), 'hex')
  return `${ALGORITHM}\n${timestamp}\n${date}/${region}/${service}/${TERMINATOR}\n${digest}`
}

/** ASCII, as nearly every request is, needs no copy to be the bytes that were on the wire. */
const bytesOf = (text: string) => (Buffer.byteLength(text) === text.length ? text : wireBytes(text))
