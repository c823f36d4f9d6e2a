import { isIP } from 'node:net'
import type { CloudTrailRecord } from '../audit/cloudtrail.ts'
import type { OutgoingRecord } from '../audit/sinks/sink.ts'

type Texts = (outgoing: OutgoingRecord) => readonly (string | undefined)[]

/** Codes of a call that permission was missing for, as records have them. */
const DENIED: readonly unknown[] = ['AccessDenied', 'AccessDeniedException']

/** What rules may compare with patterns: names of what a record says, each with the texts that it says it by. */
export const members = {
  event: ({ record }) => [record.eventName],
  service: ({ record }) => [record.eventSource.replace('.amazonaws.com', '')],
  outcome: ({ record }) => [outcomeOf(record)],
  error: ({ record }) => [record.errorCode],
  principal: ({ record: { userIdentity } }) => [textOf(userIdentity.arn ?? userIdentity.invokedBy)],
  account: ({ record: { userIdentity } }) => [textOf(userIdentity.accountId)],
  accessKey: ({ record: { userIdentity } }) => [textOf(userIdentity.accessKeyId)],
  // What a service asks for a caller comes from no address.
  address: ({ record }) => [isIP(record.sourceIPAddress) === 0 ? undefined : record.sourceIPAddress],
  region: ({ record }) => [record.awsRegion],
  agent: ({ record }) => [record.userAgent],
  secret: secretTexts,
} as const satisfies Readonly<Record<string, Texts>>

export type GroupMember = keyof typeof members

export const isMember = (name: string): name is GroupMember => Object.hasOwn(members, name)

export const OUTCOMES = ['ok', 'denied', 'failed'] as const

function outcomeOf({ errorCode, errorMessage }: CloudTrailRecord): (typeof OUTCOMES)[number] {
  if (errorCode === undefined && errorMessage === undefined) return 'ok'
  return DENIED.includes(errorCode) ? 'denied' : 'failed'
}

const SECRET_ARN = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/

/** The ARN first where it is known, then the name, then what the caller wrote. */
function secretTexts({ record: { requestParameters }, secretArn }: OutgoingRecord): (string | undefined)[] {
  const sent = textOf(requestParameters?.secretId ?? requestParameters?.name)
  return [secretArn, SECRET_ARN.exec(secretArn ?? '')?.[1], sent].filter((text) => text !== undefined)
}

/** What groups records by a member: the first that is said. */
export function groupText(outgoing: OutgoingRecord, member: GroupMember): string | undefined {
  return members[member](outgoing)[0]
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
