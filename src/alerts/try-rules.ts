import type { Alert } from './alert.ts'
import { AlertEvaluator } from './evaluator.ts'
import { lastRowBefore, learnHistory, type Rows, replay, withTags } from './replay.ts'
import type { AlertRule } from './rule.ts'
import type { ReadTags } from './secret-tags.ts'

export interface Trial {
  readonly rules: readonly AlertRule[]
  readonly source: Rows
  readonly tagsOf: ReadTags
  /** Records from then on raise alerts, as if the rules had been there always. */
  readonly since: number
  readonly onAlert: (alert: Alert) => void
}

/** What rules would have raised. Returns how many records were looked at. */
export async function tryRules({ rules, source, tagsOf, since, onAlert }: Trial): Promise<number> {
  const evaluation = { evaluator: new AlertEvaluator(rules), tagsOf }
  const after = await lastRowBefore(source, since)
  if (after > 0) await learnHistory(source, { rules, evaluation, upTo: after, before: since })
  let looked = 0
  await replay(source, { after }, async (records) => {
    looked += records.length
    await withTags(records, evaluation, (outgoing, tags) => {
      for (const alert of evaluation.evaluator.evaluate(outgoing, tags)) onAlert(alert)
    })
  })
  return looked
}
