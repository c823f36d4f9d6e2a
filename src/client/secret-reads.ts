import { BatchPermission, deniesBatches, readsOneByOne } from './batch-permission.ts'
import { CallQueue } from './call-queue.ts'
import type { Failure } from './failure.ts'
import { type Flight, type Landing, newFlight } from './flight.ts'
import { lifetimeOf, mayServeStale, type Plan, planRead, planRefresh } from './freshness.ts'
import { type HeldSecret, overwrite, SecretCache } from './secret-cache.ts'
import { CallFailed, CLOSED, type FoundPage, type Outcome, SecretCalls } from './secret-calls.ts'
import { idFault, keyOf, type SecretRequest } from './secret-id.ts'
import { SecretReadError } from './secret-read-error.ts'
import { type ReadSecret, SecretValue } from './secret-value.ts'
import type { Settings } from './settings.ts'

/** One secret of several: its value, or why there is none. */
export type SecretResult =
  | { readonly ok: true; readonly id: string; readonly value: SecretValue; readonly error?: undefined }
  | { readonly ok: false; readonly id: string; readonly error: SecretReadError; readonly value?: undefined }

/** How long a caller waits, and how old a value they take. */
export interface WaitOptions {
  /** Ends the wait of this caller alone, who gets its reason thrown. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds this caller waits. The last good value may be served then, as for any time-out. */
  readonly timeout?: number | undefined
  /** Milliseconds: what was read longer ago is read anew, whatever its time to live. */
  readonly maxAge?: number | undefined
}

interface Asking extends WaitOptions {
  /** Nothing older than this very question, though not more often than the floor allows. */
  readonly refresh?: boolean
}

/** What the ARN of a secret is answered that is gone, when another bears its name by now. */
const MAY_BE_GONE: readonly string[] = ['ResourceNotFoundException', 'AccessDeniedException']
const WAITED: Failure = { kind: 'unreachable', code: 'TimeoutError', text: 'no answer came in time' }

/** Joins queue, calls and cache: every read comes through here. */
export class SecretReads {
  readonly settings: Settings
  readonly calls: SecretCalls
  readonly #cache: SecretCache
  readonly #queue: CallQueue
  readonly #permission: BatchPermission
  readonly #flights = new Map<string, Flight>()
  /** Every flight that has not landed, also those that a later one has taken over from. */
  readonly #aloft = new Set<Flight>()
  readonly #watchers = new Set<(held: HeldSecret | undefined) => void>()
  #warned = false
  #closed = false

