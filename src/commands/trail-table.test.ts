import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { serviceEntry } from '../app/service-entry.ts'
import { recordsOf } from '../audit/cloudtrail.ts'
import { TrailTable, trailTable } from './trail-table.ts'

const event = { service: 'iam', operation: 'CreateUser', by: 'iam', account: '111122223333', region: 'us-east-1' }
const made = serviceEntry({
  ...event,
  at: Date.UTC(2026, 4, 3, 17, 51, 2),
  arn: 'arn:aws:iam::111122223333:user/administrator',
})
const caller = {
  type: 'IAMUser',
  principalId: 'A',
  arn: 'arn:x',
  account: '111122223333',
  userName: 'administrator',
} as const

const read = (id: string, code?: string) =>
  recordsOf({
    ...made,
    service: 'secretsmanager',
    operation: 'GetSecretValue',
    access: 'read',
    caller,
    parameters: { SecretId: id },
    ...(code && { error: { code, message: '' } }),
  })

const records = [
  ...recordsOf(made),
  ...read('prod/a-rather-long-name-of-a-secret/in-a-folder'),
  ...read('密碼'.repeat(30), 'ResourceNotFoundException'),
]

test('a wide terminal shows everything', () => {
  const lines = trailTable(records.slice(0, 2), 120).split('\n')
  assert.deepEqual(
    lines.map((line) => line.split(/ {2,}/)),
    [
      ['TIME (UTC)', 'WHO', 'WHAT', 'TARGET', 'OUTCOME'],
      ['2026-05-03 17:51:02', 'iam', 'CreateUser', 'user/administrator', 'ok'],
      [
        '2026-05-03 17:51:02',
        'administrator',
        'GetSecretValue',
        'prod/a-rather-long-name-of-a-secret/in-a-folder',
        'ok',
      ],
      [''],
    ],
  )
  assert.equal(lines[1]?.indexOf('ok'), lines[2]?.lastIndexOf('ok'))
})

const bySession = (operation: string, parameters: Record<string, unknown>) =>
  recordsOf({
    ...made,
    operation,
    caller: {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:nightly',
      arn: 'arn:aws:sts::111122223333:assumed-role/backup-worker/nightly',
      account: '111122223333',
    },
    parameters,
  })

test('a role session is shown by its role and its name', () => {
  const [, line = ''] = trailTable(bySession('CreateUser', { UserName: 'eve' }), 100).split('\n')
  assert.match(line, / backup-worker\/nightly /)
})

describe('an event of IAM or STS shows its target:', () => {
  const cases: readonly [operation: string, parameters: Record<string, unknown>, target: string][] = [
    ['CreateUser', { UserName: 'eve' }, 'user/eve'],
    ['AddUserToGroup', { UserName: 'eve', GroupName: 'staff' }, 'group/staff user/eve'],
    ['PutRolePolicy', { RoleName: 'worker', PolicyName: 'read' }, 'role/worker policy/read'],
    [
      'AttachUserPolicy',
      { UserName: 'eve', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnly' },
      'user/eve policy/ReadOnly',
    ],
    ['DeletePolicy', { PolicyArn: 'arn:aws:iam::111122223333:policy/read' }, 'policy/read'],
  ]
  for (const [operation, parameters, target] of cases)
    test(`${operation} shows ${target}`, () => {
      const [, line = ''] = trailTable(bySession(operation, parameters), 140).split('\n')
      assert.ok(line.includes(` ${operation} `) && line.includes(` ${target} `), line)
    })
})

describe('a terminal of any width', () => {
  for (const width of [1, 10, 20, 37, 40, 60, 79, 80, 100, 200])
    test(`of ${width} columns has one line for each record, none longer than it`, () => {
      const lines = trailTable(records, width).split('\n')
      assert.equal(lines.length, records.length + 2)
      // Chinese characters take two columns.
      for (const line of lines) assert.ok(line.replace(/\p{Script=Han}/gu, 'xx').length <= width, `${width}: ${line}`)
    })
})

test('40 columns still show who, what, which secret and how it ended', () => {
  const [, , line = ''] = trailTable(records.slice(0, 2), 40).split('\n')
  assert.match(line, /^17:51:02 admin\S* GetS\S* prod\S* ok$/)
})

test('nothing that a client wrote steers the terminal', () => {
  const table = trailTable(read('\x1b[2Jx\x9b31m\u202egnp\r\n\u2028y'), 120)
  assert.doesNotMatch(table.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}]/u)
  assert.equal(table.split('\n').length, 3)
})

test('a table in pieces has room for what comes later in a column that begins with little', () => {
  const table = new TrailTable(40)
  assert.match(table.add(recordsOf(made)), /^\d\S+ iam +Creat/m)
  assert.match(table.add(read('prod/db')), /^\S+ admi\S* /)
})
