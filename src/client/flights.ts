import { BatchPermission, deniesBatches, readsOneByOne } from './batch-permission.ts'
import { CallQueue } from './call-queue.ts'
import type { Failure } from './failure.ts'
import { type Flight, type Landing, newFlight } from './flight.ts'
import { failureIn, type Outcome, SecretCalls } from './secret-calls.ts'
import { keyOf, type SecretRequest } from './secret-id.ts'
import type { Settings } from './settings.ts'

/** When and with what luck a call was made; all its values share them. */
export interface CallMade {
  readonly sentAt: number
  /** A random number from 0 up to 1. */
  readonly draw: number
}

/** Takes an answer in. What it returns goes to those who wait; what it gives to `after` happens once they have it. */
export type TakeIn = (flight: Flight, outcome: Outcome, made: CallMade) => { landing: Landing; after?: () => void }

/** Everything that is being asked: in batches where that is permitted, one by one where it is not or where an answer leaves something out. */
export class Flights {
  readonly calls: SecretCalls
  readonly permission: BatchPermission
  readonly #settings: Settings
  readonly #takeIn: TakeIn
  readonly #queue: CallQueue
  /** The newest of each key. */
  readonly #byKey = new Map<string, Flight>()
  /** Every flight that has not landed, also those that a later one has taken over from. */
  readonly #aloft = new Set<Flight>()

  constructor(settings: Settings, takeIn: TakeIn) {
    this.#settings = settings
    this.#takeIn = takeIn
    this.calls = new SecretCalls(settings)
    this.permission = new BatchPermission(settings)
    this.#queue = new CallQueue({
      maxCallsInFlight: settings.maxCallsInFlight,
      onlyAlone: () => this.permission.isDenied,
      perform: (flights) => this.#perform(flights),
    })
  }

  find(key: string): Flight | undefined {
    return this.#byKey.get(key)
  }

  launch(key: string, request: SecretRequest, forced: boolean): Flight {
    // By its ARN, where that is known: then every id that leads there may have the answer.
    const isKeyed = keyOf(request) === request.id
    const flight = newFlight(key, isKeyed ? { id: key } : request, forced)
    this.#byKey.set(key, flight)
    this.#aloft.add(flight)
    this.#queue.add(flight)
    return flight
  }

  /** Ends every call, and every wait for one. */
  close(failure: Failure): void {
    this.#queue.close()
    this.calls.close()
    for (const flight of [...this.#aloft]) this.#land(flight, { failure })
  }

  async #perform(flights: readonly Flight[]): Promise<void> {
    const made = { sentAt: this.#settings.clock.now(), draw: this.#settings.random() }
    for (const flight of flights) flight.sentAt = made.sentAt
    const [first] = flights
    const isAlone = flights.length === 1 && first && (first.alone || this.permission.isDenied)
    const outcomes = isAlone ? await this.#readAlone(first) : await this.#readTogether(flights)
    for (const flight of flights) {
      if (!this.#aloft.has(flight)) continue
      const outcome = outcomes.get(flight.request.id)
      if (!outcome) this.#askAlone(flight)
      else {
        const { landing, after } = this.#takeIn(flight, outcome, made)
        this.#land(flight, landing)
        after?.()
      }
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
      if (deniesBatches(failure)) this.permission.deny(failure)
      if (readsOneByOne(failure, ids.length)) return new Map()
      return new Map(ids.map((id) => [id, { failure }]))
    }
  }

  #askAlone(flight: Flight): void {
    flight.alone = true
    flight.sentAt = undefined
    this.#queue.add(flight)
  }

  #land(flight: Flight, landing: Landing): void {
    this.#aloft.delete(flight)
    if (this.#byKey.get(flight.key) === flight) this.#byKey.delete(flight.key)
    for (const waiter of flight.waiters) waiter(landing)
  }
}
