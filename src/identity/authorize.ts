import { AwsError } from '../aws/error.ts'
import type { ResourcePolicy } from '../aws/operation.ts'
import { denialReason } from '../iam/denial.ts'
import {
  type Decision,
  type AccessRequest as EngineRequest,
  evaluate,
  type NamedPolicy,
  type PolicySet,
  type RequestContext,
} from '../iam/evaluate.ts'
import { type Explanation, explain } from '../iam/explain.ts'
import type { PolicyCache } from '../iam/policy-cache.ts'
import { Work, WorkExceededError } from '../iam/work.ts'
import { Evaluation } from './evaluation.ts'
import { requestPrincipal } from './principal.ts'
import { type Circumstances, RequestConditions } from './request-context.ts'

/** What is to be decided: may this principal perform this action on this resource, as things are. */
export interface AccessRequest extends Circumstances {
  /** With its prefix, as `secretsmanager:GetSecretValue`. */
  readonly action: string
  /** ARN of the resource, `*` for actions without one. */
  readonly resource: string
  /** The policy on the resource. */
  readonly policy?: ResourcePolicy | undefined
  /** True when a grant on the resource gives the caller the action, as if the policy on it named him (security facts 3.9). */
  readonly granted?: boolean | undefined
}

/** What holds for every account of the installation. */
export interface Organization {
  /** `o-…`, the value of aws:PrincipalOrgID. */
  readonly id?: string | undefined
  /** Service control policies, one list for each level; each level must allow. */
  readonly serviceControl?: readonly (readonly NamedPolicy[])[] | undefined
  /** Whether refusals name the policy that denies, as AWS has begun to (security facts U-10). */
  readonly namePolicies?: boolean | undefined
}

export interface AuthorizerOptions {
  readonly policies: PolicyCache
  /** False allows everybody everything in their own account; only for data that is thrown away. */
  readonly enforce: boolean
  readonly organization?: Organization | undefined
  /** Told of requests that are denied because their policies could not be evaluated: never a value of the request. */
  readonly log: FailureLog
  /** Steps of policy evaluation that one request may take; `MAX_REQUEST_STEPS` when absent. */
  readonly maxSteps?: number | undefined
}

/** Where failures are told to the operator. */
interface FailureLog {
  error(
    details: { readonly principal: string; readonly action: string; readonly reason: string },
    message: string,
  ): void
}

/** Condition keys of a question. */
interface QuestionContext extends RequestContext {
  readonly isAmbiguous: boolean
  readonly work: Work
  isTooLong(key: string): boolean
}

/** What decides a request, in the policy engine's terms. */
export interface Question {
  readonly request: EngineRequest & { readonly context: QuestionContext }
  readonly policies: PolicySet
}

const AMBIGUOUS: Decision = { allowed: false, explicit: false, layer: 'identity', by: [] }

/**
 * What policies say, whether or not they are enforced. Throws AccessDeniedException when the decisions on the request take more steps than they may
 * together (`MAX_REQUEST_STEPS`).
 */
export function decideQuestion({ request, policies }: Question): Decision {
  const decision = evaluate(request, policies)
  if (request.context.work.isExceeded) throw tooMuchWork(request)
  // Two tags whose keys differ only in case are one condition key, so neither may allow anything.
  return decision.allowed && request.context.isAmbiguous ? AMBIGUOUS : decision
}

/** The explanation of a decision, which has steps of its own, as many as a request. Throws AccessDeniedException as `decideQuestion` does. */
export function explainQuestion({ request, policies }: Question, decision: Decision): Explanation {
  const { context } = request
  const work = new Work(context.work.limit)
  const counted = { get: (key: string) => context.get(key), isTooLong: (key: string) => context.isTooLong(key), work }
  try {
    return explain({ ...request, context: counted }, policies, decision)
  } catch (error) {
    throw error instanceof WorkExceededError ? tooMuchWork(request) : error
  }
}

function tooMuchWork({ principal, action, context: { work } }: Question['request']): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `User: ${principal.arn} is not authorized to perform: ${action} because the request takes more than ${work.limit} steps of policy evaluation`,
  )
}

/** Decides what callers may do. */
export class Authorizer {
  readonly policies: PolicyCache
  readonly enforce: boolean
  readonly #log: FailureLog
  readonly #maxSteps: number | undefined
  #organization: Organization | undefined

  constructor({ policies, enforce, organization, log, maxSteps }: AuthorizerOptions) {
    this.policies = policies
    this.enforce = enforce
    this.#log = log
    this.#organization = organization
    this.#maxSteps = maxSteps
  }

  /** Begins the evaluation for one attempt of a request. */
  newEvaluation(): Evaluation {
    return new Evaluation(this.#maxSteps)
  }

  /** Decides by other service control policies from the next request on. */
  replaceOrganization(organization: Organization | undefined): void {
    this.#organization = organization
  }

  /** What decides a request, in the policy engine's terms: for the decision, and for its explanation. */
  question(request: AccessRequest): Question {
    const organization = this.#organization
    const { principal, action, resource, account, policy, granted = false } = request
    const circumstances = organization?.id === undefined ? request : { ...request, organization: organization.id }
    return {
      request: {
        principal: requestPrincipal(principal),
        action,
        resource,
        resourceAccount: account,
        context: new RequestConditions(circumstances),
      },
      policies: {
        ...principal.policies,
        serviceControl: organization?.serviceControl,
        resource: policy && { ...this.#resourcePolicy(policy), granted },
      },
    }
  }

  /** Throws PolicyError for a stored policy that this version cannot read: nobody may decide without it. */
  decide(request: AccessRequest): Decision {
    if (!this.enforce && request.account === request.principal.account) return { allowed: true, by: [] }
    return request.facts.evaluation.decideOnce(request, () => this.#decide(request))
  }

  #decide(request: AccessRequest): Decision {
    const decision = decideQuestion(this.question(request))
    if (!decision.allowed && decision.failure) {
      const { principal, action } = request
      const details = { principal: principal.arn, action, reason: decision.failure.message }
      this.#log.error(details, 'policies could not be evaluated: the request is denied')
    }
    return decision
  }

  /**
   * Throws AccessDeniedException with AWS's sentence unless the request is allowed (security facts 2.5).
   *
   * @param label the caller's own text for the resource; absent for actions without one, whose sentence does not name any
   * @param unknown the same request about a resource of which nothing is known: where that is refused too, the sentence is that of its refusal
   */
  authorize(request: AccessRequest, label: string | undefined, unknown?: AccessRequest): void {
    const actual = this.decide(request)
    if (actual.allowed) return
    const guessed = unknown && this.decide(unknown)
    const decision = guessed && !guessed.allowed ? guessed : actual
    const { principal, action } = request
    const namePolicies = this.#organization?.namePolicies ?? false
    const on = label === undefined ? '' : ` on resource: ${label}`
    throw new AwsError(
      'AccessDeniedException',
      `User: ${principal.arn} is not authorized to perform: ${action}${on} ${denialReason(decision, action, { namePolicies })}`,
    )
  }

  #resourcePolicy({ document, rule, name, bindings }: ResourcePolicy): NonNullable<PolicySet['resource']> {
    const bound = bindings && new Map(Object.entries(bindings))
    const policy = this.policies.compile(document, rule === 'trust' ? 'trust' : 'resource', bound)
    return { rule, policy: { name, policy } }
  }
}
