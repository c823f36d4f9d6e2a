import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Entry } from '../audit/entry.ts'
import { outgoingRecords } from '../audit/sinks/batches.ts'
import type { OutgoingRecord } from '../audit/sinks/sink.ts'
import { AlertEvaluator } from './evaluator.ts'
import { parseRules } from './parse-rules.ts'
import type { SecretTags } from './record-test.ts'

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf'
const NOON = Date.UTC(2026, 4, 3, 12)
const MINUTE = 60_000

let made = 0

/** The record of a read, which is otherwise as it is said. */
function read(more: Partial<Entry> & { user?: string; key?: string } = {}): OutgoingRecord {
  const { user = 'bob', key = 'AKIAIOSFODNN7EXAMPLE', ...entry } = more
  const caller = {
    type: 'IAMUser',
    principalId: 'AIDA',
    arn: `arn:aws:iam::111122223333:user/${user}`,
    account: '111122223333',
    accessKeyId: key,
    userName: user,
  } as const
  const [record] = outgoingRecords({
    v: 1,
    id: `request ${++made}`,
    at: NOON,
    service: 'secretsmanager',
    operation: 'GetSecretValue',
    access: 'read',
    region: 'eu-central-1',
    caller,
    address: '192.0.2.1',
    agent: 'aws-sdk-js/3',
    parameters: { SecretId: 'prod/db' },
    arn: ARN,
    ...entry,
  })
  assert.ok(record)
  return record
}

const denied = { error: { code: 'AccessDeniedException', message: 'no' } }

const evaluatorOf = (rule: object, memory?: string) =>
  new AlertEvaluator(parseRules(JSON.stringify({ rules: [{ name: 'rule', ...rule }] })), memory)

/** Whether the records raise an alert each, one after the other. */
function raised(rule: object, records: readonly OutgoingRecord[], tags?: SecretTags): boolean[] {
  const evaluator = evaluatorOf(rule)
  return records.map((record) => evaluator.evaluate(record, tags).length > 0)
}

describe('a record', () => {
  const cases: readonly [what: string, rule: object, record: OutgoingRecord, expected: boolean][] = [
    ['of the event', { match: { event: 'GetSecretValue' } }, read(), true],
    ['of another event', { match: { event: 'PutSecretValue' } }, read(), false],
    ['of one of several events', { match: { event: ['PutSecretValue', 'Get*'] } }, read(), true],
    ['of the service', { match: { service: 'secretsmanager' } }, read(), true],
    ['that lacks one of two', { match: { event: 'GetSecretValue', region: 'us-*' } }, read(), false],
    ['that was answered', { match: { outcome: 'ok' } }, read(), true],
    ['that was denied', { match: { outcome: 'denied' } }, read(denied), true],
    ['that failed otherwise', { match: { outcome: 'failed' } }, read({ error: { code: 'X', message: '' } }), true],
    ['that was denied is no other failure', { match: { outcome: 'failed' } }, read(denied), false],
    ['with the code', { match: { error: 'AccessDenied' } }, read(denied), true],
    ['without any code', { match: { error: '*' } }, read(), false],
    ['of a principal', { match: { principal: 'arn:aws:iam::*:user/b?b' } }, read(), true],
    ['of another principal', { match: { principal: 'arn:aws:iam::*:user/b?b' } }, read({ user: 'alice' }), false],
    ['of the account', { match: { account: '111122223333' } }, read(), true],
    ['with the key', { match: { accessKey: 'AKIA*' } }, read(), true],
    ['from the range', { match: { address: ['10.0.0.0/8', '192.0.2.0/24'] } }, read(), true],
    ['from outside the range', { match: { address: '10.0.0.0/8' } }, read(), false],
    ['from outside a range that is excluded', { match: { event: '*' }, not: { address: '10.0.0.0/8' } }, read(), true],
    ['from a range that is excluded', { match: { event: '*' }, not: { address: '192.0.2.0/24' } }, read(), false],
    ['mapped into IPv6', { match: { address: '192.0.2.0/24' } }, read({ address: '::ffff:192.0.2.9' }), true],
    ['that fits one of two exclusions', { match: { event: '*' }, not: { region: 'x', event: 'Get*' } }, read(), false],
    ['of a secret by its name', { match: { secret: 'prod/*' } }, read(), true],
    ['of a secret by its ARN', { match: { secret: ARN } }, read(), true],
    ['of a secret that was not found', { match: { secret: 'prod/db' } }, read({ arn: undefined }), true],
    ['of another secret', { match: { secret: 'dev/*' } }, read(), false],
    ['that reads', { match: { readOnly: true } }, read(), true],
    ['that writes', { match: { readOnly: true } }, read({ access: 'write' }), false],
    ['of an agent', { match: { agent: 'aws-sdk-*' } }, read(), true],
  ]
  for (const [what, rule, record, expected] of cases)
    test(`${what} ${expected ? 'raises an alert' : 'raises none'}`, () =>
      assert.deepEqual(raised(rule, [record]), [expected]))

  test('of each secret of a batch is looked at by itself', () => {
    const items = [{ id: 'prod/db', arn: ARN }, { id: 'dev/x' }]
    const records = outgoingRecords({ ...entryOf(read()), operation: 'BatchGetSecretValue', items })
    const evaluator = evaluatorOf({ match: { event: 'GetSecretValue', secret: ARN } })
    const alerts = records.flatMap((record) => evaluator.evaluate(record, undefined))
    assert.deepEqual(
      alerts.map(({ record }) => record.requestParameters),
      [{ secretId: 'prod/db' }],
    )
  })
})

