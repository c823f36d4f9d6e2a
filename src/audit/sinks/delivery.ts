import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Trail, TrailRow } from '../trail.ts'
import { backOff } from './back-off.ts'
import { batchesOf } from './batches.ts'
import type { Sink, SinkPosition, SinkPositions } from './sink.ts'

/** How often the trail is asked for something new when there was nothing. */
const POLL_MS = 1_000
/** Rows and heads taken at once: the most that waits in memory for a receiver that is down. */
const ROWS = 32
const HEADS = 100

/** What a delivery needs of the trail. */
export type TrailSource = Pick<Trail, 'rows' | 'heads' | 'settle'>

/** What an operator is told of a sink, once for each change. */
export type SinkEvent =
  | { readonly kind: 'failing'; readonly error: unknown }
  | { readonly kind: 'delivering again' }
  /** The trail ends before the position: it was put back from a copy. */
  | { readonly kind: 'trail put back'; readonly last: number }
  /** Rows were removed before they could be delivered. */
  | { readonly kind: 'rows missing'; readonly after: number; readonly before: number }

export interface DeliveryParts {
  readonly source: TrailSource
  readonly positions: SinkPositions
  readonly onEvent: (event: SinkEvent) => void
  /** Waits, but not beyond the signal. Replaced in tests. */
  readonly wait?: ((milliseconds: number, signal: AbortSignal) => Promise<void>) | undefined
}

/** How far a sink is behind. */
export interface SinkLag {
  readonly sink: string
  readonly delivered: number
  /** Last row of the trail. */
  readonly last: number
  readonly failing: boolean
}

/** Thrown where a delivery that is told to end gives up. */
class Ended extends Error {}

/**
 * Delivers the trail to one sink: every record, in the trail's order, at least once. The position moves on only when the receiver has what is
 * before it, so that a crash in between repeats records and loses none. A receiver that is down costs one page of rows in memory and an attempt
 * now and then.
 */
export class Delivery {
  readonly #sink: Sink
  readonly #parts: DeliveryParts
  readonly #wait: NonNullable<DeliveryParts['wait']>
  /** Aborted when no more is to be waited for, and when what is under way has to stop. */
  readonly #closing = new AbortController()
  readonly #end = new AbortController()
  #position: SinkPosition = { seq: 0, head: 0 }
  #failing = false
  #awake = new AbortController()
  #asked: (() => void)[] = []
  #running: Promise<void> | undefined

  constructor(sink: Sink, parts: DeliveryParts) {
    this.#sink = sink
    this.#parts = parts
    this.#wait = parts.wait ?? pause
  }

  /** The last row that the sink has: those behind it are still needed. */
  get delivered(): number {
    return this.#position.seq
  }

  /** Finds the position, and begins. What is recorded after this resolves is delivered. Rejects when the store cannot be read. */
  async start(): Promise<void> {
    await this.#findPosition()
    this.#running = this.#run()
  }

  /** Resolves when everything recorded before is delivered. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#asked.push(resolve)
      this.#awake.abort()
    })
  }

  async lag(): Promise<SinkLag> {
    return {
      sink: this.#sink.name,
      delivered: this.delivered,
      last: Math.max(this.delivered, await this.#lastRow()),
      failing: this.#failing,
    }
  }

  /** Delivers what is there, as far as that succeeds at once, until the deadline at the latest. */
  async close(deadline: AbortSignal): Promise<void> {
    const over = Promise.withResolvers<void>()
    const giveUp = () => {
      this.#end.abort()
      over.resolve()
    }
    if (deadline.aborted) giveUp()
    else deadline.addEventListener('abort', giveUp, { once: true })
    this.#closing.abort()
    this.#awake.abort()
    await Promise.race([this.#running, over.promise])
    this.#end.abort()
    await this.#sink.close?.()
  }

  async #findPosition(): Promise<void> {
    const { positions, onEvent } = this.#parts
    const [found, last] = await Promise.all([positions.find(this.#sink.name), this.#lastRow()])
    if (found && found.seq <= last) {
      this.#position = found
      return
    }
    if (found) onEvent({ kind: 'trail put back', last })
    const seq = found || this.#sink.from === 'end' ? last : 0
    this.#position = { ...found, seq, head: 0 }
    await positions.save(this.#sink.name, this.#position)
  }

  async #lastRow(): Promise<number> {
    const [last] = await this.#parts.source.rows({ newestFirst: true, limit: 1 })
    return last?.seq ?? 0
  }

  async #run(): Promise<void> {
    try {
      await this.#untilDone(async () => this.#sink.open?.(this.#position, this.#closing.signal))
      for (;;) {
        const closing = this.#closing.signal.aborted
        const asked = this.#asked.splice(0)
        // Once a round: each time may cost the writer a commit.
        await this.#untilDone(() => this.#parts.source.settle())
        while (await this.#untilDone(() => this.#deliverPage()));
        for (const done of asked) done()
        if (closing) return
        if (this.#asked.length === 0) await this.#rest()
      }
    } catch (error) {
      if (!(error instanceof Ended)) this.#parts.onEvent({ kind: 'failing', error })
    }
  }

  async #rest(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#awake = new AbortController()
    await this.#wait(POLL_MS, this.#awake.signal)
  }

  /** False when there is nothing new. */
  async #deliverPage(): Promise<boolean> {
    const { source, positions } = this.#parts
    const { seq, head } = this.#position
    const rows = await source.rows({ after: seq, limit: ROWS })
    this.#checkGap(rows)
    const last = rows.at(-1)?.seq ?? seq
    const heads = (await source.heads({ after: head, limit: HEADS })).filter((one) => one.seq <= last)
    if (rows.length === 0 && heads.length === 0) return false
    for (const batch of batchesOf(rows, heads)) {
      await setImmediate()
      const send = await this.#untilDone(() => this.#sink.prepare(batch))
      if (send) await this.#untilDone(() => send(this.#end.signal))
    }
    const reached = { seq: last, head: heads.at(-1)?.number ?? head, memory: this.#sink.memory?.() }
    await this.#untilDone(() => positions.save(this.#sink.name, reached))
    this.#position = reached
    return true
  }

  /** Sequences have no gap, so that what was removed too early is seen. */
  #checkGap([first]: readonly TrailRow[]): void {
    const { seq } = this.#position
    if (first && seq > 0 && first.seq > seq + 1)
      this.#parts.onEvent({ kind: 'rows missing', after: seq, before: first.seq })
  }

  /** Does something again and again until it succeeds; when closing, once more at most. */
  async #untilDone<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      const last = this.#closing.signal.aborted
      try {
        if (this.#end.signal.aborted) throw new Ended()
        const result = await work()
        this.#recovered()
        return result
      } catch (error) {
        if (last || error instanceof Ended) throw new Ended()
        this.#failed(error)
        await this.#wait(backOff(failures, Math.random()), this.#closing.signal)
      }
    }
  }

  #failed(error: unknown): void {
    if (!this.#failing) this.#parts.onEvent({ kind: 'failing', error })
    this.#failing = true
  }

  #recovered(): void {
    if (this.#failing) this.#parts.onEvent({ kind: 'delivering again' })
    this.#failing = false
  }
}

/** Keeps no process alive. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal, ref: false }).catch(() => {})
}
