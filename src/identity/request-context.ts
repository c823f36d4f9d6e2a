import type { Conditions } from '../aws/operation.ts'
import { partitionOf } from '../aws/partition.ts'
import type { ContextValue, RequestContext } from '../iam/evaluate.ts'
import { arnIn } from '../iam/identity-arn.ts'
import type { Work } from '../iam/work.ts'
import type { Evaluation } from './evaluation.ts'
import type { Principal } from './principal.ts'

/** What every request brings to its conditions, whoever makes it and whatever it asks for. */
export interface RequestFacts {
  readonly region: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly address: string
  /** Whether the client spoke TLS. */
  readonly secure: boolean
  readonly agent: string
  readonly referer?: string | undefined
  readonly evaluation: Evaluation
}

/** What conditions are compared with. */
export interface Circumstances {
  readonly principal: Principal
  readonly facts: RequestFacts
  /** Account and tags of the resource. */
  readonly account: string
  readonly tags: readonly { readonly Key: string; readonly Value: string }[]
  /** Prefix of the service's own keys: its signing name. */
  readonly service: string
  /** Keys of this request and this resource. */
  readonly conditions: Conditions
  /** Signing name of the service that calls for the principal. */
  readonly via?: string | undefined
  readonly organization?: string | undefined
}

type Source = (circumstances: Circumstances) => ContextValue | undefined

const PRINCIPAL_TYPES = {
  Root: 'Account',
  IAMUser: 'User',
  AssumedRole: 'AssumedRole',
  WebIdentityUser: 'FederatedUser',
} as const

const host = (service: string) => `${service}.amazonaws.com`

/**
 * Longest value of a header that conditions see, characters: several times what AWS's SDKs send, and as long as URLs can be that all browsers and
 * proxies take. Conditions search it for every pattern of every policy, and a client can send 16 KB. A longer value fails closed.
 */
export const MAX_HEADER_VALUE = 2048

/** Headers that conditions see, by their keys. */
const HEADERS: ReadonlyMap<string, 'agent' | 'referer'> = new Map([
  ['aws:useragent', 'agent'],
  ['aws:referer', 'referer'],
])

const isLong = (header: string | undefined) => header !== undefined && header.length > MAX_HEADER_VALUE

/**
 * Whether a value that is supposed for a condition key is that of a header and longer than conditions see.
 *
 * @param key in lower case
 */
export function isTooLongHeader(key: string, value: ContextValue = []): boolean {
  return HEADERS.has(key) && [value].flat().some(isLong)
}

/** Keys that any request may have (security facts 3.5); a source that gives undefined leaves its key absent. */
const GLOBAL: Readonly<Record<string, Source>> = Object.assign(Object.create(null) as Record<string, Source>, {
  'aws:currenttime': ({ facts }) => `${new Date(facts.now).toISOString().slice(0, 19)}Z`,
  'aws:epochtime': ({ facts }) => String(Math.floor(facts.now / 1000)),
  // A service that calls for somebody comes from nowhere the caller could name.
  'aws:sourceip': ({ facts, via }) => (via === undefined ? facts.address || undefined : undefined),
  'aws:securetransport': ({ facts }) => String(facts.secure),
  'aws:requestedregion': ({ facts }) => facts.region,
  'aws:useragent': ({ facts: { agent } }) => (isLong(agent) ? undefined : agent || undefined),
  'aws:referer': ({ facts: { referer } }) => (isLong(referer) ? undefined : referer),
  'aws:principalarn': ({ principal, facts }) =>
    arnIn(partitionOf(facts.region), principal.session?.role?.arn ?? principal.arn),
  'aws:principalaccount': ({ principal }) => principal.account,
  'aws:principaltype': ({ principal }) => PRINCIPAL_TYPES[principal.type],
  'aws:principalisawsservice': () => 'false',
  'aws:principalorgid': ({ organization }) => organization,
  'aws:resourceorgid': ({ organization }) => organization,
  'aws:userid': ({ principal }) => principal.principalId,
  'aws:username': ({ principal }) => (principal.type === 'IAMUser' ? principal.userName : undefined),
  'aws:tokenissuetime': ({ principal: { session } }) => session && new Date(session.issuedAt).toISOString(),
  // Coffer knows no devices: no session was ever proven by one.
  'aws:multifactorauthpresent': ({ principal: { session } }) => (session ? 'false' : undefined),
  'aws:sourceidentity': ({ principal: { session } }) => session?.sourceIdentity,
  'aws:federatedprovider': ({ principal: { type, arn, session } }) =>
    type === 'WebIdentityUser' ? arn : session?.federatedProvider,
  'aws:viaawsservice': ({ via }) => String(via !== undefined),
  'aws:calledvia': ({ via }) => (via === undefined ? undefined : [host(via)]),
  'aws:calledviafirst': ({ via }) => (via === undefined ? undefined : host(via)),
  'aws:calledvialast': ({ via }) => (via === undefined ? undefined : host(via)),
  'aws:resourceaccount': ({ account }) => account,
} satisfies Record<string, Source>)

