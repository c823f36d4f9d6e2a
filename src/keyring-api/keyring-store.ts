import type { Change } from '../aws/change.ts'
import type { Purpose, WrappedKey } from '../seal/keyring.ts'
import type { Walk } from './walk.ts'

/** A key of the keyring that is stored. */
export interface StoredVersion {
  readonly purpose: Purpose
  readonly version: number
  /** Milliseconds; 0 for those that the first start made. */
  readonly madeAt: number
}

/** Some rows were looked at, and what had to be resealed was. */
export interface Step {
  readonly walk: Walk
  /** Rows that do not open or verify, each as its table and key. */
  readonly altered: readonly string[]
}

/**
 * The stored keyring, and everything that its keys sealed.
 *
 * A step reads a bounded number of rows and writes, in one transaction, those that had to be resealed together with how far
 * the walk has come. A row that somebody else changes meanwhile stays as they wrote it. Nothing that does not open or verify
 * is touched.
 */
export interface KeyringStore {
  /** By purpose, oldest first. */
  versions(): Promise<readonly StoredVersion[]>
  /** How far the last walk of each purpose has come. */
  walks(): Promise<ReadonlyMap<Purpose, Walk>>
  /** A walk that has not begun: everything that a purpose sealed, counted. Without tables for a purpose of which nothing is stored. */
  newWalk(purpose: Purpose, version: number): Promise<Walk>
  step(purpose: Purpose, walk: Walk, now: number): Promise<Step>
  /** Stores new versions. A ConflictError when one of them is there already. */
  add(keys: readonly WrappedKey[], at: number): Change
  /** Removes versions. A ConflictError while anything stored is under another version than the newest, or one of them is gone. */
  retire(purpose: Purpose, newest: number, versions: readonly number[]): Change
  /** Asks that removed keys leave the files too. */
  erase(): Promise<void>
}