/** An entry with what a record says of it. */
function entryOf({ record, at }: OutgoingRecord): Entry {
  return {
    v: 1,
    id: record.requestID,
    at,
    service: 'secretsmanager',
    operation: record.eventName,
    access: 'read',
    region: record.awsRegion,
    caller: { type: 'Root', principalId: 'r', arn: 'arn:r', account: '111122223333' },
    address: record.sourceIPAddress,
    agent: '',
  }
}

describe('tags of the secret', () => {
  const rule = { match: { tags: { 'coffer:decoy': 'true' } } }
  for (const [what, tags, expected] of [
    ['that fit', new Map([['coffer:decoy', 'true']]), true],
    ['with another value', new Map([['coffer:decoy', 'false']]), false],
    ['with another key', new Map([['decoy', 'true']]), false],
    ['that are not there', undefined, false],
    ['that somebody forged', 'forged', true],
  ] as const)
    test(`${what} ${expected ? 'raise an alert' : 'raise none'}`, () =>
      assert.deepEqual(raised(rule, [read()], tags), [expected]))

  test('are asked for only where they decide', () => {
    const evaluator = evaluatorOf({ match: { event: 'GetSecretValue', tags: { a: '*' } } })
    assert.equal(evaluator.needsTags(read()), true)
    assert.equal(evaluator.needsTags(read({ operation: 'DescribeSecret' })), false)
    assert.equal(evaluatorOf({ match: { event: '*' } }).needsTags(read()), false)
  })
})

describe('a rate', () => {
  const rule = {
    match: { outcome: 'denied' },
    rate: { count: 3, within: '5m', by: ['principal'], quiet: '10m' },
  }
  const at = (minutes: number, more: Parameters<typeof read>[0] = {}) =>
    read({ ...denied, at: NOON + minutes * MINUTE, ...more })

  test('raises an alert when there are so many in its time', () =>
    assert.deepEqual(raised(rule, [at(0), at(1), at(4)]), [false, false, true]))

  test('forgets what is older', () =>
    assert.deepEqual(raised(rule, [at(0), at(1), at(5.5), at(5.9)]), [false, false, false, true]))

  test('counts each group by itself', () =>
    assert.deepEqual(raised(rule, [at(0), at(1, { user: 'alice' }), at(2), at(3)]), [false, false, false, true]))

  test('counts only what matches', () =>
    assert.deepEqual(raised(rule, [at(0), at(1), at(2, { error: undefined })]), [false, false, false]))

  test('is quiet for a while, for that group only', () => {
    const alice = { user: 'alice' }
    const records = [at(0), at(0), at(0), at(1), at(2), at(2, alice), at(2, alice), at(2, alice), at(9), at(10), at(10)]
    const expected = [false, false, true, false, false, false, false, true, false, false, true]
    assert.deepEqual(raised(rule, records), expected)
  })

  test('names its matches', () => {
    const evaluator = evaluatorOf(rule)
    const records = [at(0), at(1), at(2)]
    const [alert] = records.flatMap((record) => evaluator.evaluate(record, undefined))
    const ids = records.map(({ record }) => record.eventID)
    assert.equal(alert?.count, 3)
    assert.deepEqual([...(alert?.earlier ?? []), alert?.record.eventID], ids)
    assert.deepEqual(alert?.group, { principal: 'arn:aws:iam::111122223333:user/bob' })
  })
})

describe('a first use', () => {
  const rule = { match: { accessKey: 'AKIA*' }, firstUse: { of: ['accessKey', 'address'], within: '7d' } }
  const day = (days: number, address: string, more: Parameters<typeof read>[0] = {}) =>
    read({ at: NOON + days * 1440 * MINUTE, address, ...more })

  test('raises an alert, further ones within its time none', () => {
    const records = [day(0, '192.0.2.1'), day(1, '192.0.2.1'), day(1, '192.0.2.2'), day(7.5, '192.0.2.1')]
    assert.deepEqual(raised(rule, records), [true, false, true, false])
  })

  test('is one again after its time', () =>
    assert.deepEqual(raised(rule, [day(0, '192.0.2.1'), day(7.1, '192.0.2.1')]), [true, true]))

  test('is none where a part is missing: what a service asks for a caller comes from no address', () =>
    assert.deepEqual(raised(rule, [day(0, 'secretsmanager.amazonaws.com')]), [false]))
})

describe('after a restart', () => {
  const rule = {
    match: { event: '*' },
    rate: { count: 2, within: '5m', by: ['principal'], quiet: '10m' },
  }
  const records = [0, 1, 2, 3, 11, 12, 13].map((minutes) => read({ at: NOON + minutes * MINUTE }))

  test('the same records raise the same alerts, wherever it stopped', () => {
    const whole = evaluatorOf(rule)
    const expected = records.flatMap((record) => whole.evaluate(record, undefined))
    assert.equal(expected.length, 2)
    for (let stop = 0; stop <= records.length; stop++) {
      const before = evaluatorOf(rule)
      const first = records.slice(0, stop).flatMap((record) => before.evaluate(record, undefined))
      const after = evaluatorOf(rule, before.memory())
      for (const record of records.slice(0, stop)) after.learn(record, undefined)
      const second = records.slice(stop).flatMap((record) => after.evaluate(record, undefined))
      assert.deepEqual([...first, ...second], expected)
    }
  })

  test('a memory that cannot be understood is none', () =>
    assert.doesNotThrow(() => evaluatorOf(rule, 'no JSON').evaluate(records[0]!, undefined)))
})
