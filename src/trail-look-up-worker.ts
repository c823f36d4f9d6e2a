import { setImmediate as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { type EventPage, type EventQuery, lookUp } from './audit/lookup/look-up.ts'
import { TrailIndex } from './audit/lookup/trail-index.ts'
import type { Trail } from './audit/trail.ts'
import { removeTrailIndex, TrailIndexError, TrailIndexFile } from './storage/trail-index-file.ts'
import { TrailReader } from './storage/trail-reader.ts'

/**
 * Look-ups in the embedded engine's trail, and its index, in a thread of their own: neither reading a thousand records nor indexing them holds up
 * a request.
 */
export interface LookUpOptions {
  readonly trailPath: string
  readonly indexPath: string
  readonly segmentEntries?: number | undefined
}

export type LookUpRequest =
  | { readonly kind: 'look up'; readonly query: EventQuery }
  | { readonly kind: 'index' | 'close' }

/** What a request led to; of `index` whether there is more to do. */
export type LookUpReply = { readonly id: number } & (
  | { readonly failure: string }
  | { readonly page: EventPage }
  | { readonly more: boolean }
)

/** How long one request to index goes on. */
const INDEX_FOR_MS = 250
/** After the index had to be thrown away, it is made anew only after a while: on a full disk that would be in vain again and again. */
const REST_AFTER_FAILURE_MS = 60_000

class LookUps {
  readonly #options: LookUpOptions
  readonly #rows: Pick<Trail, 'rows'> & Disposable
  #file: TrailIndexFile | undefined
  #index: TrailIndex | undefined
  #restUntil = 0

  constructor(options: LookUpOptions) {
    this.#options = options
    this.#rows = new TrailReader(options.trailPath)
  }

  async lookUp(query: EventQuery): Promise<EventPage> {
    try {
      return await lookUp(query, this.#rows, this.#current())
    } catch (error) {
      if (!(error instanceof TrailIndexError)) throw error
      this.#throwAway()
      return lookUp(query, this.#rows, this.#current())
    }
  }

  /** True when there is more to do. */
  async index(): Promise<boolean> {
    if (Date.now() < this.#restUntil) return false
    try {
      const index = this.#current()
      const end = Date.now() + INDEX_FOR_MS
      while (await index.step()) {
        if (Date.now() > end) return true
        // Look-ups come between.
        await pause()
      }
      await index.forgetRemoved()
      return false
    } catch (error) {
      if (error instanceof TrailIndexError) this.#throwAway()
      throw error
    }
  }

  close(): void {
    this.#file?.close()
    this.#rows[Symbol.dispose]()
  }

  /** The index; where somebody removed its file, a new one. */
  #current(): TrailIndex {
    if (this.#file?.isGone) this.#drop()
    if (!this.#file || !this.#index) {
      this.#file = new TrailIndexFile(this.#options.indexPath)
      this.#index = new TrailIndex(this.#rows, this.#file, this.#options.segmentEntries)
    }
    return this.#index
  }

  #throwAway(): void {
    this.#drop()
    removeTrailIndex(this.#options.indexPath)
    this.#restUntil = Date.now() + REST_AFTER_FAILURE_MS
  }

  #drop(): void {
    this.#file?.close()
    this.#file = undefined
    this.#index = undefined
  }
}

if (parentPort) serve(parentPort, workerData as LookUpOptions)

function serve(port: NonNullable<typeof parentPort>, options: LookUpOptions): void {
  const lookUps = new LookUps(options)
  const answer = async (request: LookUpRequest) => {
    if (request.kind === 'look up') return { page: await lookUps.lookUp(request.query) }
    if (request.kind === 'index') return { more: await lookUps.index() }
    lookUps.close()
    return { more: false }
  }
  port.on('message', async ({ id, ...request }: LookUpRequest & { readonly id: number }) => {
    let reply: LookUpReply
    try {
      reply = { id, ...(await answer(request as LookUpRequest)) }
    } catch (error) {
      reply = { id, failure: error instanceof Error ? error.message : String(error) }
    }
    port.postMessage(reply)
  })
}
