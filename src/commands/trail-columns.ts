import type { CloudTrailRecord } from '../audit/cloudtrail.ts'

/** Who did it, as short as a person would say it. */
export function whoShown({ userIdentity }: CloudTrailRecord): string {
  const { userName, type, invokedBy, accountId, arn, principalId } = userIdentity
  if (type === undefined && invokedBy !== undefined) return String(invokedBy).replace('.amazonaws.com', '')
  return String(userName ?? (type === 'Root' ? `root of ${accountId}` : (arn ?? principalId)))
}

/** What a record is about: the secret as the caller named it, or the resource that an event names; undefined where there is none. */
export function resourceShown(record: CloudTrailRecord): string | undefined {
  const { requestParameters, responseElements, additionalEventData, resources } = record
  const { secretId, name, secretIdList } = requestParameters ?? {}
  if (Array.isArray(secretIdList)) return secretIdList.length === 1 ? '1 secret' : `${secretIdList.length} secrets`
  const named = secretId ?? name ?? additionalEventData?.SecretId ?? resources?.[0]?.ARN ?? responseElements?.arn
  return named === undefined ? undefined : String(named)
}
