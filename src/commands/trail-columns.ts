import type { CloudTrailRecord } from '../audit/cloudtrail.ts'

/** The caller, as short as a person would say it: a user's name, `role/session`, a service. */
export function whoShown({ userIdentity }: CloudTrailRecord): string {
  const { userName, type, invokedBy, accountId, arn, principalId } = userIdentity
  if (type === undefined && invokedBy !== undefined) return String(invokedBy).replace('.amazonaws.com', '')
  if (type === 'AssumedRole') return String(arn).replace(/^arn:.*:assumed-role\//, '')
  return String(userName ?? (type === 'Root' ? `root of ${accountId}` : (arn ?? principalId)))
}

/** Parameters of IAM and STS that name a target, with what stands before their value. A record shows all that it has, in this order. */
const TARGETS: readonly (readonly [parameter: string, kind: string])[] = [
  ['groupName', 'group/'],
  ['userName', 'user/'],
  ['roleName', 'role/'],
  ['instanceProfileName', 'instance-profile/'],
  ['policyName', 'policy/'],
  ['policyArn', ''],
  ['openIDConnectProviderArn', ''],
  ['roleArn', ''],
]

/**
 * What a record is about: the secret as the caller named it, the users, groups, roles and policies of IAM, or the resource that an event names;
 * undefined where there is none.
 */
export function targetShown(record: CloudTrailRecord): string | undefined {
  const { requestParameters, responseElements, additionalEventData, resources, eventSource } = record
  const { secretId, name, secretIdList } = requestParameters ?? {}
  if (Array.isArray(secretIdList)) return secretIdList.length === 1 ? '1 secret' : `${secretIdList.length} secrets`
  const named = secretId ?? name ?? additionalEventData?.SecretId
  if (named !== undefined) return String(named)
  if (/^(iam|sts)\./.test(eventSource)) {
    const targets = TARGETS.flatMap(([parameter, kind]) => {
      const value = requestParameters?.[parameter]
      return typeof value === 'string' ? [kind + value] : []
    })
    if (targets.length > 0) return targets.map(withoutAccount).join(' ')
  }
  const resource = resources?.[0]?.ARN ?? responseElements?.arn
  return resource === undefined ? undefined : String(resource)
}

/** An ARN from its resource on; any other text as it is. */
export function withoutAccount(text: string): string {
  return text.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:(secret:)?/, '')
}
