import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { derive, KEY_BYTES } from './mac.ts'

/** What `signatureOf` returns. */
export const SIGNATURE_BYTES = 64
/** A public key in its raw form. */
export const PUBLIC_KEY_BYTES = 32

const NO_SALT = Buffer.alloc(0)
/** What stands before the raw key in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410). */
const PRIVATE_KEY_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_KEY_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/**
 * The Ed25519 key that belongs to a long-lived key and a label. Any 32 bytes are a private key of Ed25519, and its signatures need no randomness,
 * so that the same keyring always has the same signer.
 */
export function deriveSigningKey(longLivedKey: Uint8Array, label: string): KeyObject {
  const derived = derive(longLivedKey, label, NO_SALT)
  const encoded = Buffer.concat([PRIVATE_KEY_PREFIX, derived.subarray(0, KEY_BYTES)])
  derived.fill(0)
  try {
    return createPrivateKey({ key: encoded, format: 'der', type: 'pkcs8' })
  } finally {
    encoded.fill(0)
  }
}

/** Signs a message of `encodePlace`, so that its fields cannot shift. */
export function signatureOf(key: KeyObject, message: Uint8Array): Buffer {
  return sign(null, message, key)
}

export function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_KEY_PREFIX.byteLength)
}

/** False for whatever is no signature of exactly this message under exactly this key. */
export function isSignatureOf(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.byteLength !== PUBLIC_KEY_BYTES || signature.byteLength !== SIGNATURE_BYTES) return false
  const encoded = Buffer.concat([PUBLIC_KEY_PREFIX, publicKey])
  return verify(null, message, createPublicKey({ key: encoded, format: 'der', type: 'spki' }), signature)
}
