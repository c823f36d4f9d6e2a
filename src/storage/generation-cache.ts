interface Cached<V> {
  readonly value: V
  /** Generation of the snapshot that the value was read from. */
  readonly generation: number
}

/**
 * Values kept between requests, each with the generation it was read under. A value is to be used only while that is still the generation of
 * the store, which the caller reads anew each time; entries carry their own, because look-ups overtake each other.
 */
export class GenerationCache<V> {
  readonly #limit: number
  readonly #entries = new Map<string, Cached<V>>()
  #newest = -1
  #weight = 0

  /** @param limit what all entries may weigh together */
  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: string): Cached<V> | undefined {
    return this.#entries.get(key)
  }

  /** What is older than something known is not kept: nobody may use it any more. */
  set(key: string, value: V, generation: number, weight = 1): void {
    if (generation < this.#newest) return
    if (generation > this.#newest || this.#weight + weight > this.#limit) this.#clear()
    this.#newest = generation
    if (weight > this.#limit) return
    // One that is set again is weighed again: that empties the cache somewhat early.
    this.#weight += weight
    this.#entries.set(key, { value, generation })
  }

  #clear(): void {
    this.#entries.clear()
    this.#weight = 0
  }
}
