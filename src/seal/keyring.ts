import { randomBytes } from 'node:crypto'
import { OpenError, openDerived, sealDerived } from './aead.ts'
import { deriveMacKey, KEY_BYTES, MAC_BYTES, mac, sameMac } from './mac.ts'
import { encodePlace, type Place } from './place.ts'
import type { RootKey } from './root-key.ts'
import { deriveSigningKey, publicKeyOf, signatureOf } from './sign.ts'

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

/** Signs under the newest key of one purpose. */
export interface Signer {
  /** Version of that key. */
  readonly version: number
  /** Ed25519. The message comes from `encodePlace`. */
  sign(message: Uint8Array): Buffer
}

/**
 * All keys that are at work in an installation. A value: a rotation makes a new keyring. Shows no key, not even when
 * printed.
 */
export interface Keyring {
  sealer(purpose: Purpose): Sealer
  authenticator(purpose: Purpose): Authenticator
  signer(purpose: Purpose): Signer
  /** What proves the signatures of each version of this purpose, by version. */
  publicKeys(purpose: Purpose): ReadonlyMap<number, Uint8Array>
  /** Versions of the keys for this purpose, oldest first; the last one seals. */
  versions(purpose: Purpose): readonly number[]
  /**
   * A keyring with one more key for this purpose, which seals from now on. Wrap and store it before anything is sealed
   * by it.
   */
  withNewVersion(purpose: Purpose): Keyring
  /** A keyring that has the keys of another one for these purposes. */
  withKeysOf(other: Keyring, purposes: readonly Purpose[]): Keyring
  /** A keyring without the keys of this purpose before the newest: what they sealed opens no more. */
  withNewestOnly(purpose: Purpose): Keyring
}

/** The stored keys do not make up a keyring: one is missing, unknown or there twice. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError'
}

interface VersionedKey {
  readonly version: number
  readonly key: Uint8Array
}

/** The keys of each purpose: one version after the other without a gap, the newest last. */
type Keys = ReadonlyMap<Purpose, readonly VersionedKey[]>

// Beside the keyring instead of in it: only this file can take a key out.
const keysOf = new WeakMap<Keyring, Keys>()

/** Version 1 of every purpose, newly made. */
export function createKeyring(): Keyring {
  return keyringOf(new Map(purposes.map((purpose) => [purpose, [newKey(1)]])))
}

const newKey = (version: number): VersionedKey => ({ version, key: randomBytes(KEY_BYTES) })

/** All keys of a keyring as they are stored. Wrapping again under another root key is how the root key is rotated. */
export function wrapKeyring(keyring: Keyring, root: RootKey, installation: string): Promise<WrappedKey[]> {
  const all = [...keysOf.get(keyring)!].flatMap(([purpose, keys]) => keys.map((key) => ({ purpose, ...key })))
  return Promise.all(all.map((key) => wrapKey(key, root, installation)))
}

/** The newest key of each of these purposes as it is stored: what a rotation has made. */
export function wrapNewest(
  keyring: Keyring,
  among: readonly Purpose[],
  root: RootKey,
  installation: string,
): Promise<WrappedKey[]> {
  const newest = among.map((purpose) => ({ purpose, ...keysOf.get(keyring)!.get(purpose)!.at(-1)! }))
  return Promise.all(newest.map((key) => wrapKey(key, root, installation)))
}

