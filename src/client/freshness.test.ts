import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Failure } from './failure.ts'
import { type Known, lifetimeOf, mayServeStale, type Plan, planRead, planRefresh } from './freshness.ts'

const life = { sentAt: 0, refreshAt: 80, expiresAt: 100 }
const failed = (kind: Failure['kind'], until: number) => ({ failure: { kind, code: 'X', text: 'x' }, until })

describe('the life of a value', () => {
  test('begins when its call was sent, and is cut by the jitter', () => {
    const rules = { timeToLive: 100, jitter: 0.5, refreshAhead: 0.2 }
    assert.deepEqual(lifetimeOf(10, rules, 0), { sentAt: 10, refreshAt: 90, expiresAt: 110 })
    assert.deepEqual(lifetimeOf(10, rules, 1), { sentAt: 10, refreshAt: 50, expiresAt: 60 })
    assert.deepEqual(lifetimeOf(10, { ...rules, timeToLive: 0 }, 0.3), { sentAt: 10, refreshAt: 10, expiresAt: 10 })
  })
})

describe('a read', () => {
  const plans: [title: string, known: Known, now: number, plan: Plan, maxAge?: number][] = [
    ['of what is not known', {}, 0, 'ask'],
    ['of a young value', { life }, 79, 'serve'],
    ['of a value near its end', { life }, 80, 'serve-and-refresh'],
    ['of a value near its end, after a refresh that failed', { life, failed: failed('unreachable', 82) }, 81, 'serve'],
    ['once that is forgotten', { life, failed: failed('unreachable', 82) }, 82, 'serve-and-refresh'],
    ['of a value whose life is over', { life }, 100, 'ask'],
    ['of one that is too old for the caller', { life }, 30, 'ask', 30],
    ['of one that is not', { life }, 30, 'serve', 31],
    ['by who takes nothing that is remembered', { life }, 0, 'ask', 0],
    ['without a server', { life, failed: failed('unreachable', 200) }, 100, 'serve-stale'],
    ['without a server for too long', { life, failed: failed('unreachable', 200) }, 150, 'fail'],
    ['without a server and without a value', { failed: failed('unreachable', 10) }, 9, 'fail'],
    ['of what was refused', { failed: failed('refused', 10) }, 9, 'fail'],
    ['of what was refused some time ago', { failed: failed('refused', 10) }, 10, 'ask'],
    ['after another failure', { life, failed: failed('other', 200) }, 100, 'fail'],
  ]
  for (const [title, known, now, plan, maxAge = Infinity] of plans)
    test(`${title}: ${plan}`, () => assert.equal(planRead(known, now, { staleFor: 50, maxAge }), plan))
})

describe('a refresh', () => {
  const rules = { staleFor: 50, maxAge: Infinity, refreshFloor: 10 }
  test('asks anew, but within the floor of the one before', () => {
    assert.equal(planRefresh({ life }, 5, rules), 'ask-anew')
    assert.equal(planRefresh({ life, refreshedAt: 5 }, 14, rules), 'serve')
    assert.equal(planRefresh({ life, refreshedAt: 5 }, 15, rules), 'ask-anew')
    assert.equal(planRefresh({ refreshedAt: 5 }, 6, rules), 'ask')
  })
})

describe('the last good value', () => {
  test('stands in only for an answer that did not come', () => {
    for (const kind of ['refused', 'other'] as const)
      assert.equal(mayServeStale({ kind, code: 'X', text: 'x' }, life, 0, 50), false)
    assert.equal(mayServeStale({ kind: 'unreachable', code: 'X', text: 'x' }, life, 149, 50), true)
    assert.equal(mayServeStale({ kind: 'unreachable', code: 'X', text: 'x' }, life, 150, 50), false)
    assert.equal(mayServeStale({ kind: 'unreachable', code: 'X', text: 'x' }, undefined, 0, 50), false)
  })
})
