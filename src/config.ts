import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import { type ConnectionConfig, connectionConfig } from './connection-config.ts'
import { parseTrustedProxies } from './http/trusted-proxies.ts'
import { type Credentials, credentialsFault } from './identity/access-key.ts'
import { type GivenRootKey, type RootKeyRole, rootKeySource } from './root-key-config.ts'
import type { RootKeySource } from './root-key-source.ts'
import { type RotationConfig, rotationConfig } from './rotation-config.ts'
import { type SinkConfig, sinkConfig } from './sink-config.ts'
import { DEFAULT_RATE_FACTOR, rateFactorOf } from './throttle-config.ts'
import { type TrailConfig, trailConfig } from './trail-config.ts'
import { listOf, type TrustConfig, trustConfig } from './trust-config.ts'

/** The port that local AWS tools already look at. */
export const DEFAULT_PORT = 4566
export const DEFAULT_HOST = '127.0.0.1'
export const DEFAULT_TRAIL_RECORDS = 50
export const DEFAULT_TAIL_RECORDS = 10
export const MAX_TRAIL_RECORDS = 100_000
const MAX_PORT = 65_535

/** Every variable of the environment that Coffer reads. */
const VARIABLES = [
  'COFFER_HOST',
  'COFFER_PORT',
  'COFFER_DATA_DIR',
  'COFFER_ROOT_KEY_FILE',
  'COFFER_ROOT_KEY_SYSTEMD_CREDENTIAL',
  'COFFER_ROOT_KEY_KMS_KEY',
  'COFFER_ROOT_KEY_KMS_ENDPOINT',
  'COFFER_ROOT_KEY',
  'COFFER_NEW_ROOT_KEY_FILE',
  'COFFER_NEW_ROOT_KEY_SYSTEMD_CREDENTIAL',
  'COFFER_NEW_ROOT_KEY_KMS_KEY',
  'COFFER_NEW_ROOT_KEY_KMS_ENDPOINT',
  'COFFER_NEW_ROOT_KEY',
  'COFFER_ROOT_KEY_PASSPHRASE',
  'COFFER_TLS_CERT',
  'COFFER_TLS_KEY',
  'COFFER_PLAINTEXT_BEHIND_PROXY',
  'COFFER_TRUSTED_PROXY',
  'COFFER_ALLOWED_HOSTS',
  'COFFER_CREDENTIALS_FILE',
  'COFFER_NEW',
  'COFFER_ACCOUNT',
  'COFFER_ADMIN_ACCESS_KEY_ID',
  'COFFER_ADMIN_SECRET_ACCESS_KEY',
  'COFFER_OIDC_KEYS',
  'COFFER_ORGANIZATION_ID',
  'COFFER_SERVICE_CONTROL_POLICIES',
  'COFFER_NAME_POLICIES',
  'COFFER_THROTTLE',
  'COFFER_ROTATION_FUNCTIONS',
  'COFFER_ROTATION_HOSTS',
  'COFFER_ROTATION_ROLES',
  'COFFER_ROTATION_ENVIRONMENT',
  'COFFER_ROTATION_ENDPOINT',
  'COFFER_ROTATION_WEBHOOK_KEY',
  'COFFER_TRAIL_RETENTION',
  'COFFER_TRAIL_FILE',
  'COFFER_TRAIL_FILE_KEEP',
  'COFFER_TRAIL_STDOUT',
  'COFFER_TRAIL_WEBHOOK',
  'COFFER_TRAIL_WEBHOOK_KEY',
  'COFFER_ALERT_RULES',
  'COFFER_ALERT_WEBHOOK',
  'COFFER_ALERT_WEBHOOK_KEY',
  'COFFER_TRAIL_RESERVE',
  'COFFER_CONFIRM_CLOCK',
  'COFFER_ROTATION_WEBHOOK_KEY',
  'COFFER_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  'AWS_ENDPOINT_URL_KMS',
  'AWS_ENDPOINT_URL',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_PROFILE',
  'CREDENTIALS_DIRECTORY',
] as const

type Variable = (typeof VARIABLES)[number]
export type Environment = Readonly<Record<string, string | undefined>>

