import type { CloudTrailRecord } from '../audit/cloudtrail.ts'
import { printable } from './printable.ts'
import { targetShown, whoShown } from './trail-columns.ts'

const columns: Readonly<Record<string, (record: CloudTrailRecord) => string>> = {
  time: ({ eventTime }) => eventTime,
  service: ({ eventSource }) => eventSource.replace('.amazonaws.com', ''),
  event: ({ eventName }) => eventName,
  who: whoShown,
  arn: ({ userIdentity }) => String(userIdentity.arn ?? ''),
  access_key: ({ userIdentity }) => String(userIdentity.accessKeyId ?? ''),
  account: ({ recipientAccountId }) => recipientAccountId,
  region: ({ awsRegion }) => awsRegion,
  address: ({ sourceIPAddress }) => sourceIPAddress,
  secret: (record) => targetShown(record) ?? '',
  outcome: ({ errorCode, errorMessage }) => errorCode ?? (errorMessage === undefined ? 'ok' : 'failed'),
  message: ({ errorMessage = '' }) => errorMessage,
  user_agent: ({ userAgent }) => userAgent,
  request_id: ({ requestID }) => requestID,
  event_id: ({ eventID }) => eventID,
}

export const csvHeading = `${Object.keys(columns).join(',')}\n`

/** A record as a line of CSV. */
export function csvLine(record: CloudTrailRecord): string {
  return `${Object.values(columns)
    .map((of) => cell(of(record)))
    .join(',')}\n`
}

/**
 * A text that no reader of the file takes for anything else: no control characters, quoted where it has to be, and with an apostrophe before what a
 * spreadsheet would take for a formula.
 */
function cell(text: string): string {
  const shown = printable(text)
  const harmless = /^\s*[=+\-@]/.test(shown) ? `'${shown}` : shown
  return /[",\s']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
