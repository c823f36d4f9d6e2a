import { common, hostOf } from './cloudtrail-common.ts'
import { parametersOf } from './cloudtrail-parameters.ts'
import type { CloudTrailRecord } from './cloudtrail-record.ts'
import { accountOf, resourcesOf } from './cloudtrail-resources.ts'
import type { Entry } from './entry.ts'

/** What a service did by itself. */
export function serviceEvents(entry: Entry): CloudTrailRecord[] {
  if (entry.versions) return versionEvents(entry)
  const { arn, service, caller, operation, error } = entry
  const named = arn !== undefined
  return [
    {
      ...common(entry, { source: service, name: operation, label: '0', error }),
      readOnly: entry.access === 'read',
      eventType: 'AwsServiceEvent',
      requestParameters: parametersOf(entry),
      responseElements: null,
      ...(named && service === 'secretsmanager' && { additionalEventData: { SecretId: arn } }),
      ...(named && service !== 'secretsmanager' && { resources: [{ ARN: arn, accountId: caller.account }] }),
      ...resourcesOf(service, entry),
      ...(named && operation === 'RotateKey' && { serviceEventDetails: { keyId: arn.split('/')[1] } }),
    },
  ]
}

/** What begins or ends for the versions of a secret, told by the service even where somebody's request is the cause. */
export function versionEvents(entry: Entry): CloudTrailRecord[] {
  const { versions, service, arn = '', caller } = entry
  const host = hostOf(service)
  const account = accountOf(arn) ?? caller.account
  return (versions?.ids ?? []).map((SecretVersionId, index) => ({
    ...common(entry, { source: service, name: versions?.event ?? '', label: `v${index}` }),
    userIdentity: { accountId: account, invokedBy: host },
    sourceIPAddress: host,
    userAgent: host,
    readOnly: false,
    eventType: 'AwsServiceEvent',
    requestParameters: null,
    responseElements: null,
    additionalEventData: { SecretId: arn, SecretVersionId },
    recipientAccountId: account,
  }))
}
