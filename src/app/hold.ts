import { ConflictError } from '../aws/change.ts'
import type { ResourceLocks } from './resource-locks.ts'

/** What a request keeps other writers from, until it has its answer. */
export class Hold implements AsyncDisposable {
  readonly #locks: ResourceLocks | undefined
  #resource: string | undefined
  #release = () => {}

  /** @param locks absent for requests that keep nobody from anything */
  constructor(locks: ResourceLocks | undefined) {
    this.#locks = locks
  }

  /** Throws ConflictError when it had to wait: what was read before is out of date then. The resource stays held. */
  async take(resource: string): Promise<void> {
    if (!this.#locks || resource === this.#resource || resource === '*') return
    this.#release()
    const { waited, release } = await this.#locks.acquire(resource)
    this.#resource = resource
    this.#release = release
    if (waited) throw new ConflictError('another writer was first')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release()
  }
}
