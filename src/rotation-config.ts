import { resolve } from 'node:path'
import type { SigningCredentials } from './aws/sigv4/sign.ts'
import { ConfigError } from './config-error.ts'
import { canonicalArn } from './iam/identity-arn.ts'
import { parseReachableHost, type ReachableHost } from './rotation/built-in/reachable-hosts.ts'
import type { FunctionTarget } from './rotation/function-target.ts'

/** How secrets are rotated. */
export interface RotationConfig {
  /** What the ARN of a rotation function means. */
  readonly functions: ReadonlyMap<string, FunctionTarget>
  /** Where databases are that built-in rotators may connect to; there are no such rotators without any. */
  readonly hosts: readonly ReachableHost[]
  /** ARN of the role of functions of this machine, by account. */
  readonly roles: ReadonlyMap<string, string>
  /** Variables that they get beside their own. */
  readonly environment: Readonly<Record<string, string>>
  /** Where they reach Coffer; where it listens when absent. */
  readonly endpoint: string | undefined
  /** Signs calls of Lambda itself. */
  readonly lambdaCredentials: SigningCredentials | undefined
  /** Signs calls of webhooks. */
  readonly webhookKey: string | undefined
}

export interface GivenRotation {
  readonly functions: readonly string[]
  readonly hosts: readonly string[]
  readonly roles: readonly string[]
  /** Names of variables. */
  readonly environment: readonly string[]
  readonly endpoint: string | undefined
  readonly lambdaCredentials: SigningCredentials | undefined
  readonly webhookKey: string | undefined
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** What every program may know. */
const HARMLESS_VARIABLES = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'SSL_CERT_FILE']
/** Names of what the server is configured by: its keys among them, and credentials that are not the function's. */
const OWN_VARIABLES = /^(COFFER_|AWS_|CREDENTIALS_DIRECTORY$|NODE_OPTIONS$)/
/** Of the program that needs it for TLS, and harmless. */
const ALLOWED_AWS_VARIABLES = ['AWS_CA_BUNDLE']

/** Shortest key of webhooks: 32 hexadecimal digits are 128 bits. */
const MIN_WEBHOOK_KEY = 32
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

const FUNCTION_ARN = /^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$/
/** A type of managed external secrets, as its name stands in front of `=`. */
const EXTERNAL_TYPE = /^type:[\w.:/@+ -]{1,256}$/
const ROLE_ARN = /^arn:aws(?:-cn|-us-gov)?:iam::(\d{12}):role\/(?:[\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/

/** Throws ConfigError. */
export function rotationConfig(given: GivenRotation): RotationConfig {
  for (const name of given.environment)
    if (OWN_VARIABLES.test(name) && !ALLOWED_AWS_VARIABLES.includes(name))
      throw new ConfigError(`Cannot give ${name} to rotation functions: it belongs to the server`)
  const { webhookKey } = given
  if (webhookKey !== undefined && webhookKey.length < MIN_WEBHOOK_KEY)
    throw new ConfigError(`Cannot use the key of webhooks: it is shorter than ${MIN_WEBHOOK_KEY} characters`)
  const functions = new Map(given.functions.map(functionOf))
  if (webhookKey === undefined && [...functions.values()].some(({ kind }) => kind === 'webhook'))
    throw new ConfigError('Cannot call webhooks without a key to sign with: set COFFER_ROTATION_WEBHOOK_KEY')
  const names = [...HARMLESS_VARIABLES, ...given.environment]
  const environment = names.flatMap((name) => {
    const value = given.variables[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    functions,
    hosts: given.hosts.map(hostOf),
    roles: new Map(given.roles.map(roleOf)),
    environment: Object.fromEntries(environment),
    endpoint: given.endpoint === undefined ? undefined : httpUrl('rotation endpoint', given.endpoint).href,
    lambdaCredentials: given.lambdaCredentials,
    webhookKey,
  }
}

/** Whether something that rotates can have this name: the ARN of a function, or `type:` with a type of managed external secrets. */
export const isFunctionName = (name: string) => FUNCTION_ARN.test(name) || EXTERNAL_TYPE.test(name)

function functionOf(text: string): [arn: string, target: FunctionTarget] {
  const at = text.indexOf('=')
  const arn = text.slice(0, Math.max(0, at))
  if (!isFunctionName(arn))
    throw new ConfigError(
      `Cannot use the rotation function: ${text}: wanted the ARN of a Lambda function or type:…, = and what it is`,
    )
  return [arn, targetOf(text.slice(at + 1))]
}

function targetOf(text: string): FunctionTarget {
  const [, scheme, rest = ''] = /^(command|module|webhook|https?):(.+)$/.exec(text) ?? []
  if (scheme === 'command') {
    const [program = '', ...args] = rest.trim().split(/\s+/)
    return { kind: 'command', program, args }
  }
  if (scheme === 'module') {
    const [path = '', handler = 'handler'] = rest.split('#')
    return { kind: 'module', path: resolve(path), handler }
  }
  if (scheme === 'webhook') return { kind: 'webhook', url: webhookUrl(rest) }
  if (scheme !== undefined) return { kind: 'http', url: httpUrl('rotation function', text) }
  throw new ConfigError(
    `Cannot use the rotation function: ${text}: wanted command:…, module:…, webhook:…, http://… or https://…`,
  )
}

function hostOf(text: string): ReachableHost {
  const host = parseReachableHost(text)
  if (!host) throw new ConfigError(`Cannot use the rotation host: ${text}: wanted a host, or a host and its port`)
  return host
}

function roleOf(text: string): [account: string, arn: string] {
  const [, account] = ROLE_ARN.exec(text) ?? []
  if (account === undefined) throw new ConfigError(`Cannot use the rotation role: ${text}: wanted the ARN of a role`)
  return [account, canonicalArn(text)]
}

/** Who could answer in its place could say that a password is set. */
function webhookUrl(text: string): URL {
  const url = httpUrl('webhook', text)
  if (url.protocol !== 'https:' && !LOOPBACK.includes(url.hostname))
    throw new ConfigError(`Cannot use the webhook: ${text}: wanted https, which it may be without on this machine only`)
  return url
}

function httpUrl(what: string, text: string): URL {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new ConfigError(`Cannot use the ${what}: ${text}: wanted an http or https URL without credentials`)
  return url
}
