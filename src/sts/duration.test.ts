import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roleSessionSeconds, userSessionSeconds } from './duration.ts'

const OVER_MAX = {
  message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
}
const OVER_CHAIN = {
  message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
}

test('a role session lasts an hour unless it is asked to last longer', () => {
  assert.equal(roleSessionSeconds(undefined, 43_200, false), 3600)
  assert.equal(roleSessionSeconds(900, 43_200, false), 900)
})

test("a role session lasts as long as the role's own limit and no second longer", () => {
  assert.equal(roleSessionSeconds(7200, 7200, false), 7200)
  assert.throws(() => roleSessionSeconds(7201, 7200, false), OVER_MAX)
})

test('a chained session lasts an hour at most, whatever the role allows', () => {
  assert.equal(roleSessionSeconds(3600, 43_200, true), 3600)
  assert.throws(() => roleSessionSeconds(3601, 43_200, true), OVER_CHAIN)
})

test("a user's session lasts twelve hours unless something else is asked for", () => {
  assert.equal(userSessionSeconds(undefined, false), 43_200)
  assert.equal(userSessionSeconds(129_600, false), 129_600)
})

test("root's session never lasts longer than an hour", () => {
  assert.equal(userSessionSeconds(undefined, true), 3600)
  assert.equal(userSessionSeconds(129_600, true), 3600)
  assert.equal(userSessionSeconds(900, true), 900)
})
