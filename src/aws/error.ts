/**
 * An error that a client of an AWS service is meant to see.
 *
 * `modeled` errors are those that a service's model (or its own authorization) raises; `framework` errors come from what stands before every
 * service: authentication, parsing, validation, throttling. The two spell the member that carries the text differently (facts 1.3, 9.1).
 */
export class AwsError extends Error {
  /** Bare exception name as it goes into `__type`. */
  readonly code: string
  readonly kind: 'modeled' | 'framework'
  /** HTTP status of the answer. */
  readonly status: number
  /** False when AWS sends the code alone, without any message member. */
  readonly hasMessage: boolean

  constructor(code: string, message?: string, options: { kind?: 'modeled' | 'framework'; status?: number } = {}) {
    super(message ?? code)
    this.name = 'AwsError'
    this.code = code
    this.kind = options.kind ?? 'modeled'
    this.status = options.status ?? 400
    this.hasMessage = message !== undefined
  }

  /** The same error with another text. */
  withMessage(message: string): AwsError {
    const { code, kind, status } = this
    return new AwsError(code, message, { kind, status })
  }
}

/** An error of the layers before a service: authentication, parsing, validation, throttling. */
export function frameworkError(code: string, message?: string, status = 400): AwsError {
  return new AwsError(code, message, { kind: 'framework', status })
}
