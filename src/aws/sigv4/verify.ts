import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { ALGORITHM, canonicalRequest, stringToSign } from './canonical-request.ts'
import { parseQuery, splitTarget } from './canonical-uri.ts'
import { checkCredential } from './credential.ts'
import { signatureErrors } from './errors.ts'
import { hasQueryProof, type Proof, parseAuthorization, parseQueryProof } from './parse-authorization.ts'
import { collectHeaders, type HeaderMap } from './raw-headers.ts'
import { checkCurrent, parseExpires, parseRequestTime } from './request-time.ts'
import { checkPayloadHeader, checkSignedHeaders, type SignedHeaders } from './signed-headers.ts'
import { deriveSigningKey, SigningKeyCache } from './signing-key.ts'

export const MAX_URL_LENGTH = 16_384

/** A request without its body, as it came from the wire: one character for each byte. */
export interface SignedRequestHead {
  readonly method: string
  /** Raw target, path and query as received. */
  readonly url: string
  /** Name, value, name, value … as node:http's `rawHeaders`. */
  readonly rawHeaders: readonly string[]
}

export interface VerifyOptions {
  /** Signing name of the service that is asked. */
  readonly service: string
  /** Milliseconds. */
  readonly now: number
  /** How far the clocks of client and server may be apart. */
  readonly windowMinutes: number
  /** Whether a presigned URL is a proof. */
  readonly allowQuery: boolean
}

/**
 * Who a request says it is from, and the signature that is to prove it. Nothing of this is proven before
 * `verifySignature`.
 */
export interface PresentedSignature {
  readonly form: 'header' | 'query'
  readonly accessKeyId: string
  /** Day of the scope, `yyyymmdd`. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly sessionToken?: string | undefined
  readonly timestamp: string
  readonly signedHeaders: SignedHeaders
  readonly signature: string
  readonly headers: HeaderMap
}

/**
 * Everything that can be refused before the body is read and the key is looked up (rows 3 to 12), in AWS's order. Says
 * what the caller claims; `verifySignature` must follow.
 */
export function readSignature(head: SignedRequestHead, options: VerifyOptions): PresentedSignature {
  const headers = collectHeaders(head.rawHeaders)
  const proof = findProof(head, headers, options.allowQuery)
  const inQuery = proof.form === 'query'

  const time = parseRequestTime(proof.date, !inQuery && !headers.get('x-amz-date'))
  checkCurrent(time, options, proof.expires === undefined ? undefined : parseExpires(proof.expires))
  const { signedHeaders } = proof
  if (!signedHeaders.has('host')) throw signatureErrors.hostNotSigned()
  if (proof.algorithm !== ALGORITHM) throw signatureErrors.algorithm(proof.algorithm)
  const credential = checkCredential(proof.credential, { service: options.service, timestamp: time.timestamp })
  checkSignedHeaders(signedHeaders, headers, inQuery)
  checkPayloadHeader(headers)

  return {
    form: proof.form,
    accessKeyId: credential.accessKeyId,
    date: credential.date,
    region: credential.region,
    service: credential.service,
    sessionToken: proof.sessionToken,
    timestamp: time.timestamp,
    signedHeaders,
    signature: proof.signature,
    headers,
  }
}

/** Rows 3 to 6. A presigned URL where none is allowed is no proof at all. */
function findProof({ url }: SignedRequestHead, headers: HeaderMap, allowQuery: boolean): Proof {
  if (url.length > MAX_URL_LENGTH) throw signatureErrors.tooLong('request target', MAX_URL_LENGTH)
  const query = parseQuery(splitTarget(url).query)
  const queryProof = hasQueryProof(query)
  if (queryProof && headers.has('authorization')) throw signatureErrors.bothForms()
  if (queryProof && allowQuery) return parseQueryProof(query)
  return parseAuthorization(headers)
}

const signingKeys = new SigningKeyCache()

/** Stands in for the secret of a key that does not exist. As long as a real one, and nobody can know it. */
const DUMMY_SECRET = randomBytes(30).toString('base64')

/**
 * Rows 13 and 14: throws unless the signature fits the request and the secret. `secret` is undefined for a key that is
 * unknown or inactive.
 *
 * A refusal always costs one derivation and one comparison, and only a success enters the cache: so time does not tell
 * whether a key exists or is in use, and nobody without a secret can fill the cache.
 */
export function verifySignature(
  presented: PresentedSignature,
  head: SignedRequestHead,
  body: Uint8Array,
  secret: string | undefined,
): void {
  const { accessKeyId } = presented
  const keySecret = secret ?? DUMMY_SECRET
  const cached = signingKeys.find(accessKeyId, keySecret, presented)
  const key = cached ?? deriveSigningKey(keySecret, presented)

  // The header's text is what was signed, but only the body's own hash says that the body is the one that was signed
  // (U-30).
  const bodyHash = hash('sha256', body, 'hex')
  const payloadHash = presented.headers.get('x-amz-content-sha256') ?? bodyHash
  const canonical = canonicalRequest(head, presented, payloadHash)
  const text = stringToSign(presented.timestamp, presented, canonical)
  const signature = createHmac('sha256', key).update(text).digest('hex')
  const fits = sameText(signature, presented.signature) && payloadHash === bodyHash

  if (!fits && cached) deriveSigningKey(DUMMY_SECRET, presented)
  if (secret === undefined) throw signatureErrors.unrecognizedClient()
  if (!fits) throw signatureErrors.mismatch()
  if (!cached) signingKeys.add(accessKeyId, secret, presented, key)
}

/** Compares in a time that does not depend on where the texts differ. Upper-case digits do not fit, as at AWS. */
function sameText(computed: string, presented: string): boolean {
  const expected = Buffer.from(computed)
  const actual = Buffer.from(presented)
  return actual.length === expected.length && timingSafeEqual(actual, expected)
}
