import type { SecretsManager, SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import {
  createSecretReader,
  type SecretReader,
  type SecretReaderOptions,
} from '../../src/client/create-secret-reader.ts'
import { type AppOptions, startApp, type TestApp } from '../start-app.ts'

/** Both ways to reach a Coffer. */
export const transports = ['process', 'http'] as const

export interface ReaderApp extends TestApp {
  /** A reader with a client of its own, the administrator's unless told otherwise. */
  reader(options?: Partial<SecretReaderOptions>, config?: Partial<SecretsManagerClientConfig>): SecretReader
  /** Creates secrets with these values. */
  fill(values: Readonly<Record<string, string | Uint8Array>>): Promise<void>
  /** Operations that the server has recorded since this was last asked, oldest first. */
  calls(): Promise<string[]>
}

/** A Coffer, readers of it, and what it sees of them. */
export async function startReaderApp(options: AppOptions = {}): Promise<ReaderApp> {
  const app = await startApp(options)
  const readers: SecretReader[] = []
  let seen = 0
  const operations = async () => {
    const all = (await app.trail(100_000)).map(({ operation }) => operation)
    const fresh = all.slice(seen)
    seen = all.length
    return fresh
  }
  const close = async () => {
    for (const reader of readers) await reader.close()
    await app.close()
  }
  return {
    ...app,
    reader(readerOptions, config) {
      const reader = createSecretReader({ client: app.clientFor(config), ...readerOptions })
      readers.push(reader)
      return reader
    },
    async fill(values) {
      await fill(app.client, values)
      await operations()
    },
    calls: operations,
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function fill(client: SecretsManager, values: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [Name, value] of Object.entries(values))
    await client.createSecret({
      Name,
      ...(typeof value === 'string' ? { SecretString: value } : { SecretBinary: value }),
    })
}

/** Names with values: `s000` is `value of s000`. */
export function numbered(count: number): Record<string, string> {
  const digits = String(count - 1).length
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const name = `s${String(index).padStart(digits, '0')}`
      return [name, `value of ${name}`]
    }),
  )
}
