import { Worker } from 'node:worker_threads'
import { ConflictError } from '../aws/change.ts'
import type { GroupItem, WriterOptions, WriterReply, WriterRequest } from './sqlite-writer.ts'

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
  readonly kind: 'settle' | 'erase' | 'ping' | 'close'
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** The writer's thread, seen from the main thread: appends gather while a group is under way and leave together. */
export class WriterThread {
  readonly #worker: Worker
  /** Told of every group that changed the store, before anybody who waits for it is. */
  readonly #onChanged: () => void
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

  constructor(options: WriterOptions, onChanged: () => void) {
    this.#onChanged = onChanged
    // Beside this file, in the source as in the build.
    const file = new URL(import.meta.url.replace(/sqlite-writer-thread(\.[jt]s)$/, 'sqlite-writer$1'))
    this.#worker = new Worker(file, { workerData: options, execArgv: [], stdout: false, stderr: false })
    this.#worker.on('message', (reply: WriterReply) => this.#settle?.(reply))
    this.#worker.on('error', (error) => this.#die(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', () => this.#die(new Error('The writer of the store has stopped')))
    // A program that uses Coffer in process may end without closing it.
    this.#worker.unref()
  }

  append(item: GroupItem): Promise<void> {
    return this.#enqueue((resolve, reject) => this.#waiting.push({ item, resolve, reject }))
  }

  /** Resolves once the records of changes stand in the trail; rejects when it cannot be written. */
  settle(): Promise<void> {
    return this.#send('settle')
  }

  /** Resolves once what was removed has left the files, or this is known to be impossible for now. */
  erase(): Promise<void> {
    return this.#send('erase')
  }

  /** Rejects when nothing can be written any more, or the last write has failed just now. */
  async ping(): Promise<void> {
    await this.#send('ping')
    if (this.#lastFailure && Date.now() - this.#lastFailure.at < UNWRITABLE_FOR_MS) throw this.#lastFailure.error
  }

  /** Everything that was appended is written first. Never rejects: what is not written has been said to those who wait for it. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#worker.ref()
    await this.#send('close').catch(() => {})
    this.#die(new Error('The store is closed'))
    await this.#worker.terminate()
  }

  #send(kind: Errand['kind']): Promise<void> {
    return this.#enqueue((resolve, reject) => this.#errands.push({ kind, resolve, reject }))
  }

  #enqueue(add: (resolve: () => void, reject: (error: Error) => void) => void): Promise<void> {
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
      const kind = this.#errands[0]?.kind
      if (kind && (kind !== 'close' || this.#waiting.length === 0)) await this.#run(kind)
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
      'failure' in reply
        ? group.map(() => ({ reason: 'failed', message: reply.failure }) as const)
        : group.map((_, index) => reply.outcomes[index])
    if (group.some(({ item }) => item.writes.length > 0)) this.#onChanged()
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
  async #run(kind: Errand['kind']): Promise<void> {
    const served = this.#errands.filter((errand) => errand.kind === kind)
    const others = this.#errands.filter((errand) => errand.kind !== kind)
    this.#errands.splice(0, this.#errands.length, ...others)
    const reply = await this.#request({ kind })
    for (const { resolve, reject } of served) {
      if ('failure' in reply) reject(new Error(reply.failure))
      else resolve()
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
