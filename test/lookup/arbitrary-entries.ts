import fc from 'fast-check'
import type { Entry, EntryCaller, EntryKeyUse, EntryVersionEvents } from '../../src/audit/entry.ts'
import type { Attribute } from '../../src/audit/lookup/trail-event.ts'

// Entries that resemble each other, so that most look-ups find some and miss others.

export const ACCOUNTS = ['111122223333', '999988887777']
export const REGIONS = ['eu-central-1', 'us-east-1']
export const SPAN_MS = 10_000_000
export const START = Date.UTC(2026, 0, 1)

/** Some are of the other account, and of the other Region. */
const secretArn = (name: string) =>
  name === 'web'
    ? `arn:aws:secretsmanager:us-east-1:999988887777:secret:${name}-AbCdEf`
    : `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-AbCdEf`
const keyArn = (name: string) => `arn:aws:kms:eu-central-1:111122223333:key/${name}`
const NAMES = ['db', 'web', 'a/b', 'ключ', 'gone']

const caller = fc.record({
  account: fc.constantFrom(...ACCOUNTS),
  who: fc.constantFrom('alice', 'bob', 'root', 'role', 'service'),
})

function callerOf({ account, who }: { account: string; who: string }): EntryCaller {
  if (who === 'root') return { type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, account }
  if (who === 'service')
    return { type: 'AWSService', principalId: 'kms.amazonaws.com', arn: 'kms.amazonaws.com', account }
  const arn = `arn:aws:iam::${account}:user/${who}`
  if (who !== 'role')
    return { type: 'IAMUser', principalId: `AIDA${who}`, arn, account, accessKeyId: `AKIA${who}`, userName: who }
  return {
    type: 'AssumedRole',
    principalId: 'AROAROLE:night',
    arn: `arn:aws:sts::${account}:assumed-role/worker/night`,
    account,
    accessKeyId: 'ASIAROLE',
    session: { issuedAt: START, role: { id: 'AROAROLE', arn: `arn:aws:iam::${account}:role/worker`, name: 'worker' } },
  }
}

const KEYS = [keyArn('own'), 'arn:aws:kms:us-east-1:999988887777:key/theirs']
const use = fc.option(
  fc.record({
    k: fc.constantFrom(0, 1, undefined),
    v: fc.constant('v1'),
    s: fc.constantFrom(undefined, secretArn('web')),
    op: fc.constantFrom(undefined, 'GenerateDataKey'),
    error: fc.constantFrom(undefined, { code: 'AccessDeniedException', message: '' }),
  }),
  { nil: undefined },
)
const item = fc.record({ name: fc.constantFrom(...NAMES), found: fc.boolean(), use })
const versions = fc.option(
  fc.record({ event: fc.constantFrom('StartSecretVersionDelete' as const), ids: fc.constant(['v1', 'v2']) }),
  { nil: undefined },
)

const request = fc.oneof(
  fc.record({
    service: fc.constant('secretsmanager'),
    operation: fc.constantFrom('GetSecretValue', 'DescribeSecret', 'DeleteSecret'),
    name: fc.constantFrom(...NAMES),
    found: fc.boolean(),
    uses: fc.array(use, { maxLength: 2 }).map((all) => all.filter((one) => one !== undefined)),
    versions,
  }),
  fc.record({
    service: fc.constant('kms'),
    operation: fc.constantFrom('Decrypt', 'CreateKey'),
    name: fc.constantFrom(...NAMES),
    found: fc.boolean(),
  }),
  fc.record({
    service: fc.constant('secretsmanager'),
    operation: fc.constant('BatchGetSecretValue'),
    items: fc.array(item, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ service: fc.constant('iam'), operation: fc.constant('ListUsers') }),
)

export const arbitraryEntry: fc.Arbitrary<Entry> = fc
  .record({ id: fc.uuid(), after: fc.nat(SPAN_MS), region: fc.constantFrom(...REGIONS), caller, request })
  .map(({ id, after, region, caller, request }) => ({
    v: 1,
    id,
    at: START + after,
    service: request.service,
    operation: request.operation,
    access: /^(Create|Delete)/.test(request.operation) ? 'write' : 'read',
    region,
    caller: callerOf(caller),
    address: '192.0.2.7',
    agent: 'test',
    ...aboutOf(request),
  }))

function aboutOf(request: object): Partial<Entry> {
  const { service, name, found, items, uses, versions } = request as {
    uses?: readonly EntryKeyUse[]
    versions?: EntryVersionEvents
    service: string
    name?: string
    found?: boolean
    items?: readonly { name: string; found: boolean; use?: EntryKeyUse }[]
  }
  if (items)
    return {
      parameters: { SecretIdList: [] },
      keys: KEYS,
      items: items.map((one) => ({
        id: one.name,
        use: one.use,
        ...(one.found ? { arn: secretArn(one.name) } : { error: { code: 'ResourceNotFoundException', message: '' } }),
      })),
    }
  if (name === undefined) return {}
  const arn = service === 'kms' ? keyArn(name) : secretArn(name)
  return {
    parameters: service === 'kms' ? { KeyId: name } : { SecretId: name },
    keys: KEYS,
    uses,
    versions,
    ...(found && { arn }),
  }
}

/** Attributes that such entries have, and some that none has. `EventId` is chosen among those there are. */
export const arbitraryAttribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.record({
    key: fc.constant('EventName' as const),
    value: fc.constantFrom(
      'GetSecretValue',
      'BatchGetSecretValue',
      'DeleteSecret',
      'CreateKey',
      'Decrypt',
      'GenerateDataKey',
      'StartSecretVersionDelete',
      'None',
    ),
  }),
  fc.record({ key: fc.constant('ReadOnly' as const), value: fc.constantFrom('true', 'false') }),
  fc.record({ key: fc.constant('Username' as const), value: fc.constantFrom('alice', 'night', 'root', 'nobody') }),
  fc.record({
    key: fc.constant('ResourceType' as const),
    value: fc.constantFrom('AWS::SecretsManager::Secret', 'AWS::KMS::Key', 'AWS::IAM::User'),
  }),
  fc.record({
    key: fc.constant('ResourceName' as const),
    value: fc.constantFrom(...NAMES, secretArn('db'), secretArn('web'), keyArn('web'), ...KEYS, secretArn('none')),
  }),
  fc.record({
    key: fc.constant('EventSource' as const),
    value: fc.constantFrom('kms.amazonaws.com', 'iam.amazonaws.com', 'sts.amazonaws.com'),
  }),
  fc.record({ key: fc.constant('AccessKeyId' as const), value: fc.constantFrom('AKIAalice', 'ASIAROLE', 'AKIAnone') }),
)
