import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesOf } from '../../src/storage/data-directory.ts'
import { startApp, type TestApp } from '../start-app.ts'
import type { durableApp } from './durable-app.ts'

/**
 * The files of a running installation as a crash at this moment would leave them. Another process copies them, because closing a file here would end
 * the locks that the store holds on it. The trail is copied first: what comes into the store meanwhile is as if the crash had come between the two.
 */
export async function crashCopy({ dataDir, rootKey }: Awaited<ReturnType<typeof durableApp>>) {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-crash-copy-'))
  const copy = join(folder, 'data')
  execFileSync('cp', ['-R', '-p', dataDir, copy])
  let app: TestApp | undefined
  return {
    ...filesOf(copy),
    async open(): Promise<TestApp> {
      app = await startApp({ dataDir: copy, rootKey })
      return app
    },
    async [Symbol.asyncDispose]() {
      await app?.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
