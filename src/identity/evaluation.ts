import { isDeepStrictEqual } from 'node:util'
import type { Decision } from '../iam/evaluate.ts'
import { Work } from '../iam/work.ts'
import type { AccessRequest } from './authorize.ts'

/**
 * Steps of policy evaluation that one request may take, all its decisions together.
 *
 * It is above the worst of all policies within AWS's quotas, where values of the request have up to 128 characters (the ARN of an identity counts in
 * each partition), and headers up to 512. The worst is BatchGetSecretValue: 20 secrets, each with three decisions (its own, the key's, and the refusal as it would be worded for a secret that
 * does not exist). Each decision reads up to 729,088 characters of a user's own policies (10 managed ones of 6,144 and 2,048 inline; 10 groups, each
 * with 10 managed ones and 5,120 inline), 6,144 of a boundary and 25,600 of service control policies (5 of 5,120). Beside them stand 20,480 of each
 * secret's policy and 32,768 of its key's. The shortest pattern that searches a text is `"*a*",`, 6 characters for one search. So the worst is
 * 20 × (3 × 760,832 + 53,248) / 6 × 128, about 996 million steps. Conditions on headers are tested once for a request, not once for a decision:
 * (760,832 + 20 × 53,248) / 6 × 512, about 156 million steps.
 */
export const MAX_REQUEST_STEPS = 2 ** 30

/** Steps after which other requests get their turn before the next decision: some milliseconds. */
export const STEPS_PER_TURN = 1_000_000

/** The evaluation of policies for one attempt of one request: the steps that it takes, and what it has found out. */
export class Evaluation {
  readonly work: Work
  /** Outcomes of conditions on headers. */
  readonly headerOutcomes = new Map<object, boolean>()
  readonly #decided = new Map<string, { readonly request: AccessRequest; readonly decision: Decision }[]>()
  #lastTurn = 0

  /** @param limit steps */
  constructor(limit: number = MAX_REQUEST_STEPS) {
    this.work = new Work(limit)
  }

  /** The decision on a request of this caller: made once for all its repetitions, as of a batch that names a secret several times. */
  decideOnce(request: AccessRequest, decide: () => Decision): Decision {
    const about = this.#decided.get(request.resource) ?? []
    const before = about.find((one) => isSameQuestion(one.request, request))
    if (before) return before.decision
    const decision = decide()
    this.#decided.set(request.resource, [...about, { request, decision }])
    return decision
  }

  /** Lets other requests have their turn where the last decisions took long. */
  async yieldTurn(): Promise<void> {
    if (this.work.steps - this.#lastTurn < STEPS_PER_TURN) return
    this.#lastTurn = this.work.steps
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Whether nothing that decides differs: the caller and the facts of one attempt are the same but for the Region. */
function isSameQuestion(one: AccessRequest, other: AccessRequest): boolean {
  if (one.action !== other.action) return false
  const { facts, ...rest } = one
  const { facts: otherFacts, ...otherRest } = other
  return facts.region === otherFacts.region && isDeepStrictEqual(rest, otherRest)
}
