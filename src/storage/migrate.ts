import { firstStore } from './migrations/0001-first-store.ts'
import { identities } from './migrations/0002-identities.ts'
import { kmsKeys } from './migrations/0003-kms-keys.ts'
import { keyringRotation } from './migrations/0004-keyring-rotation.ts'
import { replicas } from './migrations/0005-replicas.ts'
import { rotation } from './migrations/0006-rotation.ts'
import { sinkPositions } from './migrations/0007-sink-positions.ts'
import { trailMark } from './migrations/0008-trail-mark.ts'

/** What a database calls the types that engines name differently. */
export interface Dialect {
  readonly blob: string
  /** Column definition of an ascending primary key that never uses a number twice. */
  readonly serial: string
}

/** Every migration, in order; number n takes a store of version n − 1 to version n. */
const migrations: readonly ((dialect: Dialect) => readonly string[])[] = [
  firstStore,
  identities,
  kmsKeys,
  keyringRotation,
  replicas,
  rotation,
  sinkPositions,
  trailMark,
]

/** Version of a store that this program writes. */
export const STORE_VERSION = migrations.length

/** The store was written by a newer Coffer than this one. */
export class NewerStoreError extends Error {
  constructor(found: number, known = STORE_VERSION, what = 'store') {
    super(
      `The ${what} has version ${found}, and this Coffer knows versions up to ${known}: it was written by a newer Coffer. Start that one.`,
    )
    this.name = 'NewerStoreError'
  }
}

/** Statements that take a store of version `from` to the newest; throws NewerStoreError for one from the future. */
export function migrationsFrom(from: number, dialect: Dialect): readonly string[] {
  if (from > STORE_VERSION) throw new NewerStoreError(from)
  return migrations.slice(from).flatMap((migration) => migration(dialect))
}
