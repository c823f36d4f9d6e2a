import type { Connection } from './connections.ts'

export interface UnsentLimits {
  /** Bytes of all answers that clients have not taken yet. */
  readonly unsentBytes: number
  /** Time that a client has for an answer of no length, milliseconds, and what it must take a second beyond that. */
  readonly answerMs: number
  readonly answerBytesPerSecond: number
}

interface Unsent {
  readonly bytes: number
  /** When the answer was given, milliseconds of a monotonic clock. */
  readonly since: number
}

/**
 * The answers that are on their way to clients. A connection has one at most (`Connections`), so that what one client holds in memory is bounded
 * by the largest answer; this bounds what all of them hold.
 */
export class UnsentAnswers {
  readonly #limits: UnsentLimits
  /** In the order in which the answers were given. */
  readonly #unsent = new Map<Connection, Unsent>()
  #bytes = 0

  constructor(limits: UnsentLimits) {
    this.#limits = limits
  }

  /** Notes an answer. Beyond the budget, the connections whose answers wait longest are cut off: a client that reads has its answer within moments. */
  add(connection: Connection, bytes: number, now = performance.now()): void {
    this.remove(connection)
    this.#unsent.set(connection, { bytes, since: now })
    this.#bytes += bytes
    for (const [other] of this.#unsent) {
      if (this.#bytes <= this.#limits.unsentBytes) return
      if (other !== connection) this.#cut(other)
    }
  }

  /** The answer of a connection was handed to the operating system, or the connection is gone. */
  remove(connection: Connection): void {
    const unsent = this.#unsent.get(connection)
    if (!unsent) return
    this.#unsent.delete(connection)
    this.#bytes -= unsent.bytes
  }

  /** Cuts off the connections that took too long for their answer. */
  cutSlow(now = performance.now()): void {
    const { answerMs, answerBytesPerSecond } = this.#limits
    for (const [connection, { bytes, since }] of this.#unsent)
      if (now - since > answerMs + (bytes / answerBytesPerSecond) * 1000) this.#cut(connection)
  }

  #cut(connection: Connection): void {
    this.remove(connection)
    connection.cut()
  }
}
