import type { Entry } from '../audit/entry.ts'
import type { Engine, Write } from './engine.ts'
import { SOMETHING_TO_ERASE } from './erasure-mark.ts'
import { type Row, type Sql, sql } from './sql.ts'

/** A key of the keyring as stored: wrapped by the root key. */
export interface StoredKey {
  readonly purpose: string
  readonly version: number
  readonly wrapped: Uint8Array
}

/** What a store says about itself before anything in it can be opened. */
export interface Installation {
  /** Random name of the installation; keyring keys are bound to it. */
  readonly id: string
  /** Fingerprint of the root key that wraps the keyring. */
  readonly rootKey: string
  readonly keyring: readonly StoredKey[]
}

/** What `installationIn` is read from. */
export const INSTALLATION: readonly Sql[] = [
  sql`select name, value from meta`,
  sql`select purpose, version, wrapped from keyring order by purpose, version`,
]

/** The installation of a store; undefined for a store that was never set up. */
export async function readInstallation(engine: Engine): Promise<Installation | undefined> {
  return installationIn((await engine.read(INSTALLATION)).results)
}

/** The installation in the answers to `INSTALLATION`; undefined for a store that was never set up. */
export function installationIn(results: readonly (readonly Row[])[]): Installation | undefined {
  const meta = new Map((results[0] ?? []).map((row) => [String(row.name), String(row.value)]))
  const id = meta.get('installation')
  const rootKey = meta.get('root_key')
  if (id === undefined || rootKey === undefined) return undefined
  const keyring = (results[1] ?? []).map((row) => ({
    purpose: String(row.purpose),
    version: Number(row.version),
    wrapped: row.wrapped as Uint8Array,
  }))
  return { id, rootKey, keyring }
}

/** Sets up an empty store, all at once. Rejects with ConflictError when it has been set up already. */
export function writeInstallation(engine: Engine, { id, rootKey, keyring }: Installation): Promise<void> {
  return engine.append(undefined, [
    { statement: sql`insert into meta (name, value) values ('installation', ${id}), ('root_key', ${rootKey})` },
    ...keyring.map(insertKey),
  ])
}

/**
 * Wraps the whole keyring anew, all at once and with its record. Rejects with ConflictError unless the store is under the root
 * key it was under. What it was wrapped by before is to be erased from the files then.
 */
export function rewrapInstallation(
  engine: Engine,
  before: Installation,
  { rootKey, keyring }: Pick<Installation, 'rootKey' | 'keyring'>,
  entry: Entry,
): Promise<void> {
  return engine.append(entry, [
    {
      statement: sql`update meta set value = ${rootKey} where name = 'root_key' and value = ${before.rootKey}`,
      expect: 1,
    },
    ...keyring.map(({ purpose, version, wrapped }) => ({
      statement: sql`update keyring set wrapped = ${wrapped} where purpose = ${purpose} and version = ${version}`,
      expect: 1,
    })),
    SOMETHING_TO_ERASE,
  ])
}

function insertKey({ purpose, version, wrapped }: StoredKey): Write {
  return { statement: sql`insert into keyring (purpose, version, wrapped) values (${purpose}, ${version}, ${wrapped})` }
}
