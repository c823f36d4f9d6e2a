import { uptime } from 'node:os'
import { serviceEntry } from './app/service-entry.ts'
import { DestructionClock } from './jobs/destruction-clock.ts'
import type { Job } from './jobs/runner.ts'
import type { Log } from './log.ts'
import type { Installation } from './open-installation.ts'

/** How often a running server notes the time: a start after a crash knows it to within so much. */
const NOTE_EVERY_MS = 3_600_000
const HOUR_MS = 3_600_000

export interface DestructionClockOptions {
  /** Account whose trail has the record of a confirmation. */
  readonly account: string
  /** Date of today by which an operator confirms the wall clock, as 2026-01-31. */
  readonly confirmClock: string | undefined
  readonly now: () => number
  /** Milliseconds that have passed since some moment; those since the machine was started when absent. */
  readonly elapsed?: (() => number) | undefined
  readonly log: Log
}

export interface OpenedDestructionClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Notes how much time has passed. */
  readonly job: Job
  /** Notes it a last time. */
  close(): Promise<void>
}

/**
 * The clock by which jobs destroy data, from what the store knows of the time that has passed. A confirmation makes the wall clock count, and
 * leaves a record.
 */
export async function openDestructionClock(
  { passedTime, trail }: Installation,
  { account, confirmClock, now, elapsed = sinceMachineStart, log }: DestructionClockOptions,
): Promise<OpenedDestructionClock> {
  const wall = now()
  const today = new Date(wall).toISOString().slice(0, 10)
  const isConfirmed = confirmClock === today
  if (isConfirmed) {
    const event = { service: 'coffer', operation: 'ConfirmClock', by: 'coffer', account, region: 'us-east-1', at: wall }
    await trail.append(serviceEntry({ ...event, parameters: { Date: today } }), [passedTime.change(wall)])
  } else if (confirmClock !== undefined)
    log.warn({ confirmClock, today }, 'the date of --confirm-clock is not today: it confirms nothing')
  const newest = await trail.rows({ newestFirst: true, limit: 1 })
  const passed = isConfirmed ? wall : ((await passedTime.find()) ?? newest[0]?.at ?? wall)
  const clock = new DestructionClock({ now, elapsed, passed, onLag: (lag) => tell(log, lag, now()) })
  const note = () => passedTime.note(clock.now())
  return {
    now: () => clock.now(),
    job: { name: 'note the time', everyMs: NOTE_EVERY_MS, run: note },
    close: note,
  }
}

/** On Linux and macOS this counts the time that the machine sleeps, and a wall clock that is set does not move it. */
const sinceMachineStart = () => uptime() * 1000

function tell(log: Log, lagMs: number, wall: number): void {
  if (lagMs === 0) {
    log.info({}, 'the clock agrees with the time that has passed again: what is due is destroyed')
    return
  }
  const today = new Date(wall).toISOString().slice(0, 10)
  log.error(
    { aheadHours: Math.round(lagMs / HOUR_MS) },
    `the clock is ahead of the time that has passed since Coffer last knew it: purges, deletions of keys and retention wait. If the clock is right, restart with --confirm-clock ${today}`,
  )
}
