import type { GroupMember } from './members.ts'
import type { RecordTest } from './record-test.ts'

/** A rule on records, compiled. */
export interface AlertRule {
  readonly name: string
  readonly description: string | undefined
  readonly test: RecordTest
  readonly kind: RuleKind
}

export type RuleKind =
  /** Each match raises an alert. */
  | { readonly name: 'match' }
  /** So many matches of one group within a time raise one, and then none for that group in a quiet period. */
  | {
      readonly name: 'rate'
      readonly count: number
      readonly withinMs: number
      readonly quietMs: number
      readonly by: readonly GroupMember[]
    }
  /** A match of a group that had none within a time before raises one. */
  | { readonly name: 'first use'; readonly withinMs: number; readonly by: readonly GroupMember[] }

/** How far back records decide on what a rule does now, milliseconds. */
export function lookBack({ kind }: AlertRule): number {
  return kind.name === 'match' ? 0 : kind.withinMs
}