  constructor(settings: Settings) {
    this.settings = settings
    this.calls = new SecretCalls(settings)
    this.#cache = new SecretCache(settings)
    this.#permission = new BatchPermission(settings.singleReadsFor)
    this.#queue = new CallQueue({
      maxCallsInFlight: settings.maxCallsInFlight,
      onlyAlone: () => this.#permission.isDenied(settings.clock.now()),
      perform: (flights) => this.#perform(flights),
    })
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** One secret. Throws only the reason of an abort signal. */
  async read(request: SecretRequest, asking: Asking = {}): Promise<SecretResult> {
    asking.signal?.throwIfAborted()
    const { id } = request
    const fault = idFault(id)
    if (fault) return failed(id, { kind: 'other', code: 'ValidationException', text: fault })
    const key = keyOf(request)
    const byArn = this.#cache.resolve(key) !== key
    const result = await this.#readOnce(request, asking)
    if (result.ok || !byArn || !MAY_BE_GONE.includes(result.error.code)) return result
    this.#cache.unbind(key)
    return this.#readOnce(request, asking)
  }

  /** Remembers what a search brought, and hands it out. */
  found({ secrets, failures }: FoundPage, sentAt: number): SecretResult[] {
    const draw = this.settings.random()
    return [
      ...secrets.map((found) => {
        const { newest, unkept } = this.#keep(found.name, found, sentAt, draw)
        const result = read(found.arn, newest, false)
        if (unkept) overwrite(unkept)
        this.#tellWatchers(newest)
        return result
      }),
      ...failures.map(({ id, failure }) => {
        this.#fail(id, failure, sentAt)
        return failed(id, failure)
      }),
    ]
  }

  /** Says that batch calls are not permitted, once, and remembers it. */
  denyBatches(failure: Failure): void {
    this.#permission.deny(this.settings.clock.now())
    if (this.#warned) return
    this.#warned = true
    this.settings.onWarning({
      code: 'COFFER_BATCH_NOT_PERMITTED',
      message: `Secrets are read one by one, because BatchGetSecretValue cannot be used: ${failure.text}`,
    })
  }

  get batchesDenied(): boolean {
    return this.#permission.isDenied(this.settings.clock.now())
  }

  /** Calls `work` with every value that an answer brings, and with nothing at the end. @returns what stops that */
  onNews(work: (held: HeldSecret | undefined) => void): () => void {
    this.#watchers.add(work)
    return () => this.#watchers.delete(work)
  }

  /** Ends every wait and every call, and forgets everything. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#queue.close()
    this.calls.close()
    for (const flight of [...this.#aloft]) this.#land(flight, { failure: CLOSED })
    this.#cache.clear()
    this.#tellWatchers(undefined)
  }

  async #readOnce(request: SecretRequest, asking: Asking): Promise<SecretResult> {
    const { id } = request
    if (this.#closed) return failed(id, CLOSED)
    const key = this.#cache.resolve(keyOf(request))
    const known = this.#cache.find(key)
    const plan = this.#plan(key, known, asking)
    switch (plan) {
      case 'serve-and-refresh':
        this.#flightOf(key, request, asking)
        return read(id, known.held!, false)
      case 'serve':
        return read(id, known.held!, false)
      case 'serve-stale':
        return read(id, known.held!, true)
      case 'fail':
        return failed(id, known.failed!.failure)
      case 'ask':
        return this.#wait(this.#flightOf(key, request, asking), id, asking)
      case 'ask-anew':
        this.#cache.refreshed(key, this.settings.clock.now())
        return this.#wait(this.#launch(key, request, true), id, asking)
    }
  }

  #plan(key: string, known: ReturnType<SecretCache['find']>, { refresh, maxAge = Infinity }: Asking): Plan {
    const { clock, staleFor, refreshFloor } = this.settings
    const rules = { staleFor, refreshFloor, maxAge }
    if (!refresh) return planRead(known, clock.now(), rules)
    const flight = this.#flights.get(key)
    if (flight && (flight.forced || flight.sentAt === undefined)) return 'ask'
    return planRefresh(known, clock.now(), rules)
  }

  /** The flight that is under way, if it is young enough for the caller, or a new one. */
  #flightOf(key: string, request: SecretRequest, { maxAge = Infinity }: Asking): Flight {
    const flight = this.#flights.get(key)
    const age = flight?.sentAt === undefined ? undefined : this.settings.clock.now() - flight.sentAt
    return flight && (age === undefined || age < maxAge) ? flight : this.#launch(key, request, false)
  }

  #launch(key: string, request: SecretRequest, forced: boolean): Flight {
    // By its ARN, where that is known: then every id that leads there may have the answer.
    const isKeyed = keyOf(request) === request.id
    const flight = newFlight(key, isKeyed ? { id: key } : request, forced)
    this.#flights.set(key, flight)
    this.#aloft.add(flight)
    this.#queue.add(flight)
    return flight
  }

  #wait(flight: Flight, id: string, { signal, timeout }: WaitOptions): Promise<SecretResult> {
    return new Promise((resolve, reject) => {
      // A second attempt may find that the caller has left.
      if (signal?.aborted) return reject(signal.reason)
      let stopTimer = () => {}
      const leave = () => {
        flight.waiters.delete(arrive)
        stopTimer()
        signal?.removeEventListener('abort', onAbort)
      }
      const onAbort = () => {
        leave()
        reject(signal?.reason)
      }
      // At once, not a microtask later: the value's bytes are the cache's, which may overwrite them.
      const arrive = ({ held, failure }: Landing) => {
        leave()
        resolve(held ? read(id, held, false) : this.#failedOrStale(flight.key, id, failure))
      }
      flight.waiters.add(arrive)
      signal?.addEventListener('abort', onAbort)
      if (timeout !== undefined) stopTimer = this.settings.clock.after(timeout, () => arrive({ failure: WAITED }))
    })
  }

  #failedOrStale(key: string, id: string, failure: Failure): SecretResult {
    const { held } = this.#cache.find(this.#cache.resolve(key))
    const { clock, staleFor } = this.settings
    if (held && mayServeStale(failure, held.life, clock.now(), staleFor)) return read(id, held, true)
    return failed(id, failure)
  }

  async #perform(flights: readonly Flight[]): Promise<void> {
    const sentAt = this.settings.clock.now()
    const draw = this.settings.random()
    for (const flight of flights) flight.sentAt = sentAt
    const alone = flights.length === 1 && (flights[0]!.alone || this.batchesDenied)
    const outcomes = alone ? await this.#readAlone(flights[0]!) : await this.#readTogether(flights)
    for (const flight of flights) {
      if (!this.#aloft.has(flight)) continue
      const outcome = outcomes.get(flight.request.id)
      if (outcome) this.#arrived(flight, outcome, sentAt, draw)
      else this.#askAlone(flight)
    }
  }

  async #readAlone({ request }: Flight): Promise<ReadonlyMap<string, Outcome>> {
    try {
      return new Map([[request.id, await this.calls.readOne(request)]])
    } catch (error) {
      return new Map([[request.id, { failure: failureIn(error) }]])
    }
  }

  /** What is not among the outcomes is to be read alone. */
  async #readTogether(flights: readonly Flight[]): Promise<ReadonlyMap<string, Outcome>> {
    const ids = flights.map(({ request }) => request.id)
    try {
      return await this.calls.readMany(ids)
    } catch (error) {
      const failure = failureIn(error)
      if (deniesBatches(failure)) this.denyBatches(failure)
      if (readsOneByOne(failure, ids.length)) return new Map()
      return new Map(ids.map((id) => [id, { failure }]))
    }
  }

  #askAlone(flight: Flight): void {
    flight.alone = true
    flight.sentAt = undefined
    this.#queue.add(flight)
  }

  #arrived(flight: Flight, { read, failure }: Outcome, sentAt: number, draw: number): void {
    if (failure) {
      this.#fail(flight.key, failure, sentAt)
      this.#land(flight, { failure })
      return
    }
    const { newest, unkept } = this.#keep(flight.key, read, sentAt, draw, flight.request)
    this.#land(flight, { held: newest })
    this.#tellWatchers(newest)
    if (unkept) overwrite(unkept)
  }

  #keep(key: string, read: ReadSecret, sentAt: number, draw: number, request?: SecretRequest) {
    const held: HeldSecret = { ...read, life: lifetimeOf(sentAt, this.settings, draw) }
    if (this.#closed) return { newest: held, unkept: held }
    const storedAs = request && keyOf(request) !== request.id ? key : read.arn
    return this.#cache.keep(key, storedAs, held)
  }

  #fail(key: string, failure: Failure, sentAt: number): void {
    if (this.#closed) return
    const until = this.settings.clock.now() + this.settings.failureTimeToLive
    this.#cache.fail(this.#cache.resolve(key), failure, sentAt, until)
  }

  #land(flight: Flight, landing: Landing): void {
    this.#aloft.delete(flight)
    if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key)
    for (const waiter of flight.waiters) waiter(landing)
  }

  #tellWatchers(held: HeldSecret | undefined): void {
    for (const work of this.#watchers) work(held)
  }
}

function read(id: string, held: HeldSecret, stale: boolean): SecretResult {
  return { ok: true, id, value: new SecretValue(id, held, stale) }
}

function failed(id: string, failure: Failure): SecretResult {
  return { ok: false, id, error: new SecretReadError(id, failure) }
}

/** Calls throw nothing else. */
export function failureIn(error: unknown): Failure {
  if (error instanceof CallFailed) return error.failure
  throw error
}
