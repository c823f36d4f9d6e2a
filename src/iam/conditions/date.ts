import { orderedOperators } from './ordered.ts'

const EPOCH_SECONDS = /^-?[0-9]{1,15}(?:\.[0-9]+)?$/
const ISO =
  /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?$/

/**
 * Milliseconds since the epoch of a date: one of the W3C forms of ISO 8601, from the year alone to fractions of a second, or seconds since
 * the epoch. Four digits are a year. A time without a zone is UTC.
 */
export function readDate(text: string): number | undefined {
  const iso = ISO.exec(text)
  if (!iso) return EPOCH_SECONDS.test(text) ? Number(text) * 1000 : undefined
  const [, year = '', month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] =
    iso
  const offset = zoneMinutes(zone)
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  // February 30 would have become a day of March.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || offset === undefined) return undefined
  const minutes = Number(hour) * 60 + Number(minute) - offset
  return date.getTime() + minutes * 60_000 + Number(`${second}.${fraction}`) * 1000
}

function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(-2))
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** Points in time. */
export const dateOperators = orderedOperators('Date', readDate)
