import { type CloudTrailRecord, recordsOf } from '../cloudtrail.ts'
import type { Entry, EntryCaller, EntryItem } from '../entry.ts'

/** What somebody may look for among records: LookupEvents' attributes (security facts 6.8). */
export const attributeKeys = [
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
] as const
export type AttributeKey = (typeof attributeKeys)[number]

export interface Attribute {
  readonly key: AttributeKey
  readonly value: string
}

export interface EventResource {
  /** Absent for what has no type at AWS. */
  readonly type?: string | undefined
  readonly name: string
}

/** A record with what LookupEvents says of it beside its text. */
export interface TrailEvent {
  readonly record: CloudTrailRecord
  readonly userName: string | undefined
  readonly resources: readonly EventResource[]
  /** What it is found by as ResourceName: its resources, and what the caller called them. */
  readonly names: ReadonlySet<string>
}

/** Types by the service of an ARN and the beginning of its last part. */
const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  'secretsmanager secret': 'AWS::SecretsManager::Secret',
  'kms key': 'AWS::KMS::Key',
  'kms alias': 'AWS::KMS::Alias',
  'iam group': 'AWS::IAM::Group',
  'iam oidc-provider': 'AWS::IAM::OIDCProvider',
  'iam policy': 'AWS::IAM::Policy',
  'iam role': 'AWS::IAM::Role',
  'iam user': 'AWS::IAM::User',
}

/** Parameters by which callers name what a request is about. */
const NAMING_PARAMETERS = [
  'SecretId',
  'Name',
  'KeyId',
  'AliasName',
  'TargetKeyId',
  'UserName',
  'GroupName',
  'RoleName',
  'RoleArn',
  'PolicyArn',
] as const

/** The records of one request, in their order, as LookupEvents tells them. */
export function eventsOf(entry: Entry): TrailEvent[] {
  const userName = userNameOf(entry.caller)
  const items = new Map((entry.items ?? []).map((item) => [item.id, item]))
  return recordsOf(entry).map((record, index) => {
    const item = index === 0 ? undefined : items.get(String(record.requestParameters?.secretId))
    const resources = item ? [resourceOf(nameOfItem(item))] : resourcesOf(entry, record, index)
    const sent = item ? [item.id] : index === 0 ? namesSent(entry) : []
    return { record, userName, resources, names: new Set([...resources.map(({ name }) => name), ...sent]) }
  })
}

/** True where a record has an attribute of this value. Values are compared as they are, as AWS does. */
export function hasAttribute({ record, userName, resources, names }: TrailEvent, { key, value }: Attribute): boolean {
  switch (key) {
    case 'EventId':
      return record.eventID === value
    case 'EventName':
      return record.eventName === value
    case 'ReadOnly':
      return String(record.readOnly) === value
    case 'Username':
      return userName === value
    case 'ResourceType':
      return resources.some(({ type }) => type === value)
    case 'ResourceName':
      return names.has(value)
    case 'EventSource':
      return record.eventSource === value
    case 'AccessKeyId':
      return record.userIdentity.accessKeyId === value
  }
}

/** The user's name; of a role its session's; nobody's of what a service does by itself. */
export function userNameOf({ type, userName, principalId }: EntryCaller): string | undefined {
  if (type === 'Root') return 'root'
  if (type === 'AssumedRole') return principalId.slice(principalId.indexOf(':') + 1)
  return userName
}

/** Everything that any record of a request is found by as ResourceName. */
export function namesOf(entry: Entry): string[] {
  const items = (entry.items ?? []).flatMap((item) => [item.id, nameOfItem(item)])
  return [...arnsOf(entry), ...namesSent(entry), ...items]
}

export function resourceOf(name: string): EventResource {
  const [, service = '', kind = ''] = /^arn:[^:]*:([^:]*):[^:]*:[^:]*:([^:/]*)/.exec(name) ?? []
  const type = service === '' ? 'AWS::SecretsManager::Secret' : RESOURCE_TYPES[`${service} ${kind}`]
  return { type, name }
}

function resourcesOf(entry: Entry, record: CloudTrailRecord, index: number): EventResource[] {
  if (record.resources) return record.resources.map(({ ARN }) => resourceOf(String(ARN)))
  if (index > 0) return []
  const arns = arnsOf(entry)
  const { SecretId } = entry.parameters ?? {}
  // Whoever was refused is not told an ARN: the secret is the one that he named.
  return arns.length === 0 && typeof SecretId === 'string' ? [resourceOf(SecretId)] : arns.map(resourceOf)
}

const arnsOf = ({ arn, others = [] }: Entry) => (arn === undefined ? others : [arn, ...others])
const nameOfItem = ({ id, arn = id }: EntryItem) => arn

function namesSent({ parameters = {} }: Entry): string[] {
  return NAMING_PARAMETERS.map((name) => parameters[name]).filter((value) => typeof value === 'string')
}
