import { findOperator } from './conditions/index.ts'
import {
  type Condition,
  type PatternElement,
  PolicyError,
  type PrincipalElement,
  type PrincipalName,
  type Statement,
} from './policy.ts'
import { asObject, asTexts, asValues, refuseUnknown, SYNTAX_ERROR } from './policy-syntax.ts'
import type { Json, JsonObject } from './strict-json.ts'

const ELEMENTS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])

const PRINCIPAL_TYPES: readonly PrincipalName['type'][] = ['AWS', 'Service', 'Federated', 'CanonicalUser']

/** Reads one statement of any kind of policy; what its kind wants and forbids is checked afterwards. Throws PolicyError. */
export function parseStatement(json: Json | undefined): Statement {
  const object = asObject(json)
  refuseUnknown(object, ELEMENTS)
  const actions = eitherOf(object, 'Action', 'NotAction')
  const resources = eitherOf(object, 'Resource', 'NotResource')
  return {
    sid: parseSid(object),
    effect: parseEffect(object),
    principals: parsePrincipals(object),
    // Absent and empty are the same fault, found later than others.
    actions: actions ?? { not: false, patterns: [] },
    resources,
    conditions: parseConditions(object),
  }
}

/** Terraform writes an empty Sid into each statement that has none. */
function parseSid(object: JsonObject): string | undefined {
  const sid = object.get('Sid') ?? (object.has('Sid') ? null : '')
  if (typeof sid !== 'string') throw new PolicyError(SYNTAX_ERROR)
  return sid === '' ? undefined : sid
}

function parseEffect(object: JsonObject): Statement['effect'] {
  const effect = object.get('Effect')
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyError(SYNTAX_ERROR)
  return effect
}

/** Value of the element that is there, and whether it is the negated one. */
function oneOf(object: JsonObject, name: string, negated: string): { not: boolean; value: Json } | undefined {
  const [plain, inverse] = [object.get(name), object.get(negated)]
  if (plain !== undefined && inverse !== undefined) throw new PolicyError(SYNTAX_ERROR)
  if (plain !== undefined) return { not: false, value: plain }
  return inverse === undefined ? undefined : { not: true, value: inverse }
}

function eitherOf(object: JsonObject, name: string, negated: string): PatternElement | undefined {
  const element = oneOf(object, name, negated)
  return element && { not: element.not, patterns: asTexts(element.value) }
}

function parsePrincipals(object: JsonObject): PrincipalElement | undefined {
  const element = oneOf(object, 'Principal', 'NotPrincipal')
  if (!element) return undefined
  const { not, value } = element
  if (value === '*') return { not, names: [{ type: 'AWS', value }] }
  const names: PrincipalName[] = []
  for (const [key, texts] of asObject(value)) {
    const type = PRINCIPAL_TYPES.find((known) => known === key)
    if (!type) throw new PolicyError(SYNTAX_ERROR)
    for (const text of asTexts(texts)) names.push({ type, value: text })
  }
  if (names.length === 0) throw new PolicyError(SYNTAX_ERROR)
  return { not, names }
}

function parseConditions(object: JsonObject): readonly Condition[] {
  if (!object.has('Condition')) return []
  const conditions: Condition[] = []
  for (const [operator, keys] of asObject(object.get('Condition'))) {
    if (!findOperator(operator)) throw new PolicyError(SYNTAX_ERROR)
    for (const [key, values] of asObject(keys)) {
      if (key === '') throw new PolicyError(SYNTAX_ERROR)
      conditions.push({ operator, key, values: asValues(values) })
    }
  }
  return conditions
}
