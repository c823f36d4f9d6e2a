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

/** Text of the document with its variables put in; undefined when one has no value. */
function tokens(text: string, request: AccessRequest, variables: boolean, read: typeof wild): Token[] | undefined {
  if (!variables || !text.includes('${')) return read(text)
  const found = VARIABLE.exec(text)
  if (!found || found.index !== text.indexOf('${')) return undefined
  const before = read(text.slice(0, found.index))
  const after = tokens(text.slice(found.index + found[0].length), request, variables, read)
  const inside = found[1] ?? ''
  const value = ['*', '?', '$'].includes(inside) ? inside : variable(inside, request)
  return value === undefined || after === undefined ? undefined : [...before, ...plain(value), ...after]
}

function variable(inside: string, request: AccessRequest): string | undefined {
  const [, key, fallback] = /^\s*([^\s,'{}]+)\s*(?:,\s*'(.*)'\s*)?$/s.exec(inside) ?? []
  if (key === undefined) return undefined
  const value = request.context.get(key.toLowerCase())
  if (value === undefined) return fallback
  return typeof value === 'string' ? value : undefined
}

function resourceFits(pattern: string, request: AccessRequest, variables: boolean): boolean {
  if (pattern === '*') return true
  if (parts(plain(request.resource)).length < 6) return false
  const colons: number[] = []
  let depth = 0
  for (let at = 0; at < pattern.length; at += 1) {
    if (variables && pattern.startsWith('${', at)) depth += 1
    if (depth > 0 && pattern[at] === '}') depth = 0
    if (depth === 0 && pattern[at] === ':' && colons.length < 5) colons.push(at)
  }
  const fifth = colons[4]
  if (fifth === undefined) {
    if (variables && pattern.includes('${')) return false
    return arnFits(wild(pattern + ':*'.repeat(5 - colons.length)), request.resource)
  }
  if (variables && pattern.slice(0, fifth).includes('${')) return false
  const tail = tokens(pattern.slice(fifth + 1), request, variables, wild)
  return tail !== undefined && arnFits([...wild(pattern.slice(0, fifth + 1)), ...tail], request.resource)
}

function actionFits(pattern: string, action: string): boolean {
  return glob(wild(pattern.toLowerCase()), action.toLowerCase())
}

function conditionHolds(
  operator: string,
  key: string,
  wanted: readonly string[],
  request: AccessRequest,
  variables: boolean,
): boolean {
  const present = request.context.get(key.toLowerCase())
  const values = present === undefined ? [] : list<string>(present)
  if (operator === 'Null')
    return wanted.some(
      (value) => (value.toLowerCase() === 'true') === (values.length === 0) && bool(value) !== undefined,
    )
  const [, prefix, name = '', suffix] = /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? []
  const negated = NEGATIONS[name] !== undefined
  const comparison = comparisons[NEGATIONS[name] ?? name]
  if (!comparison) throw new Error(`no such operator: ${name}`)
  const one = (value: string) => {
    const matches = wanted.some((policy) => {
      const pattern = tokens(policy, request, variables && comparison.variables, comparison.read)
      return pattern !== undefined && comparison.fits(pattern, value)
    })
    return matches !== negated
  }
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
    if (everyone && !(principal.type === 'web-identity' && statement.Effect === 'Allow')) return 3
    return Math.max(0, ...found)
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
  const resources = statement.Resource ?? statement.NotResource
  if (resources !== undefined) {
    const fits = list(resources).some((pattern) => resourceFits(pattern, request, variables))
    if (fits !== (statement.Resource !== undefined)) return 0
  }
  for (const [operator, keys] of Object.entries(statement.Condition ?? {}))
    for (const [key, values] of Object.entries(keys))
      if (!conditionHolds(operator, key, list(values).map(String), request, variables)) return 0
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
