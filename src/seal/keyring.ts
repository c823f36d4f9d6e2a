import { randomBytes } from 'node:crypto'
import { OpenError, openDerived, sealDerived } from './aead.ts'
import { deriveMacKey, KEY_BYTES, MAC_BYTES, mac, sameMac } from './mac.ts'
import { encodePlace, type Place } from './place.ts'
import type { RootKey } from './root-key.ts'

/** What a key of the keyring is for. A key never serves a second purpose. */
export const purposes = ['kms', 'access-key', 'session', 'page-token', 'trail', 'row-mac'] as const
export type Purpose = (typeof purposes)[number]

/** A key of the keyring as it is stored: wrapped by the root key, bound to installation, purpose and version. */
export interface WrappedKey {
  purpose: Purpose
  version: number
  wrapped: Uint8Array
}

/** Seals under the newest key of one purpose and opens what any version of it sealed. */
export interface Sealer {
  seal(plaintext: Uint8Array, place: Place): Buffer
  /** Throws OpenError unless exactly these bytes were sealed for exactly this place. */
  open(sealed: Uint8Array, place: Place): Buffer
}

/** Authenticates values that stay readable, under the newest key of one purpose; verifies tags of any version of it. */
export interface Authenticator {
  tag(fields: Place): Buffer
  verify(fields: Place, tag: Uint8Array): boolean
}

/**
 * All keys that are at work in an installation. A value: a rotation makes a new keyring. Shows no key, not even when
 * printed.
 */
export interface Keyring {
  sealer(purpose: Purpose): Sealer
  authenticator(purpose: Purpose): Authenticator
  /**
   * A keyring with one more key for this purpose, which seals from now on. Wrap and store it before anything is sealed
   * by it.
   */
  withNewVersion(purpose: Purpose): Keyring
}

/** The stored keys do not make up a keyring: one is missing, unknown or there twice. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError'
}

/** The keys of each purpose in the order of their versions: version 1 is at index 0, and the newest is the last. */
type Keys = ReadonlyMap<Purpose, readonly Uint8Array[]>

// Beside the keyring instead of in it: only this file can take a key out.
const keysOf = new WeakMap<Keyring, Keys>()

/** Version 1 of every purpose, newly made. */
export function createKeyring(): Keyring {
  return keyringOf(new Map(purposes.map((purpose) => [purpose, [randomBytes(KEY_BYTES)]])))
}

/** All keys of a keyring as they are stored. Wrapping again under another root key is how the root key is rotated. */
export async function wrapKeyring(keyring: Keyring, root: RootKey, installation: string): Promise<WrappedKey[]> {
  const wrapping = [...keysOf.get(keyring)!].flatMap(([purpose, keys]) =>
    keys.map(async (key, index) => {
      const version = index + 1
      return { purpose, version, wrapped: await root.wrap(key, placeOfKey(installation, purpose, version)) }
    }),
  )
  return Promise.all(wrapping)
}

/**
 * The keyring that was stored, in any order. Throws KeyringError when it is not complete, OpenError when a key was
 * altered, moved, or wrapped by another root key or for another installation.
 */
export async function unwrapKeyring(
  wrapped: readonly WrappedKey[],
  root: RootKey,
  installation: string,
): Promise<Keyring> {
  const sorted = wrapped.toSorted((left, right) => left.version - right.version)
  assertComplete(sorted)
  const opened = await Promise.all(sorted.map((key) => unwrapKey(key, root, installation)))
  const keys = new Map<Purpose, Uint8Array[]>(purposes.map((purpose) => [purpose, []]))
  sorted.forEach(({ purpose }, index) => {
    keys.get(purpose)!.push(opened[index]!)
  })
  return keyringOf(keys)
}

async function unwrapKey({ purpose, version, wrapped }: WrappedKey, root: RootKey, installation: string) {
  const key = await root.unwrap(wrapped, placeOfKey(installation, purpose, version))
  if (key.byteLength === KEY_BYTES) return key
  throw new KeyringError(
    `Cannot load the keyring: ${purpose} ${version} has ${key.byteLength} bytes, wanted ${KEY_BYTES}`,
  )
}

