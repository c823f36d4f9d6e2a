import { decodeJwt, decodeProtectedHeader, type JWTPayload, errors as joseErrors, jwtVerify } from 'jose'
import { arnOf, type OidcProvider } from '../identity/entities.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import type { Principal } from '../identity/principal.ts'
import { errors } from './errors.ts'
import { type IssuerKeys, KeysUnavailableError } from './issuer-keys.ts'
import type { Algorithm, IssuerKey } from './key-set.ts'
import { readRoleArn } from './role-target.ts'
import { CLOCK_TOLERANCE_SECONDS, readClaims, type TokenClaims } from './token-claims.ts'

/** What of a request says who asks. */
export interface WebIdentityInput {
  readonly RoleArn: string
  readonly WebIdentityToken: string
}

export interface WebIdentityParts {
  readonly store: IdentityStore
  readonly keys: IssuerKeys
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A caller who is known by a token, with what the token says. */
interface WebIdentity extends Principal {
  readonly claims: TokenClaims
}

/** What the token of a web identity says; undefined for other callers. */
export function claimsOf(caller: Principal): TokenClaims | undefined {
  return caller.type === 'WebIdentityUser' ? (caller as Partial<WebIdentity>).claims : undefined
}

/**
 * Who presents a token, once that is proven: the issuer is a provider of the role's account, its key has signed the token, and the token is for
 * one of the provider's audiences and for now (security facts 5.4, 5.5).
 *
 * Throws ValidationError for the role's ARN, InvalidIdentityToken, ExpiredTokenException. No error holds the token.
 */
export async function webIdentityCaller(
  input: WebIdentityInput,
  { store, keys, now }: WebIdentityParts,
): Promise<Principal> {
  const { account } = readRoleArn(input.RoleArn)
  const token = input.WebIdentityToken
  const { alg, kid } = readHeader(token)
  const provider = await findProvider(readIssuer(token), account, store)
  const issuer = issuerOf(provider)
  const candidates = (await keysOf(issuer, kid, keys)).filter((key) => key.alg === alg)
  if (candidates.length === 0) throw errors.keyUnavailable()
  const payload = await verify(token, { alg, issuer, candidates: candidates.slice(0, MAX_CANDIDATES), now })
  return principalOf(readClaims(payload, provider, now), provider)
}

/**
 * Keys that are tried on one token: ours. A key id mostly means one key, and a token without one the few of its issuer; nobody who sends tokens is
 * known, and each try costs a verification.
 */
export const MAX_CANDIDATES = 8

/** The algorithms that are taken: those that a key of an issuer can have. */
const ALGORITHMS: ReadonlySet<unknown> = new Set<Algorithm>(['RS256', 'ES256'])

/** Longest issuer, with its scheme (IAM's service model, `OpenIDConnectProviderUrlType`). */
const MAX_ISSUER = 255

/** What the token says how it is signed; nothing of this is proven. */
function readHeader(token: string): { alg: Algorithm; kid: string | undefined } {
  const { alg, kid } = decoded(() => decodeProtectedHeader(token))
  if (kid !== undefined && typeof kid !== 'string') throw errors.notAToken()
  if (!ALGORITHMS.has(alg)) throw errors.algorithm()
  return { alg: alg as Algorithm, kid }
}

/** Whose token it says it is; nothing of this is proven. */
function readIssuer(token: string): string {
  const { iss } = decoded(() => decodeJwt(token))
  if (typeof iss !== 'string' || iss.length > MAX_ISSUER || !/^[\x21-\x7e]+$/.test(iss)) throw errors.claim('iss')
  return iss
}

function decoded<T>(decode: () => T): T {
  try {
    return decode()
  } catch {
    throw errors.notAToken()
  }
}

const SCHEME = 'https://'
const issuerOf = ({ name }: OidcProvider) => SCHEME + name

/** Names are found without regard to case; an issuer is itself only letter by letter. */
async function findProvider(issuer: string, account: string, store: IdentityStore): Promise<OidcProvider> {
  const name = issuer.startsWith(SCHEME) ? issuer.slice(SCHEME.length) : ''
  const provider = name === '' ? undefined : await store.find('oidc-provider', account, name)
  if (!provider || issuerOf(provider) !== issuer) throw errors.providerNotFound(issuer)
  return provider
}

async function keysOf(issuer: string, kid: string | undefined, keys: IssuerKeys): Promise<readonly IssuerKey[]> {
  try {
    return await keys.keysOf(issuer, kid)
  } catch (error) {
    throw error instanceof KeysUnavailableError ? errors.keyUnavailable() : error
  }
}

interface Verification {
  readonly alg: Algorithm
  readonly issuer: string
  readonly candidates: readonly IssuerKey[]
  readonly now: number
}

/** The claims, once one of the keys has proven to have signed them. A key id may stand for several keys. */
async function verify(token: string, { alg, issuer, candidates, now }: Verification): Promise<JWTPayload> {
  const options = {
    algorithms: [alg],
    issuer,
    currentDate: new Date(now),
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  }
  for (const { key } of candidates) {
    try {
      return (await jwtVerify(token, key, options)).payload
    } catch (error) {
      if (!(error instanceof joseErrors.JWSSignatureVerificationFailed)) throw refusalOf(error, now)
    }
  }
  throw errors.signature()
}

/** What the library found, in our terms. */
function refusalOf(error: unknown, now: number): unknown {
  if (error instanceof joseErrors.JWTExpired) return errors.tokenExpired(Math.floor(now / 1000), error.payload.exp ?? 0)
  if (error instanceof joseErrors.JWTClaimValidationFailed)
    return error.reason === 'check_failed' && error.claim === 'nbf' ? errors.notYetValid() : errors.claim(error.claim)
  return error instanceof joseErrors.JOSEError ? errors.notAToken() : error
}

/** A web identity as a caller: only these claims are condition keys (security facts 5.5). */
function principalOf(claims: TokenClaims, provider: OidcProvider): WebIdentity {
  const { audience, subject, methods } = claims
  const { account, name } = provider
  const arn = arnOf({ ...provider, path: '/' })
  return {
    type: 'WebIdentityUser',
    account,
    arn,
    principalId: `${name}:${audience}:${subject}`,
    userName: subject,
    policies: { identity: [] },
    tags: [],
    conditions: {
      [`${name}:aud`]: audience,
      [`${name}:sub`]: subject,
      [`${name}:amr`]: methods,
    },
    claims,
  }
}
