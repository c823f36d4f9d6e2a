import type { EventLookUp } from '../audit/lookup/look-up.ts'
import type { Scope } from '../audit/lookup/terms.ts'
import type { PageTokens } from '../aws/pagination.ts'

/** What the operations of CloudTrail may use. */
export interface CloudTrailContext {
  /** The caller's account, and the Region of the request. */
  readonly scope: Scope
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly tokens: PageTokens
  readonly events: EventLookUp
}
