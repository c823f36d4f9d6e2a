import type { EncryptionContext } from './ciphertext.ts'
import type { KmsCaller } from './context.ts'
import type { Grant, GrantConstraints, GrantPrincipal } from './key-store.ts'

/** Operations that a grant's constraints do not concern, because they have no encryption context (KMS API, CreateGrant). */
const UNCONSTRAINED: ReadonlySet<string> = new Set(['DescribeKey', 'RetireGrant', 'CreateGrant'])

/** ARNs under which grants may name a caller. */
export function namesOf({ arn, roleArn, account }: KmsCaller): readonly string[] {
  return [arn, ...(roleArn === undefined ? [] : [roleArn]), `arn:aws:iam::${account}:root`]
}

/** Whether a grant means a caller: also by the unique id, where its ARN was of a user or role. */
export function means({ arn, id }: GrantPrincipal, caller: KmsCaller): boolean {
  return namesOf(caller).includes(arn) && (id === undefined || id === caller.id)
}

/** The actions that grants give a caller for a request with this encryption context (security facts 3.9). */
export function grantedActions(
  grants: readonly Grant[],
  caller: KmsCaller,
  context: EncryptionContext = {},
): readonly string[] {
  return grants.flatMap(({ grantee, operations, constraints }) =>
    means(grantee, caller)
      ? operations
          .filter((operation) => UNCONSTRAINED.has(operation) || fits(constraints, context))
          .map((operation) => `kms:${operation}`)
      : [],
  )
}

function fits(constraints: GrantConstraints | undefined, context: EncryptionContext): boolean {
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset, SourceArn } = constraints ?? {}
  // Only requests that an AWS service makes for a resource of its own have a source, and there are none here.
  if (SourceArn !== undefined) return false
  if (equal && Object.keys(equal).length !== Object.keys(context).length) return false
  return Object.entries({ ...subset, ...equal }).every(
    ([name, value]) => Object.hasOwn(context, name) && context[name] === value,
  )
}
