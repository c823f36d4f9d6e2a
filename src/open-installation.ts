import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allowSetUp, type FirstStartRequest } from './allow-set-up.ts'
import { HeadSigner } from './audit/head-signer.ts'
import type { ReportDamage } from './aws/damaged-row.ts'
import { compareAtStart } from './compare-at-start.ts'
import type { Log } from './log.ts'
import { openKeyring } from './open-keyring.ts'
import { resealingWith } from './resealing.ts'
import type { RootKeySource } from './root-key-source.ts'
import { KeyringHolder } from './seal/keyring-holder.ts'
import type { RootKey } from './seal/root-key.ts'
import {
  claimDataDirectory,
  type DataDirectory,
  DataDirectoryError,
  removeDataDirectory,
} from './storage/data-directory.ts'
import type { Engine } from './storage/engine.ts'
import type { FirstStart } from './storage/first-start.ts'
import { SqlIdentityStore } from './storage/identity-store.ts'
import { SqlKeyStore } from './storage/key-store.ts'
import { SqlKeyringStore } from './storage/keyring-store.ts'
import { moveFirstUsers } from './storage/move-first-users.ts'
import { SqlPassedTime } from './storage/passed-time.ts'
import { SqlRotationLeases } from './storage/rotation-leases.ts'
import type { RowMac } from './storage/row-mac.ts'
import { SqlSecretsStore } from './storage/secrets-store.ts'
import { SqlSinkPositions } from './storage/sink-positions.ts'
import { SqliteEngine } from './storage/sqlite.ts'
import { prepareFiles } from './storage/sqlite-files.ts'
import type { ReserveState } from './storage/sqlite-writer-messages.ts'
import { checkStructure, type StructureCheck, type StructureCheckOptions } from './storage/structure-check.ts'
import { SqlTrail } from './storage/trail.ts'
import { SqlTrailMark } from './storage/trail-mark.ts'

export interface InstallationOptions {
  /** Absent for data that is thrown away at the end. */
  readonly dataDir: string | undefined
  readonly rootKey: RootKeySource
  /** How an empty store is set up; where this is absent, it is refused. Data that is thrown away is always set up. */
  readonly firstStart?: FirstStartRequest | undefined
  /** Account of a new installation; random when absent. */
  readonly account?: string | undefined
  readonly now?: (() => number) | undefined
  /** What to keep of the disk for the trail; nothing when absent. */
  readonly trail?: { readonly reserveBytes: number } | undefined
  readonly log?: Log | undefined
  /** Called for every row whose MAC does not fit, each time it is read. */
  readonly onDamage?: ReportDamage | undefined
  /** Receives the findings of the check of the file's structure; there is no check when this is absent. */
  readonly structure?: StructureCheckOptions | undefined
}

/** A store that is open, with what opens its content. */
export interface Installation {
  readonly dataDir: string
  readonly engine: Engine
  /** Random name of the installation, to which its keyring is bound. */
  readonly id: string
  readonly keyring: KeyringHolder
  /** Wraps the keyring. */
  readonly rootKey: RootKey
  /** The first start, until the first account exists. */
  readonly firstStart: FirstStart | undefined
  /** True when an interrupted rotation of the root key was finished just now. */
  readonly finishedRotation: boolean
  readonly secrets: SqlSecretsStore
  readonly rotationLeases: SqlRotationLeases
  readonly keys: SqlKeyStore
  readonly identities: SqlIdentityStore
  readonly keyringStore: SqlKeyringStore
  readonly trail: SqlTrail
  readonly heads: HeadSigner
  readonly trailMark: SqlTrailMark
  readonly sinkPositions: SqlSinkPositions
  readonly passedTime: SqlPassedTime
  close(): Promise<void>
}

/**
 * Claims the data directory and opens the store in it, setting it up where it is empty and may be set up. Throws errors whose message is one line for the
 * operator: DataDirectoryError, NewerStoreError, RootKeyError.
 */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const passing = options.dataDir === undefined
  const path = options.dataDir ?? mkdtempSync(join(tmpdir(), 'coffer-'))
  const removeAtExit = () => removeDataDirectory(path)
  if (passing) process.once('exit', removeAtExit)
  let directory: DataDirectory | undefined
  let engine: SqliteEngine | undefined
  let check: StructureCheck | undefined
  const close = async () => {
    await check?.close()
    await engine?.close()
    directory?.release()
    if (!passing) return
    process.off('exit', removeAtExit)
    removeAtExit()
  }
  try {
    directory = claimDataDirectory(path)
    if (!passing) await allowSetUp(directory, options.rootKey, options.firstStart)
    prepareFiles(directory.storePath, directory.trailPath)
    // Before anything is written to what may be damaged.
    if (!passing && options.structure) check = await checkStructure(directory.storePath, options.structure)
    const { storePath, trailPath } = directory
    const bytes = options.trail?.reserveBytes ?? 0
    const reserve = bytes > 0 ? { path: join(path, 'trail.reserve'), bytes } : undefined
    const now = options.now ?? Date.now
    const durable = !passing
    const highWaterPath = durable ? directory.highWaterPath : undefined
    engine = new SqliteEngine(
      { storePath, trailPath, highWaterPath, durable, node: 'local', reserve, beginsLater: true },
      (state) => tellOfReserve(state, options.log),
    )
    await assertWriterRuns(engine)
    const { keyring: opened, ...root } = await openKeyring(engine, options.rootKey, {
      dataDir: path,
      account: options.account,
      besideOldFiles: options.firstStart?.besideOldFiles ?? false,
    })
    const keyring = new KeyringHolder(opened)
    const mac: RowMac = { ...keyring.authenticator('row-mac'), report: options.onDamage }
    const marks = new SqlTrailMark(engine, mac)
    const { mark, behind } = await compareAtStart(path, marks, { mac, now: now() })
    await engine.begin(behind)
    await moveFirstUsers(engine, mac)
    const trail = new SqlTrail(engine)
    const heads = new HeadSigner({ store: trail, marks, mark, keyring, installation: root.id, now })
    return {
      dataDir: path,
      engine,
      ...root,
      keyring,
      secrets: new SqlSecretsStore(engine, mac),
      rotationLeases: new SqlRotationLeases(engine),
      keys: new SqlKeyStore(engine, mac),
      identities: new SqlIdentityStore(engine, mac),
      keyringStore: new SqlKeyringStore(engine, resealingWith(keyring, mac)),
      trail,
      heads,
      trailMark: marks,
      sinkPositions: new SqlSinkPositions(engine),
      passedTime: new SqlPassedTime(engine),
      async close() {
        // What cannot be signed now is signed, or found to be altered, at the next start.
        await heads.signHead().catch(() => {})
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Throws DataDirectoryError when the writer's thread cannot start: without it a server would answer every request with an internal error. */
async function assertWriterRuns(engine: Engine): Promise<void> {
  try {
    await engine.ping()
  } catch (error) {
    throw new DataDirectoryError(`Cannot start the writer of the store: ${(error as Error).message}`)
  }
}

function tellOfReserve(state: ReserveState, log: Log | undefined): void {
  if (state === 'whole') log?.info({}, 'there is room on the disk again: changes are taken')
  else
    log?.error(
      {},
      'the disk is full: changes are refused, and what was kept back of it is left to the records of reads',
    )
}
