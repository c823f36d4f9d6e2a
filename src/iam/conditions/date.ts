import { orderedOperators } from './ordered.ts'

/** Seconds that IAM takes: what a Java `long` holds. */
const MAX_SECONDS = 2n ** 63n - 1n
const EPOCH_SECONDS = /^([0-9]{1,19})(?:\.[0-9]+)?$/
const ISO =
  /^(-?[0-9]{1,9})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?(?:T(?:([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?)?$/i

/** Years that a Java `Date` knows. */
const MIN_YEAR = -292_275_054
const MAX_YEAR = 292_278_993
/** After so many years the calendar repeats. */
const CYCLE_YEARS = 400
const CYCLE_MILLISECONDS = 146_097 * 86_400_000

/**
 * Milliseconds since the epoch of a date: one of the W3C forms of ISO 8601, from the year alone to fractions of a second, or seconds since the
 * epoch. Digits alone are a year if they are four, otherwise seconds. A time without a zone is UTC. Like IAM it also reads `t` for `T`, one digit
 * for two, a zone without minutes, a time that breaks off, and any year that Java knows.
 */
export function readDate(text: string): number | undefined {
  const seconds = /^[0-9]{4}$/.test(text) ? undefined : EPOCH_SECONDS.exec(text)
  if (seconds) return BigInt(seconds[1] ?? '') > MAX_SECONDS ? undefined : Number(text) * 1000
  const iso = ISO.exec(text)
  if (!iso) return undefined
  const [, year = '', month = '1', day = '1', hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = iso
  const midnight = readDay(Number(year), Number(month), Number(day))
  const offset = zoneMinutes(zone)
  if (midnight === undefined || offset === undefined) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const minutes = Number(hour) * 60 + Number(minute) - offset
  return midnight + minutes * 60_000 + Number(`${Number(second)}.${fraction}`) * 1000
}

/** Milliseconds since the epoch of a day's start; undefined for a day that the month does not have. */
function readDay(year: number, month: number, day: number): number | undefined {
  if (year < MIN_YEAR || year > MAX_YEAR) return undefined
  const cycles = Math.floor(year / CYCLE_YEARS)
  const date = new Date(0)
  // JavaScript's dates end long before Java's.
  date.setUTCFullYear(year - cycles * CYCLE_YEARS, month - 1, day)
  // February 30 would have become a day of March.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.getTime() + cycles * CYCLE_MILLISECONDS
}

/** Minutes that a zone is ahead of UTC. */
function zoneMinutes(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3).replace(':', ''))
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** Points in time. */
export const dateOperators = orderedOperators('Date', readDate)
