import { DAY_MS } from '../aws/time.ts'
import { errors } from './errors.ts'
import { type Cron, MIN_HOURS_BETWEEN, parseCron } from './rotation-cron.ts'

/** When a secret is to be rotated, as the caller said it; without both of the first there is no schedule. */
export interface RotationRules {
  readonly AutomaticallyAfterDays?: number | undefined
  readonly Duration?: string | undefined
  readonly ScheduleExpression?: string | undefined
}

/** Where a schedule counts from. Milliseconds. */
export interface RotationBase {
  /** When the rules were set: `rate()` counts its windows from the midnight before. */
  readonly since: number
  /** When the secret last got a new value: AutomaticallyAfterDays counts from there. */
  readonly renewedAt: number
}

/** When a secret may be rotated. Milliseconds. */
export interface RotationWindow {
  readonly opensAt: number
  /** The latest moment, which NextRotationDate tells. */
  readonly closesAt: number
}

const HOUR_MS = 3_600_000
/** Longest `rate()` (facts 8.5). */
const MAX_RATE_DAYS = 999
/** A cron expression whose next window is not found in as many days has none: 29 February may be away for eight years. */
const SEARCHED_DAYS = 8 * 366
/** Over how many windows, and how many years, it is found out how often a schedule comes. */
const COMPARED_WINDOWS = 64
const COMPARED_MS = 5 * 366 * DAY_MS
/** A window that lasts until the day ends closes before its last second is over, so that it is still that day. */
const LAST_SECOND_MS = 1000
/** Most that a RotationRulesType holds. */
const MAX_DAYS = 1000

type Schedule =
  | { readonly kind: 'days'; readonly days: number }
  | { readonly kind: 'rate'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly cron: Cron }

/**
 * The first window that opens behind a moment, as Secrets Manager documents it, in UTC; undefined without a schedule.
 * Throws InvalidParameterException for rules that {@link checkRules} refuses.
 */
export function nextWindow(rules: RotationRules, base: RotationBase, after: number): RotationWindow | undefined {
  const schedule = scheduleOf(rules)
  const opensAt = schedule && opening(schedule, base, after)
  if (!schedule || opensAt === undefined) return undefined
  const hours = rules.Duration === undefined ? undefined : Number.parseInt(rules.Duration, 10)
  return { opensAt, closesAt: closing(schedule, opensAt, hours) }
}

/** Refuses rules that say nothing, too much or something impossible. Throws InvalidParameterException (facts 8.4, 8.5, 9.11). */
export function checkRules(rules: RotationRules): void {
  if (rules.AutomaticallyAfterDays !== undefined && rules.ScheduleExpression !== undefined) throw errors.twoSchedules()
  const schedule = scheduleOf(rules)
  if (!schedule) {
    if (rules.Duration !== undefined) throw errors.schedule('a duration needs a schedule')
    return
  }
  const [first, ...others] = openings(schedule)
  if (first === undefined) throw errors.schedule('it names no time that ever comes')
  if (rules.Duration === undefined) return
  const length = Number.parseInt(rules.Duration, 10) * HOUR_MS
  if (length === 0) throw errors.duration('it must be at least one hour')
  const all = [first, ...others]
  if (all.some((opensAt) => opensAt + length > dayAfter(opensAt)))
    throw errors.duration('the window must not extend into the next UTC day')
  if (all.some((opensAt, index) => opensAt + length > (all[index + 1] ?? Number.POSITIVE_INFINITY)))
    throw errors.duration('the window must not extend into the next one')
}

/** How many days pass between two rotations at least, whole ones: what AutomaticallyAfterDays shows for an expression (facts 8.5). */
export function daysBetween(rules: RotationRules): number | undefined {
  const schedule = scheduleOf(rules)
  if (!schedule) return undefined
  if (schedule.kind === 'days') return schedule.days
  const times = openings(schedule)
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  return Math.min(MAX_DAYS, Math.max(1, Math.floor(Math.min(...gaps) / DAY_MS)))
}

