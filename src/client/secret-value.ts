import { SecretReadError } from './secret-read-error.ts'
import { placeOf, type StandardResult, type StandardSchema } from './standard-schema.ts'

/** A secret as the server answered it. */
export interface ReadSecret {
  readonly arn: string
  readonly name: string
  readonly versionId: string
  readonly versionStages: readonly string[]
  readonly createdDate: Date | undefined
  readonly content: string | Uint8Array
}

/**
 * A version of a secret, in the hands of a caller. Printing it, logging it or turning it into JSON shows which one it is; the value comes out
 * only where it is asked for by name.
 */
export class SecretValue {
  /** The id as it was asked for. */
  readonly id: string
  readonly arn: string
  readonly name: string
  readonly versionId: string
  readonly versionStages: readonly string[]
  /** The version's from a single read, the secret's from a batch, as the API has it. */
  readonly createdDate: Date | undefined
  /** Whether this is the last good value, served because the server could not be reached. */
  readonly stale: boolean
  readonly #content: string | Uint8Array

  /** Takes a copy of binary content. */
  constructor(id: string, read: ReadSecret, stale: boolean) {
    this.id = id
    this.arn = read.arn
    this.name = read.name
    this.versionId = read.versionId
    this.versionStages = [...read.versionStages]
    this.createdDate = read.createdDate && new Date(read.createdDate)
    this.stale = stale
    this.#content = typeof read.content === 'string' ? read.content : Uint8Array.from(read.content)
  }

  /** The text; undefined when the value is binary. */
  get string(): string | undefined {
    return typeof this.#content === 'string' ? this.#content : undefined
  }

  /** The bytes, which are the caller's own to overwrite; undefined when the value is text. */
  get binary(): Uint8Array | undefined {
    return typeof this.#content === 'string' ? undefined : this.#content
  }

  /** The text parsed as JSON. Throws {@link SecretReadError} `WrongKind` or `InvalidJson`. */
  json(): unknown
  /** The text parsed as JSON and validated. Rejects with {@link SecretReadError}, also `SchemaMismatch`. */
  json<Output>(schema: StandardSchema<Output>): Promise<Output>
  json<Output>(schema?: StandardSchema<Output>): unknown {
    return schema ? this.#validated(schema) : this.#parsed()
  }

  toString(): string {
    return `SecretValue(${this.id})`
  }

  #parsed(): unknown {
    const text = this.string
    if (text === undefined) throw this.#unfit('WrongKind', 'it is binary, and was asked for as JSON')
    try {
      return JSON.parse(text)
    } catch {
      // The parser's own text quotes the value.
      throw this.#unfit('InvalidJson', 'it is not JSON')
    }
  }

  async #validated<Output>(schema: StandardSchema<Output>): Promise<Output> {
    const parsed = this.#parsed()
    const result = await answerOf(schema, parsed)
    if (result && !result.issues) return result.value
    if (!result) throw this.#unfit('SchemaMismatch', 'its schema failed')
    const paths = result.issues.map(placeOf)
    throw this.#unfit('SchemaMismatch', `it does not fit its schema in ${paths.length} of its parts`, paths)
  }

  #unfit(code: string, text: string, paths?: readonly string[]): SecretReadError {
    return new SecretReadError(this.id, { kind: 'other', code, text }, paths)
  }
}

/** Undefined when the schema throws: what it throws may quote the value. */
async function answerOf<Output>(
  schema: StandardSchema<Output>,
  value: unknown,
): Promise<StandardResult<Output> | undefined> {
  try {
    return await schema['~standard'].validate(value)
  } catch {
    return undefined
  }
}
