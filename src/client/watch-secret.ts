import type { HeldSecret } from './secret-cache.ts'
import type { SecretReads } from './secret-reads.ts'
import { SecretValue } from './secret-value.ts'

export interface WatchRules {
  /** Milliseconds between questions to the server, where nobody else asks. */
  readonly interval: number
  readonly signal: AbortSignal | undefined
}

const DONE = { done: true, value: undefined } as const

/**
 * The current version of a secret, then every version that replaces it, as soon as this reader hears of it: by the watch's own question after
 * each interval, or by anybody else's. Who is slow gets the newest only. Times when the server cannot be reached are waited out, but for the
 * first. Ends when the reader is closed; throws what the server refuses with, and the signal's reason.
 */
export class SecretWatch implements AsyncIterableIterator<SecretValue> {
  readonly #reads: SecretReads
  readonly #id: string
  readonly #rules: WatchRules
  readonly #stopNews: () => void
  #last: SecretValue | undefined
  /** A newer version that somebody else's question brought. */
  #news: SecretValue | undefined
  #askedAt = 0
  #ended = false
  #wake = () => {}
  /** One step at a time, in the order they were asked for. */
  #steps: Promise<unknown> = Promise.resolve()

  constructor(reads: SecretReads, id: string, rules: WatchRules) {
    this.#reads = reads
    this.#id = id
    this.#rules = rules
    this.#stopNews = reads.listen((held) => (held ? this.#hear(held) : this.#end()))
    rules.signal?.addEventListener('abort', this.#ring)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<SecretValue, undefined>> {
    const step = this.#steps.then(() => this.#step())
    this.#steps = step.catch(() => {})
    return step
  }

  /** Ends also the step that waits. */
  async return(): Promise<IteratorResult<SecretValue, undefined>> {
    this.#end()
    return DONE
  }

  async #step(): Promise<IteratorResult<SecretValue, undefined>> {
    try {
      while (!this.#ended) {
        this.#rules.signal?.throwIfAborted()
        const value = this.#last ? await this.#changed(this.#last) : await this.#ask()
        if (this.#ended || !value) continue
        this.#last = value
        this.#news = undefined
        return { done: false, value }
      }
      return DONE
    } catch (error) {
      this.#end()
      throw error
    }
  }

  /** A newer version than `last`, or undefined after some waiting. */
  async #changed(last: SecretValue): Promise<SecretValue | undefined> {
    if (this.#news) return this.#news
    const { interval } = this.#rules
    const rest = this.#askedAt + interval - this.#reads.settings.clock.now()
    if (rest > 0) {
      await this.#wait(rest)
      return undefined
    }
    // What others asked for in the second half of the interval is new enough.
    const value = await this.#ask(interval / 2)
    return value && isOther(value, last) ? value : undefined
  }

  async #ask(maxAge?: number): Promise<SecretValue | undefined> {
    this.#askedAt = this.#reads.settings.clock.now()
    const { ok, value, error } = await this.#reads.read({ id: this.#id }, { maxAge, signal: this.#rules.signal })
    if (ok) return value
    if (this.#ended || (this.#last && error.unreachable)) return undefined
    throw error
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#reads.settings.clock.after(milliseconds, resolve)
      this.#wake = () => {
        stop()
        resolve()
      }
    })
  }

  #hear(held: HeldSecret): void {
    if (!this.#last || held.arn !== this.#last.arn) return
    this.#news = isOther(held, this.#last) ? new SecretValue(this.#id, held, false) : undefined
    if (this.#news) this.#wake()
  }

  readonly #ring = () => this.#wake()

  #end(): void {
    this.#ended = true
    this.#news = undefined
    this.#stopNews()
    this.#rules.signal?.removeEventListener('abort', this.#ring)
    this.#wake()
  }
}

type Version = Pick<SecretValue, 'arn' | 'versionId'>

function isOther(one: Version, other: Version): boolean {
  return one.arn !== other.arn || one.versionId !== other.versionId
}
