import { createHmac, hash } from 'node:crypto'
import { ALGORITHM, canonicalRequest, stringToSign } from './canonical-request.ts'
import { collectHeaders } from './raw-headers.ts'
import { parseSignedHeaders } from './signed-headers.ts'
import { deriveSigningKey, type SigningScope, TERMINATOR } from './signing-key.ts'

export interface SigningCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** A request before it is signed. */
export interface UnsignedRequest {
  readonly method: string
  readonly url: URL
  /** All of them are signed, and must be sent as they are. `host` is taken from the URL unless it is here. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface SignOptions {
  readonly credentials: SigningCredentials
  /** Signing name of the service. */
  readonly service: string
  readonly region: string
  /** Milliseconds. */
  readonly now: number
}

/**
 * Signs a request with the code that verifies one, and returns its headers: those it has, then `host`, `x-amz-date`, `x-amz-content-sha256`, the
 * session token and `authorization`. What of these it had already is replaced, the host apart.
 */
export function signRequest(
  { method, url, headers, body }: UnsignedRequest,
  { credentials, service, region, now }: SignOptions,
): Record<string, string> {
  const timestamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const scope: SigningScope = { date: timestamp.slice(0, 8), region, service }
  const payloadHash = hash('sha256', body, 'hex')
  const kept = Object.entries(headers).filter(([name]) => !ADDED.has(name.toLowerCase()))
  const unsigned: Record<string, string> = {
    ...Object.fromEntries(kept),
    ...(kept.some(([name]) => name.toLowerCase() === 'host') ? {} : { host: url.host }),
    'x-amz-date': timestamp,
    'x-amz-content-sha256': payloadHash,
    ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
  }

  const collected = collectHeaders(Object.entries(unsigned).flat())
  const signedHeaders = parseSignedHeaders([...collected.keys()].sort().join(';'))
  const parts = { headers: collected, signedHeaders, form: 'header' } as const
  const canonical = canonicalRequest({ method, url: url.pathname + url.search }, parts, payloadHash)
  const key = deriveSigningKey(credentials.secretAccessKey, scope)
  const signature = createHmac('sha256', key)
    .update(stringToSign(timestamp, scope, canonical))
    .digest('hex')

  const credential = `${credentials.accessKeyId}/${scope.date}/${region}/${service}/${TERMINATOR}`
  const authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders.text}, Signature=${signature}`
  return { ...unsigned, authorization }
}

const ADDED: ReadonlySet<string> = new Set([
  'authorization',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
])
