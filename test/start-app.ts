import { SecretsManager, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { sdkRequestHandler } from '../src/app/sdk-request-handler.ts'
import type { Entry } from '../src/audit/entry.ts'
import { startHttpServer } from '../src/http/server.ts'
import type { Credentials } from '../src/identity/access-key.ts'
import type { Log } from '../src/log.ts'
import type { RootKeySource } from '../src/root-key-source.ts'
import { type RunningCoffer, startCoffer } from '../src/start-coffer.ts'

/** Where the suite runs: `process` (default) or `http`, by COFFER_TEST_TRANSPORT. */
export const transport = process.env.COFFER_TEST_TRANSPORT === 'http' ? 'http' : 'process'

export const REGION = 'eu-central-1'
export const ADMINISTRATOR: Credentials = {
  accessKeyId: 'AKIATESTADMINISTRATO',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}

export interface AppOptions {
  /** Keeps the data; otherwise it is thrown away at the end. */
  readonly dataDir?: string
  readonly rootKey?: RootKeySource
  /** Default true: also data that is thrown away is behind signatures here. */
  readonly verify?: boolean
  readonly account?: string
}

export interface TestApp extends AsyncDisposable {
  /** The administrator's client in REGION. */
  readonly client: SecretsManager
  readonly account: string
  readonly running: RunningCoffer
  /** Another client: other Region, other credentials. */
  clientFor(config?: Partial<SecretsManagerClientConfig>): SecretsManager
  /** Server and clients share this clock. */
  readonly clock: { advance(milliseconds: number): void; now(): number }
  /** The newest records, oldest first. */
  trail(limit?: number): Promise<Entry[]>
  /** What the server told its operator. */
  readonly logged: { level: string; details: object; message: string }[]
  /** What the security log received. */
  readonly refused: Record<string, unknown>[]
  close(): Promise<void>
}

/** A Coffer with an administrator, and clients of the official SDK for it, in process or over HTTP. */
export async function startApp(options: AppOptions = {}): Promise<TestApp> {
  let offset = 0
  const logged: TestApp['logged'] = []
  const refused: TestApp['refused'] = []
  const log = recordingLog(logged)
  const running = await startCoffer({
    dataDir: options.dataDir,
    rootKey: options.rootKey ?? { kind: 'memory' },
    verify: options.verify ?? true,
    account: options.account ?? '111122223333',
    administrator: ADMINISTRATOR,
    keepCredentials: async () => {},
    log,
    onRefused: (line) => refused.push(line),
    now: () => Date.now() + offset,
  })
  const server =
    transport === 'http'
      ? await startHttpServer(running.app, {
          host: '127.0.0.1',
          port: 0,
          trustedProxies: [],
          ping: running.ping,
          log,
        })
      : undefined
  const clients: SecretsManager[] = []
  const clientFor = (config: Partial<SecretsManagerClientConfig> = {}): SecretsManager => {
    const client = new SecretsManager({
      region: REGION,
      credentials: ADMINISTRATOR,
      endpoint: server?.url ?? 'http://coffer.test',
      maxAttempts: 1,
      systemClockOffset: offset,
      ...(server ? {} : { requestHandler: sdkRequestHandler(running.app) }),
      ...config,
    })
    clients.push(client)
    return client
  }
  const close = async () => {
    for (const client of clients) client.destroy()
    await server?.close()
    await running.close()
  }
  return {
    client: clientFor(),
    account: running.account,
    running,
    clientFor,
    clock: {
      advance(milliseconds) {
        offset += milliseconds
        for (const client of clients) client.config.systemClockOffset = offset
      },
      now: () => Date.now() + offset,
    },
    trail: (limit = 1000) => running.installation.trail.newest({ limit }),
    logged,
    refused,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function recordingLog(logged: TestApp['logged']): Log {
  const at = (level: string) => (details: object, message: string) => {
    logged.push({ level, details, message })
  }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}
