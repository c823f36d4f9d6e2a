import assert from 'node:assert/strict'
import { test } from 'node:test'
import { steadyClock } from './clock.ts'

function start() {
  let wall = 1_000_000
  let uptime = 500
  const { now } = steadyClock(
    () => wall,
    () => uptime,
  )
  return {
    now,
    pass(byWall: number, byUptime: number) {
      wall += byWall
      uptime += byUptime
      return now()
    },
  }
}

test('time passes as the machine is up', () => {
  const { pass } = start()
  assert.deepEqual([pass(0, 0), pass(10, 10), pass(1, 0.5), pass(0, 0.5)], [0, 10, 10.5, 11])
})

test('time goes on while the machine sleeps', () => {
  const { pass } = start()
  assert.deepEqual([pass(3_600_000, 5), pass(10, 10)], [3_600_000, 3_600_010])
})

test('a clock that is set back changes nothing, and a sleep after it still counts', () => {
  const { pass } = start()
  assert.deepEqual([pass(-3_600_000, 5), pass(10, 10), pass(60_000, 0)], [5, 15, 60_015])
})
