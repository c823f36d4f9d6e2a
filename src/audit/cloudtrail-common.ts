import { identityOf } from './cloudtrail-identity.ts'
import type { Members } from './cloudtrail-record.ts'
import type { Entry, EntryError } from './entry.ts'
import { eventId } from './event-id.ts'

const EVENT_VERSION = '1.11'

/** What tells a record from the others of its entry. */
export interface Named {
  /** Signing name of the service whose operation or event it is. */
  readonly source: string
  readonly name: string
  readonly label: string
  readonly error?: EntryError | undefined
}

/** Members that the records of one entry have in common, as far as their own do not say otherwise. */
export function common(entry: Entry, { source, name, label, error }: Named) {
  return {
    eventVersion: EVENT_VERSION,
    userIdentity: identityOf(entry.caller),
    eventTime: `${new Date(entry.at).toISOString().slice(0, 19)}Z`,
    eventSource: hostOf(source),
    eventName: name,
    awsRegion: entry.region,
    sourceIPAddress: entry.address,
    userAgent: entry.agent,
    ...(error && errorMembers(error)),
    requestID: entry.requestId ?? entry.id,
    eventID: eventId(entry.id, label),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: entry.caller.account,
    eventCategory: 'Management',
  } as const
}

/** A service as the source of events and as a caller. */
export const hostOf = (service: string) => `${service}.amazonaws.com`

/** CloudTrail has its own word for the one, and the exception's name for all others. */
function errorMembers({ code, message }: EntryError) {
  return {
    ...(code !== '' && { errorCode: code === 'AccessDeniedException' ? 'AccessDenied' : code }),
    ...(message !== '' && { errorMessage: message }),
  }
}

/** How the client spoke TLS, where it did. */
export function tlsDetailsOf(tls: Entry['tls']): { readonly tlsDetails?: Members } {
  if (!tls) return {}
  const [tlsVersion, cipherSuite, clientProvidedHostHeader] = tls
  return { tlsDetails: { tlsVersion, cipherSuite, clientProvidedHostHeader } }
}
