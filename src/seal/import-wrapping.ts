import { constants, createDecipheriv, createPrivateKey, generateKeyPair, privateDecrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { OpenError } from './aead.ts'

/** RSA keys that material can be wrapped to, by the length of their modulus. */
export type WrappingBits = 2048 | 3072 | 4096

/**
 * How imported key material comes wrapped: by RSAES-OAEP alone, or by AES Key Wrap with Padding (RFC 5649) under a key that is wrapped by
 * RSAES-OAEP and stands before it. SHA-1 is safe inside OAEP, which does not need a hash without collisions.
 */
const ALGORITHMS = {
  RSAES_OAEP_SHA_1: { hash: 'sha1', keyWrap: false },
  RSAES_OAEP_SHA_256: { hash: 'sha256', keyWrap: false },
  RSA_AES_KEY_WRAP_SHA_1: { hash: 'sha1', keyWrap: true },
  RSA_AES_KEY_WRAP_SHA_256: { hash: 'sha256', keyWrap: true },
} as const

export type WrappingAlgorithm = keyof typeof ALGORITHMS

/** The initial value of RFC 5649. */
const KEY_WRAP_IV = Buffer.from('a65959a6', 'hex')
const KEY_WRAP_KEY_BYTES = 32

export function isWrappingAlgorithm(name: string): name is WrappingAlgorithm {
  return Object.hasOwn(ALGORITHMS, name)
}

/** A fresh key pair, DER: the public key as SubjectPublicKeyInfo, the private one as PKCS #8. Made on another thread. */
export async function newWrappingKey(bits: WrappingBits): Promise<{ publicKey: Buffer; privateKey: Buffer }> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
}

/** What was wrapped to the public key. Throws OpenError for anything else; which step failed, nobody learns. */
export function unwrap(privateKey: Buffer, algorithm: WrappingAlgorithm, wrapped: Uint8Array): Buffer {
  const { hash, keyWrap } = ALGORITHMS[algorithm]
  const key = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' })
  const modulusBytes = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  try {
    const opened = privateDecrypt(
      { key, padding, oaepHash: hash },
      wrapped.subarray(0, keyWrap ? modulusBytes : undefined),
    )
    return keyWrap ? unwrapKey(opened, wrapped.subarray(modulusBytes)) : opened
  } catch {
    throw new OpenError()
  }
}

function unwrapKey(key: Buffer, wrapped: Uint8Array): Buffer {
  if (key.byteLength !== KEY_WRAP_KEY_BYTES) throw new OpenError()
  try {
    const decipher = createDecipheriv('id-aes256-wrap-pad', key, KEY_WRAP_IV)
    return Buffer.concat([decipher.update(wrapped), decipher.final()])
  } finally {
    key.fill(0)
  }
}
