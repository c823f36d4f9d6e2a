import { compilePolicy } from '../iam/compile-policy.ts'
import { contextKeysOf } from '../iam/context-keys.ts'
import { type AccessRequest, type Decision, evaluate, type NamedPolicy, type PolicySet } from '../iam/evaluate.ts'
import { explain } from '../iam/explain.ts'
import { WorkExceededError } from '../iam/work.ts'
import { accountIn } from '../identity/entities.ts'
import { Evaluation } from '../identity/evaluation.ts'
import { errors } from './errors.ts'
import type { SimulatedCaller, SimulatedConditions } from './simulated-caller.ts'
import type { SimulatedPolicies, Source } from './simulated-policies.ts'
import { MAX_CONTEXT_KEYS, MAX_PAGE_WORK, type ResultCost } from './simulation-limits.ts'
import { type Span, statementPositions } from './statement-positions.ts'

export interface Scenario {
  readonly action: string
  readonly resource: string
}

interface Circumstances {
  readonly policies: SimulatedPolicies
  readonly caller: SimulatedCaller
  readonly conditions: SimulatedConditions
  /** Account of resources whose ARN does not name it. */
  readonly resourceOwner: string
}

/** Characters of what an answer says of one statement, and of the rest of a result beside names: with all tags, generously. */
const SHOWN_STATEMENT = 400
const SHOWN_RESULT = 1000
/** The same of the tags around the name of a condition key. */
const SHOWN_KEY = 20

/** A result shows everything twice: for the action, and for the resource. */
const TIMES_SHOWN = 2

/** How AWS names the kind of every policy in a result but the one on the resource. */
const IAM_POLICY = 'IAM Policy'

/** ARN of a KMS key, in any partition. */
const KEY_ARN = /^arn:[^:]+:kms:/

/** Decides what would be, for one action on one resource after another. */
export class Simulation {
  readonly #circumstances: Circumstances
  /** The place of a source here is its name in the engine: sources of one id may be several. */
  readonly #sources: Source[] = []
  readonly #positions = new Map<Source, readonly Span[]>()
  readonly #set: PolicySet
  readonly #resource: NamedPolicy | undefined
  readonly #missing: readonly string[]
  readonly #evaluation = new Evaluation(MAX_PAGE_WORK)

  constructor(circumstances: Circumstances) {
    const { identity, boundary, serviceControl, resource } = circumstances.policies
    this.#circumstances = circumstances
    this.#set = {
      identity: identity.map((source) => this.#named(source)),
      boundary: boundary && this.#named(boundary),
      serviceControl: serviceControl?.map((level) => level.map((source) => this.#named(source))),
    }
    this.#resource = resource && this.#named(resource)
    this.#missing = contextKeysOfAll(this.#sources).filter((key) => !circumstances.conditions.has(key))
  }

  /** What the result of a scenario on one of these resources may cost. */
  costOfResult(resources: readonly string[]): ResultCost {
    const longest = Math.max(this.#circumstances.conditions.longest, ...resources.map(({ length }) => length), 1)
    const ofPolicies = this.#sources.map(({ id, document, policy: { statements } }) => ({
      work: document.length * longest,
      text: statements.length * (SHOWN_STATEMENT + id.length),
    }))
    const missing = this.#missing.reduce((sum, key) => sum + key.length + SHOWN_KEY, 0)
    return {
      work: ofPolicies.reduce((sum, { work }) => sum + work, 1),
      text: TIMES_SHOWN * ofPolicies.reduce((sum, { text }) => sum + text, SHOWN_RESULT + longest + missing),
    }
  }

  /** The results of scenarios on one page. Throws InvalidInput when policies of the caller's account make them too much work. */
  async decideAll(scenarios: readonly Scenario[]) {
    const results = []
    for (const scenario of scenarios) {
      await this.#evaluation.yieldTurn()
      results.push(this.#withinWork(() => this.#decide(scenario)))
    }
    return results
  }

  #withinWork<T>(decide: () => T): T {
    try {
      const result = decide()
      if (!this.#evaluation.work.isExceeded) return result
    } catch (error) {
      if (!(error instanceof WorkExceededError)) throw error
    }
    throw errors.invalidInput(
      `Too much to simulate: deciding one action takes more than ${MAX_PAGE_WORK} steps. Use shorter context values or fewer policies.`,
    )
  }

  /** The result for one scenario, as answers show it. */
  #decide({ action, resource }: Scenario) {
    const request = this.#request(action, resource)
    const { boundary, serviceControl } = this.#set
    // A key policy must allow by itself; elsewhere a policy on a resource adds to the others.
    const rule = KEY_ARN.test(resource) ? 'key' : 'ordinary'
    const set: PolicySet = { ...this.#set, resource: this.#resource && { rule, policy: this.#resource } }
    const { decision, statements } = explain(request, set)
    const deciding = statements.filter(({ matched, effect }) => matched && effect === decidingEffect(decision))
    const name = decisionName(decision)
    const details = {
      MatchedStatements: deciding.flatMap(({ policy, statement }) => this.#matched(Number(policy), statement)),
      MissingContextValues: [...this.#missing],
      EvalDecisionDetails: {},
      PermissionsBoundaryDecisionDetail: boundary && {
        AllowedByPermissionsBoundary: evaluate(request, { identity: [boundary] }).allowed,
      },
    }
    return {
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: name,
      ...details,
      OrganizationsDecisionDetail: serviceControl && {
        AllowedByOrganizations: serviceControl.every((level) => evaluate(request, { identity: level }).allowed),
      },
      ResourceSpecificResults: [{ EvalResourceName: resource, EvalResourceDecision: name, ...details }],
    }
  }

  #request(action: string, resource: string): AccessRequest {
    const { caller, conditions, resourceOwner } = this.#circumstances
    const resourceAccount = accountIn(resource) ?? resourceOwner
    const context = { ...conditions, work: this.#evaluation.work }
    return { principal: caller.principal, action, resource, resourceAccount, context }
  }

  #named(source: Source): NamedPolicy {
    const name = String(this.#sources.push(source) - 1)
    return { name, policy: compilePolicy(source.policy) }
  }

  #matched(index: number, statement: number) {
    const source = this.#sources[index]
    if (!source) return []
    const positions = this.#positions.get(source) ?? statementPositions(source.document)
    this.#positions.set(source, positions)
    const SourcePolicyType = source.type === 'resource' ? source.type : IAM_POLICY
    return [{ SourcePolicyId: source.id, SourcePolicyType, ...positions[statement] }]
  }
}

/** A deny stands alone in a result, whatever allows beside it; of what nothing allows there is nothing to show (IAM reference). */
function decidingEffect(decision: Decision): 'Allow' | 'Deny' | undefined {
  if (decision.allowed) return 'Allow'
  return decision.explicit ? 'Deny' : undefined
}

function decisionName(decision: Decision): 'allowed' | 'explicitDeny' | 'implicitDeny' {
  if (decision.allowed) return 'allowed'
  return decision.explicit ? 'explicitDeny' : 'implicitDeny'
}

/** Condition keys and variables of policies, each once, in any case of letters. Throws InvalidInput for more than an answer holds. */
export function contextKeysOfAll(sources: readonly Source[]): readonly string[] {
  const keys = new Map<string, string>()
  for (const { policy } of sources)
    for (const key of contextKeysOf(policy)) if (!keys.has(key.toLowerCase())) keys.set(key.toLowerCase(), key)
  if (keys.size > MAX_CONTEXT_KEYS)
    throw errors.invalidInput(`Too many condition keys: at most ${MAX_CONTEXT_KEYS} may be in the policies.`)
  return [...keys.values()]
}
