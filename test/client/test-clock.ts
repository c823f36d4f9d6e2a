import type { Clock } from '../../src/client/create-secret-reader.ts'

export interface TestClock extends Clock {
  /** Moves the clock, and does in order what falls due meanwhile. */
  advance(milliseconds: number): void
  /** Milliseconds until the next timer falls due. */
  readonly untilNext: number
  /** Timers that are set. */
  readonly timers: number
}

/** A clock that only tests move. */
export function testClock(): TestClock {
  let now = 0
  const timers = new Set<{ readonly at: number; readonly work: () => void }>()
  return {
    now: () => now,
    after(milliseconds, work) {
      const timer = { at: now + milliseconds, work }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(milliseconds) {
      const end = now + milliseconds
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)
        if (!next) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.work()
      }
      now = end
    },
    get untilNext() {
      return Math.min(...[...timers].map(({ at }) => at)) - now
    },
    get timers() {
      return timers.size
    },
  }
}
