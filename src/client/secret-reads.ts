import type { Failure } from './failure.ts'
import type { Flight, Landing } from './flight.ts'
import { type CallMade, Flights } from './flights.ts'
import { lifetimeOf, mayServeStale, type Plan, planRead, planRefresh } from './freshness.ts'
import { type HeldSecret, overwrite, SecretCache } from './secret-cache.ts'
import { CLOSED, type FoundPage, type Outcome } from './secret-calls.ts'
import { asksForCurrent, idFault, keyOf, type SecretRequest } from './secret-id.ts'
import { failed, type SecretResult, succeeded } from './secret-result.ts'
import type { ReadSecret } from './secret-value.ts'
import type { Settings } from './settings.ts'

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

/** Hears of every value that an answer brings, and of nothing once the reader is closed. */
export type Listener = (held: HeldSecret | undefined) => void

/** What the ARN of a secret is answered that is gone, when another bears its name by now. */
const MAY_BE_GONE: readonly string[] = ['ResourceNotFoundException', 'AccessDeniedException']
const WAITED: Failure = { kind: 'unreachable', code: 'TimeoutError', text: 'no answer came in time' }

/** Every read comes through here: from what is kept, or from the server. */
export class SecretReads {
  readonly settings: Settings
  readonly flights: Flights
  readonly #cache: SecretCache
  readonly #listeners = new Set<Listener>()
  #closed = false

  constructor(settings: Settings) {
    this.settings = settings
    this.#cache = new SecretCache(settings)
    this.flights = new Flights(settings, (flight, outcome, made) => this.#takeIn(flight, outcome, made))
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
    const askedAt = this.settings.clock.now()
    const result = await this.#readOnce(request, asking)
    if (result.ok || !byArn || !MAY_BE_GONE.includes(result.error.code)) return result
    this.#cache.unbind(key)
    const { timeout = Infinity } = asking
    const rest = Math.max(0, askedAt + timeout - this.settings.clock.now())
    return this.#readOnce(request, { ...asking, timeout: rest })
  }

  /** Remembers what a search brought, and hands it out. */
  found({ secrets, failures }: FoundPage, sentAt: number): SecretResult[] {
    const made = { sentAt, draw: this.settings.random() }
    return [
      ...secrets.map((found) => {
        const { newest, unkept } = this.#keep(found.name, found.arn, found, made)
        const result = succeeded(found.arn, newest, false)
        if (unkept) overwrite(unkept)
        return result
      }),
      ...failures.map(({ id, failure }) => {
        this.#fail(id, failure, sentAt)
        return failed(id, failure)
      }),
    ]
  }

  /** @returns what ends the listening */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Ends every wait and every call, and forgets everything. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.flights.close(CLOSED)
    this.#cache.clear()
    this.#tell(undefined)
  }

  async #readOnce(request: SecretRequest, asking: Asking): Promise<SecretResult> {
    const { id } = request
    if (this.#closed) return failed(id, CLOSED)
    const key = this.#cache.resolve(keyOf(request))
    const known = this.#cache.find(key)
    switch (this.#plan(key, known, asking)) {
      case 'serve-and-refresh':
        this.#flightFor(key, request, asking)
        return succeeded(id, known.held!, false)
      case 'serve':
        return succeeded(id, known.held!, false)
      case 'serve-stale':
        return succeeded(id, known.held!, true)
      case 'fail':
        return failed(id, known.failed!.failure)
      case 'ask':
        return this.#wait(this.#flightFor(key, request, asking), id, asking)
      case 'ask-anew':
        this.#cache.refreshed(key, this.settings.clock.now())
        return this.#wait(this.flights.launch(key, request, true), id, asking)
    }
  }

  #plan(key: string, known: ReturnType<SecretCache['find']>, { refresh, maxAge = Infinity }: Asking): Plan {
    const { clock, staleFor, refreshFloor } = this.settings
    const rules = { staleFor, refreshFloor, maxAge }
    if (!refresh) return planRead(known, clock.now(), rules)
    const flight = this.flights.find(key)
    // The call of a refresh that was sent within the floor is as good as one of its own, and so is any that is not yet sent.
    const floor = flight?.forced ? refreshFloor : 0
    if (flight && (flight.sentAt === undefined || clock.now() - flight.sentAt < floor)) return 'ask'
    return planRefresh(known, clock.now(), rules)
  }

  /** The flight that is under way, if it is young enough for the caller, or a new one. */
  #flightFor(key: string, request: SecretRequest, { maxAge = Infinity }: Asking): Flight {
    const flight = this.flights.find(key)
    const age = flight?.sentAt === undefined ? Number.NEGATIVE_INFINITY : this.settings.clock.now() - flight.sentAt
    return flight && age < maxAge ? flight : this.flights.launch(key, request, false)
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
        resolve(held ? succeeded(id, held, false) : this.#failedOrStale(flight.key, id, failure))
      }
      flight.waiters.add(arrive)
      signal?.addEventListener('abort', onAbort)
      if (timeout !== undefined) stopTimer = this.settings.clock.after(timeout, () => arrive({ failure: WAITED }))
    })
  }

  #failedOrStale(key: string, id: string, failure: Failure): SecretResult {
    const { held } = this.#cache.find(this.#cache.resolve(key))
    const { clock, staleFor } = this.settings
    if (held && mayServeStale(failure, held.life, clock.now(), staleFor)) return succeeded(id, held, true)
    return failed(id, failure)
  }

  #takeIn({ key, request }: Flight, { read, failure }: Outcome, made: CallMade) {
    if (failure) {
      this.#fail(key, failure, made.sentAt)
      return { landing: { failure } }
    }
    const { newest, unkept } = this.#keep(key, asksForCurrent(request) ? read.arn : key, read, made)
    return { landing: { held: newest }, after: () => unkept && overwrite(unkept) }
  }

  #keep(key: string, storedAs: string, read: ReadSecret, { sentAt, draw }: CallMade) {
    const held: HeldSecret = { ...read, life: lifetimeOf(sentAt, this.settings, draw) }
    if (this.#closed) return { newest: held, unkept: held }
    const kept = this.#cache.keep(key, storedAs, held)
    if (storedAs === read.arn) this.#tell(kept.newest)
    return kept
  }

  #fail(key: string, failure: Failure, sentAt: number): void {
    if (this.#closed) return
    const until = this.settings.clock.now() + this.settings.failureTimeToLive
    this.#cache.fail(this.#cache.resolve(key), failure, sentAt, until)
  }

  #tell(held: HeldSecret | undefined): void {
    for (const listener of this.#listeners) listener(held)
  }
}
