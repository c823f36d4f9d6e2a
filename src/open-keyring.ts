import { randomUUID } from 'node:crypto'
import { type ObtainedRootKey, obtainRootKey, type RootKeySource } from './root-key-source.ts'
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
import { type Installation, readInstallation, writeInstallation } from './storage/installation.ts'

/** A keyring with what wraps it. */
export interface OpenedKeyring {
  readonly id: string
  readonly keyring: Keyring
  readonly rootKey: RootKey
  /** Path of a root key file that was made just now. */
  readonly madeRootKey: string | undefined
  /** True when an interrupted rotation of the root key was finished just now. */
  readonly finishedRotation: boolean
}

/**
 * The keyring of a store, made where the store is empty. A rotation of the root key that was interrupted before the key
 * file had its new name is finished. Throws RootKeyError, whose line names the key that the store wants.
 */
export async function openKeyring(engine: Engine, source: RootKeySource, dataDir: string): Promise<OpenedKeyring> {
  const stored = await readInstallation(engine)
  const { rootKey, made, unfinished } = await obtain(source, dataDir, stored?.rootKey)
  if (!stored) {
    const id = randomUUID()
    const keyring = createKeyring()
    const wrapped = await wrapProven(keyring, rootKey, id)
    await writeInstallation(engine, { id, rootKey: rootKey.fingerprint, keyring: wrapped })
    return { id, keyring, rootKey, madeRootKey: made, finishedRotation: false }
  }
  const keyring = await unwrapStored(stored, rootKey, dataDir)
  if (unfinished) await finishRootKeyFile(unfinished.path, unfinished.oldFingerprint)
  return { id: stored.id, keyring, rootKey, madeRootKey: undefined, finishedRotation: unfinished !== undefined }
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

async function obtain(source: RootKeySource, dataDir: string, wanted: string | undefined): Promise<ObtainedRootKey> {
  try {
    return await obtainRootKey(source, { dataDir, wanted, mayMake: true })
  } catch (error) {
    if (wanted === undefined || !(error instanceof RootKeyError)) throw error
    throw new RootKeyError(
      error.code,
      `Cannot open the store: ${dataDir}: it wants ${nameOfRootKey(wanted)}. ${error.message}`,
    )
  }
}
