import { importJWK, type JWK } from 'jose'
import { IssuerFault } from './fetch-json.ts'

/** Keys of one issuer that are kept: ours. Issuers publish a handful, and each that a token may mean costs a verification. */
export const MAX_KEYS = 64
/** Bounds of an RSA modulus in bits: RFC 7518, 3.3; OpenSSL verifies with nothing much larger. */
const RSA_BITS = { min: 2048, max: 8192 } as const
/** Longest public exponent of RSA, in bytes. */
const MAX_EXPONENT_BYTES = 4
/** Bytes of a coordinate on P-256. */
const COORDINATE_BYTES = 32

/** The algorithms that tokens may be signed with: each has one type of key, with which alone it is taken (security facts 5.5). */
export type Algorithm = 'RS256' | 'ES256'

/** A public key of an issuer, ready to verify. */
export interface IssuerKey {
  readonly kid?: string | undefined
  readonly alg: Algorithm
  readonly key: CryptoKey
}

type Members = Readonly<Record<string, unknown>>

/**
 * The public keys of a JSON Web Key Set (RFC 7517) that can verify RS256 or ES256: RSA from 2048 bits, and P-256. Others are passed over, and of
 * those taken only public members are. They are imported here, once, and not for each token. Rejects with IssuerFault for what is no key set.
 */
export async function readKeySet(document: unknown): Promise<readonly IssuerKey[]> {
  const { keys } = isObject(document) ? document : {}
  if (!Array.isArray(keys)) throw new IssuerFault('The document is no key set')
  const usable = keys.flatMap((key) => (isObject(key) && isForSignatures(key) ? readKey(key) : []))
  return (await Promise.all(usable.slice(0, MAX_KEYS).map(importKey))).flat()
}

/** Those with a key id; all of them when a token names none. */
export function keysWithId(keys: readonly IssuerKey[], kid: string | undefined): readonly IssuerKey[] {
  return kid === undefined ? keys : keys.filter((key) => key.kid === kid)
}

function isForSignatures({ use, key_ops }: Members): boolean {
  const verifies = key_ops === undefined || (Array.isArray(key_ops) && key_ops.includes('verify'))
  return verifies && (use === undefined || use === 'sig')
}

interface KeyType {
  readonly alg: Algorithm
  /** The members that make the public key; undefined for a key that is not taken. */
  read(key: Members): JWK | undefined
}

const types: Readonly<Record<string, KeyType>> = Object.assign(Object.create(null) as Record<string, KeyType>, {
  RSA: { alg: 'RS256', read: readRsa },
  EC: { alg: 'ES256', read: readP256 },
} satisfies Record<string, KeyType>)

interface ReadKey {
  readonly kid: string | undefined
  readonly alg: Algorithm
  readonly jwk: JWK
}

function readKey(key: Members): ReadKey[] {
  const type = typeof key.kty === 'string' ? types[key.kty] : undefined
  const { kid, alg = type?.alg } = key
  const jwk = alg === type?.alg ? type?.read(key) : undefined
  return type && jwk ? [{ kid: typeof kid === 'string' ? kid : undefined, alg: type.alg, jwk }] : []
}

/** None for a key that no library takes: a point that is not on the curve. */
async function importKey({ kid, alg, jwk }: ReadKey): Promise<IssuerKey[]> {
  try {
    return [{ kid, alg, key: (await importJWK(jwk, alg)) as CryptoKey }]
  } catch {
    return []
  }
}

function readRsa({ n, e }: Members): JWK | undefined {
  const modulus = unsigned(n)
  const exponent = unsigned(e)
  if (!modulus || !exponent || exponent.length > MAX_EXPONENT_BYTES) return undefined
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24
  const power = exponent.reduce((value, byte) => value * 256 + byte, 0)
  // With the exponent 1 anything is its own signature.
  const usable = bits >= RSA_BITS.min && bits <= RSA_BITS.max && power >= 3 && power % 2 === 1
  return usable ? { kty: 'RSA', n: n as string, e: e as string } : undefined
}

function readP256({ crv, x, y }: Members): JWK | undefined {
  const fits = [x, y].every((coordinate) => bytes(coordinate)?.length === COORDINATE_BYTES)
  return crv === 'P-256' && fits ? { kty: 'EC', crv, x: x as string, y: y as string } : undefined
}

const BASE64URL = /^[A-Za-z0-9_-]+$/

function bytes(value: unknown): Buffer | undefined {
  return typeof value === 'string' && BASE64URL.test(value) ? Buffer.from(value, 'base64url') : undefined
}

/** The bytes of a number, without leading zeros. */
function unsigned(value: unknown): Buffer | undefined {
  const all = bytes(value)
  const first = all?.findIndex((byte) => byte !== 0) ?? -1
  return first < 0 ? undefined : all?.subarray(first)
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
