import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordsOf } from '../audit/cloudtrail.ts'
import type { Entry } from '../audit/entry.ts'
import { csvHeading, csvLine } from './trail-csv.ts'

const entry: Entry = {
  v: 1,
  id: '0d0f3a4c-9e4e-4a32-8a52-3b1cf1a9e001',
  at: Date.UTC(2026, 4, 3, 17, 51, 2),
  service: 'secretsmanager',
  operation: 'GetSecretValue',
  access: 'read',
  region: 'eu-central-1',
  caller: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE',
    arn: 'arn:aws:iam::111122223333:user/alice',
    account: '111122223333',
    accessKeyId: 'AKIAEXAMPLE',
    userName: 'alice',
  },
  address: '192.0.2.7',
  agent: 'cli',
  parameters: { SecretId: 'prod/db' },
}

const lineOf = (changed: Partial<Entry>) =>
  recordsOf({ ...entry, ...changed })
    .map(csvLine)
    .join('')

test('a record is a line below the heading', () => {
  const eventId = recordsOf(entry)[0]?.eventID
  assert.equal(
    csvHeading,
    'time,service,event,who,arn,access_key,account,region,address,secret,outcome,message,user_agent,request_id,event_id\n',
  )
  assert.equal(
    lineOf({}),
    `2026-05-03T17:51:02Z,secretsmanager,GetSecretValue,alice,arn:aws:iam::111122223333:user/alice,AKIAEXAMPLE,111122223333,eu-central-1,192.0.2.7,prod/db,ok,,cli,${entry.id},${eventId}\n`,
  )
})

test('what a client wrote is neither another cell, nor another line, nor a formula', () => {
  for (const [text, cell] of [
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\r\nb', 'a\u{FFFD}\u{FFFD}b'],
    ['\x1b[2J', '\u{FFFD}[2J'],
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@x', `"'@x"`],
    [' =1', `"' =1"`],
    ['\t=1', '\u{FFFD}=1'],
    ['a=1', 'a=1'],
  ] as const) {
    const line = lineOf({ parameters: { SecretId: text } })
    assert.ok(line.includes(`,192.0.2.7,${cell},ok,`), line)
  }
})
