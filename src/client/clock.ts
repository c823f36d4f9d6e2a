/** Time, as the reader needs it. Given by tests; otherwise {@link steadyClock}. */
export interface Clock {
  /** Milliseconds since some moment. Never goes back. */
  now(): number
  /** Runs `work` after so many milliseconds, unless the function that comes back is called before. Keeps no process alive. */
  after(milliseconds: number, work: () => void): () => void
}

/** A longer time makes timers of Node.js fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1
/** The two clocks may differ by this much before it means that the machine slept. */
const SLEEP = 1000

/** A clock that nobody can set back, and that goes on while the machine sleeps: what was read before has aged. */
export function steadyClock(
  wall: () => number = Date.now,
  uptime: () => number = () => performance.now(),
): Pick<Clock, 'now'> {
  let wallStart = wall()
  const uptimeStart = uptime()
  let slept = 0
  let latest = 0
  return {
    now() {
      const up = uptime()
      const ahead = wall() - wallStart - (up - uptimeStart)
      if (ahead > SLEEP) slept += ahead
      // A wall clock that was set back is measured from there.
      if (ahead > SLEEP || ahead < 0) {
        wallStart += ahead
      }
      latest = Math.max(latest, up - uptimeStart + slept)
      return latest
    },
  }
}

/** The clock of this machine. */
export function machineClock(): Clock {
  return {
    now: steadyClock().now,
    after(milliseconds, work) {
      if (milliseconds > LONGEST_TIMER) return () => {}
      const timer = setTimeout(work, milliseconds)
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
}
