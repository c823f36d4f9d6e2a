import type { QueryParameter } from './canonical-uri.ts'
import { type Credential, splitCredential } from './credential.ts'
import { signatureErrors } from './errors.ts'
import type { HeaderMap } from './raw-headers.ts'
import { parseSignedHeaders, type SignedHeaders } from './signed-headers.ts'

export const MAX_AUTHORIZATION_LENGTH = 4096

/** What a client's requests of one day have in common. */
interface Claim {
  readonly algorithm: string
  readonly credential: Credential
  readonly signedHeaders: SignedHeaders
}

/** The parts of a proof: all there, none judged yet. */
export interface Proof extends Claim {
  readonly form: 'header' | 'query'
  readonly signature: string
  readonly date: string
  /** Seconds, as text; only a presigned URL may have it. */
  readonly expires: string | undefined
  readonly sessionToken: string | undefined
}

/** Rows 4 to 6 for a proof in the Authorization header. */
export function parseAuthorization(headers: HeaderMap): Proof {
  const header = headers.get('authorization')
  if (!header?.startsWith('AWS4-')) throw signatureErrors.missingToken()
  if (header.length > MAX_AUTHORIZATION_LENGTH)
    throw signatureErrors.tooLong('Authorization header', MAX_AUTHORIZATION_LENGTH)
  const date = headers.get('x-amz-date') || headers.get('date')
  const { claim, signature } = parseRemembered(header, date !== undefined && date !== '')
  return {
    form: 'header',
    algorithm: claim.algorithm,
    credential: claim.credential,
    signedHeaders: claim.signedHeaders,
    signature,
    date: date!,
    expires: undefined,
    sessionToken: headers.get('x-amz-security-token'),
  }
}

export const MAX_REMEMBERED_CLAIMS = 2048
const MAX_REMEMBERED_LENGTH = 512
const remembered = new Map<string, Claim>()
const SIGNATURE = /^[0-9a-f]{64}$/

/** SDKs write the signature last, so that what stands before it decides all the other parts: that is read once. */
function parseRemembered(header: string, hasDate: boolean): { claim: Claim; signature: string } {
  const cut = header.length - 64
  const signature = header.slice(cut)
  const usual = header.startsWith(' Signature=', cut - 11) && SIGNATURE.test(signature) && hasDate
  const beginning = header.slice(0, cut)
  const known = usual ? remembered.get(beginning) : undefined
  if (known) return { claim: known, signature }

  const parsed = parseHeader(header, hasDate)
  if (usual && beginning.length <= MAX_REMEMBERED_LENGTH) {
    // Strangers may fill it: that costs others a little time, and never more memory than this.
    if (remembered.size >= MAX_REMEMBERED_CLAIMS) remembered.clear()
    remembered.set(beginning, parsed.claim)
  }
  return parsed
}

/** In the order in which AWS names what is missing. */
const REQUIRED_PARTS = ['Credential', 'Signature', 'SignedHeaders']

/** `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, separated by commas, white space, or both. */
function parseHeader(header: string, hasDate: boolean): { claim: Claim; signature: string } {
  const [algorithm, ...pieces] = header.split(/[, ]+/)
  const parts = new Map<string, string>()
  for (const piece of pieces) {
    if (piece === '') continue // after a closing separator
    const equals = piece.indexOf('=')
    if (equals < 0) throw signatureErrors.notKeyValue(piece, header)
    const name = piece.slice(0, equals)
    if (parts.has(name)) throw signatureErrors.repeatedPart(name)
    parts.set(name, piece.slice(equals + 1))
  }
  const missing = REQUIRED_PARTS.filter((name) => !parts.get(name))
  if (missing.length > 0 || !hasDate) throw signatureErrors.missingParts(missing, !hasDate, header)
  for (const name of parts.keys()) if (!REQUIRED_PARTS.includes(name)) throw signatureErrors.unknownPart(name)
  const claim = {
    algorithm: algorithm!,
    credential: splitCredential(parts.get('Credential')!),
    signedHeaders: parseSignedHeaders(parts.get('SignedHeaders')!),
  }
  return { claim, signature: parts.get('Signature')! }
}

/**
 * In the order in which AWS names what is missing. `X-Amz-Expires` is not among them: Go's signer leaves it to the
 * caller.
 */
const REQUIRED_PARAMETERS = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
] as const

const PROOF_PARAMETERS = new Set<string>([...REQUIRED_PARAMETERS, 'X-Amz-Expires', 'X-Amz-Security-Token'])

/** True if the query claims to carry a proof. */
export function hasQueryProof(query: readonly QueryParameter[]): boolean {
  return query.some(([name]) => name === 'X-Amz-Algorithm')
}

/** Row 6 for a presigned URL, whose proof stands in the query. */
export function parseQueryProof(query: readonly QueryParameter[]): Proof {
  const parts = new Map<string, string>()
  for (const [name, value] of query) {
    if (!PROOF_PARAMETERS.has(name)) continue
    if (parts.has(name)) throw signatureErrors.repeatedParameter(name)
    parts.set(name, value)
  }
  const missing = REQUIRED_PARAMETERS.filter((name) => !parts.get(name))
  if (missing.length > 0) throw signatureErrors.missingParameters(missing)
  return {
    form: 'query',
    algorithm: parts.get('X-Amz-Algorithm')!,
    credential: splitCredential(parts.get('X-Amz-Credential')!),
    signedHeaders: parseSignedHeaders(parts.get('X-Amz-SignedHeaders')!),
    signature: parts.get('X-Amz-Signature')!,
    date: parts.get('X-Amz-Date')!,
    expires: parts.get('X-Amz-Expires'),
    sessionToken: parts.get('X-Amz-Security-Token'),
  }
}
