import type { Filter } from '@aws-sdk/client-secrets-manager'
import { findSecrets } from './find-secrets.ts'
import { SecretReadError } from './secret-read-error.ts'
import { SecretReads, type WaitOptions } from './secret-reads.ts'
import type { SecretResult } from './secret-result.ts'
import type { SecretValue } from './secret-value.ts'
import { type SecretReaderOptions, settingsOf, time } from './settings.ts'
import type { StandardSchema } from './standard-schema.ts'
import { SecretWatch } from './watch-secret.ts'

export type { Clock } from './clock.ts'
export { type SecretErrorCode, SecretReadError } from './secret-read-error.ts'
export type { WaitOptions } from './secret-reads.ts'
export type { SecretResult } from './secret-result.ts'
export { SecretValue } from './secret-value.ts'
export type { ReaderWarning, SecretReaderOptions, SecretsClient } from './settings.ts'
export type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.ts'

/** Which version, and how long to wait for it. */
export interface GetOptions extends WaitOptions {
  readonly versionId?: string | undefined
  /** Default: AWSCURRENT. Any other is read alone, not in a batch. */
  readonly versionStage?: string | undefined
}

export interface FindOptions {
  readonly signal?: AbortSignal | undefined
}

export interface WatchOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds between questions to the server. Default: the reader's time to live, or 5 minutes where there is none. */
  readonly interval?: number | undefined
}

/**
 * Reads secrets in batches, and remembers them. Whatever fails, fails with a {@link SecretReadError}; only an aborted signal's own reason is
 * thrown as it is. An id is a name, an ARN or a partial ARN.
 */
export interface SecretReader extends AsyncDisposable {
  get(id: string, options?: GetOptions): Promise<SecretValue>
  /** The text; a binary value fails with `WrongKind`. */
  getString(id: string, options?: GetOptions): Promise<string>
  /** The bytes, a copy of one's own; a text value fails with `WrongKind`. */
  getBinary(id: string, options?: GetOptions): Promise<Uint8Array>
  /** The text parsed as JSON; with a schema of any library that speaks Standard Schema, validated and typed. */
  getJson(id: string, schema?: undefined, options?: GetOptions): Promise<unknown>
  getJson<Output>(id: string, schema: StandardSchema<Output>, options?: GetOptions): Promise<Output>
  /** Any number of secrets: one result for each id, in order. Rejects only with an aborted signal's reason. */
  getMany(ids: Iterable<string>, options?: WaitOptions): Promise<SecretResult[]>
  /** All secrets that match, over all pages, values and failures alike. What it brings is remembered. */
  find(filters: readonly Filter[], options?: FindOptions): AsyncIterableIterator<SecretResult>
  /** Asks the server, whatever is remembered: for a login that was just rejected. At most once in `refreshFloor`, else as `get`. */
  refresh(id: string, options?: Pick<WaitOptions, 'signal' | 'timeout'>): Promise<SecretValue>
  /** The current version, then each that replaces it. */
  watch(id: string, options?: WatchOptions): AsyncIterableIterator<SecretValue>
  /** Ends every read and every watch, stops all timers, and overwrites the binary values that are kept. */
  close(): Promise<void>
}

/** Between questions of a watch, where there is no time to live. */
const DEFAULT_INTERVAL = 300_000

/** A reader over a client of the official SDK. Throws a TypeError or RangeError for options that cannot be. */
export function createSecretReader(options: SecretReaderOptions): SecretReader {
  const settings = settingsOf(options)
  const reads = new SecretReads(settings)
  const get = async (id: string, { versionId, versionStage, ...wait }: GetOptions = {}) =>
    valueIn(await reads.read({ id, versionId, versionStage }, checkedWait(wait)))
  const close = async () => reads.close()
  return {
    get,
    getString: async (id, wait) => {
      const { string } = await get(id, wait)
      return string ?? wrongKind(id, 'it is binary, and was asked for as text')
    },
    getBinary: async (id, wait) => {
      const { binary } = await get(id, wait)
      return binary ?? wrongKind(id, 'it is text, and was asked for as binary')
    },
    getJson: async <Output>(id: string, schema?: StandardSchema<Output>, wait?: GetOptions) => {
      const value = await get(id, wait)
      return (schema ? await value.json(schema) : value.json()) as Output
    },
    getMany: async (ids, wait = {}) => {
      const checked = checkedWait(wait)
      return Promise.all(Array.from(ids, (id) => reads.read({ id }, checked)))
    },
    find: (filters, { signal } = {}) => findSecrets(reads, filters, signal),
    refresh: async (id, wait = {}) => valueIn(await reads.read({ id }, { ...checkedWait(wait), refresh: true })),
    watch: (id, { signal, interval = settings.timeToLive || DEFAULT_INTERVAL } = {}) =>
      new SecretWatch(reads, id, { signal, interval: checkedInterval(interval) }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function valueIn({ ok, value, error }: SecretResult): SecretValue {
  if (ok) return value
  throw error
}

function wrongKind(id: string, text: string): never {
  throw new SecretReadError(id, { kind: 'other', code: 'WrongKind', text })
}

function checkedWait(wait: WaitOptions): WaitOptions {
  if (wait.timeout !== undefined) time('timeout', wait.timeout)
  if (wait.maxAge !== undefined) time('maxAge', wait.maxAge)
  return wait
}

function checkedInterval(interval: number): number {
  if (time('interval', interval) >= 1) return interval
  throw new RangeError(`Cannot use the option interval: ${interval}: it takes milliseconds, 1 or more`)
}
