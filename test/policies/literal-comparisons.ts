import { BlockList, isIP } from 'node:net'

// How the literal reading compares one value of a policy with one of a request.

/** A pattern as a list: characters, and wildcards as symbols. */
const ANY = Symbol('*')
const ONE = Symbol('?')
export type Token = string | typeof ANY | typeof ONE
export const plain = (text: string): Token[] => text.split('')
export const wild = (text: string): Token[] =>
  plain(text).map((token) => (token === '*' ? ANY : token === '?' ? ONE : token))

export function glob(pattern: readonly Token[], text: string): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text === ''
  if (first === ANY) return glob(rest, text) || (text !== '' && glob(pattern, text.slice(1)))
  return text !== '' && (first === ONE || first === text[0]) && glob(rest, text.slice(1))
}

/** Splits tokens at the first five colons. */
export function parts(pattern: readonly Token[]): Token[][] {
  const result: Token[][] = [[]]
  for (const token of pattern) {
    if (token === ':' && result.length < 6) result.push([])
    else result.at(-1)?.push(token)
  }
  return result
}

export function arnFits(pattern: readonly Token[], text: string): boolean {
  const [wanted, given] = [parts(pattern), parts(plain(text))]
  return wanted.length === 6 && given.length === 6 && wanted.every((part, at) => glob(part, (given[at] ?? []).join('')))
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const number = (text: string) => (NUMBER.test(text.trim()) ? Number(text) : Number.NaN)

function date(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && !/^\d{4}$/.test(text))
    return Number.parseInt(text, 10) < 2 ** 63 ? Number(text) * 1000 : Number.NaN
  const [, year, month = '1', day = '1', time] = /^(-?\d{1,9})(?:-(\d\d?)(?:-(\d\d?))?)?(?:t(.*))?$/i.exec(text) ?? []
  return startOfDay(Number(year ?? Number.NaN), Number(month), Number(day)) + timeOfDay(time || '0')
}

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

/** Milliseconds from the epoch to the start of a day, by counting whole years and months. */
function startOfDay(year: number, month: number, day: number): number {
  const lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  if (year < -292_275_054 || year > 292_278_993 || day < 1 || day > (lengths[month - 1] ?? 0)) return Number.NaN
  const leapDays = (until: number) => Math.floor(until / 4) - Math.floor(until / 100) + Math.floor(until / 400)
  const days = (year - 1970) * 365 + leapDays(year - 1) - leapDays(1969)
  return (days + lengths.slice(0, month - 1).reduce((sum, length) => sum + length, 0) + day - 1) * 86_400_000
}

function timeOfDay(text: string): number {
  const form = /^(\d\d?)(?::(\d\d?)(?::(\d\d?(?:\.\d{1,9})?))?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i
  const [all, hours, minutes = '0', seconds = '0', zone = 'Z'] = form.exec(text) ?? []
  const [, sign, zoneHours = '0', zoneMinutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  const inRange = Math.max(Number(hours), Number(zoneHours)) < 24 && Number(seconds) < 60
  if (all === undefined || !inRange || Math.max(Number(minutes), Number(zoneMinutes)) > 59) return Number.NaN
  const ahead = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes))
  return (Number(hours) * 60 + Number(minutes) - ahead) * 60_000 + Number(seconds) * 1000
}

function isBlock(block: string): boolean {
  const [base = '', length] = block.split('/')
  const version = isIP(base)
  if (version === 0 || !/^[0-9a-f:.]+(\/\d{1,3})?$/i.test(block)) return false
  return Number(length ?? 0) <= (version === 4 ? 32 : 128)
}

function inBlock(block: string, address: string): boolean {
  const [base = '', length] = block.split('/')
  const version = isIP(base)
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1]
  if (mapped) return inBlock(block, mapped)
  if (!isBlock(block) || isIP(address) === 0 || address.includes('%')) return false
  const bits = length === undefined ? (version === 4 ? 32 : 128) : Number(length)
  const blocks = new BlockList()
  const family = version === 4 ? 'ipv4' : 'ipv6'
  blocks.addSubnet(base, bits, family)
  return isIP(address) === version && blocks.check(address, family)
}

function bytes(text: string): string | undefined {
  const digits = text.replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined
  return digits.length === text.length || text.length % 4 === 0
    ? Buffer.from(digits, 'base64').toString('hex')
    : undefined
}

export const bool = (text: string) => (['true', 'false'].includes(text.toLowerCase()) ? text.toLowerCase() : undefined)
const text = (pattern: readonly Token[]) => pattern.map((token) => String(token)).join('')

interface Comparison {
  /** Whether variables are replaced. */
  readonly variables: boolean
  readonly read: typeof wild
  /** Whether a value of a policy is of the operator's type. */
  reads(policy: readonly Token[]): boolean
  fits(policy: readonly Token[], request: string): boolean
}

const always = () => true

/** Positive form of each operator. */
export const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: { variables: true, read: plain, reads: always, fits: (policy, request) => text(policy) === request },
  StringEqualsIgnoreCase: {
    variables: true,
    read: plain,
    reads: always,
    fits: (policy, request) => text(policy).toLowerCase() === request.toLowerCase(),
  },
  StringLike: { variables: true, read: wild, reads: always, fits: glob },
  ArnEquals: { variables: true, read: wild, reads: isAnyOrArn, fits: anyOrArn },
  ArnLike: { variables: true, read: wild, reads: isAnyOrArn, fits: anyOrArn },
  Bool: {
    variables: true,
    read: plain,
    reads: (policy) => bool(text(policy)) !== undefined,
    fits: (policy, request) => bool(request) !== undefined && bool(text(policy)) === bool(request),
  },
  BinaryEquals: {
    variables: false,
    read: plain,
    reads: (policy) => bytes(text(policy)) !== undefined,
    fits: (policy, request) => bytes(request) !== undefined && bytes(text(policy)) === bytes(request),
  },
  IpAddress: {
    variables: false,
    read: plain,
    reads: (policy) => isBlock(text(policy)),
    fits: (policy, request) => inBlock(text(policy), request),
  },
  ...ordered('Numeric', number),
  ...ordered('Date', date),
}

function isAnyOrArn(policy: readonly Token[]): boolean {
  return (policy.length === 1 && policy[0] === ANY) || parts(policy).length === 6
}

function anyOrArn(policy: readonly Token[], request: string): boolean {
  const isArn = parts(plain(request)).length === 6
  return (policy.length === 1 && policy[0] === ANY && isArn) || arnFits(policy, request)
}

function ordered(prefix: string, read: (text: string) => number): typeof comparisons {
  const compare = (fits: (request: number, policy: number) => boolean): Comparison => ({
    variables: false,
    read: plain,
    reads: (policy) => !Number.isNaN(read(text(policy))),
    fits: (policy, request) => fits(read(request), read(text(policy))),
  })
  return {
    [`${prefix}Equals`]: compare((a, b) => a === b),
    [`${prefix}LessThan`]: compare((a, b) => a < b),
    [`${prefix}LessThanEquals`]: compare((a, b) => a <= b),
    [`${prefix}GreaterThan`]: compare((a, b) => a > b),
    [`${prefix}GreaterThanEquals`]: compare((a, b) => a >= b),
  }
}

export const NEGATIONS: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
}
