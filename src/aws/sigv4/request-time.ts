import { signatureErrors } from './errors.ts'

/** A week, as the SDKs have it. */
export const MAX_EXPIRES_SECONDS = 604_800

/** The moment at which a request says it was signed. */
export interface RequestTime {
  /** `yyyymmddThhmmssZ`, as it is signed. */
  readonly timestamp: string
  readonly milliseconds: number
}

const BASIC = /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])([0-5]\d){2}Z$/
const RFC_1123 =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|[+-]0000)$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * Row 7. A `Date` header may be written as HTTP does: botocore keeps a caller's `Date`, with `-0000` for the zone, in
 * place of `X-Amz-Date`, and signs its basic form.
 */
export function parseRequestTime(text: string, allowHttpDate: boolean): RequestTime {
  const timestamp = allowHttpDate ? (basicFromHttpDate(text) ?? text) : text
  const milliseconds = millisecondsOf(timestamp)
  if (milliseconds === undefined) throw signatureErrors.dateSyntax(text)
  return { timestamp, milliseconds }
}

/**
 * Rows 8a and 8b. `expires` (seconds) belongs to the query form and takes the place of the window on the side of the
 * past.
 */
export function checkCurrent(
  { timestamp, milliseconds }: RequestTime,
  { now, windowMinutes }: { now: number; windowMinutes: number },
  expires: number | undefined,
): void {
  const second = Math.floor(now / 1000) * 1000 // time stamps have no milliseconds
  const window = windowMinutes * 60_000
  const earliest = second - (expires === undefined ? window : expires * 1000)
  const latest = second + window
  if (milliseconds < earliest) {
    const span = expires === undefined ? `${windowMinutes} min` : `${expires} sec`
    throw signatureErrors.expired(timestamp, basicText(earliest), basicText(second), span)
  }
  if (milliseconds > latest)
    throw signatureErrors.notYetCurrent(timestamp, basicText(latest), basicText(second), `${windowMinutes} min`)
}

/** The validity that a presigned URL asks for, in seconds. */
export function parseExpires(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (seconds < 1 || seconds > MAX_EXPIRES_SECONDS) throw signatureErrors.expires(MAX_EXPIRES_SECONDS, text)
  return seconds
}

function millisecondsOf(basic: string): number | undefined {
  if (!BASIC.test(basic)) return undefined
  const number = (start: number, end: number) => Number(basic.slice(start, end))
  const day = number(6, 8)
  const date = new Date(Date.UTC(number(0, 4), number(4, 6) - 1, day, number(9, 11), number(11, 13), number(13, 15)))
  // The pattern leaves only days that the month does not have, which Date.UTC would carry over.
  return date.getUTCDate() === day ? date.getTime() : undefined
}

function basicFromHttpDate(text: string): string | undefined {
  const match = RFC_1123.exec(text)
  if (!match) return undefined
  const [, day, monthName, year, hour, minute, second] = match
  const month = String(MONTHS.indexOf(monthName!) + 1).padStart(2, '0')
  return `${year}${month}${day}T${hour}${minute}${second}Z`
}

const basicText = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '')
