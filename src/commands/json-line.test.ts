import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonLine } from './json-line.ts'

test('a line of JSON is one line, means the same, and steers no terminal', () => {
  const value = { a: 'x\x1b[2J\x9b31m\x7f\u2028\n', b: [1, null] }
  const line = jsonLine(value)
  assert.match(line, /^[^\n]+\n$/)
  assert.doesNotMatch(line.trimEnd(), /[\p{Cc}\p{Zl}]/u)
  assert.deepEqual(JSON.parse(line), value)
})
