import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { filesOf } from '../../src/storage/data-directory.ts'
import { SqliteEngine } from '../../src/storage/sqlite.ts'
import { prepareFiles } from '../../src/storage/sqlite-files.ts'
import type { EngineUnderTest } from './engine-under-test.ts'

export interface SqliteUnderTest extends EngineUnderTest {
  readonly engine: SqliteEngine
  readonly folder: string
  readonly storePath: string
  readonly trailPath: string
}

/** The embedded engine in a folder of its own, or in one that is given; only its own is removed at the end. */
export async function openSqlite(given?: string): Promise<SqliteUnderTest> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'coffer-engine-')))
  const files = filesOf(folder)
  const open = () => {
    prepareFiles(files.storePath, files.trailPath)
    return new SqliteEngine({ ...files, durable: false, node: 'test' })
  }
  let engine = open()
  return {
    get engine() {
      return engine
    },
    folder,
    ...files,
    async reopen() {
      await engine.close()
      engine = open()
      return engine
    },
    async alter(statement) {
      const db = new DatabaseSync(files.storePath, { timeout: 5_000 })
      try {
        db.exec(statement)
      } finally {
        db.close()
      }
    },
    async [Symbol.asyncDispose]() {
      await engine.close()
      if (given === undefined) await rm(folder, { recursive: true })
    },
  }
}
