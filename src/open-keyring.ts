import { randomUUID } from 'node:crypto'
import { newAccountId } from './identity/access-key.ts'
import { type KeyFileMaking, type ObtainedRootKey, obtainRootKey, type RootKeySource } from './root-key-source.ts'
import { OpenError } from './seal/aead.ts'
import {
  createKeyring,
  type Keyring,
  type Purpose,
  unwrapKeyring,
  type WrappedKey,
  wrapKeyring,
} from './seal/keyring.ts'
import type { RootKey } from './seal/root-key.ts'
import { RootKeyError } from './seal/root-key-error.ts'
import { isInKms } from './seal/root-keys/external-kms.ts'
import { finishRootKeyFile } from './seal/root-keys/replace-file.ts'
import type { Engine } from './storage/engine.ts'
import { beginFirstStart, type FirstStart, readFirstStart } from './storage/first-start.ts'
import { type Installation, readInstallation, writeInstallation } from './storage/installation.ts'

/** A keyring with what wraps it. */
export interface OpenedKeyring {
  readonly id: string
  readonly keyring: Keyring
  readonly rootKey: RootKey
  /** The first start, until the first account exists. */
  readonly firstStart: FirstStart | undefined
  /** True when an interrupted rotation of the root key was finished just now. */
  readonly finishedRotation: boolean
}

/** Where a keyring is, and what a first start is to make. */
export interface KeyringSetting {
  readonly dataDir: string
  /** Account of a new installation; random when absent. */
  readonly account: string | undefined
  readonly besideOldFiles: boolean
}

/**
 * The keyring of a store, made where the store is empty. A rotation of the root key that was interrupted before the key
 * file had its new name is finished. Throws RootKeyError, whose line names the key that the store wants.
 */
export async function openKeyring(
  engine: Engine,
  source: RootKeySource,
  setting: KeyringSetting,
): Promise<OpenedKeyring> {
  const stored = await readInstallation(engine)
  if (!stored) return makeKeyring(engine, source, setting)
  const { dataDir } = setting
  const { rootKey, unfinished } = await obtain(source, dataDir, stored.rootKey)
  const keyring = await unwrapStored(stored, rootKey, dataDir)
  if (unfinished) await finishRootKeyFile(unfinished.path, unfinished.oldFingerprint)
  const firstStart = await readFirstStart(engine)
  return { id: stored.id, keyring, rootKey, firstStart, finishedRotation: unfinished !== undefined }
}

/** The store says first which root key is made for it: if this is interrupted, the next start knows the key file as its own. */
async function makeKeyring(
  engine: Engine,
  source: RootKeySource,
  { dataDir, account, besideOldFiles }: KeyringSetting,
): Promise<OpenedKeyring> {
  const before = await readFirstStart(engine)
  const plan = {
    account: account ?? before?.account ?? newAccountId(),
    besideOldFiles: besideOldFiles || before?.besideOldFiles === true,
  }
  const making: KeyFileMaking = {
    announced: before?.madeRootKey,
    announce: (rootKey, madeRootKey) => beginFirstStart(engine, { ...plan, rootKey, madeRootKey }),
  }
  const { rootKey, made } = await obtainRootKey(source, { dataDir, wanted: undefined, making })
  const { fingerprint } = rootKey
  const madeRootKey = made ?? (before?.rootKey === fingerprint ? before.madeRootKey : undefined)
  const firstStart = { ...plan, rootKey: fingerprint, madeRootKey }
  if (made === undefined) await beginFirstStart(engine, firstStart)
  const id = randomUUID()
  const keyring = createKeyring()
  const wrapped = await wrapProven(keyring, rootKey, id)
  await writeInstallation(engine, { id, rootKey: fingerprint, keyring: wrapped })
  return { id, keyring, rootKey, firstStart, finishedRotation: false }
}

/** A keyring wrapped by a root key that was seen to open it again: a KMS may permit the one and not the other. */
export async function wrapProven(keyring: Keyring, rootKey: RootKey, id: string): Promise<WrappedKey[]> {
  const wrapped = await wrapKeyring(keyring, rootKey, id)
  await unwrapKeyring(wrapped, rootKey, id)
  return wrapped
}

/** The keyring as it is stored, opened by the key it names. Throws RootKeyError for another key, or a keyring that was altered. */
export async function unwrapStored(stored: Installation, rootKey: RootKey, dataDir: string): Promise<Keyring> {
  if (stored.rootKey !== rootKey.fingerprint)
    throw new RootKeyError(
      'other-key',
      `Cannot open the store: ${dataDir}: it wants ${nameOfRootKey(stored.rootKey)}, and was given ${nameOfRootKey(rootKey.fingerprint)}`,
    )
  try {
    const wrapped = stored.keyring.map((key) => ({ ...key, purpose: key.purpose as Purpose }))
    return await unwrapKeyring(wrapped, rootKey, stored.id)
  } catch (error) {
    if (!(error instanceof OpenError)) throw error
    throw new RootKeyError('malformed', `Cannot open the store: ${dataDir}: its keyring was altered`)
  }
}

/** A root key by its fingerprint, in words. */
export function nameOfRootKey(fingerprint: string): string {
  return isInKms(fingerprint) ? `the root key ${fingerprint}` : `the root key with fingerprint ${fingerprint}`
}

/** The root key that a store wants. */
async function obtain(source: RootKeySource, dataDir: string, wanted: string): Promise<ObtainedRootKey> {
  try {
    return await obtainRootKey(source, { dataDir, wanted })
  } catch (error) {
    if (!(error instanceof RootKeyError)) throw error
    throw new RootKeyError(
      error.code,
      `Cannot open the store: ${dataDir}: it wants ${nameOfRootKey(wanted)}. ${error.message}`,
    )
  }
}
