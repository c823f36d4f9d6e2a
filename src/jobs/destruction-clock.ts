/** How far the wall clock and the passing of time may disagree: the interval of the jobs that destroy (`purge deleted secrets`, `maintain keys`). */
export const MAX_DISAGREEMENT_MS = 60_000
/** How long an installation may have been off before its clock must be confirmed: the shortest window of a deletion (AWS, DeleteSecret). */
export const MAX_OFF_MS = 7 * 86_400_000

export interface DestructionClockParts {
  /** The wall clock, milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds that have passed since some moment; a wall clock that is set does not move it. It counts the time that a machine sleeps. */
  readonly elapsed: () => number
  /** A time that has passed for certain, milliseconds since the epoch: what an earlier process noted. The wall clock where there was none. */
  readonly passed: number
  /** Told when the clock begins to lag behind the wall clock, with that lag in milliseconds, and when it has ended (0). */
  readonly onLag: (lagMs: number) => void
}

/**
 * The clock by which data is destroyed. A wall clock that jumps forward would end every window of deletion at once, so this clock moves on only as
 * fast as time passes. It is the wall clock while the two agree. After a jump, and after a start whose wall clock is far beyond what had passed
 * before, it continues from where it was: what is due by the wall clock alone waits. It never runs ahead of the wall clock.
 */
export class DestructionClock {
  readonly #parts: DestructionClockParts
  #anchor: { readonly time: number; readonly elapsed: number }
  #lags = false

  constructor(parts: DestructionClockParts) {
    this.#parts = parts
    const wall = parts.now()
    const isOff = wall - parts.passed > MAX_OFF_MS
    this.#anchor = { time: isOff ? parts.passed : wall, elapsed: parts.elapsed() }
    if (isOff) this.#tell(wall - parts.passed)
  }

  /** Milliseconds since the epoch. */
  now(): number {
    const { now, elapsed } = this.#parts
    const [wall, passed] = [now(), elapsed()]
    const certain = this.#anchor.time + (passed - this.#anchor.elapsed)
    const lag = wall - certain
    if (lag > MAX_DISAGREEMENT_MS) {
      if (!this.#lags) this.#tell(lag)
      return certain
    }
    if (this.#lags) this.#tell(0)
    // Small steps, and any step back, are followed.
    this.#anchor = { time: wall, elapsed: passed }
    return wall
  }

  #tell(lagMs: number): void {
    this.#lags = lagMs > 0
    this.#parts.onLag(lagMs)
  }
}
