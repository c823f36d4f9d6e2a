import { Worker } from 'node:worker_threads'
import type { ChainEnd, Hole } from '../audit/head-signer.ts'
import type { Statement } from '../audit/statement.ts'
import { ConflictError } from '../aws/change.ts'
import type { ChainLink } from './sqlite-chain.ts'
import type {
  GroupItem,
  ReserveState,
  WriterNotice,
  WriterOptions,
  WriterReply,
  WriterRequest,
} from './sqlite-writer-messages.ts'

/** A group of changes and records sent to the writer at once holds at most this many bytes of them. */
const GROUP_BYTES = 4 * 1024 * 1024
/** For this long after a write has failed the store counts as one that cannot be written, unless a later one succeeds. */
const UNWRITABLE_FOR_MS = 10_000

interface Waiting {
  readonly item: GroupItem
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** A request other than a group. */
interface Errand {
  readonly request: Exclude<WriterRequest, { kind: 'group' }>
  readonly resolve: (reply: WriterReply) => void
  readonly reject: (error: Error) => void
}

/** Who is told of what. */
interface Told {
  /** Every group that changed the store, before anybody who waits for it knows. */
  readonly onChanged: () => void
  readonly onReserve: (state: ReserveState) => void
}

/** The writer's thread, seen from the main thread: appends gather while a group is under way and leave together. */
export class WriterThread {
  readonly #worker: Worker
  readonly #told: Told
  readonly #waiting: Waiting[] = []
  readonly #errands: Errand[] = []
  #busy = false
  #scheduled = false
  #closing: Promise<void> | undefined
  /** Why nothing can be written any more. */
  #dead: Error | undefined
  #lastFailure: { readonly error: Error; readonly at: number } | undefined
  /** Settles the request that is under way. */
  #settle: ((reply: WriterReply) => void) | undefined

