import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { formatRootKey, generateRootKey } from '../../src/seal/root-key-material.ts'
import { filesOf } from '../../src/storage/data-directory.ts'
import { startApp } from '../start-app.ts'

/** An installation in a folder, whose files can be changed beside it. */
export async function openStore() {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-tampered-'))
  const { storePath } = filesOf(folder)
  const rootKey = { kind: 'value', text: formatRootKey(generateRootKey()) } as const
  let app = await startApp({ dataDir: folder, rootKey })
  const withFile = <T>(work: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(storePath, { timeout: 5_000 })
    try {
      return work(db)
    } finally {
      db.close()
    }
  }
  return {
    get app() {
      return app
    },
    alter: (statement: string) => withFile((db) => db.exec(statement)),
    query: (text: string) => withFile((db) => db.prepare(text).all()),
    raw: () => execFileSync('cat', [storePath, `${storePath}-wal`], { maxBuffer: 1e9 }).toString('latin1'),
    async restart(between: () => void) {
      await app.close()
      between()
      app = await startApp({ dataDir: folder, rootKey })
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await rm(folder, { recursive: true })
    },
  }
}
