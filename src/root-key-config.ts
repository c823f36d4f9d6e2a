import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import { type ConnectionVariable, credentialsOf, DEFAULT_PROFILE, endpointOf } from './connection-config.ts'
import type { ExternalKms } from './external-kms.ts'
import type { RootKeySource } from './root-key-source.ts'

/** Options that name a root key, as they were typed. */
export interface GivenRootKey {
  readonly file?: string | undefined
  readonly systemdCredential?: string | undefined
  readonly kmsKey?: string | undefined
  readonly kmsEndpoint?: string | undefined
}

/** The present root key, or the one that is to take its place; options and variables are called alike. */
export type RootKeyRole = 'ROOT_KEY' | 'NEW_ROOT_KEY'

export type RootKeyVariable =
  | `COFFER_${RootKeyRole}${'' | '_FILE' | '_SYSTEMD_CREDENTIAL' | '_KMS_KEY' | '_KMS_ENDPOINT'}`
  | 'AWS_ENDPOINT_URL_KMS'
  | 'CREDENTIALS_DIRECTORY'
  | ConnectionVariable

type Variables = (name: RootKeyVariable) => string | undefined

/** A key of KMS (facts on ARNs); aliases and ids may come to mean another key. */
const KEY_ARN = /^arn:(aws[a-z-]*):kms:((?:[a-z]+-)+\d+):\d{12}:key\/[\w-]{1,128}$/

/** Where KMS is in partitions with a domain of their own (AWS General Reference, "Service endpoints"). */
const DOMAINS: Readonly<Record<string, string>> = {
  aws: 'amazonaws.com',
  'aws-us-gov': 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
}

/**
 * Where a root key comes from: the one source that the options name, else the one that the environment names; undefined when
 * nothing does. Throws ConfigError.
 *
 * @param text the variable that holds a key itself, as it is: an empty one is not as good as none, because something that was
 * to deliver the key did not
 */
export function rootKeySource(
  role: RootKeyRole,
  given: GivenRootKey,
  variable: Variables,
  text: string | undefined,
): RootKeySource | undefined {
  const option = role === 'ROOT_KEY' ? '--root-key' : '--new-root-key'
  const { file, systemdCredential, kmsKey } = given
  const endpoint = given.kmsEndpoint ?? variable(`COFFER_${role}_KMS_ENDPOINT`)
  const typed = [
    file !== undefined && ofFile(`${option}-file`, file),
    systemdCredential !== undefined && ofCredential(systemdCredential, variable),
    kmsKey !== undefined && ofKms(kmsKey, endpoint, variable),
  ]
  const names = { file: `COFFER_${role}_FILE`, credential: `COFFER_${role}_SYSTEMD_CREDENTIAL` } as const
  const [path, name, key] = [variable(names.file), variable(names.credential), variable(`COFFER_${role}_KMS_KEY`)]
  const environment = [
    path !== undefined && ofFile(names.file, path),
    name !== undefined && ofCredential(name, variable),
    key !== undefined && ofKms(key, endpoint, variable),
    text !== undefined && ({ kind: 'value', text, variable: `COFFER_${role}` } as const),
  ]
  const options = [`${option}-file`, `${option}-systemd-credential`, `${option}-kms-key`]
  const variables = [names.file, names.credential, `COFFER_${role}_KMS_KEY`, `COFFER_${role}`]
  const source = only(typed, options) ?? only(environment, variables)
  if (given.kmsEndpoint !== undefined && source?.kind !== 'kms')
    throw new ConfigError(`Cannot use ${option}-kms-endpoint without ${option}-kms-key`)
  return source
}

/** The one of several sources that is there. Throws ConfigError for more. */
function only(sources: readonly (RootKeySource | false)[], names: readonly string[]): RootKeySource | undefined {
  const there = names.filter((_, index) => sources[index] !== false)
  if (there.length > 1) throw new ConfigError(`${there.join(' and ')} are given together: Coffer has one root key`)
  return sources.find((source) => source !== false) as RootKeySource | undefined
}

function ofFile(option: string, path: string): RootKeySource {
  if (path === '') throw new ConfigError(`Cannot use ${option}: it is empty`)
  return { kind: 'file', path: resolve(path), chosen: true }
}

const ofCredential = (name: string, variable: Variables): RootKeySource => ({
  kind: 'credential',
  name,
  directory: variable('CREDENTIALS_DIRECTORY'),
})

function ofKms(key: string, endpoint: string | undefined, variable: Variables): RootKeySource {
  const [, partition = '', region = ''] = KEY_ARN.exec(key) ?? []
  if (region === '')
    throw new ConfigError(`Cannot use the KMS key: ${key}: wanted its ARN: arn:aws:kms:region:account:key/id`)
  const chosen = endpoint ?? variable('AWS_ENDPOINT_URL_KMS') ?? usualEndpoint(key, partition, region)
  return { kind: 'kms', key, region, endpoint: safeEndpoint(chosen), credentials: credentialsFor(variable) }
}

function usualEndpoint(key: string, partition: string, region: string): string {
  const domain = DOMAINS[partition]
  if (domain !== undefined) return `https://kms.${region}.${domain}`
  throw new ConfigError(
    `Cannot use the KMS key: ${key}: where the KMS of ${partition} is must be given as the KMS endpoint`,
  )
}

/** The keyring crosses this connection in the clear where there is no TLS. */
function safeEndpoint(text: string): URL {
  const url = endpointOf(text)
  if (url.protocol === 'https:' || /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname)) return url
  throw new ConfigError(`Cannot use the endpoint: ${text}: wanted https:// beyond this machine`)
}

/** As AWS's own tools find them: in the environment, else in the shared credentials file. */
function credentialsFor(variable: Variables): ExternalKms['credentials'] {
  const credentials = credentialsOf(variable)
  if (credentials) return { kind: 'environment', credentials }
  const path = variable('AWS_SHARED_CREDENTIALS_FILE') ?? join(homedir(), '.aws', 'credentials')
  return { kind: 'file', path: resolve(path), profile: variable('AWS_PROFILE') ?? DEFAULT_PROFILE }
}
