import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { DestructionClock, MAX_DISAGREEMENT_MS, MAX_OFF_MS } from './destruction-clock.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 1)

/** A clock whose wall clock and passing time are moved by hand. */
function clockFrom(passed = START, wall = START) {
  const time = { wall, elapsed: 5 }
  const lags: number[] = []
  const clock = new DestructionClock({
    now: () => time.wall,
    elapsed: () => time.elapsed,
    passed,
    onLag: (lag) => lags.push(lag),
  })
  return {
    clock,
    lags,
    jump(milliseconds: number) {
      time.wall += milliseconds
    },
    pass(milliseconds: number) {
      time.wall += milliseconds
      time.elapsed += milliseconds
    },
    wall: () => time.wall,
  }
}

describe('the clock of destruction', () => {
  test('is the wall clock while time passes, and follows small steps', () => {
    const { clock, pass, jump, wall, lags } = clockFrom()
    for (let step = 0; step < 100; step++) {
      pass(HOUR)
      jump(MAX_DISAGREEMENT_MS)
      assert.equal(clock.now(), wall())
    }
    assert.deepEqual(lags, [])
  })

  test('goes on as fast as time passes when the wall clock jumps forward, until it is set back', () => {
    const { clock, pass, jump, wall, lags } = clockFrom()
    jump(365 * DAY)
    assert.equal(clock.now(), START)
    pass(3 * DAY)
    assert.equal(clock.now(), START + 3 * DAY)
    jump(-365 * DAY)
    assert.equal(clock.now(), wall())
    assert.equal(clock.now(), START + 3 * DAY)
    assert.deepEqual(lags, [365 * DAY, 0])
  })

  test('starts at the time that is noted when the wall clock is far beyond it', () => {
    const off = clockFrom(START, START + MAX_OFF_MS + 1)
    assert.deepEqual([off.clock.now(), off.lags], [START, [MAX_OFF_MS + 1]])
    const weekend = clockFrom(START, START + MAX_OFF_MS)
    assert.deepEqual([weekend.clock.now(), weekend.lags], [START + MAX_OFF_MS, []])
    const setBack = clockFrom(START, START - DAY)
    assert.deepEqual([setBack.clock.now(), setBack.lags], [START - DAY, []])
  })

  test('never runs ahead of the wall clock, nor faster than time but for small steps', () => {
    const moves = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -400 * DAY, max: 400 * DAY })), { maxLength: 50 })
    fc.assert(
      fc.property(moves, (steps) => {
        const { clock, pass, jump, wall } = clockFrom()
        let highest = START
        let passed = 0
        for (const [isJump, by] of steps) {
          if (isJump) jump(by)
          else pass(Math.abs(by))
          if (!isJump) passed += Math.abs(by)
          const now = clock.now()
          assert.ok(now <= wall())
          highest = Math.max(highest, now)
        }
        assert.ok(highest <= START + passed + steps.length * MAX_DISAGREEMENT_MS)
      }),
    )
  })
})
