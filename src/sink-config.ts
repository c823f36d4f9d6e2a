import { resolve } from 'node:path'
import { parseDuration } from './alerts/parse-duration.ts'
import { ConfigError } from './config-error.ts'

/** Where a webhook is, and the key that its deliveries are signed with. */
export interface WebhookConfig {
  readonly url: URL
  readonly key: string
}

/** Where the trail is delivered to. */
export interface SinkConfig {
  readonly file: { readonly path: string; readonly keep: number | undefined } | undefined
  readonly standardOutput: boolean
  readonly webhook: WebhookConfig | undefined
  /** File with rules, and who is told of what they find. */
  readonly alerts: { readonly rules: string; readonly webhook: WebhookConfig } | undefined
}

export interface GivenSinks {
  readonly file: string | undefined
  readonly keep: string | undefined
  readonly standardOutput: boolean
  readonly webhook: string | undefined
  readonly webhookKey: string | undefined
  readonly alertRules: string | undefined
  readonly alertWebhook: string | undefined
  readonly alertWebhookKey: string | undefined
}

/** Shorter keys can be guessed. */
const KEY_CHARACTERS = 32
const MAX_KEPT_FILES = 100_000
const THIS_MACHINE = /^(localhost|127\.[\d.]+|\[::1\])$/

/** Throws ConfigError, which never holds a key or more of an address than its host. */
export function sinkConfig(given: GivenSinks): SinkConfig {
  const webhook = webhookOf('the trail webhook', 'COFFER_TRAIL_WEBHOOK_KEY', given.webhook, given.webhookKey)
  const alertWebhook = webhookOf(
    'the alert webhook',
    'COFFER_ALERT_WEBHOOK_KEY',
    given.alertWebhook,
    given.alertWebhookKey,
  )
  if (given.alertRules !== undefined && !alertWebhook)
    throw new ConfigError('Cannot use alert rules without somebody to tell: give --alert-webhook too')
  if (given.alertRules === undefined && alertWebhook)
    throw new ConfigError('Cannot use an alert webhook without rules: give --alert-rules too')
  return {
    file: fileOf(given),
    standardOutput: given.standardOutput,
    webhook,
    alerts: given.alertRules && alertWebhook ? { rules: resolve(given.alertRules), webhook: alertWebhook } : undefined,
  }
}

function fileOf({ file, keep }: GivenSinks): SinkConfig['file'] {
  if (file === undefined) {
    if (keep === undefined) return undefined
    throw new ConfigError('Cannot keep files of the trail without one: give --trail-file too')
  }
  if (file === '') throw new ConfigError('Cannot use --trail-file: it is empty')
  const number = keep === undefined ? undefined : Number(keep)
  if (number !== undefined && !(Number.isInteger(number) && number >= 1 && number <= MAX_KEPT_FILES))
    throw new ConfigError(
      `Cannot use the number of trail files: ${keep}: wanted a whole number from 1 to ${MAX_KEPT_FILES}`,
    )
  return { path: resolve(file), keep: number }
}

function webhookOf(what: string, variable: string, text: string | undefined, key: string | undefined) {
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new ConfigError(`Cannot use ${what}: wanted an http or https URL without credentials`)
  if (url.protocol === 'http:' && !THIS_MACHINE.test(url.hostname))
    throw new ConfigError(`Cannot use ${what} at ${url.host}: wanted https:// beyond this machine`)
  if (key === undefined) throw new ConfigError(`Cannot use ${what} without a key to sign with: set ${variable}`)
  if (key.length < KEY_CHARACTERS)
    throw new ConfigError(`Cannot use ${variable}: it is shorter than ${KEY_CHARACTERS} characters`)
  return { url, key }
}

/** Milliseconds of a time such as `7d`. Throws ConfigError. */
export function sinceOf(text: string): number {
  const milliseconds = parseDuration(text)
  if (milliseconds === undefined)
    throw new ConfigError(`Cannot look back so far: ${text}: wanted a time such as 30m, 12h or 7d`)
  return milliseconds
}
