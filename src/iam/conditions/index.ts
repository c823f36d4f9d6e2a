import { arnOperators } from './arn.ts'
import { binaryOperators } from './binary.ts'
import { boolOperators } from './bool.ts'
import { dateOperators } from './date.ts'
import { ipAddressOperators } from './ip-address.ts'
import { nullOperators } from './null.ts'
import { numericOperators } from './numeric.ts'
import type { Operator, Quantifier } from './operator.ts'
import { stringOperators } from './string.ts'

/** Every condition operator (security facts 3.4). */
export const operators: readonly Operator[] = [
  ...stringOperators,
  ...numericOperators,
  ...dateOperators,
  ...boolOperators,
  ...binaryOperators,
  ...ipAddressOperators,
  ...arnOperators,
  ...nullOperators,
]

/** Case does not matter: documents in the wild have `bool` as well as `Bool`. */
const byName: ReadonlyMap<string, Operator> = new Map(
  operators.map((operator) => [operator.name.toLowerCase(), operator]),
)

const QUANTIFIERS: readonly (readonly [prefix: string, quantifier: Quantifier])[] = [
  ['forallvalues:', 'all'],
  ['foranyvalue:', 'any'],
]
const IF_EXISTS = 'ifexists'

export interface NamedOperator {
  readonly operator: Operator
  readonly quantifier: Quantifier
  readonly ifExists: boolean
}

/** The operator that a document names, with its prefix and suffix; undefined for a name that means nothing. */
export function findOperator(text: string): NamedOperator | undefined {
  const lower = text.toLowerCase()
  const [prefix, quantifier] = QUANTIFIERS.find(([start]) => lower.startsWith(start)) ?? ['', 'single']
  const ifExists = lower.endsWith(IF_EXISTS)
  const operator = byName.get(lower.slice(prefix.length, ifExists ? -IF_EXISTS.length : undefined))
  if (!operator || (!operator.modifiers && (ifExists || quantifier !== 'single'))) return undefined
  return { operator, quantifier, ifExists }
}
