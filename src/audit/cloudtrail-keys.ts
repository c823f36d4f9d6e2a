import { common, hostOf } from './cloudtrail-common.ts'
import { identityOf } from './cloudtrail-identity.ts'
import type { CloudTrailRecord } from './cloudtrail-record.ts'
import { accountOf, regionOf, resourcesOf } from './cloudtrail-resources.ts'
import type { Entry, EntryKeyUse } from './entry.ts'

/**
 * What KMS was asked for the caller (security facts 4.1, 6.5).
 *
 * @param secretArn of the item or the entry that the call belongs to
 */
export function useRecord(
  entry: Entry,
  use: EntryKeyUse,
  secretArn: string | undefined,
  label: string,
): CloudTrailRecord {
  const { v: SecretVersionId, s: SecretARN = secretArn, op: name = 'Decrypt', error } = use
  const key = keyOf(entry, use)
  const host = hostOf(entry.service)
  return {
    ...common(entry, { source: 'kms', name, label, error }),
    userIdentity: { ...identityOf(entry.caller), invokedBy: host },
    awsRegion: regionOf(key ?? '') ?? regionOf(SecretARN ?? '') ?? entry.region,
    sourceIPAddress: host,
    userAgent: host,
    readOnly: true,
    requestParameters: {
      ...(key !== undefined && { keyId: key }),
      ...(name === 'GenerateDataKey' ? { keySpec: 'AES_256' } : { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' }),
      encryptionContext: { SecretARN, SecretVersionId },
    },
    responseElements: null,
    ...(accountOf(key ?? '') !== undefined && resourcesOf('kms', { arn: key, caller: entry.caller })),
  }
}

/** The key of a call, as far as the caller may know it. */
export function keyOf({ keys }: Entry, { k }: EntryKeyUse): string | undefined {
  return k === undefined ? undefined : keys?.[k]
}
