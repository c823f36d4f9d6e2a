import { createHash } from 'node:crypto'
import type { Entry, EntryCaller, EntryError, EntryItem, EntrySession } from './entry.ts'

type Members = Readonly<Record<string, unknown>>

/** A record as CloudTrail writes it (security facts 6.1–6.4). */
export interface CloudTrailRecord {
  readonly eventVersion: string
  readonly userIdentity: Members
  /** UTC, in whole seconds. */
  readonly eventTime: string
  readonly eventSource: string
  readonly eventName: string
  readonly awsRegion: string
  readonly sourceIPAddress: string
  readonly userAgent: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly requestParameters: Members | null
  readonly responseElements: Members | null
  readonly additionalEventData?: Members
  readonly requestID: string
  readonly eventID: string
  readonly readOnly: boolean
  readonly resources?: readonly Members[]
  readonly serviceEventDetails?: Members
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent'
  readonly managementEvent: true
  readonly recipientAccountId: string
  readonly eventCategory: 'Management'
}

const EVENT_VERSION = '1.11'

/** The operation that each item of a batch is a call of. */
const ITEM_OPERATION = 'GetSecretValue'

/** Members whose content is data of the caller, not names of ours. */
const VERBATIM = new Set([
  'EncryptionContext',
  'SourceEncryptionContext',
  'DestinationEncryptionContext',
  'EncryptionContextSubset',
  'EncryptionContextEquals',
])

/** The records of one request: its own, then one for each secret of a batch. The same entry always gives the same records. */
export function recordsOf(entry: Entry): CloudTrailRecord[] {
  return [ownRecord(entry), ...(entry.items ?? []).map((item, index) => itemRecord(entry, item, index + 1))]
}

function ownRecord(entry: Entry): CloudTrailRecord {
  if (entry.caller.type === 'AWSService') return serviceEvent(entry)
  return {
    ...common(entry, entry.operation, 0, entry.error),
    requestParameters: parametersOf(entry),
    responseElements: responseOf(entry),
    ...(entry.additional && { additionalEventData: lowerFirst(entry.additional) as Members }),
    ...resourcesOf(entry),
  }
}

/** What was answered, where the record tells it; of a changed secret its ARN (security facts 6.3, 6.5). */
function responseOf({ access, arn, error, response, service }: Entry): Members | null {
  if (error) return null
  if (response) return lowerFirst(response) as Members
  return access === 'write' && service === 'secretsmanager' && arn !== undefined ? { arn } : null
}

/** Types of what a service's records name as their resources, by the beginning of the ARN's last part (security facts 6.5). */
const RESOURCE_TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sts: { role: 'AWS::IAM::Role' },
  kms: { key: 'AWS::KMS::Key', alias: 'AWS::KMS::Alias' },
}

function resourcesOf({ service, arn, others = [], caller }: Entry): { readonly resources?: readonly Members[] } {
  const types = RESOURCE_TYPES[service]
  if (!types || arn === undefined) return {}
  const resources = [arn, ...others].map((ARN) => {
    const [, account = caller.account, kind = ''] = /^arn:[^:]+:[^:]+:[^:]*:(\d{12}):([^/]+)/.exec(ARN) ?? []
    return { ARN, accountId: account, type: types[kind] }
  })
  return { resources }
}

function itemRecord(entry: Entry, item: EntryItem, index: number): CloudTrailRecord {
  return {
    ...common(entry, ITEM_OPERATION, index, item.error),
    requestParameters: { secretId: item.id },
    responseElements: null,
  }
}

/** What a service did by itself. */
function serviceEvent(entry: Entry): CloudTrailRecord {
  const { arn, service, caller } = entry
  const named = arn !== undefined
  return {
    ...common(entry, entry.operation, 0, entry.error),
    requestParameters: parametersOf(entry),
    responseElements: null,
    ...(named && service === 'secretsmanager' && { additionalEventData: { SecretId: arn } }),
    ...(named && service !== 'secretsmanager' && { resources: [{ ARN: arn, accountId: caller.account }] }),
    ...resourcesOf(entry),
    ...(named && entry.operation === 'RotateKey' && { serviceEventDetails: { keyId: arn.split('/')[1] } }),
  }
}

