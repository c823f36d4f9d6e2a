import { type Change, ConflictError } from '../aws/change.ts'
import type { KmsContext } from './context.ts'
import { lookUp } from './find-key.ts'
import { newKey } from './key.ts'
import { newMaterial } from './material.ts'

/**
 * Makes the key of an AWS service in the caller's account and Region, unless it exists: it comes into being with its first use
 * (facts 8.10). `commit` records and commits the change.
 */
export async function ensureServiceKey(
  alias: string,
  context: KmsContext,
  now: number,
  commit: (change: Change, keyArn: string) => Promise<void>,
): Promise<void> {
  const { keys, scope, material } = context
  if (await lookUp({ ...scope, alias }, context)) return
  const key = newKey(scope, 'AWS', now)
  const withMaterial = { ...key, materials: [newMaterial(key, 1, material)] }
  try {
    await commit(keys.create(withMaterial, alias), key.arn)
  } catch (error) {
    // Somebody else made it meanwhile.
    if (!(error instanceof ConflictError)) throw error
  }
}
