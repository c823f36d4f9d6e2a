import { Worker } from 'node:worker_threads'
import type { EventLookUp, EventPage, EventQuery } from './audit/lookup/look-up.ts'
import type { Trail } from './audit/trail.ts'
import type { Job } from './jobs/runner.ts'
import type { LookUpOptions, LookUpReply, LookUpRequest } from './trail-look-up-worker.ts'

/** How often what is new in the trail is indexed. */
const INDEX_EVERY_MS = 1_000
/** A trail of fewer rows is read as fast as an index; no thread is started for it. */
const ROWS_WORTH_INDEXING = 256

interface Waiting {
  readonly resolve: (reply: LookUpReply) => void
  readonly reject: (error: Error) => void
}

/** The thread that looks up, seen from the main thread. It is started when it is needed first, and again after it failed. */
export class TrailLookUp implements EventLookUp {
  readonly #trail: Pick<Trail, 'settle' | 'rows'>
  readonly #options: LookUpOptions
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #requests = 0
  #closed = false

  constructor(trail: Pick<Trail, 'settle' | 'rows'>, options: LookUpOptions) {
    this.#trail = trail
    this.#options = options
  }

  async lookUp(query: EventQuery): Promise<EventPage> {
    await this.#trail.settle()
    const reply = await this.#request({ kind: 'look up', query })
    if (!('page' in reply)) throw new Error('The look-up thread gave no page')
    return reply.page
  }

  /** Indexes what is new. */
  get job(): Job {
    return {
      name: 'index trail',
      everyMs: INDEX_EVERY_MS,
      run: async (signal) => {
        if (!this.#worker && !(await this.#isWorthIndexing())) return
        while (!signal.aborted) {
          const reply = await this.#request({ kind: 'index' })
          if (!('more' in reply && reply.more)) return
        }
      },
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const worker = this.#worker
    if (!worker) return
    await this.#request({ kind: 'close' }).catch(() => {})
    await worker.terminate()
  }

  async #isWorthIndexing(): Promise<boolean> {
    const [last] = await this.#trail.rows({ newestFirst: true, limit: 1 })
    return (last?.seq ?? 0) >= ROWS_WORTH_INDEXING
  }

  async #request(request: LookUpRequest): Promise<LookUpReply> {
    if (this.#closed && request.kind !== 'close') throw new Error('The trail is closed')
    this.#worker ??= this.#start()
    const worker = this.#worker
    const id = ++this.#requests
    worker.ref()
    const reply = await new Promise<LookUpReply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ ...request, id })
    })
    if ('failure' in reply) throw new Error(reply.failure)
    return reply
  }

  #start(): Worker {
    // Beside this file, in the source as in the build.
    const file = new URL(import.meta.url.replace(/(\.[jt]s)$/, '-worker$1'))
    const worker = new Worker(file, { workerData: this.#options, execArgv: [], stdout: false, stderr: false })
    worker.on('message', (reply: LookUpReply) => {
      const waiting = this.#waiting.get(reply.id)
      this.#waiting.delete(reply.id)
      // A program that uses Coffer in process may end without closing it.
      if (this.#waiting.size === 0) worker.unref()
      waiting?.resolve(reply)
    })
    worker.on('error', (error) => this.#die(worker, error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#die(worker, new Error('The look-up thread has stopped')))
    worker.unref()
    return worker
  }

  #die(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of waiting) reject(error)
  }
}
