import { type ActionTest, actionTest, type RequestedAction, requestedAction } from './compile-action.ts'
import { type CompiledCondition, compileCondition } from './compile-condition.ts'
import { type Grant, NO_GRANT, type PrincipalTest, principalTest } from './compile-principals.ts'
import { type RequestedResource, type ResourceTest, requestedResource, resourceTest } from './compile-resource.ts'
import type { Policy, Statement } from './policy.ts'
import type { AccessRequest, RequestContext, RequestPrincipal } from './request.ts'
import { Work } from './work.ts'

/** A policy made ready for evaluation: whatever does not depend on the request has been worked out. */
export interface CompiledPolicy {
  readonly policy: Policy
  /** In the order of the document. */
  readonly statements: readonly CompiledStatement[]
  /** The statements that are about an action, given as requests write it. */
  about(action: string): StatementsByEffect
}

export interface StatementsByEffect {
  /** Steps of the search for them. They count each time, also where the outcome is remembered, so that equal requests count equally. */
  readonly steps: number
  readonly denies: readonly CompiledStatement[]
  readonly allows: readonly CompiledStatement[]
}

export interface CompiledStatement {
  readonly source: Statement
  /** Place in the document, from 0. */
  readonly index: number
  readonly fitsAction: ActionTest
  readonly fitsResource: ResourceTest
  readonly grantTo: PrincipalTest
  /** All must hold. */
  readonly conditions: readonly CompiledCondition[]
}

/** A request taken apart once for all statements. */
export interface PreparedRequest {
  readonly principal: RequestPrincipal
  readonly action: string
  readonly resource: RequestedResource
  readonly context: RequestContext
}

/** Actions whose statements a policy remembers: more than a service has, few enough for a caller who makes names up. */
const MAX_REMEMBERED_ACTIONS = 128

const UNBOUND: ReadonlyMap<string, string> = new Map()

/**
 * Compiles a parsed policy.
 *
 * @param bindings ARN of a user or role in the document → unique id (`AIDA…`, `AROA…`) it was bound to when the policy was saved: such an ARN
 *   fits only a principal with this id. An id that stands in the document itself fits by id.
 */
export function compilePolicy(policy: Policy, bindings: ReadonlyMap<string, string> = UNBOUND): CompiledPolicy {
  const variables = policy.version === '2012-10-17'
  const statements = policy.statements.map((source, index) => ({
    source,
    index,
    fitsAction: actionTest(source.actions),
    fitsResource: resourceTest(source.resources, variables, source.effect),
    grantTo: principalTest(source, bindings),
    conditions: source.conditions.map((condition) => compileCondition(condition, variables, source.effect)),
  }))
  return { policy, statements, about: remember((action) => statementsAbout(requestedAction(action), statements)) }
}

function statementsAbout(action: RequestedAction, statements: readonly CompiledStatement[]): StatementsByEffect {
  const work = new Work()
  const fitting = statements.filter(({ fitsAction }) => fitsAction(action, work))
  return {
    steps: work.steps,
    denies: fitting.filter(({ source }) => source.effect === 'Deny'),
    allows: fitting.filter(({ source }) => source.effect === 'Allow'),
  }
}

/** The same function, which forgets everything when it has been asked about too many actions. */
function remember<T>(find: (action: string) => T): (action: string) => T {
  const known = new Map<string, T>()
  return (action) => {
    const remembered = known.get(action)
    if (remembered !== undefined) return remembered
    if (known.size >= MAX_REMEMBERED_ACTIONS) known.clear()
    const found = find(action)
    known.set(action, found)
    return found
  }
}

/** A request with its resource taken apart, once for all statements it is compared with. */
export function prepareRequest({ principal, action, resource, context }: AccessRequest): PreparedRequest {
  return { principal, action, resource: requestedResource(resource), context }
}

/** How a statement that is about the action names the caller if it applies to the request; `NO_GRANT` if it does not apply. */
export function matchStatement(statement: CompiledStatement, { resource, principal, context }: PreparedRequest): Grant {
  context.work?.add(1)
  if (!statement.fitsResource(resource, context)) return NO_GRANT
  const grant = statement.grantTo(principal)
  if (grant === NO_GRANT) return NO_GRANT
  for (const { holds } of statement.conditions) if (!holds(context)) return NO_GRANT
  return grant
}