/** Options of the command line as they were typed. */
export interface GivenOptions {
  readonly host?: string
  readonly port?: string
  readonly dataDir?: string
  readonly rootKeyFile?: string
  readonly rootKeySystemdCredential?: string
  readonly rootKeyKmsKey?: string
  readonly rootKeyKmsEndpoint?: string
  readonly newRootKeyFile?: string
  readonly newRootKeySystemdCredential?: string
  readonly newRootKeyKmsKey?: string
  readonly newRootKeyKmsEndpoint?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly plaintextBehindProxy?: boolean
  readonly trustedProxy?: readonly string[]
  readonly allowedHost?: readonly string[]
  readonly credentialsFile?: string
  readonly new?: boolean
  readonly account?: string
  readonly verify?: boolean
  readonly enforce?: boolean
  readonly oidcKeys?: readonly string[]
  readonly organizationId?: string
  readonly serviceControlPolicy?: readonly string[]
  readonly namePolicies?: boolean
  readonly throttle?: string
  readonly rotationFunction?: readonly string[]
  readonly rotationHost?: readonly string[]
  readonly rotationRole?: readonly string[]
  readonly rotationEnvironment?: readonly string[]
  readonly rotationEndpoint?: string
  readonly trailRetention?: string
  readonly trailFile?: string
  readonly trailFileKeep?: string
  readonly trailStdout?: boolean
  readonly trailWebhook?: string
  readonly alertRules?: string
  readonly alertWebhook?: string
  readonly trailReserve?: string
  readonly confirmClock?: string
  readonly endpointUrl?: string
  readonly region?: string
}

export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

export interface ListenConfig {
  readonly host: string
  readonly port: number
  readonly tls: TlsFiles | undefined
  readonly trustedProxies: readonly string[]
  /** How many times AWS's rates each caller may have; undefined for as much as they like. */
  readonly rateFactor: number | undefined
  readonly rotation: RotationConfig
}

export interface ServeConfig extends ListenConfig {
  readonly sinks: SinkConfig
  /** Date by which the operator confirms the clock, as 2026-01-31. */
  readonly confirmClock: string | undefined
  readonly trust: TrustConfig
  readonly trail: TrailConfig
  readonly dataDir: string
  readonly rootKey: RootKeySource
  readonly credentialsFile: string
  readonly account: string | undefined
  /** True to make a new installation beside files of an earlier one. */
  readonly besideOldFiles: boolean
  /** Access key of the first administrator, from the environment. */
  readonly administrator: Credentials | undefined
}

export interface DevConfig extends ListenConfig {
  readonly trust: TrustConfig
  readonly verify: boolean
  readonly enforce: boolean
  /** Further names that requests may give in their Host header, where signatures are not verified. */
  readonly allowedHosts: readonly string[]
  readonly account: string | undefined
  readonly administrator: Credentials | undefined
}

/** What the offline commands need to find an installation. */
export interface PlaceConfig {
  readonly dataDir: string
  readonly rootKey: RootKeySource
  readonly credentialsFile: string
  readonly account: string | undefined
}

/** A root key, and the one that is to take its place. */
export interface RootKeyRotationConfig extends Pick<PlaceConfig, 'dataDir' | 'rootKey'> {
  /** Absent for a new key in the place of the present one. */
  readonly newRootKey: RootKeySource | undefined
}

/** An account to be made in an installation. */
export interface NewAccountConfig extends Omit<PlaceConfig, 'credentialsFile'> {
  /** Absent for the file beside the data directory that bears the account's name. */
  readonly credentialsFile: string | undefined
}

/** Options and environment of one run. Options win over the environment; every default and limit is here. Throws ConfigError. */
export class Settings {
  readonly #given: GivenOptions
  readonly #environment: Environment
  readonly #defaultDataDir: string

  constructor(given: GivenOptions, environment: Environment, defaultDataDir: string) {
    this.#given = given
    this.#environment = environment
    this.#defaultDataDir = defaultDataDir
  }

