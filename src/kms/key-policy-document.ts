import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import type { KeyPolicy, KmsKey } from './key-store.ts'

/** Bytes of a key policy (KMS developer guide, quotas). */
const MAX_POLICY_BYTES = 32 * 1024

/** The one name that the policy of a key has. */
export const POLICY_NAME = 'default'

/** Refuses what is too long for a key policy. Throws LimitExceededException. */
export function checkPolicySize(document: string | undefined): void {
  if (document !== undefined && Buffer.byteLength(document) > MAX_POLICY_BYTES)
    throw errors.policyTooLarge(MAX_POLICY_BYTES)
}

/**
 * A policy for a key, as it is stored. Throws MalformedPolicyDocumentException, also for one under which the caller could not change it again,
 * unless that check is left out (security facts 3.9).
 */
export async function readKeyPolicy(
  document: string,
  key: KmsKey,
  bypassLockoutCheck: boolean | undefined,
  { policies }: KmsContext,
): Promise<KeyPolicy> {
  const policy = await policies.bind(document)
  if (!bypassLockoutCheck && !policies.wouldAllow('PutKeyPolicy', key, policy)) throw errors.lockedOut()
  return policy
}
