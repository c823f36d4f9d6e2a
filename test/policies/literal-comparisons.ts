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
  if (/^-?\d+(\.\d+)?$/.test(text) && !/^\d{4}$/.test(text)) return Number(text) * 1000
  if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/.test(text)) return Number.NaN
  const day = /^\d{4}-(\d\d)-(\d\d)/.exec(text)
  const zoned = text.includes('T') && !/(Z|[+-]\d\d:?\d\d)$/.test(text.slice(10)) ? `${text}Z` : text
  const value = Date.parse(zoned.replace(/([+-]\d\d)(\d\d)$/, (all, h, m) => (text.includes('T') ? `${h}:${m}` : all)))
  // Date.parse turns February 30 into March.
  if (day && new Date(`${day[0]}T00:00:00Z`).getUTCDate() !== Number(day[2])) return Number.NaN
  return value
}

function inBlock(block: string, address: string): boolean {
  const [base = '', length] = block.split('/')
  const version = isIP(base)
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1]
  if (mapped) return inBlock(block, mapped)
  if (version === 0 || isIP(address) === 0 || !/^[0-9a-f:.]+(\/\d{1,3})?$/i.test(block) || address.includes('%'))
    return false
  const bits = length === undefined ? (version === 4 ? 32 : 128) : Number(length)
  if (bits > (version === 4 ? 32 : 128)) return false
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

type Compare = (policy: readonly Token[], request: string) => boolean

/** Positive form of each operator; `variables` where they are replaced. */
export const comparisons: Readonly<Record<string, { variables: boolean; read: typeof wild; fits: Compare }>> = {
  StringEquals: { variables: true, read: plain, fits: (policy, request) => text(policy) === request },
  StringEqualsIgnoreCase: {
    variables: true,
    read: plain,
    fits: (policy, request) => text(policy).toLowerCase() === request.toLowerCase(),
  },
  StringLike: { variables: true, read: wild, fits: glob },
  ArnEquals: { variables: true, read: wild, fits: anyOrArn },
  ArnLike: { variables: true, read: wild, fits: anyOrArn },
  Bool: {
    variables: true,
    read: plain,
    fits: (policy, request) => bool(request) !== undefined && bool(text(policy)) === bool(request),
  },
  BinaryEquals: {
    variables: false,
    read: plain,
    fits: (policy, request) => bytes(request) !== undefined && bytes(text(policy)) === bytes(request),
  },
  IpAddress: { variables: false, read: plain, fits: (policy, request) => inBlock(text(policy), request) },
  ...ordered('Numeric', number),
  ...ordered('Date', date),
}

function anyOrArn(policy: readonly Token[], request: string): boolean {
  const isArn = parts(plain(request)).length === 6
  return (policy.length === 1 && policy[0] === ANY && isArn) || arnFits(policy, request)
}

function ordered(prefix: string, read: (text: string) => number): typeof comparisons {
  const compare = (fits: (request: number, policy: number) => boolean) => ({
    variables: false,
    read: plain,
    fits: (policy: readonly Token[], request: string) => fits(read(request), read(text(policy))),
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
