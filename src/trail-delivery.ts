import { AlertSink } from './alerts/alert-sink.ts'
import type { AlertRule } from './alerts/rule.ts'
import { type ReadTags, rememberedTags } from './alerts/secret-tags.ts'
import { Delivery, type SinkEvent, type SinkLag } from './audit/sinks/delivery.ts'
import { FileSink } from './audit/sinks/file-sink.ts'
import { type Sink, SinkError } from './audit/sinks/sink.ts'
import { StandardOutputSink } from './audit/sinks/standard-output-sink.ts'
import { WebhookSink } from './audit/sinks/webhook-sink.ts'
import type { Log } from './log.ts'
import type { Installation } from './open-installation.ts'
import { readTagsBy } from './read-tags.ts'
import { deliverySigner } from './seal/delivery-signature.ts'
import { TamperedError } from './secrets/secrets-store.ts'
import type { SinkConfig, WebhookConfig } from './sink-config.ts'

/** Where the trail is delivered to, with the rules in place of their file. */
export interface TrailSinks extends Omit<SinkConfig, 'alerts'> {
  readonly alerts: { readonly rules: readonly AlertRule[]; readonly webhook: WebhookConfig } | undefined
}

/** How long the end of the process waits for receivers. */
const CLOSING_MS = 2_000

export interface TrailDeliveryParts {
  readonly now: () => number
  readonly log: Log
}

/** The deliveries of the trail to every configured sink, each at its own pace. */
export class TrailDelivery {
  readonly #sinks: TrailSinks
  readonly #installation: Installation
  readonly #parts: TrailDeliveryParts
  readonly #deliveries: Delivery[]
  /** One of the deliveries. */
  #alerts: Delivery | undefined
  /** In force. */
  #rules: readonly AlertRule[]
  #isClosed = false

  constructor(sinks: TrailSinks, installation: Installation, parts: TrailDeliveryParts) {
    this.#sinks = sinks
    this.#rules = sinks.alerts?.rules ?? []
    this.#installation = installation
    this.#parts = parts
    this.#deliveries = sinksOf(sinks, parts.now).map((sink) => this.#deliveryTo(sink))
    this.#alerts = sinks.alerts && this.#deliveryTo(this.#alertSink(sinks.alerts))
    if (this.#alerts) this.#deliveries.push(this.#alerts)
  }

  /** What is recorded after this resolves goes to every sink. Where one of them cannot start, the others are stopped before this rejects. */
  async start(): Promise<void> {
    try {
      for (const delivery of this.#deliveries) await delivery.start()
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /**
   * Raises alerts by other rules from now on, as a restart with them would: the position and the quiet periods stay. Does nothing where no alerts
   * are raised. Rejects when the store cannot be read; alerts are then raised by the rules from before, unless these cannot be started either.
   */
  async replaceAlertRules(rules: readonly AlertRule[]): Promise<void> {
    const { alerts } = this.#sinks
    const before = this.#alerts
    if (!alerts || !before) return
    await closeWithin([before], CLOSING_MS)
    // Closed meanwhile: nothing may start any more.
    if (this.#isClosed) return
    try {
      await this.#startAlerts({ ...alerts, rules })
      this.#rules = rules
    } catch (error) {
      await this.#startAlerts({ ...alerts, rules: this.#rules })
      throw error
    }
  }

  async #startAlerts(alerts: NonNullable<TrailSinks['alerts']>): Promise<void> {
    const next = this.#deliveryTo(this.#alertSink(alerts))
    this.#deliveries.splice(this.#deliveries.indexOf(this.#alerts as Delivery), 1, next)
    this.#alerts = next
    await next.start()
  }

  /** Resolves when everything recorded before is delivered everywhere. */
  async flush(): Promise<void> {
    await Promise.all(this.#deliveries.map((delivery) => delivery.flush()))
  }

  /** Rows of the trail after this one have not been delivered everywhere; undefined without any sink. */
  neededAfter(): number | undefined {
    const delivered = this.#deliveries.map((delivery) => delivery.delivered)
    return delivered.length > 0 ? Math.min(...delivered) : undefined
  }

  lags(): Promise<readonly SinkLag[]> {
    return Promise.all(this.#deliveries.map((delivery) => delivery.lag()))
  }

  /** Delivers what is there, as far as receivers take it within a moment. */
  async close(): Promise<void> {
    this.#isClosed = true
    await closeWithin(this.#deliveries, CLOSING_MS)
  }

  #deliveryTo(sink: Sink): Delivery {
    const { trail: source, sinkPositions: positions } = this.#installation
    return new Delivery(sink, { source, positions, onEvent: (event) => tell(this.#parts.log, sink.name, event) })
  }

  #alertSink({ rules, webhook }: NonNullable<TrailSinks['alerts']>): AlertSink {
    const { secrets, trail: source } = this.#installation
    const { now } = this.#parts
    return new AlertSink({
      rules,
      receiver: receiver(webhook, now),
      tagsOf: rememberedTags(tagsFrom(secrets), now),
      source,
    })
  }
}

async function closeWithin(deliveries: readonly Delivery[], milliseconds: number): Promise<void> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), milliseconds)
  await Promise.all(deliveries.map((delivery) => delivery.close(deadline.signal)))
  clearTimeout(timer)
}

const receiver = ({ url, key }: WebhookConfig, now: () => number) => ({ url, sign: deliverySigner(key), now })

/** All sinks but that of alerts. */
function sinksOf({ file, standardOutput, webhook }: TrailSinks, now: () => number): Sink[] {
  const sinks: Sink[] = []
  if (file) sinks.push(new FileSink({ ...file, now }))
  if (standardOutput) sinks.push(new StandardOutputSink(process.stdout))
  if (webhook) sinks.push(new WebhookSink(receiver(webhook, now)))
  return sinks
}

function tagsFrom(secrets: Installation['secrets']): ReadTags {
  return readTagsBy(async (selectors) => {
    const found = await secrets.findMany(selectors)
    return found.map((one) => {
      if (one instanceof TamperedError) return 'forged'
      return one && new Map(one.secret.tags?.map(({ Key, Value }) => [Key, Value]))
    })
  })
}

function tell(log: Log, sink: string, event: SinkEvent): void {
  if (event.kind === 'failing')
    log.error({ sink, reason: reasonOf(event.error) }, 'the trail cannot be delivered to a sink: it is tried again')
  else if (event.kind === 'delivering again') log.info({ sink }, 'the trail is delivered to a sink again')
  else if (event.kind === 'trail put back')
    log.warn({ sink, last: event.last }, 'the trail ends before what a sink has: it was put back from a copy')
  else
    log.error(
      { sink, after: event.after, before: event.before },
      'rows of the trail were removed before they could be delivered to a sink',
    )
}

function reasonOf(error: unknown): string {
  if (error instanceof SinkError) return error.message
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}
