import { receiverName } from '../audit/sinks/receiver-name.ts'
import { type Receiver, signedPost } from '../audit/sinks/signed-post.ts'
import type { Batch, Send, Sink, SinkPosition } from '../audit/sinks/sink.ts'
import type { Alert } from './alert.ts'
import { AlertEvaluator } from './evaluator.ts'
import { type Evaluation, learnHistory, type Rows, withTags } from './replay.ts'
import type { AlertRule } from './rule.ts'
import type { ReadTags } from './secret-tags.ts'

/** Alerts in one post at most, and characters of JSON unless an alert alone has more. */
const POST_ALERTS = 100
const POST_CHARACTERS = 500_000

export interface AlertSinkParts {
  readonly rules: readonly AlertRule[]
  readonly receiver: Receiver
  readonly tagsOf: ReadTags
  /** What rules have to know of earlier records is read from there. */
  readonly source: Rows
}

/** Posts what rules raise: `{"Alerts":[…]}`. Begins with the records of its first start, and knows those from before it. */
export class AlertSink implements Sink {
  readonly name: string
  readonly from = 'end'
  readonly #parts: AlertSinkParts
  #evaluation: Evaluation

  constructor(parts: AlertSinkParts) {
    this.name = receiverName('alerts', parts.receiver.url)
    this.#parts = parts
    this.#evaluation = this.#newEvaluation(undefined)
  }

  async open({ seq, memory }: SinkPosition, signal: AbortSignal): Promise<void> {
    const { source, rules } = this.#parts
    const evaluation = this.#newEvaluation(memory)
    const [last] = await source.rows({ before: seq + 1, newestFirst: true, limit: 1 })
    if (last) await learnHistory(source, { rules, evaluation, upTo: last.seq, before: last.at }, signal)
    this.#evaluation = evaluation
  }

  async prepare({ records }: Batch): Promise<Send | undefined> {
    const alerts: Alert[] = []
    await withTags(records, this.#evaluation, (outgoing, tags) => {
      alerts.push(...this.#evaluation.evaluator.evaluate(outgoing, tags))
    })
    const bodies = bodiesOf(alerts)
    if (bodies.length === 0) return undefined
    let sent = 0
    return async (signal) => {
      for (; sent < bodies.length; sent++) await signedPost(this.#parts.receiver, bodies[sent] ?? '', signal)
    }
  }

  memory(): string | undefined {
    return this.#evaluation.evaluator.memory()
  }

  #newEvaluation(memory: string | undefined): Evaluation {
    return { evaluator: new AlertEvaluator(this.#parts.rules, memory), tagsOf: this.#parts.tagsOf }
  }
}

function bodiesOf(alerts: readonly Alert[]): string[] {
  const bodies: string[][] = []
  let size = 0
  for (const json of alerts.map((alert) => JSON.stringify(alert))) {
    const current = bodies.at(-1)
    size += json.length
    if (current && current.length < POST_ALERTS && size <= POST_CHARACTERS) current.push(json)
    else {
      bodies.push([json])
      size = json.length
    }
  }
  return bodies.map((parts) => `{"Alerts":[${parts.join(',')}]}`)
}
