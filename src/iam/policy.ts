/**
 * What a policy is attached to; it decides which elements the grammar wants and forbids. Key policies are `resource`. `managed` is a managed policy
 * that is being saved; attached, it is one of the first three.
 */
export type PolicyKind = 'identity' | 'boundary' | 'session' | 'managed' | 'service-control' | 'resource' | 'trust'

/** A document that follows the grammar. Values are as written; single values have become lists of one. */
export interface Policy {
  readonly kind: PolicyKind
  readonly version: PolicyVersion
  readonly id?: string | undefined
  readonly statements: readonly Statement[]
}

/** Variables work only in the newer one (security facts 3.1). */
export type PolicyVersion = '2012-10-17' | '2008-10-17'

export interface Statement {
  readonly sid?: string | undefined
  readonly effect: 'Allow' | 'Deny'
  /** Only in resource and trust policies. */
  readonly principals?: PrincipalElement | undefined
  readonly actions: PatternElement
  /** Absent in trust policies. */
  readonly resources?: PatternElement | undefined
  readonly conditions: readonly Condition[]
}

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface PatternElement {
  readonly not: boolean
  readonly patterns: readonly string[]
}

/** `Principal` or `NotPrincipal`. The principal `"*"` is `{ type: 'AWS', value: '*' }`, which means the same (security facts 3.2). */
export interface PrincipalElement {
  readonly not: boolean
  readonly names: readonly PrincipalName[]
}

export interface PrincipalName {
  readonly type: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser'
  readonly value: string
}

/** One key under one operator. Numbers and booleans are texts, as they stand in the document. */
export interface Condition {
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** A document that is refused. The message is AWS's text; the code (MalformedPolicyDocument and its kin) is the service's affair. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
}

/** Refused for a principal that cannot stand in a policy, or that is nobody. */
export class PrincipalError extends PolicyError {
  readonly principal: PrincipalName

  constructor(principal: PrincipalName) {
    super(`Invalid principal in policy: "${principal.type.toUpperCase()}":"${principal.value}"`)
    this.principal = principal
  }
}
