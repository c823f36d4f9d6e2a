import { SecretsManager, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { sdkRequestHandler } from '../src/app/sdk-request-handler.ts'
import { serviceEntry } from '../src/app/service-entry.ts'
import type { Entry } from '../src/audit/entry.ts'
import { startHttpServer } from '../src/http/server.ts'
import { type Credentials, newCredentials, uniqueId } from '../src/identity/access-key.ts'
import { accessKeyPlace } from '../src/identity/authenticate.ts'
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
  /** The client of a new user of the account, whom no policy allows anything. */
  as(userName: string): Promise<SecretsManager>
  /** Server and clients share this clock. */
  readonly clock: TestClock
  /** The newest records, oldest first. */
  trail(limit?: number): Promise<Entry[]>
  /** What the server told its operator. */
  readonly logged: { level: string; details: object; message: string }[]
  /** What the security log received. */
  readonly refused: Record<string, unknown>[]
  close(): Promise<void>
}

export interface TestClock {
  advance(milliseconds: number): void
  now(): number
  /** Goes on to noon of the next day, so that what follows stays within that day. */
  toNoon(): void
  /** Midnight UTC of the current day. */
  today(): Date
}

const DAY = 86_400_000

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
      ...(server ? {} : { requestHandler: sdkRequestHandler(running.app) }),
      ...config,
    })
    // Over HTTP, the SDK would set its clock by the Date of answers, which is the machine's.
    Object.defineProperty(client.config, 'systemClockOffset', { get: () => offset, set: () => {} })
    clients.push(client)
    return client
  }
  const close = async () => {
    for (const client of clients) client.destroy()
    await server?.close()
    await running.close()
  }
  const now = () => Date.now() + offset
  const advance = (milliseconds: number) => {
    offset += milliseconds
  }
  return {
    client: clientFor(),
    account: running.account,
    running,
    clientFor,
    as: async (userName) => clientFor({ credentials: await addUser(running, userName) }),
    clock: {
      advance,
      now,
      toNoon: () => advance(DAY + DAY / 2 - (now() % DAY)),
      // The clock is read once: between two readings it may move.
      today: () => new Date(Math.floor(now() / DAY) * DAY),
    },
    trail: (limit = 1000) => running.installation.trail.newest({ limit }),
    logged,
    refused,
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function addUser({ account, installation }: RunningCoffer, userName: string): Promise<Credentials> {
  const { identities, keyring, trail } = installation
  const credentials = newCredentials()
  const createdAt = Date.now()
  const arn = `arn:aws:iam::${account}:user/${userName}`
  const user = { account, userName, userId: uniqueId('AIDA'), arn, managedPolicies: [], createdAt }
  const key = { accessKeyId: credentials.accessKeyId, account, userName, active: true, createdAt }
  const sealedSecret = keyring.sealer('access-key').seal(Buffer.from(credentials.secretAccessKey), accessKeyPlace(key))
  const event = { service: 'iam', operation: 'CreateUser', by: 'iam', account, region: 'us-east-1', at: createdAt, arn }
  await trail.append(serviceEntry(event), [
    identities.createUser(user),
    identities.createAccessKey({ ...key, sealedSecret }),
  ])
  return credentials
}

function recordingLog(logged: TestApp['logged']): Log {
  const at = (level: string) => (details: object, message: string) => {
    logged.push({ level, details, message })
  }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}
