/** Thrown when an evaluation has taken all the steps that it may take. */
export class WorkExceededError extends Error {
  override readonly name = 'WorkExceededError'
}

/**
 * Counts the steps of an evaluation and ends it at a limit. A step is a statement, condition, value or variable that is looked at, or a character of
 * a text that is compared with up to 32 characters of a pattern. The count depends only on the policies and the request, never on time or caches.
 */
export class Work {
  readonly limit: number
  #steps = 0

  constructor(limit: number = Number.POSITIVE_INFINITY) {
    this.limit = limit
  }

  get steps(): number {
    return this.#steps
  }

  get isExceeded(): boolean {
    return this.#steps > this.limit
  }

  /** Throws WorkExceededError beyond the limit, and then at every further call. */
  add(steps: number): void {
    this.#steps += steps
    if (this.#steps > this.limit) throw new WorkExceededError(`The evaluation takes more than ${this.limit} steps`)
  }
}
