import type { AccessRequest, Layer } from '../../src/iam/evaluate.ts'
import { arnFits, bool, comparisons, glob, NEGATIONS, parts, plain, type Token, wild } from './literal-comparisons.ts'

// A second reading of the rules, slow and word for word, on plain JSON and with nothing of the engine: what it decides the engine must decide.

type OneOrMore<T> = T | readonly T[]
type Scalar = string | number | boolean

export interface Document {
  readonly Version?: string
  readonly Statement: OneOrMore<RawStatement>
}

export interface RawStatement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: RawPrincipal
  readonly NotPrincipal?: RawPrincipal
  readonly Action?: OneOrMore<string>
  readonly NotAction?: OneOrMore<string>
  readonly Resource?: OneOrMore<string>
  readonly NotResource?: OneOrMore<string>
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore<Scalar>>>>>
}

type RawPrincipal = '*' | Readonly<Record<string, OneOrMore<string>>>

export interface LiteralPolicy {
  readonly document: Document
  readonly bindings?: Readonly<Record<string, string>>
}

export interface LiteralPolicies {
  readonly identity?: readonly LiteralPolicy[]
  readonly boundary?: LiteralPolicy
  readonly session?: readonly LiteralPolicy[]
  readonly serviceControl?: readonly (readonly LiteralPolicy[])[]
  readonly resource?: { readonly rule: 'ordinary' | 'trust' | 'key'; readonly policy: LiteralPolicy }
}

export type Verdict = { allowed: true } | { allowed: false; explicit: boolean; layer: Layer }

const list = <T>(value: OneOrMore<T> | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T]

