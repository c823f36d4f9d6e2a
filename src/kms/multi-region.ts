import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import { trusting } from './find-key.ts'
import type { KeyOrigin, KmsKey } from './key-store.ts'

/** A key with its replicas; alone when it has none. */
export async function allOf(key: KmsKey, context: KmsContext): Promise<readonly KmsKey[]> {
  if (key.primaryRegion === undefined) return [key]
  const relatives = await trusting(() => context.keys.relatives(key.keyId), context)
  return relatives.map((relative) => (relative.region === key.region ? key : relative))
}

/** Changes what a multi-Region key has in common with its replicas. */
export async function updateAll(key: KmsKey, context: KmsContext, update: (key: KmsKey) => KmsKey): Promise<void> {
  for (const one of await allOf(key, context)) context.change(context.keys.update(update(one)))
}

/** Throws UnsupportedOperationException for a key of another origin, and for a replica, which follows its primary. */
export function checkRotates({ arn, origin, primaryRegion, region }: KmsKey, origins: readonly KeyOrigin[]): void {
  if (!origins.includes(origin)) throw errors.originUnfit(arn, origin)
  if (primaryRegion !== undefined && primaryRegion !== region) throw errors.notPrimary(arn)
}
