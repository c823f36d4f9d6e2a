import { ConfigError } from '../config-error.ts'

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const AGO = /^(\d{1,6})([smhdw])$/
const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/

/**
 * A time as a person types it, milliseconds: how long ago it is (`90s`, `15m`, `2h`, `7d`, `4w`), or a date, with a time of day or its midnight;
 * UTC where no offset says otherwise. Throws ConfigError.
 */
export function timeOf(option: string, text: string, now: number): number {
  const [, count, unit] = AGO.exec(text) ?? []
  if (unit !== undefined) return now - Number(count) * (UNITS[unit] ?? 0)
  const [, date, time = '00:00', offset = 'Z'] = DATE.exec(text) ?? []
  const parsed = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${offset}`)
  // Of a day that no month has, JavaScript makes one of the next.
  if (Number.isNaN(parsed) || new Date(`${date}T00:00Z`).toISOString().slice(0, 10) !== date)
    throw new ConfigError(
      `Cannot use ${option}: ${text}: wanted a time such as 15m, 7d, 2026-05-03 or 2026-05-03T17:51Z`,
    )
  return parsed
}
