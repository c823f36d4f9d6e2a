import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ObtainedRootKey, obtainRootKey, type RootKeySource } from './root-key-source.ts'
import { OpenError } from './seal/aead.ts'
import { createKeyring, type Keyring, type Purpose, unwrapKeyring, wrapKeyring } from './seal/keyring.ts'
import { localRootKey } from './seal/root-key.ts'
import { RootKeyError } from './seal/root-key-error.ts'
import { claimDataDirectory, type DataDirectory, removeDataDirectory } from './storage/data-directory.ts'
import type { Engine } from './storage/engine.ts'
import { SqlIdentityStore } from './storage/identity-store.ts'
import { readInstallation, writeInstallation } from './storage/installation.ts'
import { SqlKeyStore } from './storage/key-store.ts'
import { moveFirstUsers } from './storage/move-first-users.ts'
import { SqlSecretsStore } from './storage/secrets-store.ts'
import { SqliteEngine } from './storage/sqlite.ts'
import { prepareFiles } from './storage/sqlite-files.ts'
import { SqlTrail } from './storage/trail.ts'

export interface InstallationOptions {
  /** Absent for data that is thrown away at the end. */
  readonly dataDir: string | undefined
  readonly rootKey: RootKeySource
}

/** A store that is open, with what opens its content. */
export interface Installation {
  readonly dataDir: string
  readonly engine: Engine
  readonly keyring: Keyring
  readonly rootKeyFingerprint: string
  /** Path of a root key file that was made just now. */
  readonly madeRootKey: string | undefined
  readonly secrets: SqlSecretsStore
  readonly keys: SqlKeyStore
  readonly identities: SqlIdentityStore
  readonly trail: SqlTrail
  close(): Promise<void>
}

/**
 * Claims the data directory and opens the store in it, setting it up where it is empty. Throws errors whose message is one line for the
 * operator: DataDirectoryError, NewerStoreError, RootKeyError.
 */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const passing = options.dataDir === undefined
  const path = options.dataDir ?? mkdtempSync(join(tmpdir(), 'coffer-'))
  const removeAtExit = () => removeDataDirectory(path)
  if (passing) process.once('exit', removeAtExit)
  let directory: DataDirectory | undefined
  let engine: Engine | undefined
  const close = async () => {
    await engine?.close()
    directory?.release()
    if (!passing) return
    process.off('exit', removeAtExit)
    removeAtExit()
  }
  try {
    directory = claimDataDirectory(path)
    prepareFiles(directory.storePath, directory.trailPath)
    const { storePath, trailPath } = directory
    engine = new SqliteEngine({ storePath, trailPath, durable: !passing, node: 'local' })
    const opened = await openKeyring(engine, options.rootKey, path)
    const mac = opened.keyring.authenticator('row-mac')
    await moveFirstUsers(engine, mac)
    return {
      dataDir: path,
      engine,
      ...opened,
      secrets: new SqlSecretsStore(engine, mac),
      keys: new SqlKeyStore(engine, mac),
      identities: new SqlIdentityStore(engine, mac),
      trail: new SqlTrail(engine),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function openKeyring(engine: Engine, source: RootKeySource, dataDir: string) {
  const stored = await readInstallation(engine)
  const root = await obtain(source, dataDir, stored?.rootKey)
  const rootKey = localRootKey(root.material.bytes)
  const { fingerprint } = root.material
  if (!stored) {
    const id = randomUUID()
    const keyring = createKeyring()
    await writeInstallation(engine, { id, rootKey: fingerprint, keyring: await wrapKeyring(keyring, rootKey, id) })
    return { keyring, rootKeyFingerprint: fingerprint, madeRootKey: root.made }
  }
  if (stored.rootKey !== fingerprint)
    throw new RootKeyError(
      'malformed',
      `Cannot open the store: ${dataDir}: it wants the root key with fingerprint ${stored.rootKey}, and the one given has fingerprint ${fingerprint}`,
    )
  try {
    const wrapped = stored.keyring.map((key) => ({ ...key, purpose: key.purpose as Purpose }))
    const keyring = await unwrapKeyring(wrapped, rootKey, stored.id)
    return { keyring, rootKeyFingerprint: fingerprint, madeRootKey: undefined }
  } catch (error) {
    if (!(error instanceof OpenError)) throw error
    throw new RootKeyError('malformed', `Cannot open the store: ${dataDir}: its keyring was altered`)
  }
}

async function obtain(source: RootKeySource, dataDir: string, wanted: string | undefined): Promise<ObtainedRootKey> {
  try {
    return await obtainRootKey(source, { storeIsEmpty: wanted === undefined, dataDir })
  } catch (error) {
    if (wanted === undefined || !(error instanceof RootKeyError)) throw error
    throw new RootKeyError(
      error.code,
      `Cannot open the store: ${dataDir}: it wants the root key with fingerprint ${wanted}. ${error.message}`,
    )
  }
}
