import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { encodePlace } from './place.ts'

/** Every symmetric key of the program has this length. */
export const KEY_BYTES = 32

/** What `mac` returns. */
export const MAC_BYTES = 32

const NO_SALT = Buffer.alloc(0)

/**
 * 64 bytes from a long-lived key, for one label and one salt: HMAC-SHA-512 as a pseudo-random function. The only thing
 * that is ever done with a long-lived key, so that its uses, told apart by their labels, say nothing about each other.
 * One HMAC instead of HKDF: the keys are uniformly random already, and 64 bytes are one block of output.
 */
export function derive(longLivedKey: Uint8Array, label: string, salt: Uint8Array): Buffer {
  assertKey(longLivedKey)
  return createHmac('sha512', longLivedKey)
    .update(encodePlace([label, salt]))
    .digest()
}

/** The subkey for `mac` that belongs to a long-lived key and a label; a KeyObject is prepared once and used often. */
export function deriveMacKey(longLivedKey: Uint8Array, label: string): KeyObject {
  const derived = derive(longLivedKey, label, NO_SALT)
  const key = createSecretKey(derived.subarray(0, KEY_BYTES))
  derived.fill(0)
  return key
}

/**
 * HMAC-SHA-256 under a subkey of `deriveMacKey`. The message comes from `encodePlace`, so that its fields cannot shift.
 */
export function mac(key: KeyObject, message: Uint8Array): Buffer {
  return createHmac('sha256', key).update(message).digest()
}

/** Compares two MACs in a time that does not depend on where they differ. */
export function sameMac(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}

/** A key of another length is a mistake of the program, never of a caller. */
export function assertKey(key: Uint8Array): void {
  if (key.byteLength !== KEY_BYTES)
    throw new RangeError(`Cannot use a key of ${key.byteLength} bytes, wanted ${KEY_BYTES}`)
}
