import { findOperator } from './conditions/index.ts'
import type { Policy } from './policy.ts'
import { parseTemplate } from './variables.ts'

/** Condition keys and variables a policy refers to, as first written, each once: their names are compared without regard to case. */
export function contextKeysOf({ version, statements }: Policy): readonly string[] {
  const keys = new Map<string, string>()
  const add = (key: string) => {
    const lower = key.toLowerCase()
    if (key !== '' && !keys.has(lower)) keys.set(lower, key)
  }
  const addVariables = (text: string) => {
    for (const part of parseTemplate(text, { variables: version === '2012-10-17', wildcards: false }))
      if (typeof part !== 'string') add(part.key)
  }
  for (const { resources, conditions } of statements) {
    resources?.patterns.forEach(addVariables)
    for (const { operator, key, values } of conditions) {
      add(key)
      if (findOperator(operator)?.operator.variables) values.forEach(addVariables)
    }
  }
  return [...keys.values()]
}
