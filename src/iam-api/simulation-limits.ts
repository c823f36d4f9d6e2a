// What one simulation may ask for. AWS publishes no figures beside the sizes of single members: these are ours. Whoever may simulate makes the
// server evaluate policies of their own making while others wait.

/** Actions times resources of one request. */
export const MAX_SCENARIOS = 1000
/** Policies that a request brings: as many as IAM's service model lets one leave out (`PolicyExclusionListType`). */
export const MAX_POLICIES = 256
/** Characters of all policies that a request brings: as many as IAM takes in a single one (security facts 3.1). */
export const MAX_POLICY_TEXT = 131_072
/** Condition keys that a request gives values for: more than any request has. */
export const MAX_CONTEXT_ENTRIES = 256
/** Characters of their names and values: each value may be compared with each of a policy. */
export const MAX_CONTEXT_TEXT = 16_384
/** Names of condition keys that an answer holds: more than all services have in common policies, few enough to read. */
export const MAX_CONTEXT_KEYS = 1000

/** Results on a page, also when a request wants more. IAM may send fewer than MaxItems. */
export const MAX_PAGE_RESULTS = 100
/** Characters of results on a page, as many as they could have at most. */
export const MAX_PAGE_TEXT = 1_000_000
/**
 * Steps of evaluation on a page. Estimated, one for each character of the policies with each of the longest text that they are compared with: what one
 * policy of the greatest length costs on a resource with the longest name (2,048 characters in IAM's service model). A page of one result is cut off
 * when it takes more: the estimate does not hold it back.
 */
export const MAX_PAGE_WORK = MAX_POLICY_TEXT * 2048

/** What one result costs. */
export interface ResultCost {
  readonly work: number
  /** Characters it has at most. */
  readonly text: number
}

/** Results that a page holds at most; one at least, whatever it costs. */
export function pageSizeFor({ work, text }: ResultCost, wanted = MAX_PAGE_RESULTS): number {
  const fitting = Math.min(wanted, MAX_PAGE_RESULTS, Math.floor(MAX_PAGE_WORK / work), Math.floor(MAX_PAGE_TEXT / text))
  return Math.max(fitting, 1)
}
