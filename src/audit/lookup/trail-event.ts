import { type CloudTrailRecord, recordsOf } from '../cloudtrail.ts'
import { hostOf } from '../cloudtrail-common.ts'
import type { Members } from '../cloudtrail-record.ts'
import type { Entry, EntryCaller, EntryItem } from '../entry.ts'

/** What records are looked up by: the attributes of LookupEvents (AWS CloudTrail API Reference, LookupAttribute). */
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
  /** What it is found by as ResourceName: ARNs and names of its resources, and what the caller called them. */
  readonly names: ReadonlySet<string>
}

/** Types by the service of an ARN and the beginning of its last part. */
const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  'secretsmanager secret': 'AWS::SecretsManager::Secret',
  'kms key': 'AWS::KMS::Key',
  'kms alias': 'AWS::KMS::Alias',
  'iam group': 'AWS::IAM::Group',
  'iam instance-profile': 'AWS::IAM::InstanceProfile',
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
  'InstanceProfileName',
  'RoleName',
  'RoleArn',
  'PolicyArn',
] as const

/** The records of one request, in their order, as LookupEvents tells them. */
export function eventsOf(entry: Entry): TrailEvent[] {
  const items = new Map((entry.items ?? []).map((item) => [item.id, item]))
  return recordsOf(entry).map((record) => {
    const item =
      record.eventName === 'GetSecretValue' ? items.get(String(record.requestParameters?.secretId)) : undefined
    const isOwn = record.eventName === entry.operation && record.eventSource === hostOf(entry.service)
    const resources = resourcesOf(record) ?? (item ? [nameOfItem(item)] : isOwn ? ownResources(entry) : [])
    const sent = item ? [item.id] : isOwn ? namesSent(entry) : []
    return {
      record,
      userName: userNameOf(record.userIdentity),
      resources: resources.map(resourceOf),
      names: new Set(withNames([...resources, ...sent])),
    }
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

/** The user's name; of a role its session's; nobody's of what a service does by itself, and of callers from other accounts. */
export function userNameOf({ type, userName, principalId }: Members | EntryCaller): string | undefined {
  if (type === 'Root') return 'root'
  if (type === 'AssumedRole') return String(principalId).replace(/^[^:]*:/, '')
  return typeof userName === 'string' ? userName : undefined
}

/** Everything that any record of a request is found by as ResourceName; texts may come twice. */
export function namesOf(entry: Entry): string[] {
  const items = (entry.items ?? []).flatMap((item) => [item.id, nameOfItem(item)])
  return withNames([...arnsOf(entry), ...namesSent(entry), ...items, ...(entry.keys ?? [])])
}

/** ARNs and names, and for each ARN the name in it: a record is found by both, whichever the caller sent. */
function withNames(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const name = text.startsWith('arn:') ? nameInArn(text) : undefined
    return name === undefined ? [text] : [text, name]
  })
}

/**
 * The name that people know a resource by: of a secret its name without the random suffix, of a key its id, of an alias `alias/…`, of a
 * resource of IAM what follows the path. Undefined for an ARN of anything else.
 */
function nameInArn(arn: string): string | undefined {
  const [, service = '', rest = ''] = ARN.exec(arn) ?? []
  return NAMES_IN_ARNS.get(service)?.exec(rest)?.[1]
}

const ARN = /^arn:[^:]*:([^:]*):[^:]*:[^:]*:(.+)$/s
/** By the service of the ARN. */
const NAMES_IN_ARNS: ReadonlyMap<string, RegExp> = new Map([
  ['secretsmanager', /^secret:(.+?)(?:-[A-Za-z0-9]{6})?$/s],
  ['kms', /^(?:key\/)?(.+)$/s],
  ['iam', /^(?:user|group|role|policy|instance-profile)\/(?:.*\/)?([^/]+)$/s],
])

export function resourceOf(name: string): EventResource {
  const [, service = '', kind = ''] = /^arn:[^:]*:([^:]*):[^:]*:[^:]*:([^:/]*)/.exec(name) ?? []
  const type = service === '' ? 'AWS::SecretsManager::Secret' : RESOURCE_TYPES[`${service} ${kind}`]
  return { type, name }
}

/** What the record itself names. */
function resourcesOf({ resources, additionalEventData }: CloudTrailRecord): string[] | undefined {
  if (resources) return resources.map(({ ARN }) => String(ARN))
  const secret = additionalEventData?.SecretId
  return typeof secret === 'string' ? [secret] : undefined
}

/** Whoever was refused is not told an ARN: the secret is then the one that he named. */
function ownResources(entry: Entry): readonly string[] {
  const arns = arnsOf(entry)
  const { SecretId } = entry.parameters ?? {}
  return arns.length === 0 && typeof SecretId === 'string' ? [SecretId] : arns
}

const arnsOf = ({ arn, others = [] }: Entry) => (arn === undefined ? others : [arn, ...others])
const nameOfItem = ({ id, arn = id }: EntryItem) => arn

function namesSent({ parameters = {} }: Entry): string[] {
  return NAMING_PARAMETERS.map((name) => parameters[name]).filter((value) => typeof value === 'string')
}
