import type { Statement } from '../policy.ts'
import type { RequestContext } from '../request.ts'

export type ConditionTest = (context: RequestContext) => boolean

/** `ForAllValues:` or `ForAnyValue:`; `single` without either. */
export type Quantifier = 'single' | 'all' | 'any'

/** How a condition uses its operator. */
export interface OperatorUse {
  readonly quantifier: Quantifier
  /** The suffix `IfExists`. */
  readonly ifExists: boolean
  /** In lower case. */
  readonly key: string
  readonly values: readonly string[]
  /** Whether the policy's version has variables. */
  readonly variables: boolean
  /** Of the statement: what cannot be known makes a Deny apply, and an Allow not. */
  readonly effect: Statement['effect']
}

/** A condition operator (security facts 3.4). */
export interface Operator {
  readonly name: string
  /** Holds when the comparison fails or the key is missing. */
  readonly negated: boolean
  /** Whether a set prefix or `IfExists` may stand with it. */
  readonly modifiers: boolean
  /** Whether variables in its values are replaced (security facts 3.3). */
  readonly variables: boolean
  /**
   * Whether a value of a policy is of the operator's type. One with variables may be, where the operator replaces them.
   *
   * @param variables whether the policy's version has variables
   */
  reads(value: string, variables: boolean): boolean
  compile(use: OperatorUse): ConditionTest
}
