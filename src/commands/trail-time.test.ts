import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeOf } from './trail-time.ts'

const NOW = Date.UTC(2026, 4, 3, 17, 51, 2)

test('a time is how long ago it is', () => {
  for (const [text, seconds] of [
    ['90s', 90],
    ['15m', 900],
    ['2h', 7_200],
    ['7d', 604_800],
    ['2w', 1_209_600],
    ['0s', 0],
  ] as const)
    assert.equal(timeOf('--since', text, NOW), NOW - seconds * 1_000, text)
})

test('a time is a date, with a time of day or its midnight, in UTC or with an offset', () => {
  for (const [text, iso] of [
    ['2026-05-03', '2026-05-03T00:00:00.000Z'],
    ['2026-05-03T17:51', '2026-05-03T17:51:00.000Z'],
    ['2026-05-03 17:51:02', '2026-05-03T17:51:02.000Z'],
    ['2026-05-03T17:51:02.5Z', '2026-05-03T17:51:02.500Z'],
    ['2026-05-03T17:51+02:00', '2026-05-03T15:51:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ] as const)
    assert.equal(new Date(timeOf('--until', text, NOW)).toISOString(), iso, text)
})

test('anything else is refused in one line', () => {
  const bad = ['', 'yesterday', '5', '5 m', '-5m', '1y', '2026', '2026-13-01', '2026-02-30', '2026-05-03T25:00', '1e3s']
  for (const text of bad)
    assert.throws(() => timeOf('--since', text, NOW), {
      name: 'ConfigError',
      message: `Cannot use --since: ${text}: wanted a time such as 15m, 7d, 2026-05-03 or 2026-05-03T17:51Z`,
    })
})
