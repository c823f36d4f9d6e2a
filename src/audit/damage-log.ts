import type { DamagedRow } from '../aws/damaged-row.ts'

/** A row that is met again leaves no further line for so long. */
const QUIET_MS = 3_600_000
/** Rows that are remembered, and so the most lines in that time. */
const ROWS = 1_000
/** Characters of a name that are shown: an ARN of a secret with a version id has fewer. */
const NAME_LENGTH = 1_000

/** Lines on damaged rows, bounded in rate: one row leaves one line an hour however often it is met. What is left out is counted. */
export class DamageLog {
  readonly #write: (line: Record<string, unknown>) => void
  readonly #now: () => number
  /** When each row left its last line, oldest first. */
  readonly #lines = new Map<string, number>()
  #suppressed = 0

  constructor(write: (line: Record<string, unknown>) => void, now: () => number) {
    this.#write = write
    this.#now = now
  }

  report({ table, row, damage }: DamagedRow): void {
    const now = this.#now()
    const shown = row.slice(0, NAME_LENGTH)
    const name = `${damage} ${table} ${shown}`
    this.#forget(now)
    if (this.#lines.has(name) || this.#lines.size >= ROWS) {
      this.#suppressed++
      return
    }
    this.#lines.set(name, now)
    const suppressed = this.#suppressed
    this.#suppressed = 0
    this.#write({ table, row: shown, damage, ...(suppressed > 0 && { suppressed }) })
  }

  /** Also what was remembered before the clock was set back. */
  #forget(now: number): void {
    for (const [name, at] of this.#lines) {
      if (Math.abs(now - at) < QUIET_MS) return
      this.#lines.delete(name)
    }
  }
}
