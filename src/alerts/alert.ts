import { createHash } from 'node:crypto'
import type { CloudTrailRecord } from '../audit/cloudtrail.ts'
import type { RuleKind } from './rule.ts'

/** What a rule has found, as receivers get it. */
export interface Alert {
  /** The same whenever the same records raise it again: receivers drop what they have. */
  readonly id: string
  readonly rule: string
  readonly description?: string | undefined
  readonly kind: RuleKind['name']
  /** When the record that raised it happened, UTC. */
  readonly time: string
  /** What the matches have in common, for rules that group. */
  readonly group?: Readonly<Record<string, string>> | undefined
  /** Matches within the rule's time, this record included; of a rate as many as it wants. */
  readonly count: number
  /** Event ids of the newest matches before this record, for a rate. */
  readonly earlier?: readonly string[] | undefined
  /** The record that raised it. */
  readonly record: CloudTrailRecord
}

const ID_DIGITS = 32

/** @param group identifies the group among those of the rule */
export function alertId(rule: string, group: string, { eventID }: CloudTrailRecord): string {
  return createHash('sha256')
    .update(JSON.stringify([rule, group, eventID]))
    .digest('hex')
    .slice(0, ID_DIGITS)
}
