import type { Constraints } from './shape.ts'

// What violations of a model's constraints say, in AWS's words.

export const NOT_NULL = 'Member must not be null'
export const maxLengthText = (max: number) => `Member must have length less than or equal to ${max}`
const minLengthText = (min: number) => `Member must have length greater than or equal to ${min}`
export const patternText = ({ pattern }: Constraints) => `Member must satisfy regular expression pattern: ${pattern}`
export const enumText = (constraints: Constraints) =>
  `Member must satisfy enum value set: [${constraints.enum?.join(', ')}]`

/** Reports a length that is out of bounds. */
export function checkLength(length: number, constraints: Constraints, report: (constraint: string) => void): void {
  const [min, max] = constraints.length ?? []
  if (max !== undefined && length > max) report(maxLengthText(max))
  if (min !== undefined && length < min) report(minLengthText(min))
}

/** All constraints of an element of a list or map; that none may be null only where one is. */
export function memberText(constraints: Constraints, values: readonly unknown[]): string {
  const [min, max] = constraints.length ?? []
  const texts = [
    max === undefined ? [] : [maxLengthText(max)],
    min === undefined ? [] : [minLengthText(min)],
    constraints.pattern === undefined ? [] : [patternText(constraints)],
    constraints.enum === undefined ? [] : [enumText(constraints)],
    values.includes(null) ? [NOT_NULL] : [],
  ]
  return `[${texts.flat().join(', ')}]`
}
