import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Entry, EntryCaller } from '../audit/entry.ts'
import { type GivenTrailFilter, trailFilter } from './trail-filter.ts'

const NOW = Date.UTC(2026, 4, 3, 17, 51, 2)
const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf'

const alice: EntryCaller = {
  type: 'IAMUser',
  principalId: 'AIDAALICE',
  arn: 'arn:aws:iam::111122223333:user/alice',
  account: '111122223333',
  accessKeyId: 'AKIAALICE',
  userName: 'alice',
}
const night: EntryCaller = {
  type: 'AssumedRole',
  principalId: 'AROAROLE:night',
  arn: 'arn:aws:sts::111122223333:assumed-role/worker/night',
  account: '111122223333',
  accessKeyId: 'ASIANIGHT',
  session: { issuedAt: NOW, role: { id: 'AROAROLE', arn: 'arn:aws:iam::111122223333:role/worker', name: 'worker' } },
}
const root: EntryCaller = {
  type: 'Root',
  principalId: '999988887777',
  arn: 'arn:aws:iam::999988887777:root',
  account: '999988887777',
}

const read: Entry = {
  v: 1,
  id: '0d0f3a4c-9e4e-4a32-8a52-3b1cf1a9e001',
  at: NOW - 60_000,
  service: 'secretsmanager',
  operation: 'GetSecretValue',
  access: 'read',
  region: 'eu-central-1',
  caller: alice,
  address: '192.0.2.7',
  agent: 'cli',
  parameters: { SecretId: 'prod/db' },
  arn: ARN,
}
const entries: Readonly<Record<string, Entry>> = {
  read,
  denied: {
    ...read,
    id: '1d0f3a4c-9e4e-4a32-8a52-3b1cf1a9e001',
    caller: night,
    arn: undefined,
    error: { code: 'AccessDeniedException', message: 'no' },
    address: '2001:db8::1',
  },
  batch: {
    ...read,
    id: '2d0f3a4c-9e4e-4a32-8a52-3b1cf1a9e001',
    operation: 'BatchGetSecretValue',
    parameters: {},
    arn: undefined,
    itemsOf: 'SecretIdList',
    items: [
      { id: 'prod/db', arn: ARN },
      { id: 'gone', error: { code: 'ResourceNotFoundException', message: 'none' } },
    ],
  },
  key: {
    ...read,
    id: '3d0f3a4c-9e4e-4a32-8a52-3b1cf1a9e001',
    service: 'kms',
    operation: 'CreateKey',
    access: 'write',
    caller: root,
    region: 'us-east-1',
    parameters: { Description: 'x' },
    arn: 'arn:aws:kms:us-east-1:999988887777:key/k1',
    at: NOW - 3_600_000,
  },
}

/** Names of the entries with records that fit, and how many those are. */
function found(given: GivenTrailFilter): string[] {
  const filter = trailFilter(given, NOW)
  return Object.entries(entries).flatMap(([name, entry]) => {
    const { length } = filter.of(entry)
    return length === 0 ? [] : [`${name} ${length}`]
  })
}

const ALL = ['read 1', 'denied 1', 'batch 3', 'key 1']

describe('records are found', () => {
  const cases: readonly [GivenTrailFilter, readonly string[]][] = [
    [{}, ALL],
    [{ who: 'alice' }, ['read 1', 'batch 3']],
    [{ who: 'ALICE' }, ['read 1', 'batch 3']],
    [{ who: 'al' }, []],
    [{ who: 'al*' }, ['read 1', 'batch 3']],
    [{ who: '*' }, ALL],
    [{ who: 'night' }, ['denied 1']],
    [{ who: 'worker' }, ['denied 1']],
    [{ who: 'arn:aws:iam::111122223333:role/worker' }, ['denied 1']],
    [{ who: 'ASIANIGHT' }, ['denied 1']],
    [{ who: 'root' }, ['key 1']],
    [{ what: 'GetSecretValue' }, ['read 1', 'denied 1', 'batch 2']],
    [{ what: 'getsecret*' }, ['read 1', 'denied 1', 'batch 2']],
    [{ what: '*secret*' }, ['read 1', 'denied 1', 'batch 3']],
    [{ what: 'kms:*' }, ['key 1']],
    [{ what: 'secretsmanager:CreateKey' }, []],
    [{ secret: 'prod/db' }, ['read 1', 'denied 1', 'batch 1']],
    [{ secret: ARN }, ['read 1', 'batch 1']],
    [{ secret: ARN.slice(0, -7) }, ['read 1', 'batch 1']],
    [{ secret: 'prod/*' }, ['read 1', 'denied 1', 'batch 1']],
    [{ secret: 'PROD/db' }, []],
    [{ secret: 'gone' }, ['batch 1']],
    [{ secret: 'arn:aws:kms:us-east-1:999988887777:key/k1' }, ['key 1']],
    [{ outcome: 'ok' }, ['read 1', 'batch 2', 'key 1']],
    [{ outcome: 'denied' }, ['denied 1']],
    [{ outcome: 'failed' }, ['batch 1']],
    [{ outcome: 'resourcenotfoundexception' }, ['batch 1']],
    [{ outcome: 'toString' }, []],
    [{ since: '5m' }, ['read 1', 'denied 1', 'batch 3']],
    [{ until: '5m' }, ['key 1']],
    [{ since: '2h', until: '30m' }, ['key 1']],
    [{ address: '192.0.2.0/24' }, ['read 1', 'batch 3', 'key 1']],
    [{ address: '2001:db8::/32' }, ['denied 1']],
    [{ address: '0.0.0.0/0' }, ['read 1', 'batch 3', 'key 1']],
    [{ requestId: read.id }, ['read 1']],
    [{ region: 'us-east-1' }, ['key 1']],
    [{ account: '111122223333', outcome: 'ok' }, ['read 1', 'batch 2']],
  ]
  for (const [given, expected] of cases)
    test(`by ${JSON.stringify(given)}`, () => assert.deepEqual(found(given), expected))

  test('by their own id', () => {
    const events = trailFilter({}, NOW).of(entries.batch as Entry)
    for (const { record } of events)
      assert.deepEqual(
        trailFilter({ eventId: record.eventID }, NOW)
          .of(entries.batch as Entry)
          .map((event) => event.record),
        [record],
      )
  })
})

describe('a filter that can mean nothing is refused in one line', () => {
  const cases: readonly [GivenTrailFilter, RegExp][] = [
    [{ who: '' }, /^Cannot search for nothing: a filter is empty$/],
    [{ region: '' }, /^Cannot search for nothing/],
    [{ outcome: 'not ok' }, /^Cannot use --outcome: not ok: wanted ok, denied, failed, or the code of an error$/],
    [{ address: '10.0.0' }, /^Cannot use --address: 10\.0\.0: wanted an address/],
    [{ since: '1h', until: '2h' }, /^Cannot search from 1h until 2h: the one is after the other$/],
    [{ since: 'x' }, /^Cannot use --since: x: wanted a time/],
  ]
  for (const [given, message] of cases)
    test(JSON.stringify(given), () => assert.throws(() => trailFilter(given, NOW), { name: 'ConfigError', message }))
})

test('a pattern of many stars takes no time', () => {
  const filter = trailFilter({ who: `${'*a'.repeat(12)}*b` }, NOW)
  assert.deepEqual(filter.of({ ...read, caller: { ...alice, userName: 'a'.repeat(64) } }), [])
})
