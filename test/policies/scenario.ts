import { readFileSync } from 'node:fs'
import { compilePolicy } from '../../src/iam/compile-policy.ts'
import type { AccessRequest, ContextValue, NamedPolicy, PolicySet, RequestPrincipal } from '../../src/iam/evaluate.ts'
import { parseStoredPolicy } from '../../src/iam/parse-policy.ts'
import type { PolicyKind } from '../../src/iam/policy.ts'
import type { Document, LiteralPolicies, LiteralPolicy } from './literal-reading.ts'

/**
 * One decision as data. A caller is named as in principals.json or written out; the account of the resource is the caller's unless stated.
 * `reason`: for a refusal the end of AWS's sentence; for an allow the layers that allowed, each with the Sid of its statement if there is one.
 */
export interface Scenario {
  readonly name: string
  readonly request: {
    readonly principal: string | RequestPrincipal
    readonly action: string
    readonly resource: string
    readonly resourceAccount?: string
    readonly context?: Readonly<Record<string, ContextValue>>
  }
  readonly policies: {
    readonly identity?: readonly ScenarioPolicy[]
    readonly boundary?: ScenarioPolicy
    readonly session?: readonly ScenarioPolicy[]
    readonly serviceControl?: readonly (readonly ScenarioPolicy[])[]
    readonly resource?: { readonly rule: 'ordinary' | 'trust' | 'key'; readonly policy: ScenarioPolicy }
  }
  readonly decision: 'allowed' | 'denied'
  readonly reason: string
}

/** A document, or one with what belongs to it. `bindings`: ARN → unique id it was bound to when saved. */
export type ScenarioPolicy =
  | Document
  | {
      readonly name?: string
      readonly arn?: string
      readonly bindings?: Readonly<Record<string, string>>
      readonly document: Document
    }

const principals: Readonly<Record<string, RequestPrincipal>> = JSON.parse(
  readFileSync(new URL('./principals.json', import.meta.url), 'utf8'),
)

const fields: Readonly<
  Record<'scenario' | 'request' | 'policies' | 'resource' | 'policy' | 'principal', readonly string[]>
> = {
  scenario: ['name', 'request', 'policies', 'decision', 'reason'],
  request: ['principal', 'action', 'resource', 'resourceAccount', 'context'],
  policies: ['identity', 'boundary', 'session', 'serviceControl', 'resource'],
  resource: ['rule', 'policy'],
  policy: ['name', 'arn', 'bindings', 'document'],
  principal: ['type', 'account', 'arn', 'roleArn', 'id'],
}

function checkFields(value: object, kind: keyof typeof fields): void {
  const unknown = Object.keys(value).filter((name) => !fields[kind].includes(name))
  if (unknown.length > 0) throw new Error(`unknown fields of a ${kind}: ${unknown.join(', ')}`)
}

/** Refuses a scenario that says something nobody would look at. */
export function checkScenario(scenario: Scenario): void {
  checkFields(scenario, 'scenario')
  checkFields(scenario.request, 'request')
  checkFields(scenario.policies, 'policies')
  if (scenario.policies.resource) checkFields(scenario.policies.resource, 'resource')
  if (typeof scenario.request.principal !== 'string') checkFields(scenario.request.principal, 'principal')
  for (const name of Object.keys(scenario.request.context ?? {}))
    if (name !== name.toLowerCase()) throw new Error(`keys of a context are in lower case: ${name}`)
  if (scenario.decision !== 'allowed' && scenario.decision !== 'denied')
    throw new Error(`decision: ${scenario.decision}`)
}

export function requestOf({ request }: Scenario): AccessRequest {
  const principal = typeof request.principal === 'string' ? principals[request.principal] : request.principal
  if (!principal) throw new Error(`no such principal: ${request.principal}`)
  const { action, resource, resourceAccount = principal.account, context = {} } = request
  const values = new Map(Object.entries(context))
  return { principal, action, resource, resourceAccount, context: values }
}

function written(policy: ScenarioPolicy): Exclude<ScenarioPolicy, Document> {
  if ('Statement' in policy) return { document: policy }
  checkFields(policy, 'policy')
  return policy
}

/** Characters that may not stand in a policy can stand there as escapes. */
const escaped = (json: string) =>
  json.replace(/[^\t\n\r\u0020-\u00ff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

function compiled(kind: PolicyKind, policy: ScenarioPolicy): NamedPolicy {
  const { name = `a policy of kind ${kind}`, arn, bindings, document } = written(policy)
  const parsed = parseStoredPolicy(escaped(JSON.stringify(document)), kind)
  return { name, arn, policy: compilePolicy(parsed, bindings && new Map(Object.entries(bindings))) }
}

/** The policies of a scenario as the engine takes them. Throws for a document that the parser refuses. */
export function policySetOf({ policies }: Pick<Scenario, 'policies'>): PolicySet {
  const { identity = [], boundary, session, serviceControl, resource } = policies
  return {
    identity: identity.map((policy) => compiled('identity', policy)),
    boundary: boundary && compiled('boundary', boundary),
    session: session?.map((policy) => compiled('session', policy)),
    serviceControl: serviceControl?.map((level) => level.map((policy) => compiled('service-control', policy))),
    resource: resource && {
      rule: resource.rule,
      policy: compiled(resource.rule === 'trust' ? 'trust' : 'resource', resource.policy),
    },
  }
}

/** The policies of a scenario as the literal reading takes them. */
export function literalPoliciesOf({ policies }: Pick<Scenario, 'policies'>): LiteralPolicies {
  const literal = (policy: ScenarioPolicy): LiteralPolicy => written(policy)
  const { identity = [], boundary, session, serviceControl, resource } = policies
  return {
    identity: identity.map(literal),
    ...(boundary && { boundary: literal(boundary) }),
    ...(session && { session: session.map(literal) }),
    ...(serviceControl && { serviceControl: serviceControl.map((level) => level.map(literal)) }),
    ...(resource && { resource: { rule: resource.rule, policy: literal(resource.policy) } }),
  }
}
