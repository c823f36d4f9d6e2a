import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openInstallation } from '../../src/open-installation.ts'
import { createKeyring, type Keyring, wrapKeyring } from '../../src/seal/keyring.ts'
import { localRootKey } from '../../src/seal/root-key.ts'
import { formatRootKey, generateRootKey } from '../../src/seal/root-key-material.ts'
import { filesOf } from '../../src/storage/data-directory.ts'
import { firstStore } from '../../src/storage/migrations/0001-first-store.ts'
import { identities } from '../../src/storage/migrations/0002-identities.ts'
import { macOf } from '../../src/storage/row-mac.ts'

type OldRow = Readonly<Record<string, string | number | Uint8Array>>

/** What writes the rows of a store as an older Coffer did. */
export interface OldRows {
  readonly keyring: Keyring
  insert(table: string, row: OldRow): void
  /** With a MAC over all columns, in their order. */
  insertWithMac(table: string, row: OldRow): void
}

const migrations = [firstStore, identities]

/** An installation whose store has the version that an older Coffer left it in, for this program to open. */
export async function oldStore(version: 1 | 2, write: (rows: OldRows) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-old-'))
  const path = join(folder, 'data')
  mkdirSync(path, { mode: 0o700 })
  const { storePath } = filesOf(path)
  const withFile = <T>(work: (file: DatabaseSync) => T): T => {
    const file = new DatabaseSync(storePath)
    try {
      return work(file)
    } finally {
      file.close()
    }
  }
  const material = generateRootKey()
  const keyring = createKeyring()
  const wrapped = await wrapKeyring(keyring, localRootKey(material.bytes), 'old')
  const rootKey = { kind: 'value', text: formatRootKey(material) } as const
  withFile((file) => {
    const dialect = { blob: 'blob', serial: 'integer primary key autoincrement' }
    for (const migration of migrations.slice(0, version))
      for (const statement of migration(dialect)) file.exec(statement)
    file.exec(`pragma user_version = ${version}`)
    const rows = rowsOf(file, keyring)
    rows.insert('meta', { name: 'installation', value: 'old' })
    rows.insert('meta', { name: 'root_key', value: material.fingerprint })
    for (const { purpose, version, wrapped: bytes } of wrapped)
      rows.insert('keyring', { purpose, version, wrapped: bytes })
    write(rows)
  })
  return {
    open: () => openInstallation({ dataDir: path, rootKey }),
    alter: (statement: string) => withFile((file) => file.exec(statement)),
    query: (text: string) => withFile((file) => file.prepare(text).all()),
    /** The store's files as they stand. Read by another process: to close a file here would end the locks that the store holds on it. */
    raw: () => execFileSync('cat', [storePath, `${storePath}-wal`], { maxBuffer: 1e9 }),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  }
}

function rowsOf(file: DatabaseSync, keyring: Keyring): OldRows {
  const mac = keyring.authenticator('row-mac')
  const insert = (table: string, row: OldRow) => {
    const places = Object.keys(row).map(() => '?')
    file.prepare(`insert into ${table} (${Object.keys(row)}) values (${places})`).run(...Object.values(row))
  }
  return {
    keyring,
    insert,
    insertWithMac: (table, row) =>
      insert(table, { ...row, mac: macOf(mac, { table, named: [], columns: Object.keys(row) }, row) }),
  }
}
