/** Buckets that are kept at once, ours: a few megabytes. Beyond it the one that was used least lately goes, and is full when it comes back. */
const MAX_BUCKETS = 10_000

/** Whole numbers of tokens and milliseconds then make whole numbers, and no sum is a hair too small. */
const PARTS = 1000

interface Bucket {
  /** In parts of tokens. Below zero after what was larger than the bucket. */
  level: number
  /** Until when it has been filled, milliseconds. */
  filledAt: number
}

/** What is taken from a bucket. */
export interface Draught {
  /** Tokens that flow in each second; as many, and at least one, find room. */
  readonly perSecond: number
  readonly tokens: number
  /** Milliseconds. */
  readonly now: number
}

/**
 * Token buckets by key, all of them full at first. Nothing runs in between: a bucket is filled when it is asked. A clock that is set back
 * fills none, and empties none.
 */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>()
  readonly #limit: number

  constructor(limit = MAX_BUCKETS) {
    this.#limit = limit
  }

  /**
   * Takes the tokens, or none: false when there are too few. What is larger than a bucket is let through by a full one, which then owes the
   * rest: in the long run nobody gets more than flows in.
   */
  take(key: string, { perSecond, tokens, now }: Draught): boolean {
    const room = Math.max(1, perSecond) * PARTS
    const wanted = tokens * PARTS
    const bucket = this.#buckets.get(key) ?? { level: room, filledAt: now }
    const elapsed = Math.max(0, now - bucket.filledAt)
    bucket.level = Math.min(room, bucket.level + elapsed * perSecond)
    bucket.filledAt = now
    this.#keep(key, bucket)
    if (bucket.level < Math.min(wanted, room)) return false
    bucket.level -= wanted
    return true
  }

  /** As the one that was used last. */
  #keep(key: string, bucket: Bucket): void {
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    if (this.#buckets.size <= this.#limit) return
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest)
      return
    }
  }
}