  constructor(options: WriterOptions, told: Told) {
    this.#told = told
    // Beside this file, in the source as in the build.
    const file = new URL(import.meta.url.replace(/sqlite-writer-thread(\.[jt]s)$/, 'sqlite-writer$1'))
    this.#worker = new Worker(file, { workerData: options, execArgv: [], stdout: false, stderr: false })
    this.#worker.on('message', (message: WriterReply | WriterNotice) => {
      if ('reserve' in message) this.#told.onReserve(message.reserve)
      else this.#settle?.(message)
    })
    this.#worker.on('error', (error) => this.#die(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', () => this.#die(new Error('The writer of the store has stopped')))
    // A program that uses Coffer in process may end without closing it.
    this.#worker.unref()
  }

  append(item: GroupItem): Promise<void> {
    return this.#enqueue((resolve, reject) => this.#waiting.push({ item, resolve, reject }))
  }

  /** Lets a writer that was told to wait move records; behind a row that is known from elsewhere if that is later than the last. */
  async begin({ seq, hash }: ChainLink): Promise<void> {
    await this.#send({ kind: 'begin', behind: { seq, hash } })
  }

  /** Where rows are missing and no gap was acknowledged. */
  async holes(): Promise<readonly Hole[]> {
    const reply = await this.#send({ kind: 'holes' })
    if ('holes' in reply) return reply.holes
    throw new Error('The writer of the store did not say where rows are missing')
  }

  /** Resolves once the records of changes stand in the trail; rejects when it cannot be written. */
  async settle(): Promise<void> {
    await this.#send({ kind: 'settle' })
  }

  /** The last row of the trail, once everything that was appended stands in it. */
  async end(): Promise<ChainEnd> {
    const reply = await this.#send({ kind: 'end' })
    if ('end' in reply) return reply.end
    throw new Error('The writer of the store did not say where the trail ends')
  }

  /** Adds a statement to the trail. */
  async state(statement: Statement): Promise<void> {
    await this.#send({ kind: 'state', statement })
  }

  /** Removes some of what is before a cut, oldest first. False when nothing of it is left. */
  async removeSome(cut: Statement): Promise<boolean> {
    const reply = await this.#send({ kind: 'remove', statement: cut })
    return 'removed' in reply && reply.removed
  }

  /** Resolves once what was removed has left the files, or this is known to be impossible for now. */
  async erase(): Promise<void> {
    await this.#send({ kind: 'erase' })
  }

  /** Rejects when nothing can be written any more, or the last write has failed just now. */
  async ping(): Promise<void> {
    await this.#send({ kind: 'ping' })
    if (this.#lastFailure && Date.now() - this.#lastFailure.at < UNWRITABLE_FOR_MS) throw this.#lastFailure.error
  }

  /** Everything that was appended is written first. Never rejects: what is not written has been said to those who wait for it. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#worker.ref()
    await this.#send({ kind: 'close' }).catch(() => {})
    this.#die(new Error('The store is closed'))
    await this.#worker.terminate()
  }

  #send(request: Errand['request']): Promise<WriterReply> {
    return this.#enqueue((resolve, reject) => this.#errands.push({ request, resolve, reject }))
  }

  #enqueue<T>(add: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    if (this.#dead) return Promise.reject(this.#dead)
    if (this.#closing) return Promise.reject(new Error('The store is closed'))
    return new Promise((resolve, reject) => {
      add(resolve, reject)
      this.#schedule()
    })
  }

  /** Everything that arrives in one turn of the event loop travels in one group. */
  #schedule(): void {
    if (this.#busy || this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#busy = true
    this.#worker.ref()
    while (!this.#dead && (this.#waiting.length > 0 || this.#errands.length > 0)) {
      if (this.#waiting.length > 0) await this.#sendGroup(this.#takeGroup())
      // Groups may never cease, and an errand must not wait for that. Closing comes last.
      const request = this.#errands[0]?.request
      if (request && (request.kind !== 'close' || this.#waiting.length === 0)) await this.#run(request)
    }
    this.#busy = false
    if (!this.#closing) this.#worker.unref()
  }

  #takeGroup(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const { item } of this.#waiting) {
      bytes += sizeOf(item)
      if (count > 0 && bytes > GROUP_BYTES) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #sendGroup(group: readonly Waiting[]): Promise<void> {
    const reply = await this.#request({ kind: 'group', items: group.map(({ item }) => item) })
    const outcomes =
      'outcomes' in reply
        ? group.map((_, index) => reply.outcomes[index])
        : group.map(() => ({ reason: 'failed', message: 'failure' in reply ? reply.failure : 'no outcome' }) as const)
    if (group.some(({ item }) => item.writes.length > 0)) this.#told.onChanged()
    const failed = outcomes.find((outcome) => outcome?.reason === 'failed')
    this.#lastFailure = failed && { error: unwritable(failed.message), at: Date.now() }
    group.forEach((waiting, index) => {
      const outcome = outcomes[index]
      if (!outcome) waiting.resolve()
      else if (outcome.reason === 'conflict') waiting.reject(new ConflictError(outcome.message))
      else waiting.reject(unwritable(outcome.message))
    })
  }

  /** One run serves all who wait for the same thing already. */
  async #run(request: Errand['request']): Promise<void> {
    const isServed = (errand: Errand) =>
      errand.request === request || (!('statement' in request) && errand.request.kind === request.kind)
    const served = this.#errands.filter(isServed)
    const others = this.#errands.filter((errand) => !isServed(errand))
    this.#errands.splice(0, this.#errands.length, ...others)
    const reply = await this.#request(request)
    for (const { resolve, reject } of served) {
      if ('failure' in reply) reject(new Error(reply.failure))
      else resolve(reply)
    }
  }

  #request(request: WriterRequest): Promise<WriterReply> {
    return new Promise((resolve) => {
      this.#settle = resolve
      this.#worker.postMessage(request)
    })
  }

  /** The thread is gone: everybody who waits is told. */
  #die(error: Error): void {
    if (this.#dead) return
    this.#dead = error
    this.#settle?.({ failure: error.message })
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
    for (const errand of this.#errands.splice(0)) errand.reject(error)
  }
}

const unwritable = (why: string) => new Error(`The store could not be written: ${why}`)

function sizeOf(item: GroupItem): number {
  let bytes = item.entry?.length ?? 0
  for (const write of item.writes)
    for (const value of write.values)
      bytes += typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.byteLength : 8
  return bytes
}
