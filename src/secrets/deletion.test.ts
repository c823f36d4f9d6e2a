import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DAY_MS as DAY } from '../aws/time.ts'
import { accessDay, deletionPlan } from './deletion.ts'
import { errors } from './errors.ts'

const NOW = Date.UTC(2026, 1, 28, 23, 59, 59, 999)
const inDays = (days: number) => ({ deletedAt: NOW, purgeAt: NOW + days * DAY })

describe('deletionPlan', () => {
  test('the window is thirty days unless the request says otherwise', () => {
    assert.deepEqual(deletionPlan({}, NOW), inDays(30))
    assert.deepEqual(deletionPlan({ ForceDeleteWithoutRecovery: false }, NOW), inDays(30))
  })

  for (const days of [7, 8, 30]) {
    test(`a window of ${days} days is allowed`, () => {
      assert.deepEqual(deletionPlan({ RecoveryWindowInDays: days }, NOW), inDays(days))
      const unforced = { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: false }
      assert.deepEqual(deletionPlan(unforced, NOW), inDays(days))
    })
  }

  for (const days of [-1, 0, 6, 31, 2 ** 53]) {
    test(`a window of ${days} days is refused, also when the deletion is forced`, () => {
      assert.throws(() => deletionPlan({ RecoveryWindowInDays: days }, NOW), errors.recoveryWindow())
      const forced = { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: true }
      assert.throws(() => deletionPlan(forced, NOW), errors.recoveryWindow())
    })
  }

  test('force has no window', () => {
    assert.deepEqual(deletionPlan({ ForceDeleteWithoutRecovery: true }, NOW), { force: true })
    const both = { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }
    assert.throws(() => deletionPlan(both, NOW), errors.forceWithWindow())
  })
})

describe('accessDay', () => {
  test('a moment becomes midnight UTC of its day', () => {
    assert.equal(accessDay(NOW), Date.UTC(2026, 1, 28))
    assert.equal(accessDay(NOW + 1), Date.UTC(2026, 2, 1))
    assert.equal(accessDay(Date.UTC(2026, 2, 1)), Date.UTC(2026, 2, 1))
  })
})
