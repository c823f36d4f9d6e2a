import type { Entry } from '../audit/entry.ts'
import { outgoingRecords } from '../audit/sinks/batches.ts'
import type { OutgoingRecord } from '../audit/sinks/sink.ts'
import type { Alert } from './alert.ts'
import { AlertEvaluator } from './evaluator.ts'
import { lastRowBefore, learnHistory, type Rows, replay, withTags } from './replay.ts'
import type { AlertRule } from './rule.ts'
import type { ReadTags } from './secret-tags.ts'

export interface Trial {
  readonly rules: readonly AlertRule[]
  readonly source: Rows
  /** Entries that were not among the rows just now. */
  readonly waiting?: readonly Entry[] | undefined
  readonly tagsOf: ReadTags
  /** Records from then on raise alerts, as if the rules had been there always. */
  readonly since: number
  readonly onAlert: (alert: Alert) => void
}

/** What rules would have raised. Returns how many records were looked at. */
export async function tryRules({ rules, source, waiting = [], tagsOf, since, onAlert }: Trial): Promise<number> {
  const evaluation = { evaluator: new AlertEvaluator(rules), tagsOf }
  const after = await lastRowBefore(source, since)
  if (after > 0) await learnHistory(source, { rules, evaluation, upTo: after, before: since })
  const left = new Map(waiting.flatMap(outgoingRecords).map((outgoing) => [outgoing.record.eventID, outgoing]))
  let looked = 0
  const look = async (records: readonly OutgoingRecord[]) => {
    looked += records.length
    // What waited may stand in the rows by now.
    for (const { record } of records) left.delete(record.eventID)
    await withTags(records, evaluation, (outgoing, tags) => {
      for (const alert of evaluation.evaluator.evaluate(outgoing, tags)) onAlert(alert)
    })
  }
  await replay(source, { after }, look)
  await look([...left.values()].filter(({ at }) => at >= since))
  return looked
}
