import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Damage } from '../aws/damaged-row.ts'
import { DamageLog } from './damage-log.ts'

const HOUR = 3_600_000

function damageLog() {
  const clock = { now: 1_800_000_000_000 }
  const lines: Record<string, unknown>[] = []
  const log = new DamageLog(
    (line) => lines.push(line),
    () => clock.now,
  )
  const report = (row: string, damage: Damage = 'mac') => log.report({ table: 'secrets', row, damage })
  return { clock, lines, report }
}

test('a damaged row that is met again and again leaves one line an hour, which counts what was left out', () => {
  const { clock, lines, report } = damageLog()
  for (let count = 0; count < 1_000; count++) report('a')
  assert.deepEqual(lines, [{ table: 'secrets', row: 'a', damage: 'mac' }])
  clock.now += HOUR
  report('a')
  assert.deepEqual(lines[1], { table: 'secrets', row: 'a', damage: 'mac', suppressed: 999 })
})

test('every damaged row leaves a line of its own, and so does each kind of damage', () => {
  const { lines, report } = damageLog()
  report('a')
  report('b')
  report('a', 'seal')
  assert.deepEqual(
    lines.map(({ row, damage }) => [row, damage]),
    [
      ['a', 'mac'],
      ['b', 'mac'],
      ['a', 'seal'],
    ],
  )
})

test('any number of damaged rows leaves at most 1,000 lines an hour', () => {
  const { clock, lines, report } = damageLog()
  for (let count = 0; count < 5_000; count++) report(`row ${count}`)
  assert.equal(lines.length, 1_000)
  clock.now += HOUR
  report('row 4999')
  assert.deepEqual(lines.at(-1), { table: 'secrets', row: 'row 4999', damage: 'mac', suppressed: 4_000 })
})

test('the name of a forged row cannot make a line of any length', () => {
  const { lines, report } = damageLog()
  report('x'.repeat(100_000))
  assert.equal(String(lines[0]?.row).length, 1_000)
})

test('a clock that is set back does not silence damaged rows', () => {
  const { clock, lines, report } = damageLog()
  report('a')
  clock.now -= 24 * HOUR
  report('a')
  assert.equal(lines.length, 2)
})
