export interface HealthOptions {
  /** Rejects when the store does not answer. */
  readonly ping: () => Promise<void>
  readonly pingMs: number
  readonly pingEveryMs: number
}

/**
 * Whether the store answers, asked at most once in a while: everybody may ask for our health, and must not be able to have the store asked as
 * often.
 */
export class Health {
  readonly #options: HealthOptions
  /** Until it settles, however long that takes, no other is sent. */
  #ping: Promise<boolean> | undefined
  #verdict: Promise<boolean> | undefined
  #askedAt = 0

  constructor(options: HealthOptions) {
    this.#options = options
  }

  /** Never rejects, and never takes longer than `pingMs`. */
  healthy(): Promise<boolean> {
    const now = performance.now()
    if (!this.#verdict || now - this.#askedAt >= this.#options.pingEveryMs) {
      this.#askedAt = now
      this.#verdict = this.#ask()
    }
    return this.#verdict
  }

  async #ask(): Promise<boolean> {
    this.#ping ??= this.#send().finally(() => {
      this.#ping = undefined
    })
    const { promise: late, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => resolve(false), this.#options.pingMs)
    try {
      return await Promise.race([this.#ping, late])
    } finally {
      clearTimeout(timer)
    }
  }

  async #send(): Promise<boolean> {
    try {
      await this.#options.ping()
      return true
    } catch {
      return false
    }
  }
}
