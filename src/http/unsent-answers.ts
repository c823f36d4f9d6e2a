export interface UnsentLimits {
  /** Bytes of all unsent answers together, from which on no further request is performed. */
  readonly unsentBytes: number
  /** The same of the clients of one network. */
  readonly unsentBytesPerAddress: number
  /** Time that a client has for its answer, milliseconds, and what it must take a second beyond that. */
  readonly answerMs: number
  readonly answerBytesPerSecond: number
  /** While requests wait for room: milliseconds for which a client may take nothing, and those it has for its whole answer in any case. */
  readonly stuckMs: number
  readonly slowMs: number
}

interface Unsent {
  readonly network: string
  bytes: number
  /** Times in milliseconds of one monotonic clock: when it was given, when the client last took something, by when it must have all. */
  readonly since: number
  progress: number
  readonly deadline: number
}

/**
 * Answers that were made and that the operating system has not taken yet, because their clients do not read.
 *
 * `A` is any object that stands for one answer.
 */
export class UnsentAnswers<A> {
  readonly #limits: UnsentLimits
  /** The answer that made no progress for longest comes first. */
  readonly #answers = new Map<A, Unsent>()
  readonly #bytesByNetwork = new Map<string, number>()
  #bytes = 0

  constructor(limits: UnsentLimits) {
    this.#limits = limits
  }

  /** Whether a request of a network can be performed: otherwise its answer might find no room. */
  hasRoom(network: string): boolean {
    const { unsentBytes, unsentBytesPerAddress } = this.#limits
    return this.#bytes < unsentBytes && (this.#bytesByNetwork.get(network) ?? 0) < unsentBytesPerAddress
  }

  add(answer: A, network: string, bytes: number, now: number): void {
    const { answerMs, answerBytesPerSecond } = this.#limits
    const deadline = now + answerMs + (bytes / answerBytesPerSecond) * 1000
    this.#answers.set(answer, { network, bytes, since: now, progress: now, deadline })
    this.#count(network, bytes)
  }

  /** Notes that the operating system has taken so many bytes of an answer. */
  taken(answer: A, bytes: number, now: number): void {
    const unsent = this.#answers.get(answer)
    if (!unsent) return
    unsent.bytes -= bytes
    unsent.progress = now
    this.#count(unsent.network, -bytes)
    this.#answers.delete(answer)
    this.#answers.set(answer, unsent)
  }

  /** Notes that an answer was sent, or given up. */
  remove(answer: A): void {
    const unsent = this.#answers.get(answer)
    if (!unsent) return
    this.#answers.delete(answer)
    this.#count(unsent.network, -unsent.bytes)
  }

  /**
   * Removes and returns the answers to give up: those whose time is over. While requests wait for room, these are also the answers of which the
   * client has taken nothing for `stuckMs`; and if that makes no room, so many of the slowest clients as do, however little they take, but none
   * before `slowMs`.
   */
  giveUp(requestsWait: boolean, now: number): A[] {
    const { stuckMs, slowMs } = this.#limits
    const networks = [...this.#bytesByNetwork.keys()]
    const pressed = new Set(requestsWait ? networks.filter((network) => !this.hasRoom(network)) : [])
    const isOver = ({ deadline }: Unsent) => now >= deadline
    const isStuck = ({ network, progress }: Unsent) => pressed.has(network) && now - progress >= stuckMs
    const isSlow = ({ network, since }: Unsent) => requestsWait && now - since >= slowMs && !this.hasRoom(network)
    return [...this.#removeIf(isOver), ...this.#removeIf(isStuck), ...this.#removeIf(isSlow)]
  }

  #removeIf(isGivenUp: (unsent: Unsent) => boolean): A[] {
    const removed: A[] = []
    for (const [answer, unsent] of this.#answers) {
      if (!isGivenUp(unsent)) continue
      this.remove(answer)
      removed.push(answer)
    }
    return removed
  }

  #count(network: string, bytes: number): void {
    this.#bytes += bytes
    const left = (this.#bytesByNetwork.get(network) ?? 0) + bytes
    if (left > 0) this.#bytesByNetwork.set(network, left)
    else this.#bytesByNetwork.delete(network)
  }
}
