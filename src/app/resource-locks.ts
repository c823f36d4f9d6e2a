/**
 * Keeps writers of one resource in this process from deciding at the same time. It spares them work in vain; that nothing is lost between
 * processes is the store's doing.
 */
export class ResourceLocks {
  readonly #last = new Map<string, Promise<void>>()

  /** Waits for its turn. `waited` says whether somebody else had the resource meanwhile. */
  async acquire(resource: string): Promise<{ readonly waited: boolean; readonly release: () => void }> {
    const before = this.#last.get(resource)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last.set(resource, promise)
    const release = () => {
      if (this.#last.get(resource) === promise) this.#last.delete(resource)
      resolve()
    }
    await before
    return { waited: before !== undefined, release }
  }
}
