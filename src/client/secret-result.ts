import type { Failure } from './failure.ts'
import { SecretReadError } from './secret-read-error.ts'
import { type ReadSecret, SecretValue } from './secret-value.ts'

/** One secret of several: its value, or why there is none. */
export type SecretResult =
  | { readonly ok: true; readonly id: string; readonly value: SecretValue; readonly error?: undefined }
  | { readonly ok: false; readonly id: string; readonly error: SecretReadError; readonly value?: undefined }

export function succeeded(id: string, read: ReadSecret, stale: boolean): SecretResult {
  return { ok: true, id, value: new SecretValue(id, read, stale) }
}

export function failed(id: string, failure: Failure): SecretResult {
  return { ok: false, id, error: new SecretReadError(id, failure) }
}
