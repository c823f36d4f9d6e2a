import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { checkRules, daysBetween, nextWindow, type RotationRules } from '../../src/secrets/rotation-schedule.ts'

interface Scenario {
  readonly name: string
  readonly rules: RotationRules
  readonly after: string
  readonly since?: string
  readonly renewed?: string
  readonly windows: readonly (readonly [opens: string, closes: string])[]
}

interface Schedules {
  readonly about: string
  readonly valid: readonly Scenario[]
  readonly invalid: readonly RotationRules[]
  readonly daysBetween: readonly (readonly [rules: RotationRules, days: number | null])[]
}

const { about, ...schedules } = JSON.parse(
  readFileSync(new URL('./schedules.json', import.meta.url), 'utf8'),
) as Schedules

const MEMBERS = new Set(['name', 'rules', 'after', 'since', 'renewed', 'windows'])
const textOf = (time: number) => new Date(time).toISOString().replace('.000', '')

describe('the next window', () => {
  test('is told in a file that says what it holds', () => {
    assert.ok(about.length > 0)
    assert.deepEqual(Object.keys(schedules), ['valid', 'invalid', 'daysBetween'])
    for (const scenario of schedules.valid)
      for (const member of Object.keys(scenario)) assert.ok(MEMBERS.has(member), `${scenario.name}: ${member}`)
  })

  for (const { name, rules, after, since = after, renewed = after, windows } of schedules.valid)
    test(`of ${name}`, () => {
      checkRules(rules)
      const base = { since: Date.parse(since), renewedAt: Date.parse(renewed) }
      const found: string[][] = []
      let last = Date.parse(after)
      for (const _ of windows) {
        const window = nextWindow(rules, base, last)
        assert.ok(window)
        found.push([textOf(window.opensAt), textOf(window.closesAt)])
        last = window.opensAt
      }
      assert.deepEqual(found, windows)
    })

  test('does not exist without a schedule', () => {
    checkRules({})
    assert.equal(nextWindow({}, { since: 0, renewedAt: 0 }, 0), undefined)
  })
})

describe('rules are refused', () => {
  for (const rules of schedules.invalid)
    test(JSON.stringify(rules), () => {
      assert.throws(() => checkRules(rules), { name: 'AwsError', code: 'InvalidParameterException' })
    })
})

describe('days between two rotations', () => {
  for (const [rules, days] of schedules.daysBetween)
    test(`${JSON.stringify(rules)}: ${days}`, () => assert.equal(daysBetween(rules) ?? null, days))
})