const PRINCIPAL_TAG = 'aws:principaltag/'
const RESOURCE_TAG = 'aws:resourcetag/'

/** The condition keys of one request; what no policy asks for is never computed. */
export class RequestConditions implements RequestContext {
  readonly work: Work
  readonly #circumstances: Circumstances
  readonly #serviceTag: string
  #own: Map<string, ContextValue> | undefined
  readonly #repeated = new Set<string>()
  /** Tags by key in lower case: policies may ask for thousands of variables. */
  readonly #tags = new Map<Circumstances['tags'], Map<string, Circumstances['tags']>>()
  #ambiguous = false

  constructor(circumstances: Circumstances) {
    this.work = circumstances.facts.evaluation.work
    this.#circumstances = circumstances
    this.#serviceTag = `${circumstances.service}:resourcetag/`
  }

  /** True once a policy has asked for a key that several tags have, differing only in case: no answer is right then. */
  get isAmbiguous(): boolean {
    return this.#ambiguous
  }

  /** @param key in lower case */
  get(key: string): ContextValue | undefined {
    const source = GLOBAL[key]
    if (source) return source(this.#circumstances)
    const { principal, tags } = this.#circumstances
    if (key.startsWith(PRINCIPAL_TAG)) return this.#tagValue(principal.tags, key.slice(PRINCIPAL_TAG.length))
    if (key.startsWith(RESOURCE_TAG)) return this.#tagValue(tags, key.slice(RESOURCE_TAG.length))
    if (key.startsWith(this.#serviceTag)) return this.#tagValue(tags, key.slice(this.#serviceTag.length))
    this.#own ??= this.#ownKeys()
    const own = this.#own.get(key)
    if (own === undefined || !this.#repeated.has(key)) return own
    this.#ambiguous = true
    return own
  }

  isTooLong(key: string): boolean {
    const header = HEADERS.get(key)
    return header !== undefined && isLong(this.#circumstances.facts[header])
  }

  outcomesFor(key: string): Map<object, boolean> | undefined {
    return HEADERS.has(key) ? this.#circumstances.facts.evaluation.headerOutcomes : undefined
  }

  #tagValue(tags: Circumstances['tags'], lowerKey: string): string | undefined {
    const byKey = this.#tags.get(tags) ?? Map.groupBy(tags, ({ Key }) => Key.toLowerCase())
    this.#tags.set(tags, byKey)
    const found = byKey.get(lowerKey) ?? []
    if (found.length > 1) this.#ambiguous = true
    return found[0]?.Value
  }

  #ownKeys(): Map<string, ContextValue> {
    const { principal, conditions } = this.#circumstances
    const keys = new Map<string, ContextValue>()
    for (const [name, value] of Object.entries({ ...principal.conditions, ...conditions })) {
      if (value === undefined) continue
      const key = name.toLowerCase()
      if (keys.has(key)) this.#repeated.add(key)
      keys.set(key, value)
    }
    return keys
  }
}
