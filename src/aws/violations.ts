import { type AwsError, frameworkError } from './error.ts'

/** Receives what a request's constraints forbid. */
export interface Violations {
  /**
   * A reporter for the value at `path`.
   *
   * @param value the value's text; null for a missing member; undefined for a sensitive one, whose text is left out
   */
  at(path: string, value: string | null | undefined): (constraint: string) => void
  /** Reports what the service itself says of the value at `path`: the whole text of the error, unless the framework finds anything. */
  refuse(path: string, text: string): void
}

const VALIDATION = 'ValidationException'

/**
 * Violations that are listed; the others are only counted. Nobody reads more, and a small request could make a very large answer. AWS's own cap is
 * not known (facts 9.2).
 */
const MAX_LISTED = 100

/** Characters of a value that are repeated: any value that a constraint is about. Ours, for the same reason. */
const MAX_SHOWN_VALUE = 8_192
/** Characters after which no further violation is listed; ours. */
const MAX_LISTED_TEXT = 32_768

/** Violations in order, worded as AWS's framework words them (facts 3.1). */
export class ViolationList implements Violations {
  readonly #texts: string[] = []
  #count = 0
  #length = 0
  #refusal: string | undefined
  /** Where the first one is. */
  firstPath: string | undefined

  at(path: string, value: string | null | undefined): (constraint: string) => void {
    const shown = value === undefined ? '' : value === null ? ' null' : ` '${value.slice(0, MAX_SHOWN_VALUE)}'`
    return (constraint) => {
      this.firstPath ??= path
      if (++this.#count > MAX_LISTED || this.#length > MAX_LISTED_TEXT) return
      const text = `Value${shown} at '${path}' failed to satisfy constraint: ${constraint}`
      this.#length += text.length
      this.#texts.push(text)
    }
  }

  refuse(path: string, text: string): void {
    this.firstPath ??= path
    this.#refusal ??= text
  }

  /** The ValidationException for what was reported, undefined when nothing was. The framework stands before the service. */
  error(): AwsError | undefined {
    const count = this.#count
    if (count === 0) return this.#refusal === undefined ? undefined : frameworkError(VALIDATION, this.#refusal)
    const noun = count === 1 ? 'error' : 'errors'
    return frameworkError(VALIDATION, `${count} validation ${noun} detected: ${this.#texts.join('; ')}`)
  }
}
