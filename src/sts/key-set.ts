import type { JWK } from 'jose'
import { IssuerFault } from './fetch-json.ts'

/** Keys of one issuer that are kept: ours. Issuers publish a handful, and each that a token may mean costs a verification. */
export const MAX_KEYS = 64
/** Bounds of an RSA modulus in bits: RFC 7518, 3.3; OpenSSL verifies with nothing much larger. */
const RSA_BITS = { min: 2048, max: 8192 } as const
/** Longest public exponent of RSA, in bytes. */
const MAX_EXPONENT_BYTES = 4
/** Bytes of a coordinate on P-256. */
const COORDINATE_BYTES = 32

type Members = Readonly<Record<string, unknown>>

/**
 * The public keys of a JSON Web Key Set (RFC 7517) that can verify RS256 or ES256: RSA from 2048 bits, and P-256. Others are passed over, and of
 * those taken only public members are. Throws IssuerFault for what is no key set.
 */
export function readKeySet(document: unknown): readonly JWK[] {
  const { keys } = isObject(document) ? document : {}
  if (!Array.isArray(keys)) throw new IssuerFault('The document is no key set')
  return keys.flatMap((key) => (isObject(key) && isForSignatures(key) ? readKey(key) : [])).slice(0, MAX_KEYS)
}

/** Those with a key id; all of them when a token names none. */
export function keysWithId(keys: readonly JWK[], kid: string | undefined): readonly JWK[] {
  return kid === undefined ? keys : keys.filter((key) => key.kid === kid)
}

function isForSignatures({ use, key_ops }: Members): boolean {
  const verifies = key_ops === undefined || (Array.isArray(key_ops) && key_ops.includes('verify'))
  return verifies && (use === undefined || use === 'sig')
}

interface KeyType {
  readonly alg: string
  /** The members that make the public key; undefined for a key that is not taken. */
  read(key: Members): JWK | undefined
}

const types: Readonly<Record<string, KeyType>> = Object.assign(Object.create(null) as Record<string, KeyType>, {
  RSA: { alg: 'RS256', read: readRsa },
  EC: { alg: 'ES256', read: readP256 },
} satisfies Record<string, KeyType>)

function readKey(key: Members): JWK[] {
  const type = typeof key.kty === 'string' ? types[key.kty] : undefined
  const { kid, alg = type?.alg } = key
  const read = alg === type?.alg ? type?.read(key) : undefined
  return read ? [typeof kid === 'string' ? { ...read, kid } : read] : []
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