const VARIABLE = /\$\{(\*|\?|\$|[^}']*(?:'[^']*'[^}']*)?)\}/

/** How the text of one element is read. */
interface Reading {
  readonly variables: boolean
  readonly read: typeof wild
  /** Whether an empty text is no value of a variable. */
  readonly emptyIsNone: boolean
}

/** Text of the document with its variables put in; undefined when one has no value. */
function tokens(text: string, request: AccessRequest, reading: Reading): Token[] | undefined {
  const { variables, read, emptyIsNone } = reading
  if (!variables || !text.includes('${')) return read(text)
  const found = VARIABLE.exec(text)
  if (!found || found.index !== text.indexOf('${')) return undefined
  const before = read(text.slice(0, found.index))
  const after = tokens(text.slice(found.index + found[0].length), request, reading)
  const inside = found[1] ?? ''
  const value = ['*', '?', '$'].includes(inside) ? inside : variable(inside, request, emptyIsNone)
  return value === undefined || after === undefined ? undefined : [...before, ...plain(value), ...after]
}

function variable(inside: string, request: AccessRequest, emptyIsNone: boolean): string | undefined {
  const [, key, fallback] = /^\s*([^\s,'{}]+)\s*(?:,\s*'(.*)'\s*)?$/s.exec(inside) ?? []
  if (key === undefined) return undefined
  const value = request.context.get(key.toLowerCase())
  if (value === undefined || (emptyIsNone && value === '')) return fallback
  return typeof value === 'string' ? value : undefined
}

/** Whether a pattern fits the resource; `unknown` when it has a variable without a value. */
function resourceFits(pattern: string, request: AccessRequest, variables: boolean): boolean | 'unknown' {
  if (pattern === '*') return true
  const colons: number[] = []
  let depth = 0
  for (let at = 0; at < pattern.length; at += 1) {
    if (variables && pattern.startsWith('${', at)) depth += 1
    if (depth > 0 && pattern[at] === '}') depth = 0
    if (depth === 0 && pattern[at] === ':' && colons.length < 5) colons.push(at)
  }
  const [, , , , fifth] = colons
  const head = pattern.slice(0, fifth)
  if (variables && head.includes('${')) return 'unknown'
  const tail =
    fifth === undefined
      ? wild(':*'.repeat(5 - colons.length))
      : tokens(pattern.slice(fifth), request, { variables, read: wild, emptyIsNone: true })
  if (tail === undefined) return 'unknown'
  return parts(plain(request.resource)).length === 6 && arnFits([...wild(head), ...tail], request.resource)
}

/** Whether the element for resources fits. An Allow with an exception that is unknown fits nothing. */
function resourceElementFits(statement: RawStatement, request: AccessRequest, variables: boolean): boolean {
  const { Effect, Resource, NotResource } = statement
  if (Resource !== undefined) return list(Resource).some((one) => resourceFits(one, request, variables) === true)
  if (NotResource === undefined) return true
  const fits = list(NotResource).map((one) => resourceFits(one, request, variables))
  return !fits.includes(true) && !(Effect === 'Allow' && fits.includes('unknown'))
}

function actionFits(pattern: string, action: string): boolean {
  return glob(wild(pattern.toLowerCase()), action.toLowerCase())
}

/** A condition and its statement. */
interface Asked {
  readonly operator: string
  readonly key: string
  readonly wanted: readonly string[]
  readonly deny: boolean
  readonly variables: boolean
}

function conditionHolds({ operator, key, wanted, deny, variables }: Asked, request: AccessRequest): boolean {
  const present = request.context.get(key.toLowerCase())
  const values = present === undefined ? [] : list<string>(present)
  if (operator === 'Null')
    return wanted.some((value) => bool(value) === undefined)
      ? deny
      : wanted.some((value) => (bool(value) === 'true') === (values.length === 0))
  const [, prefix, name = '', suffix] = /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? []
  const negated = NEGATIONS[name] !== undefined
  const comparison = comparisons[NEGATIONS[name] ?? name]
  if (!comparison) throw new Error(`no such operator: ${name}`)
  const reading = { variables: variables && comparison.variables, read: comparison.read, emptyIsNone: false }
  const patterns = wanted.map((text) => ({
    pattern: tokens(text, request, reading),
    // An escape is no variable.
    varies: reading.variables && text.replaceAll(/\$\{[*?$]\}/g, '').includes('${'),
  }))
  if (patterns.some(({ pattern, varies }) => !varies && pattern && !comparison.reads(pattern))) return deny
  if (negated && !deny && patterns.some(({ pattern }) => pattern === undefined)) return false
  const one = (value: string) =>
    patterns.some(({ pattern }) => pattern !== undefined && comparison.fits(pattern, value)) !== negated
  if (prefix === 'ForAllValues:') return values.every(one)
  if (values.length === 0) return suffix !== undefined || (prefix === undefined && negated)
  if (prefix === 'ForAnyValue:') return values.some(one)
  return values.length === 1 ? one(values[0] ?? '') : negated
}

/** What a caller is called, and how far a grant to this name goes: 3 alone, 2 within boundary and session, 1 with identity policies. */
function namesOf({ principal }: AccessRequest, policy: LiteralPolicy): [name: string, strength: number][] {
  const { type, account, arn, roleArn = '', id } = principal
  const bound = (name: string) => (policy.bindings?.[name] === undefined ? [name] : [])
  const alsoBound = Object.entries(policy.bindings ?? {}).flatMap(([name, to]) => (to === id ? [name] : []))
  const whole: [string, number][] = [account, `arn:aws:iam::${account}:root`].map((name) => [name, 1])
  const as = (names: string[], strength: number) => names.map((name): [string, number] => [name, strength])
  if (type === 'root') return whole
  if (type === 'user') return [...as([...bound(arn), id, ...alsoBound], 3), ...whole]
  if (type === 'role-session') return [...as([arn], 3), ...as([...bound(roleArn), id, ...alsoBound], 2), ...whole]
  if (type === 'federated-user') return [...as([arn], 3), ...whole]
  return type === 'anonymous' ? [] : as([arn], 3)
}

/** Whether a condition says which principals a statement for everyone means, or which service calls for them. */
function namesPrincipals({ Condition = {} }: RawStatement): boolean {
  const whole = (value: string) => value !== '' && !/[*?]|\$\{/.test(value)
  const arn = (value: string) => whole(value) || /^arn:[^:*?$]+:[^:*?$]+:[^:*?$]*:\d{12}:/.test(value)
  const tests: Readonly<Record<string, typeof whole>> = { 'aws:principalarn': arn, 'kms:viaservice': whole }
  return Object.entries(Condition).some(
    ([operator, keys]) =>
      /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|IpAddress)$/.test(operator) &&
      Object.entries(keys).some(([key, values]) => {
        const test = tests[key.toLowerCase()]
        return test !== undefined && list(values).map(String).every(test)
      }),
  )
}

const TYPE_OF_NAME: Readonly<Record<string, string>> = { service: 'Service', 'web-identity': 'Federated' }

function grantOf(statement: RawStatement, request: AccessRequest, policy: LiteralPolicy): number {
  const { principal } = request
  const wanted = statement.Principal ?? statement.NotPrincipal
  if (wanted === undefined) return 3
  const everyone = wanted === '*' || list(wanted.AWS).includes('*')
  const listed = wanted === '*' ? [] : list(wanted[TYPE_OF_NAME[principal.type] ?? 'AWS'])
  const names = namesOf(request, policy)
  const found = names.filter(([name]) => listed.includes(name)).map(([, strength]) => strength)
  if (statement.Principal !== undefined) {
    const covered = everyone && !(principal.type === 'web-identity' && statement.Effect === 'Allow')
    return Math.max(0, ...found, covered ? (namesPrincipals(statement) ? 3 : 2) : 0)
  }
  if (everyone) return 0
  if (statement.Effect === 'Allow') {
    const insider = ['root', 'user', 'role-session', 'federated-user'].includes(principal.type)
    return insider && found.length === 0 ? 2 : 0
  }
  const strengths = new Set(names.map(([, strength]) => strength))
  return strengths.size > 0 && [...strengths].every((strength) => found.includes(strength)) ? 0 : 3
}

/** How far a statement goes for the request: 0 when it does not apply. */
function applies(statement: RawStatement, request: AccessRequest, policy: LiteralPolicy): number {
  const variables = policy.document.Version === '2012-10-17'
  const actions = list(statement.Action ?? statement.NotAction)
  if (actions.some((pattern) => actionFits(pattern, request.action)) !== (statement.Action !== undefined)) return 0
  if (!resourceElementFits(statement, request, variables)) return 0
  const deny = statement.Effect === 'Deny'
  for (const [operator, keys] of Object.entries(statement.Condition ?? {}))
    for (const [key, values] of Object.entries(keys))
      if (!conditionHolds({ operator, key, wanted: list(values).map(String), deny, variables }, request)) return 0
  return grantOf(statement, request, policy)
}

function strongest(effect: 'Allow' | 'Deny', policies: readonly LiteralPolicy[], request: AccessRequest): number {
  const strengths = policies.flatMap((policy) =>
    list(policy.document.Statement)
      .filter((statement) => statement.Effect === effect)
      .map((statement) => applies(statement, request, policy)),
  )
  return Math.max(0, ...strengths)
}

/** Decides as the pages of the user guide tell it, one step after another. */
export function readLiterally(request: AccessRequest, policies: LiteralPolicies): Verdict {
  const { type, account } = request.principal
  const outsider = type === 'anonymous' || type === 'service' || type === 'web-identity'
  const { rule = 'ordinary', policy: atResource } = policies.resource ?? {}
  const resource = atResource ? [atResource] : []
  const resourceLayer: Layer = rule === 'trust' ? 'trust' : 'resource'
  const serviceControl = outsider ? [] : (policies.serviceControl ?? [])
  const own = !outsider && type !== 'root'
  const identity = own ? (policies.identity ?? []) : []
  const boundary = own && policies.boundary ? [policies.boundary] : []
  const session = own ? policies.session : undefined

  const refuse = (layer: Layer, explicit = false): Verdict => ({ allowed: false, explicit, layer })
  const denied = (list: readonly LiteralPolicy[]) => strongest('Deny', list, request) > 0
  const allowed = (list: readonly LiteralPolicy[]) => strongest('Allow', list, request) > 0

  if (denied(serviceControl.flat())) return refuse('service-control', true)
  if (denied(resource)) return refuse(resourceLayer, true)
  if (denied(identity)) return refuse('identity', true)
  if (denied(boundary)) return refuse('boundary', true)
  if (denied(session ?? [])) return refuse('session', true)

  const grant = strongest('Allow', resource, request)
  if (outsider) return grant > 0 ? { allowed: true } : refuse(type === 'web-identity' ? 'trust' : resourceLayer)
  if (serviceControl.some((level) => !allowed(level))) return refuse('service-control')
  const foreign = account !== request.resourceAccount
  if (grant === 0 && (foreign || rule !== 'ordinary')) return refuse(resourceLayer)
  if (type === 'root') return { allowed: true }
  if (!foreign && grant === 3) return { allowed: true }
  if ((foreign || grant < 2) && !allowed(identity)) return refuse('identity')
  if (boundary.length > 0 && !allowed(boundary)) return refuse('boundary')
  if (session && !allowed(session)) return refuse('session')
  return { allowed: true }
}
