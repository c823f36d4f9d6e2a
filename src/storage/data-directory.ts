import { accessSync, chmodSync, closeSync, constants, fsyncSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { lockHolder } from './lock-holder.ts'

/** Something is wrong with the data directory; the message says what and what to do. */
export class DataDirectoryError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DataDirectoryError'
  }
}

/** Another process has claimed the data directory. */
export class DataDirectoryInUseError extends DataDirectoryError {
  /** The process, as messages name it: ` (process 4711)`, or an empty text where it is not known. */
  readonly holder: string

  constructor(path: string, pid: number | undefined) {
    const holder = pid === undefined ? '' : ` (process ${pid})`
    super(
      `Cannot use the data directory: ${path}: another Coffer is using it${holder}. Stop that one, or choose another with --data-dir.`,
    )
    this.holder = holder
  }
}

/** A data directory that belongs to this process until it is released. */
export interface DataDirectory {
  readonly path: string
  readonly storePath: string
  readonly trailPath: string
  /** Index of the trail, which is made from it: it may be removed at any time. */
  readonly indexPath: string
  /** How far the other two files were at the last commit. */
  readonly highWaterPath: string
  /** Lets others have it. */
  release(): void
}

/**
 * Makes the data directory (0700) where there is none and claims it for this process. Throws DataDirectoryError when others can enter it,
 * when it cannot be written, or when another process has it.
 */
export function claimDataDirectory(path: string): DataDirectory {
  checkDirectory(path)
  const lock = lockFile(join(path, 'lock'))
  return { path, ...filesOf(path), release: () => lock.close() }
}

export function filesOf(path: string): Omit<DataDirectory, 'path' | 'release'> {
  return {
    storePath: join(path, 'store.db'),
    trailPath: join(path, 'trail.db'),
    indexPath: join(path, 'trail-index.db'),
    highWaterPath: join(path, 'high-water'),
  }
}

/** True when there is no store in the directory yet, or no directory. */
export function isEmptyStore(path: string): boolean {
  return statSync(filesOf(path).storePath, { throwIfNoEntry: false }) === undefined
}

/** Removes a directory of data that was to be thrown away. */
export function removeDataDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true })
}

function checkDirectory(path: string): void {
  try {
    makeDirectory(path)
  } catch (error) {
    throw new DataDirectoryError(`Cannot make the data directory: ${path}: ${reason(error)}`)
  }
  const stat = statSync(path)
  if (!stat.isDirectory()) throw new DataDirectoryError(`Cannot use the data directory: ${path}: it is not a directory`)
  // Windows has no such modes.
  if (process.platform === 'win32') return
  if (process.getuid?.() !== stat.uid)
    throw new DataDirectoryError(`Cannot use the data directory: ${path}: it belongs to another user`)
  if ((stat.mode & 0o077) !== 0)
    throw new DataDirectoryError(
      `Cannot use the data directory: ${path}: others can enter it (mode ${(stat.mode & 0o777).toString(8)}). Run: chmod 700 ${path}`,
    )
}

/**
 * Makes the directory and those above it, so that a power cut does not take it away with what was acknowledged in it. One at a time: node:fs
 * never comes back from making several at once where the file system answers that there is no such place (as /proc does).
 */
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })) return
  const above = dirname(resolve(path))
  if (above !== resolve(path)) makeDirectory(above)
  mkdirSync(path, { mode: 0o700 })
  syncDirectory(above)
}

/** Puts what happened to the names in a directory on the disk. */
export function syncDirectory(path: string): void {
  // Windows opens no directories.
  if (process.platform === 'win32') return
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } catch (error) {
    // Some file systems do not sync directories.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error
  } finally {
    closeSync(directory)
  }
}

/** Makes an empty file only we can read, if there is none; SQLite gives its side files the same mode. */
export function makePrivateFile(path: string): void {
  try {
    // A file that exists is not opened: closing any handle of a file gives up the locks that this process holds on it.
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat && !stat.isFile()) throw new Error('it is not a regular file. Move it away')
    if (stat) accessSync(path, constants.R_OK | constants.W_OK)
    else makeFile(path)
    if (process.platform !== 'win32') chmodSync(path, 0o600)
  } catch (error) {
    throw new DataDirectoryError(`Cannot write to the data directory: ${path}: ${reason(error)}`)
  }
}

function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/**
 * Takes the lock for the life of the process. It is a lock of the operating system on a file (SQLite's own, which Node.js can reach without an
 * add-on), so it ends with the process however that ends.
 */
function lockFile(path: string): DatabaseSync {
  makePrivateFile(path)
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(path, { timeout: 0 })
    lock.exec('pragma journal_mode = memory')
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock?.close()
    if (/locked/.test(reason(error))) throw new DataDirectoryInUseError(dirname(path), lockHolder(path))
    const isForeign = (error as { errcode?: number }).errcode === NOT_A_DATABASE
    throw new DataDirectoryError(`Cannot lock the data directory: ${path}: ${isForeign ? FOREIGN_LOCK : reason(error)}`)
  }
}

/** SQLite's result code for a file of another kind. */
const NOT_A_DATABASE = 26
const FOREIGN_LOCK =
  'it holds something that Coffer did not write. Make sure that no Coffer uses the directory, remove this file, and try again'

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
