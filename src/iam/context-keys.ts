import { findOperator } from './conditions/index.ts'
import type { Policy } from './policy.ts'
import { variableKeys } from './variables.ts'

/** Condition keys and variables a policy refers to, as first written, each once: their names are compared without regard to case. */
export function contextKeysOf({ version, statements }: Policy): readonly string[] {
  const keys = new Map<string, string>()
  const add = (key: string) => {
    const lower = key.toLowerCase()
    if (key !== '' && !keys.has(lower)) keys.set(lower, key)
  }
  const addVariables = (texts: readonly string[]) => variableKeys(texts, version === '2012-10-17').forEach(add)
  for (const { resources, conditions } of statements) {
    if (resources) addVariables(resources.patterns)
    for (const { operator, key, values } of conditions) {
      add(key)
      if (findOperator(operator)?.operator.variables) addVariables(values)
    }
  }
  return [...keys.values()]
}
