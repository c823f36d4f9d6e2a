import type { Change } from '../aws/change.ts'
import type { Keyring, Purpose, WrappedKey } from '../seal/keyring.ts'
import type { KeyringHolder } from '../seal/keyring-holder.ts'
import type { KeyringStore } from './keyring-store.ts'

/** The keyring of an installation, and what is done with it. */
export interface KeyringParts {
  /** The oldest account, to which the installation belongs. */
  readonly owner: string
  readonly store: KeyringStore
  readonly holder: KeyringHolder
  /** The newest keys of these purposes, wrapped by the root key. Rejects with RootKeyError when that cannot be reached. */
  wrap(keyring: Keyring, purposes: readonly Purpose[]): Promise<readonly WrappedKey[]>
  /** Lets resealing begin. */
  wake(): void
}

/** What the operations on the keyring may use. */
export interface KeyringContext extends KeyringParts {
  /** Milliseconds since the epoch. */
  readonly now: number
  change(change: Change): void
  afterCommit(work: () => Promise<void>): void
  /** Tells the operator of what the caller only sees as a refusal. */
  report(error: Error): void
}