function assertComplete(sorted: readonly WrappedKey[]): void {
  const newest = new Map<string, number>(purposes.map((purpose) => [purpose, 0]))
  for (const { purpose, version } of sorted) {
    const previous = newest.get(purpose)
    if (previous === undefined) throw new KeyringError(`Cannot load the keyring: unknown purpose ${purpose}`)
    if (version !== previous + 1) {
      throw new KeyringError(`Cannot load the keyring: ${purpose} has version ${version}, wanted ${previous + 1}`)
    }
    newest.set(purpose, version)
  }
  for (const [purpose, version] of newest) {
    if (version === 0) throw new KeyringError(`Cannot load the keyring: ${purpose} has no key, wanted one or more`)
  }
}

function placeOfKey(installation: string, purpose: Purpose, version: number): Place {
  return ['coffer/keyring/key', 1, installation, purpose, version]
}

function keyringOf(keys: Keys): Keyring {
  const keyring: Keyring = {
    sealer: (purpose) => createSealer(purpose, keys.get(purpose)!),
    authenticator: (purpose) => createAuthenticator(purpose, keys.get(purpose)!),
    withNewVersion: (purpose) => keyringOf(new Map(keys).set(purpose, [...keys.get(purpose)!, randomBytes(KEY_BYTES)])),
  }
  keysOf.set(keyring, keys)
  return Object.freeze(keyring)
}

// What a key of the keyring makes begins with a format byte and the version of the key (u32). Both formats have one
// header, and cannot be taken for each other: their labels differ.
const FORMAT = 1
const HEADER_BYTES = 5
const SEALER_LABEL = 'coffer/keyring/sealer'
const AUTHENTICATOR_LABEL = 'coffer/keyring/authenticator'

/** Blob: header, then a blob of `sealDerived`, whose associated data covers purpose and version too. */
function createSealer(purpose: Purpose, keys: readonly Uint8Array[]): Sealer {
  const bind = (version: number, place: Place): Place => [SEALER_LABEL, FORMAT, purpose, version, ...place]
  return {
    seal(plaintext, place) {
      const version = keys.length
      return Buffer.concat([headerOf(version), sealDerived(keys[version - 1]!, plaintext, bind(version, place))])
    },

    open(sealed, place) {
      const version = versionIn(sealed)
      const key = keys[version - 1]
      if (!key) throw new OpenError()
      return openDerived(key, sealed.subarray(HEADER_BYTES), bind(version, place))
    },
  }
}

/**
 * Tag: header, then HMAC-SHA-256 over format, purpose, version and fields, under a subkey that is derived once for each
 * version.
 */
function createAuthenticator(purpose: Purpose, keys: readonly Uint8Array[]): Authenticator {
  const subkeys = keys.map((key) => deriveMacKey(key, AUTHENTICATOR_LABEL))
  const macOf = (version: number, fields: Place) =>
    mac(subkeys[version - 1]!, encodePlace([AUTHENTICATOR_LABEL, FORMAT, purpose, version, ...fields]))
  return {
    tag(fields) {
      const version = subkeys.length
      return Buffer.concat([headerOf(version), macOf(version, fields)])
    },

    verify(fields, tag) {
      const version = versionIn(tag)
      if (!subkeys[version - 1] || tag.byteLength !== HEADER_BYTES + MAC_BYTES) return false
      return sameMac(macOf(version, fields), tag.subarray(HEADER_BYTES))
    },
  }
}

function headerOf(version: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES, FORMAT)
  header.writeUInt32BE(version, 1)
  return header
}

/** The version that a header names; 0, which no key has, for anything that is no header of ours. */
function versionIn(bytes: Uint8Array): number {
  if (bytes.byteLength < HEADER_BYTES || bytes[0] !== FORMAT) return 0
  return new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES).getUint32(1)
}
