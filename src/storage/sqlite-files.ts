import { DatabaseSync } from 'node:sqlite'
import { makePrivateFile } from './data-directory.ts'
import { type Dialect, migrationsFrom, NewerStoreError, STORE_VERSION } from './migrate.ts'

const dialect: Dialect = { blob: 'blob', serial: 'integer primary key autoincrement' }

/** The trail's own file; its form is part of the embedded engine, not of the store. */
const TRAIL_VERSION = 1
const trailSchema = [
  `create table trail (
    seq integer primary key autoincrement,
    node text not null,
    at integer not null,
    count integer not null,
    entries text not null,
    outbox_id integer,
    previous blob not null,
    hash blob not null
  )`,
  'create index trail_by_outbox on trail (outbox_id) where outbox_id is not null',
]

/**
 * Makes the two files of the embedded engine or brings them to this program's version. Throws NewerStoreError when a newer program wrote them.
 */
export function prepareFiles(storePath: string, trailPath: string): void {
  prepare(storePath, (version) => migrationsFrom(version, dialect), STORE_VERSION)
  prepare(
    trailPath,
    (version) => {
      if (version > TRAIL_VERSION) throw new NewerStoreError(version)
      return version < TRAIL_VERSION ? trailSchema : []
    },
    TRAIL_VERSION,
  )
}

function prepare(path: string, statementsFrom: (version: number) => readonly string[], target: number): void {
  makePrivateFile(path)
  const db = new DatabaseSync(path)
  try {
    db.exec('pragma journal_mode = wal')
    db.exec('pragma synchronous = full')
    db.exec('begin immediate')
    const version = Number(db.prepare('pragma user_version').get()?.user_version)
    for (const statement of statementsFrom(version)) db.exec(statement)
    db.exec(`pragma user_version = ${target}`)
    db.exec('commit')
  } finally {
    db.close()
  }
}
