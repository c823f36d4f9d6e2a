import { findOperator, type NamedOperator } from './conditions/index.ts'
import type { ConditionTest } from './conditions/operator.ts'
import type { Condition, Statement } from './policy.ts'

export interface CompiledCondition {
  readonly source: Condition
  readonly holds: ConditionTest
}

/**
 * Prepares a condition of a parsed policy, whose operator is therefore known. Earlier releases stored values that the operator cannot read:
 * with one, a Deny applies whatever the request has, and an Allow does not.
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
  const use = { quantifier, ifExists, key: source.key.toLowerCase(), values: source.values, variables, effect }
  return { source, holds: operator.compile(use) }
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
