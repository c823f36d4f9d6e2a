import { type Change, ConflictError } from '../aws/change.ts'
import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import { lookUp } from './find-key.ts'
import { aliasArn, newKey } from './key.ts'
import type { KmsKey } from './key-store.ts'
import { newMaterial } from './material.ts'

/**
 * The key of an AWS service in the caller's account and Region, made unless it exists: it comes into being with its first use
 * (facts 8.10). `commit` records and commits the changes.
 */
export async function ensureServiceKey(
  alias: string,
  context: Pick<KmsContext, 'keys' | 'found' | 'scope' | 'material' | 'now' | 'report'>,
  commit: (changes: readonly Change[], key: KmsKey) => Promise<void>,
): Promise<KmsKey> {
  const { keys, scope, material, now } = context
  const before = await lookUp({ ...scope, alias }, context)
  if (before) return before
  const key = newKey({ ...scope, manager: 'AWS', now })
  const withMaterial = { ...key, materials: [newMaterial(key, 1, material)] }
  try {
    const named = { ...scope, name: alias, keyId: key.keyId, createdAt: now, updatedAt: now }
    await commit([keys.create(withMaterial), keys.addAlias(named)], { ...withMaterial, aliases: [alias] })
  } catch (error) {
    // Somebody else made it meanwhile.
    if (!(error instanceof ConflictError)) throw error
  }
  const made = await lookUp({ ...scope, alias }, context)
  if (!made) throw errors.aliasNotFound(aliasArn(scope.region, scope.account, alias))
  return made
}
