import assert from 'node:assert/strict'
import type { Ended } from './coffer.ts'

/** Asserts one clear sentence on standard error, nothing on standard output, and the exit code: 1 unless another one is expected. */
export function assertRefused({ code, stdout, stderr }: Ended, sentence: RegExp, expected: 1 | 2 | 3 | 4 = 1): void {
  assert.match(stderr, /^coffer: [^\n]+\n$/)
  assert.match(stderr, sentence)
  assert.doesNotMatch(stderr, /^ {4}at |Error:|node:internal/m)
  assert.deepEqual({ code, stdout }, { code: expected, stdout: '' })
}
