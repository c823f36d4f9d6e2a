import type { CompiledPolicy } from './compile-policy.ts'
import type { EvaluationError } from './evaluation-error.ts'
import type { Work } from './work.ts'

export type PrincipalType =
  | 'root'
  | 'user'
  | 'role-session'
  | 'federated-user'
  | 'web-identity'
  | 'service'
  | 'anonymous'

/** Who makes a request, as policies know him. */
export interface RequestPrincipal {
  readonly type: PrincipalType
  /** Empty for anonymous callers and services. */
  readonly account: string
  /**
   * ARN of the user or of root, `sts` ARN of a role session or federated user. For a web identity the ARN of its provider, for a service
   * its name (`x.amazonaws.com`), empty for anonymous callers.
   */
  readonly arn: string
  /** Of a role session: `arn:aws:iam::{account}:role/{path}{name}`. */
  readonly roleArn?: string | undefined
  /** `AIDA…`, `AROA…` without the session's name; the account for root. */
  readonly id: string
}

/** A list is a multi-valued key, also when it holds one value. */
export type ContextValue = string | readonly string[]

/** Condition keys by lower-case name; may be computed lazily. */
export interface RequestContext {
  get(key: string): ContextValue | undefined
  /**
   * Whether the request has a value for a key that is too long to be compared; `get` then returns undefined. What compares with such a value or
   * contains it as a variable fails closed: it makes a Deny apply, and an Allow not.
   */
  isTooLong?(key: string): boolean
  /** Outcomes of conditions on a key whose value is the same in every decision on the request; undefined for other keys. */
  outcomesFor?(key: string): Map<object, boolean> | undefined
  /** Counts the steps of the evaluation. Absent, they are neither counted nor limited. */
  readonly work?: Work | undefined
}

/** Whether the value of any of the keys, in lower case, is too long. */
export function hasTooLong(context: RequestContext, keys: readonly string[]): boolean {
  for (const key of keys) if (context.isTooLong?.(key)) return true
  return false
}

export interface AccessRequest {
  readonly principal: RequestPrincipal
  /** With its prefix, as `secretsmanager:GetSecretValue`. */
  readonly action: string
  /** ARN of the resource, `*` for actions without one. */
  readonly resource: string
  readonly resourceAccount: string
  readonly context: RequestContext
}

/** A policy with the name that explanations and messages use. */
export interface NamedPolicy {
  /** ARN of a managed policy, or name of an inline one. */
  readonly name: string
  /** Given where a message may name it: only for policies of the caller's own account (security facts 2.5, U-10). */
  readonly arn?: string | undefined
  readonly policy: CompiledPolicy
}

/** Everything that applies to one request. */
export interface PolicySet {
  readonly identity: readonly NamedPolicy[]
  readonly boundary?: NamedPolicy | undefined
  /** Present, even when empty, for a session that was narrowed: one of them must allow. */
  readonly session?: readonly NamedPolicy[] | undefined
  /** One list for each level (root, unit, account): each level must allow. */
  readonly serviceControl?: readonly (readonly NamedPolicy[])[] | undefined
  readonly resource?: ResourcePolicy | undefined
}

/**
 * The policy that stands at the resource. `ordinary` may allow beside identity policies; `trust` (of a role) must allow by itself; `key`
 * (of a KMS key) must allow by itself or hand over to identity policies through the account (security facts 3.7–3.9).
 */
export interface ResourcePolicy {
  readonly rule: 'ordinary' | 'trust' | 'key'
  readonly policy: NamedPolicy
  /** True when a grant beside the policy gives this caller this action: an Allow that names him as he calls. */
  readonly granted?: boolean | undefined
}

export type Layer = 'identity' | 'resource' | 'boundary' | 'session' | 'service-control' | 'trust'

/** A statement a decision rests on. */
export interface DecidingStatement {
  readonly layer: Layer
  /** Name of its policy. */
  readonly policy: string
  readonly arn?: string | undefined
  /** Place in the policy, from 0. */
  readonly statement: number
  readonly sid?: string | undefined
  readonly effect: 'Allow' | 'Deny'
}

/** `layer` is the one a refusal names: the first that decides (security facts 2.5). */
export type Decision =
  | { readonly allowed: true; readonly by: readonly DecidingStatement[] }
  | {
      readonly allowed: false
      readonly explicit: boolean
      readonly layer: Layer
      readonly by: readonly DecidingStatement[]
      /** Present when the policies could not be evaluated, which denies. */
      readonly failure?: EvaluationError | undefined
    }
