import { CloudTrail, type CloudTrailClientConfig } from '@aws-sdk/client-cloudtrail'
import { IAM, type IAMClientConfig } from '@aws-sdk/client-iam'
import { KMS, type KMSClientConfig } from '@aws-sdk/client-kms'
import { SecretsManager, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { STS, type STSClientConfig } from '@aws-sdk/client-sts'
import { sdkRequestHandler } from '../src/app/sdk-request-handler.ts'
import { serviceEntry } from '../src/app/service-entry.ts'
import type { Entry } from '../src/audit/entry.ts'
import { startHttpServer } from '../src/http/server.ts'
import { type Credentials, newCredentials } from '../src/identity/access-key.ts'
import { newUser, sealAccessKey } from '../src/identity/administrator.ts'
import type { Organization } from '../src/identity/authorize.ts'
import { arnOf } from '../src/identity/entities.ts'
import type { Log } from '../src/log.ts'
import type { RootKeySource } from '../src/root-key-source.ts'
import type { RotationFunctions } from '../src/rotation/rotation-functions.ts'
import type { RotationConfig } from '../src/rotation-config.ts'
import { type RunningCoffer, startCoffer } from '../src/start-coffer.ts'
import type { IssuerKeys } from '../src/sts/issuer-keys.ts'
import type { TrailConfig } from '../src/trail-config.ts'
import type { TrailSinks } from '../src/trail-delivery.ts'

/** Where the suite runs: `process` (default) or `http`, by COFFER_TEST_TRANSPORT. */
export const transport: 'http' | 'process' = process.env.COFFER_TEST_TRANSPORT === 'http' ? 'http' : 'process'

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
  /** Default as `verify`. */
  readonly enforce?: boolean
  readonly account?: string
  readonly issuerKeys?: IssuerKeys
  readonly organization?: Organization | undefined
  /** Steps of policy evaluation that one request may take. */
  readonly maxSteps?: number
  /** How many times AWS's rates each caller may have; as much as they like when absent. */
  readonly rateFactor?: number
  /** Default: {@link transport}. */
  readonly transport?: typeof transport
  /** Stops the clock, which then only `advance` moves. */
  readonly stopped?: boolean
  /** Milliseconds by which the clock is behind from the start. */
  readonly behind?: number
  readonly rotationFunctions?: RotationFunctions
  readonly rotation?: RotationConfig
  readonly sinks?: TrailSinks
  readonly trail?: TrailConfig
  /** Date by which the clock is confirmed. */
  readonly confirmClock?: string
}

