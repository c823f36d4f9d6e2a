import { DatabaseSync } from 'node:sqlite'
import { DataDirectoryError, makePrivateFile } from './data-directory.ts'
import { type Dialect, migrationsFrom, NewerStoreError, STORE_VERSION } from './migrate.ts'
import { STATEMENTS } from './statement-rows.ts'

const dialect: Dialect = { blob: 'blob', serial: 'integer primary key autoincrement' }

/** The trail's own file; its form is part of the embedded engine, not of the store. Number n takes a trail of version n to the next. */
const trailMigrations = [
  [
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
  ],
  // Rows that are there keep the rule by which they were hashed.
  ['alter table trail add column format integer not null default 1', STATEMENTS],
]
export const TRAIL_VERSION = trailMigrations.length

interface File {
  readonly path: string
  readonly what: 'store' | 'trail'
  /** Version that this program writes. */
  readonly version: number
  /** Statements that take the file from a version to this program's. */
  readonly statementsFrom: (version: number) => readonly string[]
}

/**
 * Makes the two files of the embedded engine or brings them to this program's version. Throws NewerStoreError when a newer program wrote one of
 * them, DataDirectoryError when something in them would act on what is written; then both are as they were.
 */
export function prepareFiles(storePath: string, trailPath: string): void {
  const files: File[] = [
    {
      path: storePath,
      what: 'store',
      version: STORE_VERSION,
      statementsFrom: (version) => migrationsFrom(version, dialect),
    },
    {
      path: trailPath,
      what: 'trail',
      version: TRAIL_VERSION,
      statementsFrom: (version) => trailMigrations.slice(version).flat(),
    },
  ]
  for (const { path } of files) makePrivateFile(path)
  for (const file of files) checkVersion(file)
  for (const file of files) prepare(file)
}

function checkVersion({ path, what, version }: File): void {
  const db = new DatabaseSync(path)
  try {
    const found = versionOf(db)
    if (found > version) throw new NewerStoreError(found, version, what)
    refuseTriggers(db, path)
  } finally {
    db.close()
  }
}

function prepare({ path, version, statementsFrom }: File): void {
  const db = new DatabaseSync(path)
  try {
    forgetStatistics(db)
    if (versionOf(db) === version) return
    db.exec('pragma journal_mode = wal')
    db.exec('pragma synchronous = full')
    db.exec('begin immediate')
    for (const statement of statementsFrom(versionOf(db))) db.exec(statement)
    db.exec(`pragma user_version = ${version}`)
    db.exec('commit')
  } finally {
    db.close()
  }
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('pragma user_version').get()?.user_version)
}

/** Coffer makes none. A trigger would take records of changes away before they are chained, and nobody could see that they are missing. */
function refuseTriggers(db: DatabaseSync, path: string): void {
  const found = db.prepare(`select name from sqlite_schema where type = 'trigger'`).get()
  if (found)
    throw new DataDirectoryError(
      `Cannot use ${path}: it holds the trigger ${JSON.stringify(found.name)}, which Coffer did not make: somebody else has changed the file`,
    )
}

/** Plans are made and tested without statistics; if somebody gathered some, a query could read a whole table. */
function forgetStatistics(db: DatabaseSync): void {
  const tables = db.prepare(`select name from sqlite_schema where name like 'sqlite_stat%'`).all()
  for (const { name } of tables) db.exec(`drop table ${name}`)
}
