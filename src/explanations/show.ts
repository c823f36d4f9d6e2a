import { denialReason } from '../iam/denial.ts'
import type { DecidingStatement } from '../iam/evaluate.ts'
import type { StatementExplanation } from '../iam/explain.ts'
import { statementName } from '../iam/statement-name.ts'
import type { Check } from './context.ts'

/**
 * A statement as answers show it, counted from 1.
 *
 * @param on ARN of the resource of the request
 */
export function showDeciding(deciding: DecidingStatement, on: string) {
  const { layer, policy, statement, sid, effect } = deciding
  const Name = statementName(deciding, on)
  return { Layer: layer, Policy: policy, Statement: statement + 1, Sid: sid, Effect: effect, Name }
}

export function showStatement(explained: StatementExplanation, on: string) {
  const { matched, mismatch, handsOver } = explained
  return {
    ...showDeciding(explained, on),
    Matched: matched,
    HandsOver: handsOver,
    Mismatch: mismatch && { Part: mismatch.part, Detail: mismatch.detail },
  }
}

/** A decision with all that it rests on. */
export function showCheck({ action, resource, decision, explain }: Check) {
  const { statements, missing } = explain()
  return {
    Action: action,
    Resource: resource,
    Allowed: decision.allowed,
    Reason: decision.allowed ? undefined : denialReason(decision, action),
    Missing: decision.allowed ? undefined : missing,
    DecidedBy: decision.by.map((one) => showDeciding(one, resource)),
    Statements: statements.map((one) => showStatement(one, resource)),
  }
}
