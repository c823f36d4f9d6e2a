import { setImmediate } from 'node:timers/promises'
import { batchesOf } from '../audit/sinks/batches.ts'
import type { OutgoingRecord } from '../audit/sinks/sink.ts'
import type { Trail } from '../audit/trail.ts'
import type { AlertEvaluator } from './evaluator.ts'
import type { SecretTags } from './record-test.ts'
import { type AlertRule, lookBack } from './rule.ts'
import { type ReadTags, type SecretReference, secretKey, secretOf } from './secret-tags.ts'

/** Rows that are read again at a start at most; with more of them, rules forget what is older. */
export const MAX_REPLAYED_ROWS = 500_000
const ROWS = 32

export type Rows = Pick<Trail, 'rows'>

/** What is needed to apply rules to records. */
export interface Evaluation {
  readonly evaluator: AlertEvaluator
  readonly tagsOf: ReadTags
}

/** Calls `work` for each record, with the tags of its secret where a rule asks for them. */
export async function withTags(
  records: readonly OutgoingRecord[],
  { evaluator, tagsOf }: Evaluation,
  work: (outgoing: OutgoingRecord, tags: SecretTags | undefined) => void,
): Promise<void> {
  const asked = new Map<string, SecretReference>()
  const secrets = records.map((outgoing) => (evaluator.needsTags(outgoing) ? secretOf(outgoing) : undefined))
  for (const secret of secrets) if (secret) asked.set(secretKey(secret), secret)
  const found = asked.size > 0 ? await tagsOf([...asked.values()]) : []
  const tags = new Map([...asked.keys()].map((key, index) => [key, found[index]]))
  for (const [index, outgoing] of records.entries()) {
    const secret = secrets[index]
    work(outgoing, secret && tags.get(secretKey(secret)))
  }
}

export interface Range {
  /** Rows after this sequence. */
  readonly after: number
  /** Up to this one; to the last when absent. */
  readonly upTo?: number | undefined
}

/** Goes through the records of rows in their order, in pieces: in between, requests are answered. */
export async function replay(
  source: Rows,
  { after, upTo = Number.MAX_SAFE_INTEGER - 1 }: Range,
  work: (records: readonly OutgoingRecord[]) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  for (let seq = after; ; ) {
    const rows = await source.rows({ after: seq, before: upTo + 1, limit: ROWS })
    if (rows.length === 0) return
    for (const { records } of batchesOf(rows, [])) {
      await setImmediate()
      if (signal?.aborted) return
      await work(records)
    }
    seq = rows.at(-1)?.seq ?? seq
  }
}

/** Takes note of the records up to a row that matter for what comes after it. */
export async function learnHistory(
  source: Rows,
  { rules, evaluation, upTo, before }: History,
  signal?: AbortSignal,
): Promise<void> {
  const longest = Math.max(0, ...rules.map(lookBack))
  if (longest === 0) return
  const from = await lastRowBefore(source, before - longest)
  const after = Math.max(from, upTo - MAX_REPLAYED_ROWS)
  const learn = (records: readonly OutgoingRecord[]) =>
    withTags(records, evaluation, (outgoing, tags) => evaluation.evaluator.learn(outgoing, tags))
  await replay(source, { after, upTo }, learn, signal)
}

export interface History {
  readonly rules: readonly AlertRule[]
  readonly evaluation: Evaluation
  /** Last row of the history. */
  readonly upTo: number
  /** Time from which on the rules are to be right. */
  readonly before: number
}

/** Sequence of the last row from before a time; 0 where there is none. Times of rows grow with their sequences, but for moments. */
export async function lastRowBefore(source: Rows, time: number): Promise<number> {
  const [newest] = await source.rows({ newestFirst: true, limit: 1 })
  let low = 0
  let high = newest?.seq ?? 0
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const [row] = await source.rows({ after: middle - 1, limit: 1 })
    // The oldest rows may be gone already.
    if (row && row.seq === middle && row.at >= time) high = middle - 1
    else low = middle
  }
  return low
}
