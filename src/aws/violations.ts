import { type AwsError, frameworkError } from './error.ts'

/** Receives what a request's constraints forbid. */
export interface Violations {
  /**
   * A reporter for the value at `path`.
   *
   * @param value the value's text; null for a missing member; undefined for a sensitive one, whose text is left out
   */
  at(path: string, value: string | null | undefined): (constraint: string) => void
}

/**
 * Violations that are listed; the others are only counted. Nobody reads more, and a small request could make a very large answer. AWS's own cap is
 * not known (facts 9.2).
 */
const MAX_LISTED = 100

/** Violations in order, worded as AWS's framework words them (facts 3.1). */
export class ViolationList implements Violations {
  readonly #texts: string[] = []
  #count = 0

  at(path: string, value: string | null | undefined): (constraint: string) => void {
    const shown = value === undefined ? '' : value === null ? ' null' : ` '${value}'`
    return (constraint) => {
      if (++this.#count > MAX_LISTED) return
      this.#texts.push(`Value${shown} at '${path}' failed to satisfy constraint: ${constraint}`)
    }
  }

  /** The ValidationException for what was reported, undefined when nothing was. */
  error(): AwsError | undefined {
    const count = this.#count
    if (count === 0) return undefined
    const noun = count === 1 ? 'error' : 'errors'
    return frameworkError('ValidationException', `${count} validation ${noun} detected: ${this.#texts.join('; ')}`)
  }
}
