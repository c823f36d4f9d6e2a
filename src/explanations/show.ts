import type { DecidingStatement } from '../iam/evaluate.ts'
import type { StatementExplanation } from '../iam/explain.ts'

/** A statement as answers show it; people count from 1. */
export function showDeciding({ layer, policy, statement, sid, effect }: DecidingStatement) {
  return { Layer: layer, Policy: policy, Statement: statement + 1, Sid: sid, Effect: effect }
}

export function showStatement(explained: StatementExplanation) {
  const { matched, mismatch, handsOver } = explained
  return {
    ...showDeciding(explained),
    Matched: matched,
    HandsOver: handsOver,
    Mismatch: mismatch && { Part: mismatch.part, Detail: mismatch.detail },
  }
}