  serve(): ServeConfig {
    const host = hostOf(this.#given.host ?? this.#variable('COFFER_HOST') ?? DEFAULT_HOST)
    const tls = this.#tls()
    const plaintext =
      this.#given.plaintextBehindProxy ??
      flagOf('COFFER_PLAINTEXT_BEHIND_PROXY', this.#variable('COFFER_PLAINTEXT_BEHIND_PROXY'))
    if (!isLoopback(host) && !tls && !plaintext)
      throw new ConfigError(
        `Cannot listen on ${host} without TLS: secrets would cross the network in the clear. Give --tls-cert and --tls-key, or --plaintext-behind-proxy when a proxy in front speaks TLS.`,
      )
    const administrator = this.#administrator()
    const trustedProxies = this.#trustedProxies()
    return {
      ...this.place(),
      besideOldFiles: this.#given.new ?? flagOf('COFFER_NEW', this.#variable('COFFER_NEW')),
      host,
      port: this.#port(),
      tls,
      trustedProxies,
      rateFactor: this.#rateFactor(DEFAULT_RATE_FACTOR),
      administrator,
      trail: trailConfig({
        retention: this.#given.trailRetention ?? this.#variable('COFFER_TRAIL_RETENTION'),
        reserve: this.#given.trailReserve ?? this.#variable('COFFER_TRAIL_RESERVE'),
      }),
      confirmClock: dateOf('--confirm-clock', this.#given.confirmClock ?? this.#variable('COFFER_CONFIRM_CLOCK')),
      trust: this.#trust(),
      rotation: this.#rotation(),
      sinks: this.#sinks(),
    }
  }

  /** Off loopback only where the command line says so: the environment may be meant for `coffer serve`. */
  dev(): DevConfig {
    const { verify = false, enforce = false } = this.#given
    if (enforce && !verify)
      throw new ConfigError('Cannot enforce policies without verifying who calls: give --verify too')
    if (!enforce && this.#given.serviceControlPolicy)
      throw new ConfigError('A service control policy binds nobody where policies are not enforced: give --enforce too')
    if (verify && this.#given.allowedHost)
      throw new ConfigError('--allowed-host has no effect with --verify: any name may be used there')
    const allowedHosts = this.#given.allowedHost?.flatMap(listOf) ?? listOf(this.#variable('COFFER_ALLOWED_HOSTS'))
    return {
      allowedHosts: allowedHosts.map(nameOf),
      host: hostOf(this.#given.host ?? DEFAULT_HOST),
      port: this.#port(),
      tls: this.#tls(),
      trustedProxies: [],
      rateFactor: this.#rateFactor(undefined),
      verify,
      enforce,
      account: this.#account(),
      administrator: this.#administrator(),
      trust: this.#trust(),
      rotation: this.#rotation(),
    }
  }

  place(): PlaceConfig {
    const dataDir = this.dataDir()
    return {
      dataDir,
      rootKey: this.rootKey(dataDir),
      credentialsFile: pathOf(
        '--credentials-file',
        this.#given.credentialsFile ?? this.#variable('COFFER_CREDENTIALS_FILE') ?? credentialsBeside(dataDir),
      ),
      account: this.#account(),
    }
  }

  /** The environment's credentials file is that of the first administrator: another account never writes over it. */
  newAccount(): NewAccountConfig {
    const file = this.#given.credentialsFile
    const { dataDir, rootKey, account } = this.place()
    return {
      dataDir,
      rootKey,
      account: this.#given.account === undefined ? undefined : account,
      credentialsFile: file === undefined ? undefined : pathOf('--credentials-file', file),
    }
  }

  dataDir(): string {
    return pathOf('--data-dir', this.#given.dataDir ?? this.#variable('COFFER_DATA_DIR') ?? this.#defaultDataDir)
  }

  /** How a running Coffer is asked about something; `subject` is its ARN or name as it was typed. */
  connection(subject: string): ConnectionConfig {
    const { endpointUrl, region, credentialsFile: file, dataDir } = this.#given
    return connectionConfig({
      endpointUrl,
      region,
      credentialsFile: file === undefined ? undefined : pathOf('--credentials-file', file),
      dataDirGiven: dataDir !== undefined,
      besideData: credentialsBeside(this.dataDir()),
      subject,
      variable: (name) => this.#variable(name),
    })
  }

  rootKey(dataDir: string): RootKeySource {
    const { rootKeyFile: file, rootKeySystemdCredential: systemdCredential } = this.#given
    const { rootKeyKmsKey: kmsKey, rootKeyKmsEndpoint: kmsEndpoint } = this.#given
    const named = this.#rootKeySource('ROOT_KEY', { file, systemdCredential, kmsKey, kmsEndpoint })
    return named ?? { kind: 'file', path: `${dataDir}.key`, chosen: false }
  }

  rootKeyRotation(): RootKeyRotationConfig {
    const dataDir = this.dataDir()
    const { newRootKeyFile: file, newRootKeySystemdCredential: systemdCredential } = this.#given
    const { newRootKeyKmsKey: kmsKey, newRootKeyKmsEndpoint: kmsEndpoint } = this.#given
    const newRootKey = this.#rootKeySource('NEW_ROOT_KEY', { file, systemdCredential, kmsKey, kmsEndpoint })
    return { dataDir, rootKey: this.rootKey(dataDir), newRootKey }
  }

  /** Opens an export of the root key; asked for on the terminal when absent. */
  passphrase(): string | undefined {
    return this.#variable('COFFER_ROOT_KEY_PASSPHRASE')
  }

  /** Variables that look like ours and are not, each as a line for the operator. */
  warnings(): readonly string[] {
    return Object.keys(this.#environment)
      .filter((name) => name.startsWith('COFFER_') && !(VARIABLES as readonly string[]).includes(name))
      .map((name) => `Unknown environment variable: ${name}: it has no effect`)
  }

  devWarnings(): readonly string[] {
    const ignored = this.#given.host === undefined && this.#variable('COFFER_HOST') !== undefined
    return [...this.warnings(), ...(ignored ? ['COFFER_HOST has no effect on coffer dev: give --host'] : [])]
  }

  /** An empty variable is as good as none: that is how compose files leave one out. */
  #variable(name: Variable): string | undefined {
    return this.#environment[name] || undefined
  }

  #rootKeySource(role: RootKeyRole, given: GivenRootKey): RootKeySource | undefined {
    return rootKeySource(role, given, (name) => this.#variable(name), this.#environment[`COFFER_${role}`])
  }

  #port(): number {
    const text = this.#given.port ?? this.#variable('COFFER_PORT')
    return text === undefined ? DEFAULT_PORT : wholeNumber('port', text, 0, MAX_PORT)
  }

  #rateFactor(otherwise: number | undefined): number | undefined {
    const text = this.#given.throttle ?? this.#variable('COFFER_THROTTLE')
    return text === undefined ? otherwise : rateFactorOf(text)
  }

  #tls(): TlsFiles | undefined {
    const cert = this.#given.tlsCert ?? this.#variable('COFFER_TLS_CERT')
    const key = this.#given.tlsKey ?? this.#variable('COFFER_TLS_KEY')
    if (cert === undefined && key === undefined) return undefined
    if (key === undefined) throw new ConfigError('Cannot use a TLS certificate without its key: give --tls-key too')
    if (cert === undefined) throw new ConfigError('Cannot use a TLS key without its certificate: give --tls-cert too')
    return { cert: pathOf('--tls-cert', cert), key: pathOf('--tls-key', key) }
  }

  #trust(): TrustConfig {
    const { oidcKeys, organizationId, serviceControlPolicy, namePolicies } = this.#given
    return trustConfig({
      oidcKeys: oidcKeys ?? listOf(this.#variable('COFFER_OIDC_KEYS')),
      organizationId: organizationId ?? this.#variable('COFFER_ORGANIZATION_ID'),
      serviceControlPolicies: serviceControlPolicy ?? listOf(this.#variable('COFFER_SERVICE_CONTROL_POLICIES')),
      namePolicies: namePolicies ?? flagOf('COFFER_NAME_POLICIES', this.#variable('COFFER_NAME_POLICIES')),
    })
  }

  #rotation(): RotationConfig {
    const { rotationFunction, rotationHost, rotationRole, rotationEnvironment, rotationEndpoint } = this.#given
    const accessKeyId = this.#variable('AWS_ACCESS_KEY_ID')
    const secretAccessKey = this.#variable('AWS_SECRET_ACCESS_KEY')
    const complete = accessKeyId !== undefined && secretAccessKey !== undefined
    return rotationConfig({
      functions: rotationFunction ?? listOf(this.#variable('COFFER_ROTATION_FUNCTIONS')),
      hosts: rotationHost?.flatMap(listOf) ?? listOf(this.#variable('COFFER_ROTATION_HOSTS')),
      roles: rotationRole ?? listOf(this.#variable('COFFER_ROTATION_ROLES')),
      environment: rotationEnvironment?.flatMap(listOf) ?? listOf(this.#variable('COFFER_ROTATION_ENVIRONMENT')),
      endpoint: rotationEndpoint ?? this.#variable('COFFER_ROTATION_ENDPOINT'),
      lambdaCredentials: complete
        ? { accessKeyId, secretAccessKey, sessionToken: this.#variable('AWS_SESSION_TOKEN') }
        : undefined,
      webhookKey: this.#variable('COFFER_ROTATION_WEBHOOK_KEY'),
      variables: this.#environment,
    })
  }

  #sinks(): SinkConfig {
    const { trailFile, trailFileKeep, trailStdout, trailWebhook, alertRules, alertWebhook } = this.#given
    return sinkConfig({
      file: trailFile ?? this.#variable('COFFER_TRAIL_FILE'),
      keep: trailFileKeep ?? this.#variable('COFFER_TRAIL_FILE_KEEP'),
      standardOutput: trailStdout ?? flagOf('COFFER_TRAIL_STDOUT', this.#variable('COFFER_TRAIL_STDOUT')),
      webhook: trailWebhook ?? this.#variable('COFFER_TRAIL_WEBHOOK'),
      webhookKey: this.#variable('COFFER_TRAIL_WEBHOOK_KEY'),
      alertRules: alertRules ?? this.#variable('COFFER_ALERT_RULES'),
      alertWebhook: alertWebhook ?? this.#variable('COFFER_ALERT_WEBHOOK'),
      alertWebhookKey: this.#variable('COFFER_ALERT_WEBHOOK_KEY'),
    })
  }

  #trustedProxies(): readonly string[] {
    const ranges = this.#given.trustedProxy?.flatMap(listOf) ?? listOf(this.#variable('COFFER_TRUSTED_PROXY'))
    try {
      parseTrustedProxies(ranges)
    } catch (error) {
      throw new ConfigError(error instanceof Error ? error.message : String(error))
    }
    return ranges
  }

  #account(): string | undefined {
    const account = this.#given.account ?? this.#variable('COFFER_ACCOUNT')
    if (account !== undefined && !/^\d{12}$/.test(account))
      throw new ConfigError(`Cannot use the account: ${account}: an account has 12 digits`)
    return account
  }

  #administrator(): Credentials | undefined {
    const accessKeyId = this.#variable('COFFER_ADMIN_ACCESS_KEY_ID')
    const secretAccessKey = this.#variable('COFFER_ADMIN_SECRET_ACCESS_KEY')
    if (accessKeyId === undefined && secretAccessKey === undefined) return undefined
    if (accessKeyId === undefined || secretAccessKey === undefined)
      throw new ConfigError(
        'COFFER_ADMIN_ACCESS_KEY_ID and COFFER_ADMIN_SECRET_ACCESS_KEY belong together: one is missing',
      )
    const credentials = { accessKeyId, secretAccessKey }
    const fault = credentialsFault(credentials)
    if (fault) throw new ConfigError(`Cannot use the administrator's access key of the environment: ${fault}`)
    return credentials
  }
}

/** How many records the commands on the trail print. */
export function trailLimit(text: string | undefined, otherwise = DEFAULT_TRAIL_RECORDS): number {
  return text === undefined ? otherwise : wholeNumber('limit', text, 1, MAX_TRAIL_RECORDS)
}

function wholeNumber(what: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most))
    throw new ConfigError(`Cannot use the ${what}: ${text}: wanted a whole number from ${least} to ${most}`)
  return value
}

/** An option that is empty was meant to hold a path: the current folder would be a bad guess. */
function dateOf(option: string, text: string | undefined): string | undefined {
  if (text !== undefined && (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text))))
    throw new ConfigError(`Cannot use ${option}: ${text}: expected today's date in UTC, such as 2026-01-31`)
  return text
}

function pathOf(option: string, path: string): string {
  if (path === '') throw new ConfigError(`Cannot use ${option}: it is empty`)
  return resolve(path)
}

const credentialsBeside = (dataDir: string) => `${dataDir}.credentials`

function flagOf(variable: Variable, text = ''): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true
  if (/^(|0|false|no|off)$/i.test(text)) return false
  throw new ConfigError(`Cannot use ${variable}: ${text}: wanted true or false`)
}

const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/

function nameOf(text: string): string {
  if (!HOST_NAME.test(text)) throw new ConfigError(`Cannot allow the host: ${text}: expected a name without a port`)
  return text
}

function hostOf(text: string): string {
  const host = text.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) === 0 && !HOST_NAME.test(host))
    throw new ConfigError(`Cannot listen on ${text}: wanted an address or a host name, the port apart`)
  return host
}

/** Only what is certain to stay within this machine; a name may resolve to anything, except this one. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
