import type { Alert } from '../alerts/alert.ts'
import type { AlertRule } from '../alerts/rule.ts'
import { tryRules } from '../alerts/try-rules.ts'
import { readTagsBy } from '../read-tags.ts'
import { ReadableTrail } from '../storage/read-rows.ts'
import { CommandError } from './command-error.ts'
import { jsonLine } from './json-line.ts'
import { printable } from './printable.ts'
import { readAlertRules } from './read-alert-rules.ts'

export interface TryAlertsOptions {
  readonly dataDir: string
  readonly rules: string
  /** Only this rule. */
  readonly rule: string | undefined
  /** How far back to look, milliseconds. */
  readonly sinceMs: number
  readonly json: boolean
}

/** Prints what rules would have raised on the records that are there, and how many of what. */
export async function tryAlerts({ dataDir, rules: path, rule, sinceMs, json }: TryAlertsOptions): Promise<void> {
  const rules = chosen(readAlertRules(path), rule)
  using source = new ReadableTrail(dataDir)
  const raised = new Map(rules.map(({ name }) => [name, 0]))
  const { stdout, stderr } = process
  const lines = json || !stdout.isTTY
  const looked = await tryRules({
    rules,
    source,
    tagsOf: readTagsBy((selectors) => source.tags(selectors)),
    since: Date.now() - sinceMs,
    onAlert(alert) {
      raised.set(alert.rule, (raised.get(alert.rule) ?? 0) + 1)
      stdout.write(lines ? jsonLine(alert) : textOf(alert))
    },
  })
  const counts = [...raised].map(([name, count]) => `${name}: ${count}`)
  stderr.write(`Looked at ${looked} records. Alerts of ${counts.join(', of ')}\n`)
}

function chosen(rules: readonly AlertRule[], name: string | undefined): readonly AlertRule[] {
  const found = name === undefined ? rules : rules.filter((rule) => rule.name === name)
  if (found.length === 0) throw new CommandError(`Cannot try the alert rule: ${name}: there is none of that name`)
  return found
}

/** Two lines for a person: what, and whose. */
function textOf({ time, rule, count, group, record }: Alert): string {
  const { eventName, errorCode, sourceIPAddress, userIdentity, requestParameters } = record
  const what = [eventName, requestParameters?.secretId, errorCode].filter((text) => typeof text === 'string')
  const whose = group ?? { principal: userIdentity.arn ?? userIdentity.invokedBy, address: sourceIPAddress }
  const by = Object.entries(whose).map(([name, value]) => `${name} ${value ?? '-'}`)
  const times = count > 1 ? `, the last of ${count}` : ''
  return `${printable(`${time} ${rule}: ${what.join(' ')}${times}`)}\n  ${printable(by.join(', '))}\n`
}
