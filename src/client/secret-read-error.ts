import type { Failure } from './failure.ts'

/** Codes of {@link SecretReadError}: AWS's and the system's as they come, and our own. */
export type SecretErrorCode =
  | 'ResourceNotFoundException'
  | 'AccessDeniedException'
  | 'InvalidRequestException'
  | 'InvalidParameterException'
  | 'DecryptionFailure'
  /** The call, or this reader of its answer, did not wait longer. */
  | 'TimeoutError'
  /** The reader is closed. */
  | 'ReaderClosed'
  /** The value is binary and was asked for as text, or the other way round. */
  | 'WrongKind'
  | 'InvalidJson'
  | 'SchemaMismatch'
  | (string & {})

/** A secret that could not be read. Holds no value, and nothing of an answer that could. */
export class SecretReadError extends Error {
  override readonly name = 'SecretReadError'
  readonly code: SecretErrorCode
  /** The id as it was asked for; in `find`, as the server names it. */
  readonly secretId: string | undefined
  /** Whether it is a connection failure, a time-out, a 5xx or throttling, so that trying again later may help. */
  readonly unreachable: boolean
  /** HTTP status of the answer, where the whole call failed. */
  readonly status: number | undefined
  readonly requestId: string | undefined
  readonly #paths: readonly string[]

  constructor(secretId: string | undefined, failure: Failure, paths: readonly string[] = []) {
    super(
      secretId === undefined
        ? `Cannot find secrets: ${failure.text}`
        : `Cannot read secret ${String(secretId)}: ${failure.text}`,
    )
    this.code = failure.code
    this.secretId = secretId
    this.unreachable = failure.kind === 'unreachable'
    this.status = failure.status
    this.requestId = failure.requestId
    this.#paths = paths
  }

  /**
   * Where a value does not fit its schema, as `a.b.0`. Names of members are part of the secret: they stand neither in the message nor among
   * the properties that loggers show.
   */
  get paths(): readonly string[] {
    return this.#paths
  }
}
