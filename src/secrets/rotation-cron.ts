import { DAY_MS } from '../aws/time.ts'
import { errors } from './errors.ts'

/** A `cron()` expression of Secrets Manager: the days that it names, and the hours at which a window opens on each. All of it is UTC. */
export interface Cron {
  /** Ascending. */
  readonly hours: readonly number[]
  /** @param day midnight UTC, in milliseconds */
  isDay(day: number): boolean
}

/** Secrets Manager does not rotate more often than this (facts 8.5). */
export const MIN_HOURS_BETWEEN = 4

const HOURS = 24
const DAYS_OF_WEEK = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

interface CalendarDay {
  readonly ofMonth: number
  /** From 1. */
  readonly month: number
  /** From 1, which is Sunday. */
  readonly ofWeek: number
  readonly daysInMonth: number
}

type DayTest = (day: CalendarDay) => boolean

/** Reads the six fields between the parentheses (facts 8.5). Throws InvalidParameterException. */
export function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/)
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields
  if (fields.length !== 6 || !hours || !dayOfMonth || !month || !dayOfWeek)
    throw errors.schedule('a cron expression has six fields')
  if (minutes !== '0') throw errors.schedule('the minutes of a cron expression must be 0')
  if (year !== '*') throw errors.schedule('the year of a cron expression must be *')
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw errors.schedule('either the day of the month or the day of the week must be ?, and not both')
  const isMonth = anyOf(month, monthTest)
  const isDay = dayOfWeek === '?' ? anyOf(dayOfMonth, dayOfMonthTest) : anyOf(dayOfWeek, dayOfWeekTest)
  return {
    hours: hoursOf(hours),
    isDay(time) {
      const day = calendarDay(time)
      return isMonth(day) && isDay(day)
    },
  }
}

/** One hour, or every so many hours from one of them until the day ends. */
function hoursOf(field: string): readonly number[] {
  const [, first, step] = /^(\d{1,2})?(?:\/(\d{1,2}))?$/.exec(field) ?? []
  if (first === undefined && step === undefined) throw errors.schedule(`${field} is no value for the hours`)
  const start = within(first ?? '0', 0, HOURS - 1)
  if (start === undefined) throw errors.schedule(`${field} is no value for the hours`)
  if (step === undefined) return [start]
  if (Number(step) < MIN_HOURS_BETWEEN)
    throw errors.schedule(`a secret is not rotated more often than every ${MIN_HOURS_BETWEEN} hours`)
  return Array.from({ length: Math.ceil((HOURS - start) / Number(step)) }, (_, index) => start + index * Number(step))
}

/** What a list of values admits, each of which `test` reads. */
function anyOf(field: string, test: (part: string) => DayTest | undefined): DayTest {
  const tests = field.split(',').map((part) => {
    const found = test(part)
    if (!found) throw errors.schedule(`${field} is no value for its field`)
    return found
  })
  return (day) => tests.some((admits) => admits(day))
}

function monthTest(part: string): DayTest | undefined {
  const admits = rangeOf(part, { least: 1, most: 12, names: MONTHS })
  return admits && (({ month }) => admits(month))
}

function dayOfMonthTest(part: string): DayTest | undefined {
  if (part === 'L') return ({ ofMonth, daysInMonth }) => ofMonth === daysInMonth
  const [, name = ''] = /^([A-Z]{3})L$/.exec(part) ?? []
  if (DAYS_OF_WEEK.includes(name)) return lastOfMonth(DAYS_OF_WEEK.indexOf(name) + 1)
  const admits = rangeOf(part, { least: 1, most: 31, names: [] })
  return admits && (({ ofMonth }) => admits(ofMonth))
}

function dayOfWeekTest(part: string): DayTest | undefined {
  // By itself the last day of a week.
  if (part === 'L') return ({ ofWeek }) => ofWeek === DAYS_OF_WEEK.length
  const field = { least: 1, most: 7, names: DAYS_OF_WEEK }
  const [, day, last, nth] = /^(\w+?)(?:(L)|#([1-5]))$/.exec(part) ?? []
  if (day !== undefined) {
    const ofWeek = numberOf(day, field)
    if (ofWeek === undefined) return undefined
    if (last) return lastOfMonth(ofWeek)
    return (other) => other.ofWeek === ofWeek && Math.ceil(other.ofMonth / 7) === Number(nth)
  }
  const admits = rangeOf(part, field)
  return admits && (({ ofWeek }) => admits(ofWeek))
}

const lastOfMonth =
  (ofWeek: number): DayTest =>
  (day) =>
    day.ofWeek === ofWeek && day.ofMonth > day.daysInMonth - 7

interface Field {
  readonly least: number
  readonly most: number
  readonly names: readonly string[]
}

/** `*`, one value, a range, or every so many from one on; undefined for anything else. */
function rangeOf(part: string, field: Field): ((value: number) => boolean) | undefined {
  const [, base, end, step] = /^(\*|\w+)?(?:-(\w+))?(?:\/(\d{1,2}))?$/.exec(part) ?? []
  if (base === undefined && step === undefined) return undefined
  const all = base === undefined || base === '*'
  if (all && end !== undefined) return undefined
  const first = all ? field.least : numberOf(base, field)
  const last = end !== undefined ? numberOf(end, field) : all || step !== undefined ? field.most : first
  const every = Number(step ?? 1)
  if (first === undefined || last === undefined || first > last || every === 0) return undefined
  return (value) => value >= first && value <= last && (value - first) % every === 0
}

function numberOf(text: string, { least, most, names }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase())
  return named < 0 ? within(text, least, most) : named + 1
}

function within(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

function calendarDay(time: number): CalendarDay {
  const date = new Date(time)
  return {
    ofMonth: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    ofWeek: (Math.floor(time / DAY_MS + 4) % 7) + 1,
    daysInMonth: new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  }
}
