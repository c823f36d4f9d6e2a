import type { PageTokens } from '../aws/pagination.ts'
import type { Decision } from '../iam/evaluate.ts'
import type { Explanation } from '../iam/explain.ts'
import type { Authorizer } from '../identity/authorize.ts'
import type { Role } from '../identity/entities.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import type { Principal } from '../identity/principal.ts'
import type { Assumed } from './assumptions.ts'

/** One question of the gate, and the decision. */
export interface Check {
  /** With its prefix. */
  readonly action: string
  /** ARN, or `*`. */
  readonly resource: string
  /** Signing name of the service that asks in the caller's name. */
  readonly via: string | undefined
  readonly decision: Decision
  explain(): Explanation
}

/** A call that is only tried. */
export interface Attempt {
  readonly principal: Principal
  /** With its prefix, in any case. */
  readonly action: string
  /** An ARN, the name of a secret, or `*`. */
  readonly resource: string
  readonly assumed: Assumed
}

/** What would become of a call. */
export interface Rehearsal {
  /** The action as the service spells it. */
  readonly action: string
  /** What the gate asked, in order. */
  readonly checks: readonly Check[]
  /** `refused` is a call that policies allow and that fails all the same, such as for the state of a key. */
  readonly outcome: 'succeeds' | 'denied' | 'refused'
  /** Why it is refused: the service's own sentences. */
  readonly refusal: string | undefined
  /** ARN on which the action is decided, or `*`. */
  readonly resource: string
  /** Undefined where it is not known here, or the caller may not know it. */
  readonly exists: boolean | undefined
  /** True for an action that every caller may call, whatever policies say. */
  readonly anyone: boolean
}

/** A secret whose readers are looked for. */
export interface ReadableSecret {
  readonly arn: string
  /** Whether the key of its current value is a customer's. */
  readonly underCustomerKey: boolean
  /** Names of the sessions of a role that the policies on the secret and its key, or grants, name. */
  namedSessions(role: Role): readonly string[]
}

/** What an explanation may use. */
export interface ExplanationContext {
  readonly caller: Principal
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly store: IdentityStore
  readonly authorizer: Authorizer
  readonly tokens: PageTokens
  /**
   * Tries a call. Throws AwsError for an action that does not exist, for a resource of another account, and where the caller may not know a key
   * that the call uses, and for policies that take too many steps to evaluate.
   */
  rehearse(attempt: Attempt): Promise<Rehearsal>
  /** Whether the calls that were tried have taken as many steps of policy evaluation as one request may take, so that a page must end. */
  hasTakenAllSteps(): boolean
  /** Throws AwsError for a secret that does not exist or is of another account, and where the caller may not know its key. */
  secretToRead(secretId: string): Promise<ReadableSecret>
}
