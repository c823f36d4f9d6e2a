import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DAY_MS as DAY } from '../aws/time.ts'
import { KEPT_VERSIONS, versionLimitReached, versionsToRemove } from './retention.ts'
import { CURRENT, PREVIOUS, type Stages, type VersionInfo } from './secret.ts'

const NOW = Date.UTC(2026, 0, 15, 12)

/** Versions v0, v1, …, each as many milliseconds old as its entry says. */
const versionsAged = (ages: readonly number[]): VersionInfo[] =>
  ages.map((age, index) => ({ versionId: `v${index}`, createdAt: NOW - age }))

/** Oldest first, one day apart, the newest from just now. */
const daily = (count: number) => versionsAged(Array.from({ length: count }, (_, index) => (count - 1 - index) * DAY))

const noLabels: Stages = new Map()

test('a hundred versions are kept', () => {
  assert.deepEqual(versionsToRemove(daily(100), noLabels, NOW), [])
})

test('what goes beyond a hundred is removed, oldest ones only', () => {
  assert.deepEqual(versionsToRemove(daily(101), noLabels, NOW), ['v0'])
  assert.deepEqual(new Set(versionsToRemove(daily(103), noLabels, NOW)), new Set(['v0', 'v1', 'v2']))
})

test('the order in which versions are given does not matter', () => {
  assert.deepEqual(versionsToRemove(daily(101).reverse(), noLabels, NOW), ['v0'])
})

test('a version with a label is never removed', () => {
  const stages = new Map([
    ['v0', ['mine']],
    ['v101', [CURRENT]],
    ['v100', [PREVIOUS]],
  ])
  assert.deepEqual(versionsToRemove(daily(102), stages, NOW), ['v1'])
})

test('a version is never removed before it is a day old', () => {
  const many = Array.from({ length: KEPT_VERSIONS }, () => 0)
  assert.deepEqual(versionsToRemove(versionsAged([DAY - 1, ...many]), noLabels, NOW), [])
  assert.deepEqual(versionsToRemove(versionsAged([DAY, ...many]), noLabels, NOW), ['v0'])
})

test('of versions written in the same millisecond the later one is the more recent', () => {
  const versions = versionsAged(Array.from({ length: 101 }, () => 2 * DAY))
  assert.deepEqual(versionsToRemove(versions, noLabels, NOW), ['v0'])
})

test('the limit is reached by the hundred-and-first version within a day', () => {
  assert.equal(versionLimitReached(versionsAged(Array.from({ length: 100 }, () => 0)), NOW), false)
  assert.equal(versionLimitReached(versionsAged(Array.from({ length: 101 }, () => 0)), NOW), true)
  assert.equal(versionLimitReached(versionsAged([DAY, ...Array.from({ length: 100 }, () => 0)]), NOW), false)
})

test('what is removed is old and unlabelled, and what remains is bounded', () => {
  const age = fc.integer({ min: 0, max: 3 * DAY })
  fc.assert(
    fc.property(
      fc.array(age, { minLength: 90, maxLength: 140 }),
      fc.uniqueArray(fc.nat({ max: 139 }), { maxLength: 20 }),
      (ages, labelled) => {
        const versions = versionsAged(ages)
        const stages: Stages = new Map(labelled.map((index) => [`v${index}`, [`label${index}`]]))
        const removed = new Set(versionsToRemove(versions, stages, NOW))
        for (const version of versions) {
          if (!removed.has(version.versionId)) continue
          assert.ok(!stages.has(version.versionId))
          assert.ok(NOW - version.createdAt >= DAY)
        }
        const left = versions.length - removed.size
        assert.ok(left >= Math.min(versions.length, KEPT_VERSIONS))
        if (!versionLimitReached(versions, NOW)) assert.ok(left <= KEPT_VERSIONS + stages.size)
      },
    ),
  )
})
