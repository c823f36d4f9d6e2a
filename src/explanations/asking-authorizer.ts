import { AwsError } from '../aws/error.ts'
import { assumeConditions } from '../iam/assume-conditions.ts'
import {
  type AccessRequest,
  type Authorizer,
  decideQuestion,
  explainQuestion,
  type Question,
} from '../identity/authorize.ts'
import { type Assumed, suppose, variesFor } from './assumptions.ts'
import type { Check } from './context.ts'

/** Decides what a gate asks in a rehearsal, also where policies are not enforced, and remembers every question. */
export class AskingAuthorizer implements Pick<Authorizer, 'authorize'> {
  readonly checks: Check[] = []
  readonly #authorizer: Pick<Authorizer, 'question'>
  readonly #assumed: Assumed

  constructor(authorizer: Pick<Authorizer, 'question'>, assumed: Assumed) {
    this.#authorizer = authorizer
    this.#assumed = assumed
  }

  /** Throws AccessDeniedException unless the policies allow it. The texts of denials come from `checks`. */
  authorize(request: AccessRequest): void {
    const question = this.#question(request)
    const decision = decideQuestion(question)
    const { action, resource, via } = request
    this.checks.push({ action, resource, via, decision, explain: () => explainQuestion(question, decision) })
    if (!decision.allowed) throw new AwsError('AccessDeniedException', `${action} on ${resource} is denied`)
  }

  #question(request: AccessRequest): Question {
    const question = this.#authorizer.question(request)
    const isOwnRequest = request.via === undefined
    const assumed = this.#assumed
    if (assumed.kind === 'keys') return suppose(question, assumed.supposed, isOwnRequest)
    const varies = variesFor(request.principal, isOwnRequest)
    return { ...question, policies: assumeConditions(question.policies, assumed.assumption, varies) }
  }
}
