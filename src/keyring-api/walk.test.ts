import assert from 'node:assert/strict'
import { test } from 'node:test'
import { purposes } from '../seal/keyring.ts'
import { advance, isComplete, progressOf, retirableAt, type Walk, WRITES_UNDER_WAY_MS } from './walk.ts'

const HOUR = 3_600_000
const table = (name: string, total: number) => ({ name, total, done: 0, altered: 0 })
const begun: Walk = { version: 2, table: 0, tables: [table('a', 150), table('b', 1)] }

test('a walk goes through one table after the other, and counts what it finds', () => {
  const first = advance(begun, { done: 99, altered: 1, resealed: true, after: ['k'] }, 1)
  assert.deepEqual([first.table, first.after, isComplete(first)], [0, ['k'], false])
  const second = advance(first, { done: 50, altered: 0, resealed: false }, 2)
  assert.deepEqual([second.table, second.after, isComplete(second)], [1, undefined, false])
  const last = advance(second, { done: 1, altered: 0, resealed: false }, 3)
  assert.ok(isComplete(last))
  assert.deepEqual(progressOf(last), { total: 151, done: 150, altered: 1 })
  assert.deepEqual([last.finishedAt, last.resealedAt], [3, 1])
})

test('a walk through nothing is complete', () => {
  assert.ok(isComplete({ version: 2, table: 0, tables: [] }))
})

test('versions may go once nothing that they sealed lives, and nobody writes any more what was read under them', () => {
  const made = 1_000_000
  for (const purpose of purposes) {
    const lifetime = { session: 36 * HOUR, 'page-token': 24 * HOUR }[purpose as string] ?? 0
    assert.equal(retirableAt(purpose, made), made + lifetime + WRITES_UNDER_WAY_MS, purpose)
  }
  assert.equal(retirableAt('kms', made, made + HOUR), made + HOUR + WRITES_UNDER_WAY_MS)
  assert.equal(retirableAt('session', made, made + HOUR), made + 36 * HOUR + WRITES_UNDER_WAY_MS)
})
