import { findOperator, type NamedOperator } from './conditions/index.ts'
import type { ConditionTest } from './conditions/operator.ts'
import type { Condition, Statement } from './policy.ts'
import { hasTooLong, type RequestContext } from './request.ts'
import { variableKeys } from './variables.ts'

export interface CompiledCondition {
  readonly source: Condition
  readonly holds: ConditionTest
}

/**
 * Prepares a condition of a parsed policy, whose operator is therefore known. Earlier releases stored values that the operator cannot read:
 * with one, a Deny applies whatever the request has, and an Allow does not. The same holds for a value of the request that is too long.
 *
 * @param variables whether the policy's version has variables
 */
export function compileCondition(
  source: Condition,
  variables: boolean,
  effect: Statement['effect'],
): CompiledCondition {
  if (hasUnreadableValue(source, variables)) return { source, holds: () => effect === 'Deny' }
  const { operator, quantifier, ifExists } = operatorOf(source)
  const key = source.key.toLowerCase()
  const test = operator.compile({ quantifier, ifExists, key, values: source.values, variables, effect })
  const ofVariables = variableKeys(source.values, variables && operator.variables)
  const keys = [key, ...ofVariables.map((name) => name.toLowerCase())]
  const remembering = keys.length === 1 ? remember(key, test) : test
  return {
    source,
    holds(context) {
      context.work?.add(1)
      return hasTooLong(context, keys) ? effect === 'Deny' : remembering(context)
    },
  }
}

/** The same test, which is made once for a request whose context remembers outcomes for the key. */
function remember(key: string, test: ConditionTest): ConditionTest {
  return (context: RequestContext) => {
    const outcomes = context.outcomesFor?.(key)
    const known = outcomes?.get(test)
    if (known !== undefined) return known
    const outcome = test(context)
    outcomes?.set(test, outcome)
    return outcome
  }
}

/** Whether a value of a condition is not of its operator's type, as the date `2020-13-45`. */
export function hasUnreadableValue(condition: Condition, variables: boolean): boolean {
  const { operator } = operatorOf(condition)
  return condition.values.some((value) => !operator.reads(value, variables))
}

function operatorOf({ operator }: Condition): NamedOperator {
  const found = findOperator(operator)
  if (!found) throw new Error(`condition operator ${operator}: the parser accepts known operators only`)
  return found
}
