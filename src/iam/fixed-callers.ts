import { findOperator } from './conditions/index.ts'
import { readBlock } from './conditions/ip-address.ts'
import type { Condition } from './policy.ts'

/** Whether a value of a condition names particular callers. */
type Fixes = (value: string) => boolean

/** Wildcards and variables let the caller choose. */
const OPEN = /[*?]|\$\{/
const whole: Fixes = (value) => value !== '' && !OPEN.test(value)
/** A wildcard behind the account leaves it fixed; in a text that is no ARN, one before it would reach over colons. */
const arn: Fixes = (value) => whole(value) || /^arn:[^:*?$]+:[^:*?$]+:[^:*?$]*:\d{12}:/.test(value)
const organizationPath: Fixes = (value) => /^o-[^/*?$]+\//.test(value)
/** Behind the unique id of a role stands the name of a session. */
const userId: Fixes = (value) => whole(value) || /^A(?:IDA|ROA)[A-Z0-9]+:/.test(value)

/** Shortest prefix of a block of addresses that still counts as one network: AWS calls larger blocks public. */
const SHORTEST_PREFIX = { 4: 8, 6: 32 } as const
const BITS_BEFORE_IPV4 = 96

function addresses(value: string): boolean {
  const block = readBlock(value)
  if (!block) return false
  const { version, prefix } = block
  return (version === 4 ? prefix - BITS_BEFORE_IPV4 : prefix) >= SHORTEST_PREFIX[version]
}

/** Keys that say where a caller belongs, in a way that the caller cannot choose; in lower case. */
const FIXING_KEYS: ReadonlyMap<string, Fixes> = new Map([
  ['aws:principalaccount', whole],
  ['aws:principalarn', arn],
  ['aws:principalorgid', whole],
  ['aws:principalorgpaths', organizationPath],
  ['aws:principalservicename', whole],
  ['aws:sourceaccount', whole],
  ['aws:sourcearn', arn],
  ['aws:sourceip', addresses],
  ['aws:sourceorgid', whole],
  ['aws:sourceorgpaths', organizationPath],
  ['aws:sourceowner', whole],
  ['aws:sourcevpc', whole],
  ['aws:sourcevpce', whole],
  ['aws:userid', userId],
])

/** Operators that hold for the given values alone. */
export const FIXING_OPERATORS: ReadonlySet<string> = new Set([
  'StringEquals',
  'StringEqualsIgnoreCase',
  'StringLike',
  'ArnEquals',
  'ArnLike',
  'IpAddress',
])

/** Whether a condition holds only for particular callers. A key that a request may lack must not let the request in. */
export function fixesCaller(condition: Condition): boolean {
  return holdsForValues(condition) && isFixed(condition.key, condition.values)
}

/** Whether every value of a key names particular callers. */
export function isFixed(key: string, values: readonly string[]): boolean {
  const fixes = FIXING_KEYS.get(key.toLowerCase())
  return fixes !== undefined && values.every(fixes)
}

/** Whether a condition holds for its values alone, and never for a request without its key. */
function holdsForValues({ operator }: Condition): boolean {
  const found = findOperator(operator)
  if (!found || found.ifExists || found.quantifier === 'all') return false
  return FIXING_OPERATORS.has(found.operator.name)
}

/**
 * Whether a condition makes an Allow for everyone an Allow for named principals or for a named service that calls for them. Such an Allow
 * passes boundaries and session policies (IAM user guide, "Policy evaluation logic"; the key policy of `aws/secretsmanager` is of the second
 * kind).
 */
export function namesPrincipals(condition: Condition): boolean {
  const key = condition.key.toLowerCase()
  if (key === 'kms:viaservice') return holdsForValues(condition) && condition.values.every(whole)
  return key === 'aws:principalarn' && fixesCaller(condition)
}
