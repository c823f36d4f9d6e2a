import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { assertKey, derive, KEY_BYTES } from './mac.ts'
import { encodePlace, type Place } from './place.ts'

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Large enough that two blobs of one key never share a salt by chance: 2^96 blobs for a chance of 2^-64. */
const SALT_BYTES = 32

/** What is sealed is at most a secret value or a small record; AES-GCM itself would allow 64 GB. */
export const MAX_PLAINTEXT_BYTES = 1024 * 1024

/** By how much a blob of `sealOnce` is longer than its plaintext. */
export const SEAL_ONCE_OVERHEAD = 1 + NONCE_BYTES + TAG_BYTES

/** By how much a blob of `sealDerived` is longer than its plaintext. */
export const SEAL_DERIVED_OVERHEAD = 1 + SALT_BYTES + TAG_BYTES

// The two formats differ in their first byte, so that neither can be taken for the other.
const ONCE = 1
const ONCE_LABEL = 'coffer/seal-once'
const DERIVED = 2
const DERIVED_LABEL = 'coffer/seal-derived'

/**
 * Sealed bytes did not open: they were altered, cut, of an unknown format, or sealed for another place or under another
 * key. Which of these, the error does not tell.
 */
export class OpenError extends Error {
  override readonly name = 'OpenError'

  constructor() {
    super('Cannot open sealed bytes: they were altered, or belong to another place or key')
  }
}

/**
 * Seals under a key that is used for exactly one plaintext, such as a data key and its value.
 *
 * Blob: format byte 1, nonce (12), ciphertext, tag (16). Why the nonce is safe: AES-GCM breaks when a key meets a nonce
 * twice, and here a key meets one nonce only. It is random all the same, so that a key that is used again by mistake
 * still meets another.
 */
export function sealOnce(key: Uint8Array, plaintext: Uint8Array, place: Place): Buffer {
  assertKey(key)
  const nonce = randomBytes(NONCE_BYTES)
  return seal(ONCE, nonce, { key, nonce, associated: encodePlace([ONCE_LABEL, ONCE, ...place]) }, plaintext)
}

/** Opens what `sealOnce` sealed under the same key for the same place; throws OpenError otherwise. */
export function openOnce(key: Uint8Array, sealed: Uint8Array, place: Place): Buffer {
  assertKey(key)
  assertShape(sealed, ONCE, SEAL_ONCE_OVERHEAD)
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
  const associated = encodePlace([ONCE_LABEL, ONCE, ...place])
  return decrypt({ key, nonce, associated }, sealed.subarray(1 + NONCE_BYTES))
}

/**
 * Seals under a long-lived key, any number of times.
 *
 * Blob: format byte 2, salt (32), ciphertext, tag (16). Why the nonce is safe: key and nonce are derived from the
 * long-lived key and 32 random bytes, so each blob has a key of its own, used once. A random 96-bit nonce under the
 * long-lived key itself would wear it out after some 2^32 blobs.
 */
export function sealDerived(longLivedKey: Uint8Array, plaintext: Uint8Array, place: Place): Buffer {
  const salt = randomBytes(SALT_BYTES)
  const derived = derive(longLivedKey, DERIVED_LABEL, salt)
  try {
    return seal(DERIVED, salt, derivedBox(derived, place), plaintext)
  } finally {
    derived.fill(0)
  }
}

/** Opens what `sealDerived` sealed under the same key for the same place; throws OpenError otherwise. */
export function openDerived(longLivedKey: Uint8Array, sealed: Uint8Array, place: Place): Buffer {
  assertKey(longLivedKey)
  assertShape(sealed, DERIVED, SEAL_DERIVED_OVERHEAD)
  const derived = derive(longLivedKey, DERIVED_LABEL, sealed.subarray(1, 1 + SALT_BYTES))
  try {
    return decrypt(derivedBox(derived, place), sealed.subarray(1 + SALT_BYTES))
  } finally {
    derived.fill(0)
  }
}

/** All that AES-GCM needs beside the text. */
interface Box {
  key: Uint8Array
  nonce: Uint8Array
  associated: Buffer
}

function derivedBox(derived: Buffer, place: Place): Box {
  return {
    key: derived.subarray(0, KEY_BYTES),
    nonce: derived.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES),
    associated: encodePlace([DERIVED_LABEL, DERIVED, ...place]),
  }
}

function assertShape(sealed: Uint8Array, format: number, overhead: number): void {
  const length = sealed.byteLength - overhead
  if (length < 0 || length > MAX_PLAINTEXT_BYTES || sealed[0] !== format) throw new OpenError()
}

function seal(format: number, header: Uint8Array, { key, nonce, associated }: Box, plaintext: Uint8Array): Buffer {
  if (plaintext.byteLength > MAX_PLAINTEXT_BYTES) {
    throw new RangeError(`Cannot seal ${plaintext.byteLength} bytes, wanted at most ${MAX_PLAINTEXT_BYTES}`)
  }
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(associated)
  const ciphertext = cipher.update(plaintext)
  cipher.final() // GCM keeps nothing back: this only completes the tag
  return Buffer.concat([Uint8Array.of(format), header, ciphertext, cipher.getAuthTag()])
}

function decrypt({ key, nonce, associated }: Box, ciphertextAndTag: Uint8Array): Buffer {
  const end = ciphertextAndTag.byteLength - TAG_BYTES
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(associated)
    .setAuthTag(ciphertextAndTag.subarray(end))
  const plaintext = decipher.update(ciphertextAndTag.subarray(0, end))
  try {
    decipher.final() // checks the tag; until then the plaintext is nobody's
  } catch {
    plaintext.fill(0)
    throw new OpenError()
  }
  return plaintext
}
