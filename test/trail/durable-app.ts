import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { formatRootKey, generateRootKey } from '../../src/seal/root-key-material.ts'
import { filesOf } from '../../src/storage/data-directory.ts'
import { type AppOptions, startApp } from '../start-app.ts'

/** A durable installation in a folder, whose trail can be looked at and altered while it is closed. */
export async function durableApp(options: AppOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-trail-'))
  const dataDir = join(folder, 'data')
  const rootKeyText = formatRootKey(generateRootKey())
  const rootKey = { kind: 'value', text: rootKeyText } as const
  const open = (more: AppOptions = {}) => startApp({ ...options, ...more, dataDir, rootKey })
  let app = await open()
  let isOpen = true
  const close = async () => {
    if (isOpen) await app.close()
    isOpen = false
  }
  const files = filesOf(dataDir)
  return {
    folder,
    dataDir,
    ...files,
    rootKey,
    get app() {
      return app
    },
    close,
    /** Closes it, changes its files as somebody would who has them, and opens it again. */
    async reopen(between?: (trail: DatabaseSync, store: DatabaseSync) => void, more?: AppOptions) {
      await close()
      if (between) {
        using trail = new DatabaseSync(files.trailPath)
        using store = new DatabaseSync(files.storePath)
        between(trail, store)
      }
      app = await open(more)
      isOpen = true
      return app
    },
    async [Symbol.asyncDispose]() {
      await close()
      await rm(folder, { recursive: true })
    },
  }
}