/** Throws InvalidParameterException for an expression that is none. */
function scheduleOf({ AutomaticallyAfterDays: days, ScheduleExpression: expression }: RotationRules) {
  if (days !== undefined) return { kind: 'days', days } satisfies Schedule
  if (expression === undefined) return undefined
  const [, kind, inner = ''] = /^(rate|cron)\((.*)\)$/.exec(expression.trim()) ?? []
  if (kind === 'cron') return { kind, cron: parseCron(inner) } satisfies Schedule
  if (kind === 'rate') return { kind, everyMs: rateOf(inner) } satisfies Schedule
  throw errors.schedule('it is neither rate(…) nor cron(…)')
}

function rateOf(text: string): number {
  const [, digits, unit] = /^\s*(\d{1,6})\s+(hours?|days?)\s*$/.exec(text) ?? []
  const value = Number(digits)
  if (unit === undefined || value === 0) throw errors.schedule('a rate is a positive number of hours or days')
  const everyMs = value * (unit.startsWith('hour') ? HOUR_MS : DAY_MS)
  if (everyMs < MIN_HOURS_BETWEEN * HOUR_MS)
    throw errors.schedule(`a secret is not rotated more often than every ${MIN_HOURS_BETWEEN} hours`)
  if (everyMs > MAX_RATE_DAYS * DAY_MS) throw errors.schedule(`a rate is at most ${MAX_RATE_DAYS} days`)
  return everyMs
}

/** When the first window behind a moment opens. */
function opening(schedule: Schedule, { since, renewedAt }: RotationBase, after: number): number | undefined {
  if (schedule.kind === 'cron') return cronOpening(schedule.cron, after)
  if (schedule.kind === 'days') {
    const due = dayOf(renewedAt) + schedule.days * DAY_MS
    return due > after ? due : dayAfter(after)
  }
  const from = dayOf(since)
  const passed = Math.max(0, Math.floor((after - from) / schedule.everyMs))
  return from + (passed + 1) * schedule.everyMs
}

function cronOpening({ hours, isDay }: Cron, after: number): number | undefined {
  const start = dayOf(after)
  for (let day = start; day <= start + SEARCHED_DAYS * DAY_MS; day += DAY_MS) {
    if (!isDay(day)) continue
    const hour = hours.find((hour) => day + hour * HOUR_MS > after)
    if (hour !== undefined) return day + hour * HOUR_MS
  }
  return undefined
}

function closing(schedule: Schedule, opensAt: number, hours: number | undefined): number {
  if (hours !== undefined) return opensAt + hours * HOUR_MS
  return isHourly(schedule) ? opensAt + HOUR_MS : dayAfter(opensAt) - LAST_SECOND_MS
}

/** Whether a schedule counts in hours: its windows last one, where those of others last until the day ends. */
function isHourly(schedule: Schedule): boolean {
  if (schedule.kind === 'rate') return schedule.everyMs % DAY_MS !== 0
  return schedule.kind === 'cron' && schedule.cron.hours.length > 1
}

/** Windows of a schedule, from a day on which a month of 31 days begins and a leap day is near. */
function openings(schedule: Schedule): readonly number[] {
  const base = { since: SAMPLED_FROM, renewedAt: SAMPLED_FROM }
  const times: number[] = []
  for (let after = SAMPLED_FROM - 1; times.length < COMPARED_WINDOWS && after < SAMPLED_FROM + COMPARED_MS; ) {
    const next = opening(schedule, { ...base, renewedAt: after }, after)
    if (next === undefined) break
    times.push(next)
    after = next
  }
  return times
}

const SAMPLED_FROM = Date.UTC(2024, 0, 1)

const dayOf = (time: number) => Math.floor(time / DAY_MS) * DAY_MS
const dayAfter = (time: number) => dayOf(time) + DAY_MS
