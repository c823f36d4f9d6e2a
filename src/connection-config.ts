import { resolve } from 'node:path'
import type { SigningCredentials } from './aws/sigv4/sign.ts'
import { ConfigError } from './config-error.ts'

/** How a running Coffer is asked something. */
export interface ConnectionConfig {
  /** Scheme, host and port; nothing else. */
  readonly endpoint: URL
  readonly region: string
  readonly credentials: CredentialsSource
}

/** Where an access key is. A file holds profiles, in AWS's shared-credentials format. */
export type CredentialsSource =
  | { readonly kind: 'environment'; readonly credentials: SigningCredentials }
  | { readonly kind: 'file'; readonly path: string; readonly profile: string }

/** The variables that say something of a connection. */
export type ConnectionVariable =
  | 'COFFER_ENDPOINT_URL'
  | 'COFFER_CREDENTIALS_FILE'
  | 'AWS_ENDPOINT_URL_SECRETS_MANAGER'
  | 'AWS_ENDPOINT_URL'
  | 'AWS_REGION'
  | 'AWS_DEFAULT_REGION'
  | 'AWS_ACCESS_KEY_ID'
  | 'AWS_SECRET_ACCESS_KEY'
  | 'AWS_SESSION_TOKEN'
  | 'AWS_SHARED_CREDENTIALS_FILE'
  | 'AWS_PROFILE'

export interface GivenConnection {
  readonly endpointUrl: string | undefined
  readonly region: string | undefined
  /** Path of `--credentials-file`. */
  readonly credentialsFile: string | undefined
  /** Whether `--data-dir` was given: it then names the file beside it. */
  readonly dataDirGiven: boolean
  /** The file that Coffer writes beside its data. */
  readonly besideData: string
  /** What is asked about, as it was typed: an ARN, or a name. */
  readonly subject: string
  readonly variable: (name: ConnectionVariable) => string | undefined
}

export const DEFAULT_ENDPOINT = 'http://127.0.0.1:4566'
export const DEFAULT_REGION = 'us-east-1'
export const DEFAULT_PROFILE = 'default'

const ARN = /^arn:[^:]+:[^:]+:([^:]*):[^:]*:./
/** As the server admits them. */
const REGION = /^([a-z]+-)+\d+$/
/** What can stand in a header, and in a credential; `coffer dev` takes ids of any length. */
const ACCESS_KEY_ID = /^\w{1,128}$/
const HEADER_TEXT = /^[\x21-\x7e]+$/

/** Joins what was given with the environment and the defaults. Options win, and an ARN knows its Region. Throws ConfigError. */
export function connectionConfig(given: GivenConnection): ConnectionConfig {
  const { endpointUrl, variable } = given
  const endpoint =
    endpointUrl ??
    variable('COFFER_ENDPOINT_URL') ??
    variable('AWS_ENDPOINT_URL_SECRETS_MANAGER') ??
    variable('AWS_ENDPOINT_URL') ??
    DEFAULT_ENDPOINT
  return { endpoint: endpointOf(endpoint), region: regionOf(given), credentials: sourceOf(given) }
}

/** An address of an API. Throws ConfigError for one with more than scheme, host and port. */
export function endpointOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const refuse = (why: string) => new ConfigError(`Cannot use the endpoint: ${why}`)
  if (!url || !/^https?:$/.test(url.protocol)) throw refuse(`${text}: wanted http:// or https:// with a host`)
  if (url.username || url.password) throw refuse('a user or a password has no place in it')
  if (url.pathname !== '/' || url.search || url.hash) throw refuse(`${text}: wanted nothing after the host and port`)
  return url
}

/** Secrets of one Region are not there for another: the Region of an ARN comes before those that are only usual. */
function regionOf({ region, subject, variable }: GivenConnection): string {
  const [, own] = ARN.exec(subject) ?? []
  if (own === undefined && subject.startsWith('arn:'))
    throw new ConfigError(`Cannot use the ARN: ${subject}: wanted arn:partition:service:region:account:resource`)
  const chosen = region ?? (own || (variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION') ?? DEFAULT_REGION))
  if (!REGION.test(chosen)) throw new ConfigError(`Cannot use the region: ${chosen}: wanted a name like us-east-1`)
  return chosen
}

/** Only files that people keep have profiles: Coffer's own hold one access key. */
function sourceOf({ credentialsFile, dataDirGiven, besideData, variable }: GivenConnection): CredentialsSource {
  const file = (path: string, profile = DEFAULT_PROFILE) => ({ kind: 'file', path: resolve(path), profile }) as const
  const profile = variable('AWS_PROFILE')
  if (credentialsFile !== undefined) return file(credentialsFile, profile)
  if (dataDirGiven) return file(besideData)
  const credentials = credentialsOf(variable)
  if (credentials) return { kind: 'environment', credentials }
  const shared = variable('AWS_SHARED_CREDENTIALS_FILE')
  return shared === undefined ? file(variable('COFFER_CREDENTIALS_FILE') ?? besideData) : file(shared, profile)
}

/** An access key in the environment; undefined where there is none. Throws ConfigError for half of one. */
export function credentialsOf(variable: GivenConnection['variable']): SigningCredentials | undefined {
  const accessKeyId = variable('AWS_ACCESS_KEY_ID')
  const secretAccessKey = variable('AWS_SECRET_ACCESS_KEY')
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new ConfigError('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: one is missing')
  const credentials = { accessKeyId, secretAccessKey, sessionToken: variable('AWS_SESSION_TOKEN') }
  const fault = signingFault(credentials)
  if (fault) throw new ConfigError(`Cannot use the access key of the environment: ${fault}`)
  return credentials
}

/** Why nothing can be signed with credentials, in words that repeat none of them; undefined when it can. */
export function signingFault({ accessKeyId, sessionToken }: SigningCredentials): string | undefined {
  if (!ACCESS_KEY_ID.test(accessKeyId)) return 'the access key id must have 1 to 128 letters, digits or underscores'
  if (sessionToken !== undefined && !HEADER_TEXT.test(sessionToken))
    return 'the session token must have printable characters without blanks'
  return undefined
}