export interface TestApp extends AsyncDisposable {
  /** The administrator's client in REGION. */
  readonly client: SecretsManager
  readonly account: string
  readonly running: RunningCoffer
  /** Another client: other Region, other credentials. */
  clientFor(config?: Partial<SecretsManagerClientConfig>): SecretsManager
  /** The administrator's client of IAM. */
  readonly iam: IAM
  iamFor(config?: Partial<IAMClientConfig>): IAM
  /** The administrator's client of KMS in REGION. */
  readonly kms: KMS
  kmsFor(config?: Partial<KMSClientConfig>): KMS
  /** The administrator's client of CloudTrail in REGION. */
  readonly cloudTrail: CloudTrail
  cloudTrailFor(config?: Partial<CloudTrailClientConfig>): CloudTrail
  /** The administrator's client of STS. */
  readonly sts: STS
  stsFor(config?: Partial<STSClientConfig>): STS
  /** The client of a new user of the account, whom only these policies allow anything. */
  as(userName: string, policies?: readonly PolicyDocument[]): Promise<SecretsManager>
  /** The same of KMS. */
  kmsAs(userName: string, policies?: readonly PolicyDocument[]): Promise<KMS>
  /** Credentials of a new user of the account, whom only these policies allow anything. */
  user(userName: string, policies?: readonly PolicyDocument[]): Promise<Credentials>
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

/** An inline policy: the whole document, or its statements. */
export type PolicyDocument = object | readonly object[]

export interface TestClock {
  /** Lets time pass. */
  advance(milliseconds: number): void
  /** Sets the wall clock, while no time passes. */
  jump(milliseconds: number): void
  now(): number
  /** Goes on to noon of the next day, so that what follows stays within that day. */
  toNoon(): void
  /** Midnight UTC of the current day. */
  today(): Date
}

const DAY = 86_400_000

/** A Coffer with an administrator, and clients of the official SDK for it, in process or over HTTP. */
export async function startApp(options: AppOptions = {}): Promise<TestApp> {
  let offset = -(options.behind ?? 0)
  let advanced = 0
  const startedAt = Date.now()
  const now = () => (options.stopped ? startedAt : Date.now()) + offset
  const logged: TestApp['logged'] = []
  const refused: TestApp['refused'] = []
  const log = recordingLog(logged)
  const running = await startCoffer({
    dataDir: options.dataDir,
    rootKey: options.rootKey ?? { kind: 'memory' },
    verify: options.verify ?? true,
    enforce: options.enforce ?? options.verify ?? true,
    organization: options.organization,
    maxSteps: options.maxSteps,
    rateFactor: options.rateFactor,
    issuerKeys: options.issuerKeys,
    account: options.account ?? '111122223333',
    // Where everybody is let in, nobody is known.
    administrator: options.verify === false ? undefined : ADMINISTRATOR,
    keepCredentials: async () => {},
    rotationFunctions: options.rotationFunctions,
    rotation: options.rotation,
    sinks: options.sinks,
    trail: options.trail,
    log,
    onRefused: (line) => refused.push(line),
    now,
    elapsed: () => performance.now() + advanced,
    confirmClock: options.confirmClock,
  })
  const server =
    (options.transport ?? transport) === 'http'
      ? await startHttpServer(running.app, {
          host: '127.0.0.1',
          port: 0,
          trustedProxies: [],
          ping: running.ping,
          log,
        })
      : undefined
  const clients: { destroy(): void }[] = []
  const settings = {
    region: REGION,
    credentials: ADMINISTRATOR,
    endpoint: server?.url ?? 'http://coffer.test',
    maxAttempts: 1,
    ...(server ? {} : { requestHandler: sdkRequestHandler(running.app) }),
  }
  const known = <C extends { config: object; destroy(): void }>(client: C): C => {
    // Over HTTP, the SDK would set its clock by the Date of answers, which is the machine's.
    Object.defineProperty(client.config, 'systemClockOffset', { get: () => offset, set: () => {} })
    clients.push(client)
    return client
  }
  const clientFor: TestApp['clientFor'] = (config) => known(new SecretsManager({ ...settings, ...config }))
  const iamFor: TestApp['iamFor'] = (config) => known(new IAM({ ...settings, ...config }))
  const kmsFor: TestApp['kmsFor'] = (config) => known(new KMS({ ...settings, ...config }))
  const cloudTrailFor: TestApp['cloudTrailFor'] = (config) => known(new CloudTrail({ ...settings, ...config }))
  const stsFor: TestApp['stsFor'] = (config) => known(new STS({ ...settings, ...config }))
  const user: TestApp['user'] = (userName, policies) => addUser(running, userName, policies)
  const close = async () => {
    for (const client of clients) client.destroy()
    await server?.close()
    await running.close()
  }
  const advance = (milliseconds: number) => {
    offset += milliseconds
    advanced += milliseconds
  }
  return {
    client: clientFor(),
    account: running.account,
    running,
    clientFor,
    iam: iamFor(),
    iamFor,
    kms: kmsFor(),
    kmsFor,
    cloudTrail: cloudTrailFor(),
    cloudTrailFor,
    sts: stsFor(),
    stsFor,
    as: async (userName, policies) => clientFor({ credentials: await user(userName, policies) }),
    kmsAs: async (userName, policies) => kmsFor({ credentials: await user(userName, policies) }),
    user,
    clock: {
      advance,
      jump: (milliseconds) => {
        offset += milliseconds
      },
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

async function addUser(
  { account, installation }: RunningCoffer,
  name: string,
  policies: readonly PolicyDocument[] = [],
): Promise<Credentials> {
  const { identities, keyring, trail } = installation
  const credentials = newCredentials()
  const at = Date.now()
  const inline = policies.map((policy, index) => ({ name: `policy-${index + 1}`, document: documentOf(policy) }))
  const user = { ...newUser({ account, name, at }), inline }
  const key = sealAccessKey(credentials, user, at, keyring.sealer('access-key'))
  const event = { service: 'iam', operation: 'CreateUser', by: 'iam', account, region: 'us-east-1', at }
  await trail.append(serviceEntry({ ...event, arn: arnOf(user) }), [
    identities.create(user),
    identities.createAccessKey(key, user),
  ])
  return credentials
}

function documentOf(policy: PolicyDocument): string {
  return JSON.stringify('Statement' in policy ? policy : { Version: '2012-10-17', Statement: policy })
}

function recordingLog(logged: TestApp['logged']): Log {
  const at = (level: string) => (details: object, message: string) => {
    logged.push({ level, details, message })
  }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}
