import type { Flight } from './flight.ts'

/** Ids in one BatchGetSecretValue call, at most. */
export const MAX_BATCH = 20

export interface CallQueueParts {
  readonly maxCallsInFlight: number
  /** Whether to read one by one for now. */
  readonly onlyAlone: () => boolean
  /** Makes one call for these flights. Never rejects. */
  readonly perform: (flights: readonly Flight[]) => Promise<void>
}

/**
 * What is to be asked. Whatever is wanted in one turn of the event loop leaves together, in as few calls as can be, a bounded number of them
 * at once.
 */
export class CallQueue {
  readonly #parts: CallQueueParts
  #queued = new Set<Flight>()
  #inFlight = 0
  #turn: ReturnType<typeof setImmediate> | undefined

  constructor(parts: CallQueueParts) {
    this.#parts = parts
  }

  add(flight: Flight): void {
    this.#queued.add(flight)
    this.#schedule()
  }

  /** Forgets what has not been sent, and gives it back. */
  close(): Flight[] {
    clearImmediate(this.#turn)
    const queued = [...this.#queued]
    this.#queued.clear()
    return queued
  }

  #schedule(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined
      this.#send()
    })
  }

  #send(): void {
    while (this.#inFlight < this.#parts.maxCallsInFlight && this.#queued.size > 0) {
      const flights = nextCall(this.#queued, this.#parts.onlyAlone())
      for (const flight of flights) this.#queued.delete(flight)
      this.#inFlight += 1
      void this.#parts.perform(flights).finally(() => {
        this.#inFlight -= 1
        // What was asked for in the turn of an answer still leaves together.
        if (this.#queued.size > 0) this.#schedule()
      })
    }
  }
}

/** The flights of the next call: the first, and what can travel with it. */
export function nextCall(queued: Iterable<Flight>, onlyAlone: boolean): Flight[] {
  const call = new Map<string, Flight>()
  for (const flight of queued) {
    const alone = flight.alone || onlyAlone
    if (alone && call.size === 0) return [flight]
    if (!alone && !call.has(flight.name)) call.set(flight.name, flight)
    if (call.size === MAX_BATCH) break
  }
  return [...call.values()]
}
