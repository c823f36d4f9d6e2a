import type { Conditions } from '../aws/operation.ts'
import type { KmsContext } from './context.ts'

/** Condition keys of every operation on a key (security facts 3.9). */
function callerConditions({ scope, via }: Pick<KmsContext, 'scope' | 'via'>): Conditions {
  return {
    'kms:CallerAccount': scope.account,
    'kms:ViaService': via === undefined ? undefined : `${via}.${scope.region}.amazonaws.com`,
  }
}

/** Condition keys of operations that encrypt or decrypt (security facts 3.9). */
export function cryptographicConditions(
  encryptionContext: Readonly<Record<string, string>>,
  context: Pick<KmsContext, 'scope' | 'via'>,
): Conditions {
  const pairs = Object.entries(encryptionContext)
  return {
    ...callerConditions(context),
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    ...Object.fromEntries(pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
    'kms:EncryptionContextKeys': pairs.length > 0 ? pairs.map(([key]) => key) : undefined,
  }
}
