import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backOff, FIRST_WAIT_MS, LONGEST_WAIT_MS } from './back-off.ts'

test('each failure doubles the wait, up to a limit', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((failures) => backOff(failures, 0)),
    [1, 2, 4, 8].map((times) => times * FIRST_WAIT_MS),
  )
  for (const failures of [20, 1_000, 1e9]) assert.equal(backOff(failures, 0), LONGEST_WAIT_MS)
})

test('chance takes at most half of it', () => {
  assert.equal(backOff(1, 1), FIRST_WAIT_MS / 2)
  assert.equal(backOff(50, 0.5), LONGEST_WAIT_MS * 0.75)
})
