import type { EncryptionContext } from './ciphertext.ts'
import type { KmsCaller } from './context.ts'
import type { Grant, GrantConstraints, GrantPrincipal } from './key-store.ts'

/** Operations that a grant's constraints do not concern, because they have no encryption context (KMS API, CreateGrant). */
const UNCONSTRAINED: ReadonlySet<string> = new Set(['DescribeKey', 'RetireGrant'])

/** What a grant gives: by CreateGrant, nobody may give more than he has. */
export type GrantTerms = Pick<Grant, 'operations' | 'constraints'>

/** What a request says that decides whether a grant is good for it. */
export interface GrantUse {
  readonly encryptionContext?: EncryptionContext | undefined
  /** The grant that it would make. */
  readonly making?: GrantTerms | undefined
}

/** ARN of an account's root, as it is inside Coffer unless a partition is given. */
export const rootArn = (account: string, partition = 'aws') => `arn:${partition}:iam::${account}:root`

/** ARNs under which grants may name a caller. */
export function namesOf({ arn, roleArn, account }: KmsCaller): readonly string[] {
  return [arn, ...(roleArn === undefined ? [] : [roleArn]), rootArn(account)]
}

/** Whether a grant means a caller himself: also by the unique id, where its ARN was of a user or role. */
export function means({ arn, id }: GrantPrincipal, caller: KmsCaller): boolean {
  return (arn === caller.arn || arn === caller.roleArn) && (id === undefined || id === caller.id)
}

/** The actions that grants give a caller himself, for a request (security facts 3.9). */
export function grantedActions(grants: readonly Grant[], caller: KmsCaller, use: GrantUse = {}): readonly string[] {
  return actionsOf(
    grants.filter(({ grantee }) => means(grantee, caller)),
    use,
  )
}

/** The actions that grants give the caller's account, for its own policies to hand on. */
export function actionsOfAccount(grants: readonly Grant[], caller: KmsCaller, use: GrantUse): readonly string[] {
  return actionsOf(
    grants.filter(({ grantee }) => grantee.arn === rootArn(caller.account)),
    use,
  )
}

function actionsOf(grants: readonly Grant[], { encryptionContext = {}, making }: GrantUse): readonly string[] {
  return grants.flatMap(({ operations, constraints }) =>
    operations
      .filter((operation) => {
        if (operation === 'CreateGrant') return !making || isWithin(making, { operations, constraints })
        return UNCONSTRAINED.has(operation) || fits(constraints, encryptionContext)
      })
      .map((operation) => `kms:${operation}`),
  )
}

/** Whether a grant gives no more than another: a part of its operations, under constraints at least as strict (KMS API, CreateGrant). */
function isWithin(grant: GrantTerms, other: GrantTerms): boolean {
  if (!grant.operations.every((operation) => other.operations.includes(operation))) return false
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset, SourceArn } = other.constraints ?? {}
  const own = grant.constraints ?? {}
  if (SourceArn !== undefined && own.SourceArn !== SourceArn) return false
  // What must equal the one context can only be constrained to that; what must hold some pairs, to these and more.
  if (equal && !(own.EncryptionContextEquals && sameContext(own.EncryptionContextEquals, equal))) return false
  return !subset || holds({ ...own.EncryptionContextSubset, ...own.EncryptionContextEquals }, subset)
}

function fits(constraints: GrantConstraints | undefined, context: EncryptionContext): boolean {
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset, SourceArn } = constraints ?? {}
  // Only requests that an AWS service makes for a resource of its own have a source, and there are none here.
  if (SourceArn !== undefined) return false
  return (!equal || sameContext(context, equal)) && (!subset || holds(context, subset))
}

export function sameContext(left: EncryptionContext, right: EncryptionContext): boolean {
  return Object.keys(left).length === Object.keys(right).length && holds(left, right)
}

function holds(context: EncryptionContext, pairs: EncryptionContext): boolean {
  return Object.entries(pairs).every(([name, value]) => Object.hasOwn(context, name) && context[name] === value)
}
