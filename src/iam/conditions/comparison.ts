import { spellingsOf } from '../identity-arn.ts'
import type { ContextValue, RequestContext } from '../request.ts'
import { hasValues, literalOf, parseTemplate, resolveTemplate, type Template } from '../variables.ts'
import type { Work } from '../work.ts'
import type { ConditionTest, Operator, OperatorUse, Quantifier } from './operator.ts'

/** An operator that compares values of the request with values of the policy, all brought to one type. */
export interface Comparison<T> {
  readonly name: string
  readonly negated: boolean
  readonly variables: boolean
  /** Whether `*` and `?` in the policy's value are wildcards; `prepare` then gets them as match.ts has them. */
  readonly wildcards: boolean
  /** The typed value of a text in a request; undefined for text that is not of the type, which matches nothing. */
  read(text: string): T | undefined
  /** The test that a value of the policy means; undefined for text that is not of the type, which matches nothing. */
  prepare(text: string): ValueTest<T> | undefined
}

export type ValueTest<T> = (value: T, work?: Work) => boolean

/** Whether one text of a request satisfies the operator with all of the policy's values. */
type TextTest = (text: string, context: RequestContext) => boolean

/** The operator that a comparison makes, with `…IfExists`, `ForAllValues:` and `ForAnyValue:`. */
export function comparison<T>(spec: Comparison<T>): Operator {
  return {
    name: spec.name,
    negated: spec.negated,
    modifiers: true,
    variables: spec.variables,
    reads(value, variables) {
      const literal = literalOf(templateOf(spec, value, variables))
      return literal === undefined || spec.prepare(literal) !== undefined
    },
    compile(use) {
      const templates = use.values.map((value) => templateOf(spec, value, use.variables))
      const varying = templates.filter((template) => literalOf(template) === undefined)
      const holds = quantified[use.quantifier](textTest(spec, templates), use, spec.negated)
      if (!spec.negated || use.effect === 'Deny' || varying.length === 0) return holds
      // An Allow for all but a value that the request lacks would be an Allow for all.
      return (context) => varying.every((template) => hasValues(template, context, RESOLUTION)) && holds(context)
    },
  }
}

/** An empty text can be compared like any other. */
const RESOLUTION = { emptyIsNone: false }

function templateOf<T>(spec: Comparison<T>, value: string, variables: boolean): Template {
  return parseTemplate(value, { variables: variables && spec.variables, wildcards: spec.wildcards })
}

/** Values of a positive operator are alternatives; of a negated one none may match. */
function textTest<T>(spec: Comparison<T>, templates: readonly Template[]): TextTest {
  const fixed: ValueTest<T>[] = []
  const varying: Template[] = []
  for (const template of templates) {
    const literal = literalOf(template)
    if (literal === undefined) varying.push(template)
    else fixed.push(spec.prepare(literal) ?? never)
  }
  const matches: TextTest = (text, context) => {
    const { work } = context
    work?.add(text.length)
    const value = spec.read(text)
    if (value === undefined) return false
    for (const test of fixed) {
      work?.add(1)
      if (test(value, work)) return true
    }
    const longest = text.length * LOWER_CASE_GROWTH
    for (const template of varying) {
      const resolved = resolveTemplate(template, context, { ...RESOLUTION, longest })
      work?.add(template.length + (resolved?.length ?? 0))
      if (resolved !== undefined && spec.prepare(resolved)?.(value, work)) return true
    }
    return false
  }
  const { negated } = spec
  return (text, context) => {
    for (const spelling of spellingsOf(text)) if (matches(spelling, context)) return !negated
    return negated
  }
}

const never = () => false

/** How much longer a text may become in lower case: `İ` becomes two characters. */
const LOWER_CASE_GROWTH = 2

const isMissing = (value: ContextValue | undefined) =>
  value === undefined || (typeof value !== 'string' && value.length === 0)

type Quantified = (test: TextTest, use: OperatorUse, negated: boolean) => ConditionTest

const quantified: Readonly<Record<Quantifier, Quantified>> = {
  /** Several values where one was to be expected are a mismatch of types: they match nothing. */
  single:
    (test, { key, ifExists }, negated) =>
    (context) => {
      const value = context.get(key)
      if (typeof value === 'string') return test(value, context)
      const [first] = value ?? []
      if (value === undefined || first === undefined) return ifExists || negated
      return value.length === 1 ? test(first, context) : negated
    },

  all:
    (test, { key }) =>
    (context) => {
      const value = context.get(key)
      if (value === undefined) return true
      if (typeof value === 'string') return test(value, context)
      for (const text of value) if (!test(text, context)) return false
      return true
    },

  any:
    (test, { key, ifExists }) =>
    (context) => {
      const value = context.get(key)
      if (value === undefined || isMissing(value)) return ifExists
      if (typeof value === 'string') return test(value, context)
      for (const text of value) if (test(text, context)) return true
      return false
    },
}
