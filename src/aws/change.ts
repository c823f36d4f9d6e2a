/**
 * A change to the store that has not happened yet. Stores make changes, the trail commits them: there is no way to change anything without
 * leaving a record.
 */
export interface Change {
  /** What the change does, for logs. */
  readonly describes: string
}

/** A change was computed from something that has moved meanwhile: read again, decide again. Nothing was written. */
export class ConflictError extends Error {
  constructor(what: string) {
    super(`The store changed meanwhile: ${what}`)
    this.name = 'ConflictError'
  }
}
