import { unguardedProviders } from '../iam/federation.ts'
import { parsePolicy, policySize } from '../iam/parse-policy.ts'
import { type Policy, PolicyError, type PolicyKind } from '../iam/policy.ts'
import { bindPrincipals } from '../identity/bind-principals.ts'
import type { BoundPolicy, InlinePolicy } from '../identity/entities.ts'
import type { IamContext } from './context.ts'
import { errors } from './errors.ts'
import { quotas } from './quotas.ts'

/** Reads a document that a request brings. Throws MalformedPolicyDocument. */
export function readPolicy(document: string, kind: PolicyKind): Policy {
  try {
    return parsePolicy(document, kind)
  } catch (error) {
    throw asMalformed(error)
  }
}

/** A document may be this many times as long as what IAM counts of it; ours, so that no quota can be padded away with white space. */
const PADDING = 4

/** Size of a document as IAM counts it, without white space, unless that is nearly all of it. */
function sizeOf(document: string): number {
  return Math.max(policySize(document), Math.ceil(document.length / PADDING))
}

/** Refuses what cannot be a version of a managed policy: MalformedPolicyDocument, LimitExceeded. */
export function checkManagedDocument(document: string): void {
  readPolicy(document, 'managed')
  if (sizeOf(document) > quotas.managedPolicySize) throw errors.quotaExceeded('PolicySize', quotas.managedPolicySize)
}

const INLINE_SIZE = {
  user: quotas.inlineSizePerUser,
  group: quotas.inlineSizePerGroup,
  role: quotas.inlineSizePerRole,
} as const

/** Refuses inline policies that are too long together (security facts 3.1): LimitExceeded. */
export function checkInlineSize(kind: keyof typeof INLINE_SIZE, name: string, policies: readonly InlinePolicy[]): void {
  const size = policies.reduce((sum, { document }) => sum + sizeOf(document), 0)
  const limit = INLINE_SIZE[kind]
  if (size > limit) throw errors.limitExceeded(`Maximum policy size of ${limit} bytes exceeded for ${kind} ${name}`)
}

/**
 * A trust policy with its principals bound to those who exist now. Warns of what lets in more web identities than anybody can want.
 *
 * Throws MalformedPolicyDocument, also for a user or role that does not exist; LimitExceeded.
 */
export async function readTrustPolicy(
  document: string,
  roleName: string,
  { store, warn }: Pick<IamContext, 'store' | 'warn'>,
): Promise<BoundPolicy> {
  const policy = readPolicy(document, 'trust')
  if (sizeOf(document) > quotas.trustPolicySize) throw errors.quotaExceeded('ACLSizePerRole', quotas.trustPolicySize)
  try {
    const bindings = await bindPrincipals(policy, store)
    for (const provider of unguardedProviders(policy))
      warn(
        `The role ${roleName} can be assumed with tokens of ${provider} for any audience or subject: its trust policy lacks conditions on aud and sub`,
      )
    return { document, bindings }
  } catch (error) {
    throw asMalformed(error)
  }
}

function asMalformed(error: unknown): unknown {
  return error instanceof PolicyError ? errors.malformedPolicy(error.message) : error
}
