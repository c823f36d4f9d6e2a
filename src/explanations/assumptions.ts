import type { Conditions } from '../aws/operation.ts'
import type { Assumption, Varies } from '../iam/assume-conditions.ts'
import type { ContextValue } from '../iam/evaluate.ts'
import type { Question } from '../identity/authorize.ts'
import type { Principal } from '../identity/principal.ts'

/** What is taken for granted about the request that a principal would send: some condition keys, or that the policies treat it best or worst. */
export type Assumed =
  | { readonly kind: 'keys'; readonly supposed: Conditions }
  | { readonly kind: 'any request'; readonly assumption: Assumption }

/** Condition keys, in lower case, whose values each request of a principal brings along. Keys that Coffer never has, such as aws:SourceVpc, do not vary. */
const OF_REQUESTS: ReadonlySet<string> = new Set([
  'aws:useragent',
  'aws:referer',
  'aws:currenttime',
  'aws:epochtime',
  'aws:securetransport',
  'aws:multifactorauthpresent',
  'aws:tokenissuetime',
])
/** The same for requests that the principal sends itself: a service that calls for it brings other ones. */
const OF_OWN_REQUESTS: ReadonlySet<string> = new Set([
  'aws:sourceip',
  'secretsmanager:versionid',
  'secretsmanager:versionstage',
])
/** A role session may bring tags, a source identity and a name of its own. */
const OF_SESSIONS = /^aws:(principaltag\/.*|userid|sourceidentity|federatedprovider)$/

/** Condition keys that a call by a service for the principal has in common with the principal's own call. */
const OF_CALLER = /^aws:(principal[a-z]*|principaltag\/.*|userid|username|multifactorauth[a-z]*|requestedregion)$/

/** Whether the value of a condition key differs between requests. */
export function variesFor({ type }: Principal, isOwnRequest: boolean): Varies {
  const isSession = type === 'AssumedRole'
  return (key) =>
    OF_REQUESTS.has(key) || (isOwnRequest && OF_OWN_REQUESTS.has(key)) || (isSession && OF_SESSIONS.test(key))
}

/**
 * The question with condition keys as they are supposed, which replace the known ones.
 *
 * @param isOwnRequest false for what a service asks in the principal's name: of its keys only those of the caller can be supposed
 */
export function suppose({ request, policies }: Question, supposed: Conditions, isOwnRequest: boolean): Question {
  const values = new Map<string, ContextValue>()
  for (const [name, value] of Object.entries(supposed)) {
    const key = name.toLowerCase()
    const applies = isOwnRequest || OF_REQUESTS.has(key) || OF_SESSIONS.test(key) || OF_CALLER.test(key)
    if (value !== undefined && applies) values.set(key, value)
  }
  const { context } = request
  const withSupposed = {
    get: (key: string) => values.get(key) ?? context.get(key),
    isTooLong: (key: string) => !values.has(key) && context.isTooLong(key),
    work: context.work,
    get isAmbiguous() {
      return context.isAmbiguous
    },
  }
  return { request: { ...request, context: withSupposed }, policies }
}
