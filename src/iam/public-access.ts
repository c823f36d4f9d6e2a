import { findOperator } from './conditions/index.ts'
import { readBlock } from './conditions/ip-address.ts'
import type { Condition, PatternElement, Policy, Statement } from './policy.ts'
import { readPrincipal } from './principal-name.ts'

/** Whether a value of a condition means somebody in particular, and not whoever comes. */
type Fixes = (value: string) => boolean

/** Wildcards and variables let the caller choose. */
const OPEN = /[*?]|\$\{/
const whole: Fixes = (value) => value !== '' && !OPEN.test(value)
/** A wildcard behind the account leaves it fixed; in a text that is no ARN, one before it would reach over colons. */
const arn: Fixes = (value) => whole(value) || /^arn:[^:*?$]+:[^:*?$]+:[^:*?$]*:\d{12}:/.test(value)
const organizationPath: Fixes = (value) => /^o-[^/*?$]+\//.test(value)
/** Behind the unique id of a role stands the name of a session. */
const userId: Fixes = (value) => whole(value) || /^A(?:IDA|ROA)[A-Z0-9]+:/.test(value)

/** Shortest prefixes of a block of addresses that still means somebody's network: larger ones AWS calls public. */
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
const FIXING_OPERATORS: ReadonlySet<string> = new Set([
  'StringEquals',
  'StringEqualsIgnoreCase',
  'StringLike',
  'ArnEquals',
  'ArnLike',
  'IpAddress',
])

/**
 * Whether a policy on a resource lets in callers whom nobody has chosen: an Allow for everyone, or for everyone but a few, without a condition
 * that holds the caller to an account, an organization, an ARN or a network, and without a Deny for all others. What is not understood counts
 * as public. (AWS's user guides, "the meaning of public".)
 */
export function allowsPublicAccess({ statements }: Policy): boolean {
  const denies = statements.filter(({ effect }) => effect === 'Deny')
  return statements.some(
    (statement) =>
      statement.effect === 'Allow' &&
      isForEveryone(statement) &&
      !statement.conditions.some(fixesCaller) &&
      !denies.some((deny) => deniesOthers(deny, statement)),
  )
}

function isForEveryone({ principals }: Statement): boolean {
  const named = principals?.names.some((name) => readPrincipal(name)?.form === 'everyone') ?? false
  return principals?.not ? !named : named
}

/** A key that a request may lack must not let it in. */
function fixesCaller({ operator, key, values }: Condition): boolean {
  const found = findOperator(operator)
  if (!found || found.ifExists || found.quantifier === 'all') return false
  return FIXING_OPERATORS.has(found.operator.name) && isFixed(key, values)
}

/** Whether a Deny leaves nobody of what an Allow gives but callers of its choice. */
function deniesOthers(deny: Statement, allow: Statement): boolean {
  const { principals, conditions, actions, resources } = deny
  const [condition, ...more] = conditions
  if (!condition || more.length > 0 || principals?.not || !isForEveryone(deny)) return false
  return covers(actions, allow.actions) && covers(resources, allow.resources) && fixesOthers(condition)
}

/** The opposite of a fixing operator holds for all other values, and where the key is missing. */
function fixesOthers({ operator, key, values }: Condition): boolean {
  const found = findOperator(operator)
  if (!found?.operator.negated || found.quantifier !== 'single') return false
  return FIXING_OPERATORS.has(found.operator.name.replace('Not', '')) && isFixed(key, values)
}

function isFixed(key: string, values: readonly string[]): boolean {
  const fixes = FIXING_KEYS.get(key.toLowerCase())
  return fixes !== undefined && values.every(fixes)
}

/** Whether all that the second means is meant by the first: everything, the same patterns, or all actions of their services. */
function covers(wide: PatternElement | undefined, narrow: PatternElement | undefined): boolean {
  if (!wide || !narrow || wide.not) return false
  if (wide.patterns.includes('*')) return true
  const known = new Set(wide.patterns)
  const isCovered = (pattern: string) => known.has(pattern) || known.has(`${pattern.split(':')[0]}:*`)
  return !narrow.not && narrow.patterns.every(isCovered)
}
