/** What went wrong with a root key; callers switch on it. */
export type RootKeyErrorCode =
  /** There is no such file. */
  | 'missing'
  /** The file to be made is there already. */
  | 'exists'
  /** Others than its owner may read or change the file. */
  | 'exposed'
  /** The operating system refused. */
  | 'inaccessible'
  /** The text is no root key, or was altered. */
  | 'malformed'
  /** The file holds no byte of a key, as when its creation was interrupted. */
  | 'empty'
  /** The text is of a version that this release does not know. */
  | 'unknown-version'
  /** The store is sealed by another root key. */
  | 'other-key'
  /** The key is in a KMS that gives no answer. */
  | 'unreachable'
  /** The key is in a KMS that refuses to use it. */
  | 'refused'
  /** The key never leaves the KMS it is in. */
  | 'unexportable'
  /** The passphrase does not open the export, or is too short for a new one. */
  | 'passphrase'

/**
 * A root key could not be read, made, exported or imported: one line that a person can act on, without any key
 * material.
 */
export class RootKeyError extends Error {
  override readonly name = 'RootKeyError'
  readonly code: RootKeyErrorCode

  constructor(code: RootKeyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
