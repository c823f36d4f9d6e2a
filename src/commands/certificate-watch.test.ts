import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { CertificateWatch, endOfChain, warningReached } from './certificate-watch.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const pem = (name: string) => readFileSync(new URL(`../../test/process/tls/${name}`, import.meta.url), 'utf8')

test('a chain ends with the first of its certificates that ends', () => {
  const [long, ended] = [pem('server.pem'), pem('ended.pem')]
  assert.ok(endOfChain(ended) < Date.now() && Date.now() < endOfChain(long))
  assert.equal(endOfChain(long + ended), endOfChain(ended))
})

describe('a certificate is warned of', () => {
  const cases: readonly [left: number, days: number | undefined][] = [
    [31 * DAY, undefined],
    [30 * DAY, 30],
    [7 * DAY + HOUR, 30],
    [7 * DAY, 7],
    [1 * DAY + HOUR, 7],
    [1 * DAY, 1],
    [0, 0],
    [-DAY, 0],
  ]
  for (const [left, days] of cases)
    test(`${left / HOUR} hours before its end: ${days === undefined ? 'not yet' : `at ${days} days`}`, () =>
      assert.equal(warningReached(1_000 * DAY, 1_000 * DAY - left), days))
})

test('each warning is logged once, and again for another certificate', () => {
  const lines: string[] = []
  const log = {
    info() {},
    warn: (_: object, text: string) => lines.push(text),
    error: (_: object, text: string) => lines.push(text),
  }
  using watch = new CertificateWatch(pem('server.pem'), log)
  const end = endOfChain(pem('server.pem'))
  for (const left of [40, 30, 29, 7, 6, 1, 0.5, 0, -1]) watch.look(end - left * DAY)
  assert.deepEqual(
    lines.map((line) => /within \d+ days?|has ended/.exec(line)?.[0]),
    ['within 30 days', 'within 7 days', 'within 1 day', 'has ended'],
  )
  watch.replace(pem('ended.pem'))
  assert.equal(lines.length, 5)
})
