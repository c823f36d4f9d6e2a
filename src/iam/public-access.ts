import { findOperator } from './conditions/index.ts'
import { FIXING_OPERATORS, fixesCaller, isFixed } from './fixed-callers.ts'
import type { Condition, PatternElement, Policy, Statement } from './policy.ts'
import { readPrincipal } from './principal-name.ts'

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

/** Whether all that the second means is meant by the first: everything, the same patterns, or all actions of their services. */
function covers(wide: PatternElement | undefined, narrow: PatternElement | undefined): boolean {
  if (!wide || !narrow || wide.not) return false
  if (wide.patterns.includes('*')) return true
  const known = new Set(wide.patterns)
  const isCovered = (pattern: string) => known.has(pattern) || known.has(`${pattern.split(':')[0]}:*`)
  return !narrow.not && narrow.patterns.every(isCovered)
}
