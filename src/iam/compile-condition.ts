import { findOperator } from './conditions/index.ts'
import type { ConditionTest } from './conditions/operator.ts'
import type { Condition } from './policy.ts'

export interface CompiledCondition {
  readonly source: Condition
  readonly holds: ConditionTest
}

/** Prepares a condition of a parsed policy, whose operator is therefore known. */
export function compileCondition(source: Condition, variables: boolean): CompiledCondition {
  const { operator, quantifier, ifExists } = findOperator(source.operator) ?? unknownOperator(source.operator)
  const use = { quantifier, ifExists, key: source.key.toLowerCase(), values: source.values, variables }
  return { source, holds: operator.compile(use) }
}

function unknownOperator(name: string): never {
  throw new Error(`condition operator ${name}: the parser lets none through that is unknown`)
}
