import assert from 'node:assert/strict'
import type { Ended } from './coffer.ts'

/** Asserts one clear sentence on standard error, nothing on standard output, and the exit code: 1 unless another one is expected. */
export function assertRefused({ code, stdout, stderr }: Ended, sentence: RegExp, expected: 1 | 2 | 3 | 4 = 1): void {
  assert.match(stderr, /^coffer: [^\n]+\n$/)
  assert.match(stderr, sentence)
  assert.doesNotMatch(stderr, /^ {4}at |Error:|node:internal/m)
  assert.deepEqual({ code, stdout }, { code: expected, stdout: '' })
}

/** The sentence of a command that needs a stopped installation, while a server runs on it; the process is known on Linux alone. */
export function mustBeStopped(doing: string, data: string, pid: number | undefined): RegExp {
  const holder = process.platform === 'linux' ? ` \\(process ${pid}\\)` : ''
  return new RegExp(
    `coffer: ${doing}: ${data}: a Coffer server is using it${holder}\\. Stop the server, run this command again, then start the server\\.`,
  )
}
