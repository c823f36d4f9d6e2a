import type { Conditions } from '../aws/operation.ts'
import type { KmsContext } from './context.ts'
import { isMultiRegion } from './key.ts'
import type { KeyOrigin, KmsKey } from './key-store.ts'

/** Condition keys that a key, the caller and the way of naming it give (security facts 3.9). */
export function keyConditions(
  key: KmsKey | undefined,
  alias: string | undefined,
  { scope, via }: Pick<KmsContext, 'scope' | 'via'>,
): Conditions {
  return {
    'kms:CallerAccount': scope.account,
    'kms:ViaService': via === undefined ? undefined : `${via}.${scope.region}.amazonaws.com`,
    'kms:RequestAlias': alias,
    ...(key && {
      'kms:KeySpec': 'SYMMETRIC_DEFAULT',
      'kms:KeyUsage': 'ENCRYPT_DECRYPT',
      'kms:KeyOrigin': key.origin,
      'kms:MultiRegion': String(isMultiRegion(key)),
      'kms:MultiRegionKeyType': multiRegionType(key),
      'kms:ResourceAliases': key.aliases.length > 0 ? key.aliases : undefined,
    }),
  }
}

/** Condition keys of a key that is to be made. */
export function newKeyConditions(account: string, origin: KeyOrigin = 'AWS_KMS'): Conditions {
  return {
    'kms:CallerAccount': account,
    'kms:KeySpec': 'SYMMETRIC_DEFAULT',
    'kms:KeyUsage': 'ENCRYPT_DECRYPT',
    'kms:KeyOrigin': origin,
  }
}

function multiRegionType({ primaryRegion, region }: KmsKey): string | undefined {
  if (primaryRegion === undefined) return undefined
  return primaryRegion === region ? 'PRIMARY' : 'REPLICA'
}

/** Condition keys of operations that encrypt or decrypt, beside those of the key (security facts 3.9). */
export function cryptographicConditions(encryptionContext: Readonly<Record<string, string>>): Conditions {
  const pairs = Object.entries(encryptionContext)
  return {
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    ...Object.fromEntries(pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
    'kms:EncryptionContextKeys': pairs.length > 0 ? pairs.map(([key]) => key) : undefined,
  }
}