async function wrapKey(
  { purpose, version, key }: VersionedKey & { readonly purpose: Purpose },
  root: RootKey,
  installation: string,
): Promise<WrappedKey> {
  return { purpose, version, wrapped: await root.wrap(key, placeOfKey(installation, purpose, version)) }
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
  const keys = new Map<Purpose, VersionedKey[]>(purposes.map((purpose) => [purpose, []]))
  sorted.forEach(({ purpose, version }, index) => {
    keys.get(purpose)!.push({ version, key: opened[index]! })
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

/** Versions before the first that is there were retired; between the others none may be missing. */
function assertComplete(sorted: readonly WrappedKey[]): void {
  const newest = new Map<string, number>(purposes.map((purpose) => [purpose, 0]))
  for (const { purpose, version } of sorted) {
    const previous = newest.get(purpose)
    if (previous === undefined) throw new KeyringError(`Cannot load the keyring: unknown purpose ${purpose}`)
    const wanted = previous === 0 && Number.isSafeInteger(version) && version > 0 ? version : previous + 1
    if (version !== wanted) {
      throw new KeyringError(`Cannot load the keyring: ${purpose} has version ${version}, wanted ${wanted}`)
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
    signer: (purpose) => createSigner(keys.get(purpose)!.at(-1)!),
    publicKeys: (purpose) =>
      new Map(
        keys.get(purpose)!.map(({ version, key }) => [version, publicKeyOf(deriveSigningKey(key, SIGNER_LABEL))]),
      ),
    versions: (purpose) => keys.get(purpose)!.map(({ version }) => version),
    withNewVersion(purpose) {
      const old = keys.get(purpose)!
      return keyringOf(new Map(keys).set(purpose, [...old, newKey(old.at(-1)!.version + 1)]))
    },
    withKeysOf: (other, taken) =>
      keyringOf(new Map([...keys, ...taken.map((purpose) => [purpose, keysOf.get(other)!.get(purpose)!] as const)])),
    withNewestOnly: (purpose) => keyringOf(new Map(keys).set(purpose, keys.get(purpose)!.slice(-1))),
  }
  keysOf.set(keyring, keys)
  return Object.freeze(keyring)
}

/** The same content for the same place under the newest version; undefined for what does not open. */
export function reseal(sealer: Sealer, sealed: Uint8Array, place: Place): Buffer | undefined {
  let content: Buffer
  try {
    content = sealer.open(sealed, place)
  } catch (error) {
    if (error instanceof OpenError) return undefined
    throw error
  }
  try {
    return sealer.seal(content, place)
  } finally {
    content.fill(0)
  }
}

// What a key of the keyring makes begins with a format byte and the version of the key (u32). Both formats have one
// header, and cannot be taken for each other: their labels differ.
const FORMAT = 1
const HEADER_BYTES = 5
const SEALER_LABEL = 'coffer/keyring/sealer'
const AUTHENTICATOR_LABEL = 'coffer/keyring/authenticator'
const SIGNER_LABEL = 'coffer/keyring/signer'

/** Blob: header, then a blob of `sealDerived`, whose associated data covers purpose and version too. */
function createSealer(purpose: Purpose, keys: readonly VersionedKey[]): Sealer {
  const newest = keys.at(-1)!
  const bind = (version: number, place: Place): Place => [SEALER_LABEL, FORMAT, purpose, version, ...place]
  return {
    seal(plaintext, place) {
      const { version, key } = newest
      return Buffer.concat([headerOf(version), sealDerived(key, plaintext, bind(version, place))])
    },

    open(sealed, place) {
      const version = versionIn(sealed)
      const found = keys.find((key) => key.version === version)
      if (!found) throw new OpenError()
      return openDerived(found.key, sealed.subarray(HEADER_BYTES), bind(version, place))
    },
  }
}

/**
 * Tag: header, then HMAC-SHA-256 over format, purpose, version and fields, under a subkey that is derived once for each
 * version.
 */
function createAuthenticator(purpose: Purpose, keys: readonly VersionedKey[]): Authenticator {
  const newest = keys.at(-1)!.version
  const subkeys = new Map(keys.map(({ version, key }) => [version, deriveMacKey(key, AUTHENTICATOR_LABEL)]))
  const macOf = (version: number, fields: Place) =>
    mac(subkeys.get(version)!, encodePlace([AUTHENTICATOR_LABEL, FORMAT, purpose, version, ...fields]))
  return {
    tag: (fields) => Buffer.concat([headerOf(newest), macOf(newest, fields)]),

    verify(fields, tag) {
      const version = versionIn(tag)
      if (!subkeys.has(version) || tag.byteLength !== HEADER_BYTES + MAC_BYTES) return false
      return sameMac(macOf(version, fields), tag.subarray(HEADER_BYTES))
    },
  }
}

/** A purpose has a key of its own, so the signing key that follows from it serves no other. */
function createSigner({ version, key }: VersionedKey): Signer {
  const signingKey = deriveSigningKey(key, SIGNER_LABEL)
  return { version, sign: (message) => signatureOf(signingKey, message) }
}

/** With what everything begins that a version of a key makes; nothing else that a keyring made begins so. */
export function headerOf(version: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES, FORMAT)
  header.writeUInt32BE(version, 1)
  return header
}

/** The version that a header names; 0, which no key has, for anything that is no header of ours. */
function versionIn(bytes: Uint8Array): number {
  if (bytes.byteLength < HEADER_BYTES || bytes[0] !== FORMAT) return 0
  return new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES).getUint32(1)
}
