import { createHash } from 'node:crypto'
import type { OutgoingRecord } from '../audit/sinks/sink.ts'
import { type Alert, alertId } from './alert.ts'
import { BoundedMap } from './bounded-map.ts'
import { type GroupMember, groupText } from './members.ts'
import type { SecretTags } from './record-test.ts'
import type { AlertRule } from './rule.ts'

/** Groups whose matches a rate counts, those with a match most recently. */
export const MAX_RATE_GROUPS = 10_000
/** Groups that rules on first use know, of all such rules together. */
export const MAX_SEEN_GROUPS = 200_000
/** Quiet periods of a rule that outlive the process. */
const MAX_QUIET_GROUPS = 1_000
/** Event ids of earlier matches that an alert names. */
const MAX_EARLIER = 20

interface Match {
  readonly at: number
  readonly id: string
}

interface RuleState {
  readonly rule: AlertRule
  /** Newest matches of a group, as many as a rate wants. */
  readonly matches: BoundedMap<readonly Match[]>
  /** When a group had its last match. */
  readonly seen: BoundedMap<number>
  /** Until when a group raises nothing. */
  readonly quiet: BoundedMap<number>
}

/**
 * Applies rules to records in the trail's order. What it does follows from the records and from `memory` alone, never from the clock: the same
 * records raise the same alerts again.
 */
export class AlertEvaluator {
  readonly #states: readonly RuleState[]
  /** The newest time of a record. */
  #now = 0

  /** @param memory what `memory()` returned after the last record whose alerts were sent */
  constructor(rules: readonly AlertRule[], memory?: string) {
    const quiet = remembered(memory)
    const rulesOnFirstUse = rules.filter(({ kind }) => kind.name === 'first use').length
    this.#states = rules.map((rule) => {
      const state = {
        rule,
        matches: new BoundedMap<readonly Match[]>(MAX_RATE_GROUPS),
        seen: new BoundedMap<number>(Math.floor(MAX_SEEN_GROUPS / Math.max(1, rulesOnFirstUse))),
        quiet: new BoundedMap<number>(MAX_QUIET_GROUPS),
      }
      for (const [group, until] of quiet.get(rule.name) ?? []) state.quiet.set(group, until)
      return state
    })
  }

  /** Whether the tags of its secret decide on what becomes of a record. */
  needsTags(outgoing: OutgoingRecord): boolean {
    return (
      !outgoing.isCopy && this.#states.some(({ rule: { test } }) => test.tagsFit !== undefined && test.fits(outgoing))
    )
  }

  /** Alerts that a record raises. */
  evaluate(outgoing: OutgoingRecord, tags: SecretTags | undefined): Alert[] {
    return this.#apply(outgoing, tags, true)
  }

  /** Takes note of a record whose alerts were sent before. */
  learn(outgoing: OutgoingRecord, tags: SecretTags | undefined): void {
    this.#apply(outgoing, tags, false)
  }

  /** Quiet periods that are not over: all that does not follow from the newest records. */
  memory(): string | undefined {
    const quiet = this.#states.flatMap(({ rule, quiet: periods }) => {
      const current = periods.entries().filter(([, until]) => until > this.#now)
      return current.length > 0 ? [[rule.name, current] as const] : []
    })
    return quiet.length > 0 ? JSON.stringify({ quiet: Object.fromEntries(quiet) }) : undefined
  }

  #apply(outgoing: OutgoingRecord, tags: SecretTags | undefined, raises: boolean): Alert[] {
    this.#now = Math.max(this.#now, outgoing.at)
    // A call counts once, however many accounts have a record of it.
    if (outgoing.isCopy) return []
    return this.#states.flatMap((state) => {
      const { fits, tagsFit } = state.rule.test
      if (!fits(outgoing) || (tagsFit && !tagsFit(tags))) return []
      const alert = matched(state, outgoing, raises)
      return alert ? [alert] : []
    })
  }
}

/** What a match means for its rule. */
function matched(state: RuleState, outgoing: OutgoingRecord, raises: boolean): Alert | undefined {
  const { kind } = state.rule
  if (kind.name === 'match') return raises ? alertOf(state.rule, outgoing, {}) : undefined
  const group = groupOf(outgoing, kind.by)
  const { at, record } = outgoing
  if (kind.name === 'first use') {
    // What lacks a part of the group, such as a key, is no use of one.
    if (kind.by.some((member) => group.values[member] === undefined)) return undefined
    const last = state.seen.get(group.key)
    state.seen.set(group.key, Math.max(at, last ?? 0))
    const isFirst = last === undefined || at - last > kind.withinMs
    return raises && isFirst ? alertOf(state.rule, outgoing, { group }) : undefined
  }
  const before = (state.matches.get(group.key) ?? []).filter((match) => match.at > at - kind.withinMs)
  const matches = [...before, { at, id: record.eventID }].slice(-kind.count)
  state.matches.set(group.key, matches)
  if (!raises || matches.length < kind.count || at < (state.quiet.get(group.key) ?? 0)) return undefined
  state.quiet.set(group.key, at + kind.quietMs)
  const earlier = matches.slice(0, -1).map(({ id }) => id)
  return alertOf(state.rule, outgoing, { group, count: matches.length, earlier: earlier.slice(-MAX_EARLIER) })
}

interface Group {
  /** Short and unlike that of any other group. */
  readonly key: string
  readonly values: Readonly<Partial<Record<GroupMember, string>>>
}

function groupOf(outgoing: OutgoingRecord, by: readonly GroupMember[]): Group {
  const values = by.map((member) => [member, groupText(outgoing, member)] as const)
  const key = createHash('sha256')
    .update(JSON.stringify(values.map(([, text]) => text ?? null)))
    .digest('base64url')
  return { key, values: Object.fromEntries(values) }
}

interface Found {
  readonly group?: Group
  readonly count?: number
  readonly earlier?: readonly string[]
}

function alertOf({ name, description, kind }: AlertRule, { record, at }: OutgoingRecord, found: Found): Alert {
  const { group, count = 1, earlier } = found
  return {
    id: alertId(name, group?.key ?? '', record),
    rule: name,
    description,
    kind: kind.name,
    time: new Date(at).toISOString(),
    group: group && Object.keys(group.values).length > 0 ? (group.values as Record<string, string>) : undefined,
    count,
    earlier,
    record,
  }
}

/** What cannot be understood is as good as nothing: an alert more is better than one less. */
function remembered(memory = '{}'): ReadonlyMap<string, readonly [string, number][]> {
  try {
    const { quiet = {} } = JSON.parse(memory) as { quiet?: Record<string, [string, number][]> }
    return new Map(Object.entries(quiet))
  } catch {
    return new Map()
  }
}
