import assert from 'node:assert/strict'
import type { Ended } from './coffer.ts'

/** One clear sentence on standard error, nothing else, and a failure. */
export function assertRefused({ code, stdout, stderr }: Ended, sentence: RegExp): void {
  assert.match(stderr, /^coffer: [^\n]+\n$/)
  assert.match(stderr, sentence)
  assert.doesNotMatch(stderr, /^ {4}at |Error:|node:internal/m)
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
}
