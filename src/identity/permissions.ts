import type { NamedPolicy } from '../iam/evaluate.ts'
import type { PolicyCache } from '../iam/policy-cache.ts'
import { awsManagedPolicy } from './aws-managed-policies.ts'
import { arnOf, type InlinePolicy, type ManagedPolicy, type Role, type User } from './entities.ts'
import { findManagedPolicy } from './find-managed-policy.ts'
import type { Holder, IdentityStore } from './identity-store.ts'
import type { PrincipalPolicies } from './principal.ts'
import type { RoleSession } from './temporary-credentials.ts'

/** A policy that somebody has is not there: nothing may be decided without it, because it might deny. */
class MissingPolicyError extends Error {
  override readonly name = 'MissingPolicyError'
}

/** What was made of a holder, for as long as the store hands out the same one. */
const known = new WeakMap<object, PrincipalPolicies>()

/** Compiled policies of a user or role: its own, those of its groups, its boundary. Throws MissingPolicyError. */
export function policiesOf(holder: Holder<User | Role>, cache: PolicyCache): PrincipalPolicies {
  const before = known.get(holder)
  if (before) return before
  const { entity, groups, policies } = holder
  const identity = [entity, ...groups].flatMap((grantee) => [
    ...grantee.inline.map((policy) => inline(policy, cache)),
    ...grantee.attached.map((arn) => managed(arn, policies, 'identity', cache)),
  ])
  const { boundary } = entity
  const made = {
    identity,
    boundary: boundary === undefined ? undefined : managed(boundary, policies, 'boundary', cache),
  }
  known.set(holder, made)
  return made
}

/**
 * Policies that narrow a session; undefined when it was not narrowed. Managed ones are as they are now; a session one of whose policies is gone may
 * do nothing, because that policy might deny.
 */
export async function sessionPolicies(
  { policies }: RoleSession,
  account: string,
  store: IdentityStore,
  cache: PolicyCache,
): Promise<readonly NamedPolicy[] | undefined> {
  if (!policies) return undefined
  const { document, arns } = policies
  const found = await Promise.all(arns.map((arn) => findManagedPolicy(arn, { account, store })))
  const managed = found.filter((policy) => policy !== undefined)
  if (managed.length < arns.length) return []
  return [
    ...(document === undefined ? [] : [{ name: 'session policy', policy: cache.compile(document, 'session') }]),
    ...managed.map((policy) => ({ name: arnOf(policy), policy: cache.compile(documentOf(policy), 'session') })),
  ]
}

/** The document of a policy's default version. */
export function documentOf({ versions, defaultVersion, name }: ManagedPolicy): string {
  const version = versions.find(({ id }) => id === defaultVersion)
  if (!version) throw new MissingPolicyError(`The policy ${name} has no default version`)
  return version.document
}

function inline({ name, document }: InlinePolicy, cache: PolicyCache): NamedPolicy {
  return { name, policy: cache.compile(document, 'identity') }
}

function managed(
  arn: string,
  policies: ReadonlyMap<string, ManagedPolicy>,
  kind: 'identity' | 'boundary',
  cache: PolicyCache,
): NamedPolicy {
  const own = policies.get(arn)
  const document = own ? documentOf(own) : awsManagedPolicy(arn)?.document
  if (document === undefined) throw new MissingPolicyError(`The policy ${arn} does not exist`)
  // Messages may name what belongs to the account.
  return { name: arn, arn: own && arn, policy: cache.compile(document, kind) }
}
