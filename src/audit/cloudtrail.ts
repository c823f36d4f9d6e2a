import { common, tlsDetailsOf } from './cloudtrail-common.ts'
import { serviceEvents, versionEvents } from './cloudtrail-events.ts'
import { foreignIdentityOf } from './cloudtrail-identity.ts'
import { keyOf, useRecord } from './cloudtrail-keys.ts'
import { parametersOf, recorded, responseOf } from './cloudtrail-parameters.ts'
import type { CloudTrailRecord } from './cloudtrail-record.ts'
import { accountOf, resourcesOf } from './cloudtrail-resources.ts'
import type { Entry, EntryItem, EntryKeyUse } from './entry.ts'
import { eventId } from './event-id.ts'

export type { CloudTrailRecord } from './cloudtrail-record.ts'

/** The operation that each item of a batch is a call of. */
const ITEM_OPERATION = 'GetSecretValue'

/**
 * The records of one request: its own, then one for each secret of a batch; after each, those of the keys that were used for it, and each also to
 * the other account that it concerns, as `recipientAccountId` says. The same entry always gives the same records.
 */
export function recordsOf(entry: Entry): CloudTrailRecord[] {
  if (entry.caller.type === 'AWSService') return serviceEvents(entry)
  const { arn, others = [], items = [], uses = [] } = entry
  return [
    ...delivered(ownRecord(entry), '0', [arn, ...others], entry),
    ...uses.flatMap((use, index) => useRecords(entry, use, arn, `k${index}`)),
    ...versionEvents(entry),
    ...items.flatMap((item, index) => itemRecords(entry, item, `${index + 1}`)),
  ]
}

function ownRecord(entry: Entry): CloudTrailRecord {
  const { service, operation, access, error, tls, additional } = entry
  return {
    ...common(entry, { source: service, name: operation, label: '0', error }),
    readOnly: access === 'read',
    requestParameters: parametersOf(entry),
    responseElements: responseOf(entry),
    ...(additional && { additionalEventData: recorded(additional) }),
    ...resourcesOf(service, entry),
    ...tlsDetailsOf(tls),
  }
}

function itemRecords(entry: Entry, item: EntryItem, label: string): CloudTrailRecord[] {
  const record = {
    ...common(entry, { source: entry.service, name: ITEM_OPERATION, label, error: item.error }),
    readOnly: true,
    requestParameters: { secretId: item.id },
    responseElements: null,
    ...tlsDetailsOf(entry.tls),
  }
  const own = delivered(record, label, [item.arn], entry)
  return item.use ? [...own, ...useRecords(entry, item.use, item.arn, `${label}k`)] : own
}

function useRecords(entry: Entry, use: EntryKeyUse, secretArn: string | undefined, label: string): CloudTrailRecord[] {
  // Who was denied has only asked: the owner is not told who strangers are.
  const concerned = use.error?.code === 'AccessDeniedException' ? [] : [keyOf(entry, use)]
  return delivered(useRecord(entry, use, secretArn, label), label, concerned, entry)
}

/** A record for the caller's account, and another one for each other account whose resource it was (security facts 6.1, 6.2). */
function delivered(
  record: CloudTrailRecord,
  label: string,
  arns: readonly (string | undefined)[],
  { id, caller }: Entry,
): CloudTrailRecord[] {
  const owners = new Set(arns.flatMap((arn) => accountOf(arn ?? '') ?? []))
  owners.delete(caller.account)
  if (owners.size === 0) return [record]
  const sharedEventID = eventId(id, `${label} shared`)
  const { invokedBy } = record.userIdentity
  const userIdentity = { ...foreignIdentityOf(caller), ...(invokedBy !== undefined && { invokedBy }) }
  const theirs = [...owners].map((recipientAccountId) => ({
    ...record,
    userIdentity,
    eventID: eventId(id, `${label} ${recipientAccountId}`),
    recipientAccountId,
    sharedEventID,
  }))
  return [{ ...record, sharedEventID }, ...theirs]
}
