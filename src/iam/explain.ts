import { requestedAction } from './compile-action.ts'
import { type CompiledStatement, matchStatement, type PreparedRequest, prepareRequest } from './compile-policy.ts'
import { ACCOUNT_GRANT, NO_GRANT } from './compile-principals.ts'
import { missingPolicy } from './denial.ts'
import { evaluate } from './evaluate.ts'
import { named } from './find-statements.ts'
import { layersOf } from './layers.ts'
import type { Condition, PatternElement, PrincipalElement } from './policy.ts'
import type { AccessRequest, ContextValue, DecidingStatement, Decision, PolicySet } from './request.ts'
import { statementName } from './statement-name.ts'

/** One statement of one layer: whether it applies to the request, and if not what does not fit. */
export interface StatementExplanation extends DecidingStatement {
  readonly matched: boolean
  readonly mismatch?: Mismatch | undefined
  /** True for a statement at the resource that names the caller's account alone: it leaves the decision to that account's own policies. */
  readonly handsOver: boolean
}

export interface Mismatch {
  readonly part: 'principal' | 'action' | 'resource' | 'condition'
  /** For people, as `StringEquals aws:ResourceTag/team: the request has no such key; wanted blue`. */
  readonly detail: string
}

export interface Explanation {
  readonly decision: Decision
  /** Of every policy that concerns the caller, in the order in which they are looked at. */
  readonly statements: readonly StatementExplanation[]
  /** One sentence: what was missing for an allow; empty when allowed. */
  readonly missing: string
}

type Outcome = Pick<StatementExplanation, 'matched' | 'mismatch'>

/** Values of one element that an explanation shows. */
const MAX_SHOWN_VALUES = 10

/** Parts of a statement in the order in which they come nearer to fitting. */
const NEARNESS: readonly Mismatch['part'][] = ['action', 'resource', 'principal', 'condition']

/**
 * Tells of each statement why it did or did not take part in the decision on a request. Slow beside `evaluate`: for people, not for requests.
 *
 * @param decision where it was made already
 */
export function explain(
  request: AccessRequest,
  policies: PolicySet,
  decision: Decision = evaluate(request, policies),
): Explanation {
  const prepared = prepareRequest(request)
  const statements = layersOf(request.principal.type, policies).flatMap(({ layer, policies: list }) =>
    list.flatMap((policy) =>
      policy.policy.statements.map((statement) => ({
        ...named(layer, policy, statement),
        handsOver: statement.grantTo(request.principal) === ACCOUNT_GRANT,
        ...explainStatement(statement, prepared, request),
      })),
    ),
  )
  return { decision, statements, missing: missingSentence(decision, statements, request) }
}

function explainStatement(statement: CompiledStatement, prepared: PreparedRequest, request: AccessRequest): Outcome {
  if (!statement.fitsAction(requestedAction(request.action)))
    return mismatched('action', `the request is for ${request.action}; ${wantedPatterns(statement.source.actions)}`)
  if (matchStatement(statement, prepared) !== NO_GRANT) return { matched: true }
  return findMismatch(statement, prepared, request)
}

const mismatched = (part: Mismatch['part'], detail: string): Outcome => ({ matched: false, mismatch: { part, detail } })

/** The first part that does not fit beside the action, in the order in which they are tested. */
function findMismatch(statement: CompiledStatement, prepared: PreparedRequest, request: AccessRequest): Outcome {
  const { source, conditions } = statement
  if (!statement.fitsResource(prepared.resource, prepared.context))
    return mismatched('resource', `the request is about ${request.resource}; ${wantedPatterns(source.resources)}`)
  if (statement.grantTo(prepared.principal) === NO_GRANT)
    return mismatched('principal', `the caller is ${callerOf(request)}; ${wantedPrincipals(source.principals)}`)
  const failing = conditions.find(({ holds }) => !holds(prepared.context))
  return mismatched('condition', failing ? conditionDetail(failing.source, request) : '')
}

const shown = (values: readonly string[]) =>
  values.length > MAX_SHOWN_VALUES
    ? `${values.slice(0, MAX_SHOWN_VALUES).join(', ')} and ${values.length - MAX_SHOWN_VALUES} more`
    : values.join(', ')

const wantedPatterns = (element: PatternElement | undefined) =>
  element ? `wanted ${element.not ? 'anything but ' : ''}${shown(element.patterns)}` : 'wanted anything'

const wantedPrincipals = (element: PrincipalElement | undefined) =>
  element
    ? `wanted ${element.not ? 'anyone but ' : ''}${shown(element.names.map(({ value }) => value))}`
    : 'wanted anyone'

const callerOf = ({ principal }: AccessRequest) => (principal.arn === '' ? principal.type : principal.arn)

function conditionDetail({ operator, key, values }: Condition, { context }: AccessRequest): string {
  const name = key.toLowerCase()
  const present = context.isTooLong?.(name) ? 'a value that is too long' : presentValue(context.get(name))
  return `${operator} ${key}: the request has ${present}; wanted ${shown(values)}`
}

function presentValue(value: ContextValue | undefined): string {
  if (value === undefined || value.length === 0) return value === '' ? 'an empty text' : 'no such key'
  return typeof value === 'string' ? value : shown(value)
}

function missingSentence(
  decision: Decision,
  statements: readonly StatementExplanation[],
  { action, resource }: AccessRequest,
): string {
  if (decision.allowed) return ''
  const [deny] = decision.by
  if (deny) return `Explicit deny: ${statementName(deny, resource)} denies ${action} on ${resource}.`
  const sentence = `No ${missingPolicy(decision.layer)} allows ${action} on ${resource}`
  const nearest = nearestAllow(statements.filter(({ layer, effect }) => layer === decision.layer && effect === 'Allow'))
  return nearest?.mismatch
    ? `${sentence}; ${statementName(nearest, resource)} comes nearest, but its ${nearest.mismatch.part} does not fit: ${nearest.mismatch.detail}.`
    : `${sentence}.`
}

/** The Allow of which most parts fit; one of another action is not near at all. */
function nearestAllow(allows: readonly StatementExplanation[]): StatementExplanation | undefined {
  let nearest: StatementExplanation | undefined
  let most = NEARNESS.indexOf('action')
  for (const allow of allows) {
    const fitting = allow.mismatch ? NEARNESS.indexOf(allow.mismatch.part) : -1
    if (fitting <= most) continue
    nearest = allow
    most = fitting
  }
  return nearest
}
