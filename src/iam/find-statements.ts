import {
  type CompiledStatement,
  matchStatement,
  type PreparedRequest,
  type StatementsByEffect,
} from './compile-policy.ts'
import { DIRECT_GRANT, type Grant, NO_GRANT } from './compile-principals.ts'
import { EvaluationError } from './evaluation-error.ts'
import type { DecidingStatement, Layer, NamedPolicy } from './request.ts'

const NONE: readonly DecidingStatement[] = []

/** A statement as decisions and explanations name it. */
export function named(
  layer: Layer,
  { name, arn }: NamedPolicy,
  { index, source }: CompiledStatement,
): DecidingStatement {
  return { layer, policy: name, arn, statement: index, sid: source.sid, effect: source.effect }
}

/** How a statement names the caller, or `NO_GRANT`. Throws EvaluationError, which names the statement. */
function grantOf(policy: NamedPolicy, statement: CompiledStatement, request: PreparedRequest): Grant {
  try {
    return matchStatement(statement, request)
  } catch (error) {
    throw new EvaluationError(error, { policy: policy.name, statement: statement.index })
  }
}

/** The statements of a policy that are about the action. */
function aboutAction({ policy }: NamedPolicy, { action, context }: PreparedRequest): StatementsByEffect {
  const found = policy.about(action)
  context.work?.add(found.steps)
  return found
}

/** Every Deny that applies. */
export function denying(
  layer: Layer,
  policies: readonly NamedPolicy[],
  request: PreparedRequest,
): readonly DecidingStatement[] {
  let found: DecidingStatement[] | undefined
  for (const policy of policies)
    for (const statement of aboutAction(policy, request).denies)
      if (grantOf(policy, statement, request) !== NO_GRANT) {
        found ??= []
        found.push(named(layer, policy, statement))
      }
  return found ?? NONE
}

/** The first Allow that applies. */
export function firstAllowing(
  layer: Layer,
  policies: readonly NamedPolicy[],
  request: PreparedRequest,
): DecidingStatement | undefined {
  for (const policy of policies)
    for (const statement of aboutAction(policy, request).allows)
      if (grantOf(policy, statement, request) !== NO_GRANT) return named(layer, policy, statement)
  return undefined
}

/** The Allow of a policy at a resource that goes furthest for the caller. */
export function strongestGrant(
  layer: Layer,
  policy: NamedPolicy,
  request: PreparedRequest,
): { readonly grant: Grant; readonly statement: DecidingStatement } | undefined {
  let strongest: Grant = NO_GRANT
  let by: CompiledStatement | undefined
  for (const statement of aboutAction(policy, request).allows) {
    const grant = grantOf(policy, statement, request)
    if (grant <= strongest) continue
    strongest = grant
    by = statement
    if (grant === DIRECT_GRANT) break
  }
  return by && { grant: strongest, statement: named(layer, policy, by) }
}
