import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { type Clock, machineClock } from './clock.ts'

/** What the reader asks of a client of the official SDK: `SecretsManagerClient` and `SecretsManager` fit. */
export type SecretsClient = Pick<SecretsManagerClient, 'send'>

/** Something the operator should know, said once. */
export interface ReaderWarning {
  readonly code: 'COFFER_BATCH_NOT_PERMITTED'
  readonly message: string
}

/** All times in milliseconds. */
export interface SecretReaderOptions {
  /** A client of the official SDK. Credentials, endpoint, retries and sockets are its business; so is `destroy()`. */
  readonly client: SecretsClient
  /** How long a value is served without asking again. Default: 5 minutes. 0: only batching, no caching. */
  readonly timeToLive?: number | undefined
  /** Up to this share of its time to live is taken off at random, the same for all values of one call. Default: 0.1. */
  readonly jitter?: number | undefined
  /** A read in this last share of a value's life renews it in the background. Default: 0.1. */
  readonly refreshAhead?: number | undefined
  /** How long after its time to live a value may still be served, marked as stale, while the server cannot be reached. Default: 1 hour. */
  readonly staleFor?: number | undefined
  /** How long a failure is remembered. Default: 1 second. */
  readonly failureTimeToLive?: number | undefined
  /** Secrets that are kept; those not read for longest go first. Default: 1024. */
  readonly maxEntries?: number | undefined
  /** Bytes of values that are kept. Default: 16 MiB. */
  readonly maxBytes?: number | undefined
  /** Calls that are in flight at once. Default: 8. */
  readonly maxCallsInFlight?: number | undefined
  /** How long one call may take, with the SDK's own retries. Default: 30 seconds. */
  readonly timeout?: number | undefined
  /** A secret is asked for by `refresh` at most once in this time. Default: 5 seconds. */
  readonly refreshFloor?: number | undefined
  /** How long to do without batch calls where they are not permitted. Default: 5 minutes. */
  readonly singleReadsFor?: number | undefined
  /** Default: `process.emitWarning`. */
  readonly onWarning?: ((warning: ReaderWarning) => void) | undefined
  /** For tests: another clock. */
  readonly clock?: Clock | undefined
  /** For tests: another source of randomness, from 0 up to 1. */
  readonly random?: (() => number) | undefined
}

/** The options, complete and checked. */
export type Settings = { readonly [Name in keyof SecretReaderOptions]-?: NonNullable<SecretReaderOptions[Name]> }

/** As long as AWS's Secrets Manager Agent: a rotation is seen within minutes, not within the hour of the caching libraries. */
const DEFAULT_TIME_TO_LIVE = 300_000
const DEFAULT_JITTER = 0.1
const DEFAULT_REFRESH_AHEAD = 0.1
/** Longer than most outages, shorter than the wait until a rotated-out version stops working. */
const DEFAULT_STALE_FOR = 3_600_000
/** Long enough that a loop of reads does not become a loop of calls. */
const DEFAULT_FAILURE_TIME_TO_LIVE = 1000
/** As many as AWS's caching libraries keep. */
const DEFAULT_MAX_ENTRIES = 1024
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024
/** Far below the 50 sockets that the SDK opens to one host. */
const DEFAULT_MAX_CALLS = 8
const DEFAULT_TIMEOUT = 30_000
const DEFAULT_REFRESH_FLOOR = 5000
const DEFAULT_SINGLE_READS_FOR = 300_000

/** Fills in what is absent. Throws a TypeError or RangeError that names the option. */
export function settingsOf(options: SecretReaderOptions): Settings {
  if (typeof options?.client?.send !== 'function')
    throw new TypeError('Cannot make a secret reader: client: a client of @aws-sdk/client-secrets-manager is needed')
  return {
    client: options.client,
    timeToLive: time('timeToLive', options.timeToLive ?? DEFAULT_TIME_TO_LIVE),
    jitter: share('jitter', options.jitter ?? DEFAULT_JITTER),
    refreshAhead: share('refreshAhead', options.refreshAhead ?? DEFAULT_REFRESH_AHEAD),
    staleFor: time('staleFor', options.staleFor ?? DEFAULT_STALE_FOR),
    failureTimeToLive: time('failureTimeToLive', options.failureTimeToLive ?? DEFAULT_FAILURE_TIME_TO_LIVE),
    maxEntries: count('maxEntries', options.maxEntries ?? DEFAULT_MAX_ENTRIES, 0),
    maxBytes: count('maxBytes', options.maxBytes ?? DEFAULT_MAX_BYTES, 0),
    maxCallsInFlight: count('maxCallsInFlight', options.maxCallsInFlight ?? DEFAULT_MAX_CALLS, 1),
    timeout: time('timeout', options.timeout ?? DEFAULT_TIMEOUT),
    refreshFloor: time('refreshFloor', options.refreshFloor ?? DEFAULT_REFRESH_FLOOR),
    singleReadsFor: time('singleReadsFor', options.singleReadsFor ?? DEFAULT_SINGLE_READS_FOR),
    onWarning: options.onWarning ?? warnProcess,
    clock: options.clock ?? machineClock(),
    random: options.random ?? Math.random,
  }
}

/** @returns the milliseconds; throws a RangeError when they are none */
export function time(name: string, value: number): number {
  return checked(name, value, value >= 0, 'milliseconds, 0 or more')
}

function share(name: string, value: number): number {
  return checked(name, value, value >= 0 && value <= 1, 'a number from 0 to 1')
}

function count(name: string, value: number, least: number): number {
  return checked(
    name,
    value,
    value >= least && (Number.isInteger(value) || value === Infinity),
    `a whole number from ${least}`,
  )
}

function checked(name: string, value: number, fits: boolean, wanted: string): number {
  if (typeof value === 'number' && fits) return value
  throw new RangeError(`Cannot use the option ${name}: ${String(value)}: it takes ${wanted}`)
}

function warnProcess({ code, message }: ReaderWarning): void {
  process.emitWarning(message, { type: 'SecretReaderWarning', code })
}