function common(entry: Entry, eventName: string, index: number, error: EntryError | undefined) {
  return {
    eventVersion: EVENT_VERSION,
    userIdentity: identityOf(entry.caller),
    eventTime: `${new Date(entry.at).toISOString().slice(0, 19)}Z`,
    eventSource: `${entry.service}.amazonaws.com`,
    eventName,
    awsRegion: entry.region,
    sourceIPAddress: entry.address,
    userAgent: entry.agent,
    ...(error && errorMembers(error)),
    requestID: entry.requestId ?? entry.id,
    eventID: eventId(entry.id, index),
    readOnly: entry.access === 'read',
    eventType: entry.caller.type === 'AWSService' ? 'AwsServiceEvent' : 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: entry.caller.account,
    eventCategory: 'Management',
  } as const
}

function identityOf(caller: EntryCaller): Members {
  const { type, principalId, arn, account, accessKeyId, userName, session } = caller
  if (type === 'AWSService') return { accountId: account, invokedBy: principalId }
  if (type === 'WebIdentityUser') return { type, principalId, userName, identityProvider: arn }
  return {
    type,
    principalId,
    arn,
    accountId: account,
    ...(accessKeyId !== undefined && { accessKeyId }),
    ...(userName !== undefined && { userName }),
    ...(session && { sessionContext: sessionOf(session, account) }),
  }
}

/** Where temporary credentials come from (security facts 6.2). */
function sessionOf({ role, issuedAt, sourceIdentity, federatedProvider }: EntrySession, account: string): Members {
  return {
    ...(role && {
      sessionIssuer: { type: 'Role', principalId: role.id, arn: role.arn, accountId: account, userName: role.name },
    }),
    ...(federatedProvider !== undefined && { webIdFederationData: { federatedProvider, attributes: {} } }),
    attributes: { creationDate: `${new Date(issuedAt).toISOString().slice(0, 19)}Z`, mfaAuthenticated: 'false' },
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  }
}

/** CloudTrail has its own word for the one, and the exception's name for all others. */
function errorMembers({ code, message }: EntryError) {
  return {
    ...(code !== '' && { errorCode: code === 'AccessDeniedException' ? 'AccessDenied' : code }),
    ...(message !== '' && { errorMessage: message }),
  }
}

function parametersOf({ parameters, itemsOf, items = [] }: Entry): Members | null {
  if (!parameters) return null
  return lowerFirst({ ...parameters, ...(itemsOf && { [itemsOf]: items.map(({ id }) => id) }) }) as Members
}

function lowerFirst(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerFirst)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [lowered(name), VERBATIM.has(name) ? member : lowerFirst(member)]),
  )
}

/** Records say `arn` since February 2024, where they said `aRN` before (security facts 6.3). */
const lowered = (name: string) => (name === 'ARN' ? 'arn' : name.charAt(0).toLowerCase() + name.slice(1))

/**
 * Shaped as a UUID (version 8: made by a rule of one's own), always the same for the same record. It begins as all of its entry do, so that an
 * index of entries finds it.
 */
function eventId(id: string, index: number): string {
  const bytes = createHash('sha256').update(`${id}\n${index}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const text = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return eventIdBeginning(id) + text.slice(EVENT_ID_BEGINNING)
}

/** Characters that the event ids of an entry have in common. */
export const EVENT_ID_BEGINNING = 8

/** What the event ids of an entry begin with: as its own id does. */
export function eventIdBeginning(id: string): string {
  const [beginning] = /^[0-9a-f]{8}(?=-)/.exec(id) ?? []
  return beginning ?? createHash('sha256').update(id).digest('hex').slice(0, EVENT_ID_BEGINNING)
}
