import type { Entry, EntryCaller } from '../audit/entry.ts'
import { eventsOf, type TrailEvent } from '../audit/lookup/trail-event.ts'
import { ConfigError } from '../config-error.ts'
import { readBlock } from '../iam/conditions/ip-address.ts'
import { timeOf } from './trail-time.ts'

/** What a person looks for, as it was typed. */
export interface GivenTrailFilter {
  readonly who?: string
  readonly what?: string
  readonly secret?: string
  readonly outcome?: string
  readonly since?: string
  readonly until?: string
  readonly address?: string
  readonly eventId?: string
  readonly requestId?: string
  readonly region?: string
  readonly account?: string
}

/** Which records are wanted. */
export interface TrailFilter {
  /** Times of entries, milliseconds, both included. */
  readonly from: number
  readonly to: number
  /** The wanted records of an entry, in their order. */
  of(entry: Entry): readonly TrailEvent[]
}

type Test<T> = (value: T) => boolean

/** Reads what was typed. Throws ConfigError for what can mean nothing. */
export function trailFilter(given: GivenTrailFilter, now: number): TrailFilter {
  const { since, until } = given
  const from = since === undefined ? 0 : timeOf('--since', since, now)
  const to = until === undefined ? Number.MAX_SAFE_INTEGER : timeOf('--until', until, now)
  if (from > to) throw new ConfigError(`Cannot search from ${since} until ${until}: the one is after the other`)
  const ofEntry = all<Entry>([
    given.who === undefined ? undefined : whoTest(given.who),
    given.address === undefined ? undefined : addressTest(given.address),
  ])
  const ofEvent = all<TrailEvent>([
    given.what === undefined ? undefined : whatTest(given.what),
    given.secret === undefined ? undefined : secretTest(given.secret),
    given.outcome === undefined ? undefined : outcomeTest(given.outcome),
    equal(given.eventId, ({ record }) => record.eventID),
    equal(given.requestId, ({ record }) => record.requestID),
    equal(given.region, ({ record }) => record.awsRegion),
    equal(given.account, ({ record }) => record.recipientAccountId),
  ])
  return {
    from,
    to,
    of: (entry) => (entry.at >= from && entry.at <= to && ofEntry(entry) ? eventsOf(entry).filter(ofEvent) : []),
  }
}

function all<T>(tests: readonly (Test<T> | undefined)[]): Test<T> {
  const given = tests.filter((test) => test !== undefined)
  return (value) => given.every((test) => test(value))
}

function equal(wanted: string | undefined, of: (event: TrailEvent) => string): Test<TrailEvent> | undefined {
  if (wanted === '') throw new ConfigError('Cannot search for nothing: a filter is empty')
  return wanted === undefined ? undefined : (event) => of(event) === wanted
}

/** A name, or a pattern in which `*` stands for any text. */
function pattern(text: string, ignoringCase = false): Test<string> {
  if (text === '') throw new ConfigError('Cannot search for nothing: a filter is empty')
  const as = (value: string) => (ignoringCase ? value.toLowerCase() : value)
  const [first = '', ...others] = as(text).split('*')
  const last = others.pop()
  if (last === undefined) return (value) => as(value) === first
  return (value) => {
    const given = as(value)
    if (given.length < first.length + last.length || !given.startsWith(first) || !given.endsWith(last)) return false
    // The first place where a part fits leaves most room for the others.
    let from = first.length
    for (const part of others) {
      const found = given.indexOf(part, from)
      if (found < 0) return false
      from = found + part.length
    }
    return from <= given.length - last.length
  }
}

function whoTest(who: string): Test<Entry> {
  const is = pattern(who, true)
  return ({ caller }) => namesOfCaller(caller).some(is)
}

/** Everything that somebody may be called. */
function namesOfCaller({ type, principalId, arn, account, accessKeyId, userName, session }: EntryCaller): string[] {
  const names = [principalId, arn, accessKeyId, userName, session?.role?.name, session?.role?.arn]
  if (type === 'Root') names.push('root', account)
  if (type === 'AssumedRole') names.push(principalId.replace(/^[^:]*:/, ''))
  if (type === 'AWSService') names.push(principalId.replace('.amazonaws.com', ''))
  return names.filter((name) => name !== undefined)
}

/** An event, or one of a service: `GetSecretValue`, `*Secret*`, `kms:*`. */
function whatTest(what: string): Test<TrailEvent> {
  const colon = what.indexOf(':')
  const isEvent = pattern(what.slice(colon + 1), true)
  const isService = colon < 0 ? () => true : pattern(what.slice(0, colon), true)
  return ({ record }) => isEvent(record.eventName) && isService(record.eventSource.replace('.amazonaws.com', ''))
}

const SUFFIX = /-[A-Za-z0-9]{6}$/

/** A secret by its ARN, with or without the suffix, or by its name; also another resource. */
function secretTest(secret: string): Test<TrailEvent> {
  const is = pattern(secret)
  const isPartial = (name: string) =>
    name.startsWith('arn:') && name.includes(':secret:') && is(name.replace(SUFFIX, ''))
  return ({ names }) => [...names].some((name) => is(name) || isPartial(name))
}

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'])

const outcomes: Readonly<Record<string, Test<TrailEvent>>> = {
  ok: (event) => !isFailure(event),
  denied: ({ record }) => DENIED.has(record.errorCode ?? ''),
  failed: (event) => isFailure(event) && !DENIED.has(event.record.errorCode ?? ''),
}

const isFailure = ({ record }: TrailEvent) => record.errorCode !== undefined || record.errorMessage !== undefined

function outcomeTest(outcome: string): Test<TrailEvent> {
  const known = Object.hasOwn(outcomes, outcome) ? outcomes[outcome] : undefined
  if (known) return known
  if (!/^[A-Za-z][A-Za-z.]*\*?$/.test(outcome))
    throw new ConfigError(`Cannot use --outcome: ${outcome}: wanted ok, denied, failed, or the code of an error`)
  const is = pattern(outcome, true)
  return ({ record }) => is(record.errorCode ?? '')
}

/** An address, or a block of them. What a service does has none. */
function addressTest(text: string): Test<Entry> {
  const block = readBlock(text)
  if (!block) throw new ConfigError(`Cannot use --address: ${text}: wanted an address, or a range such as 10.0.0.0/8`)
  const shift = BigInt(128 - block.prefix)
  return ({ address }) => {
    const other = readBlock(address)
    return other !== undefined && other.version === block.version && other.bits >> shift === block.bits >> shift
  }
}
