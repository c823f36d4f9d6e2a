import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { INCOMPLETE, type Reader, readersText } from './readers-text.ts'

const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf'
const statement = {
  Layer: 'identity',
  Policy: 'read',
  Statement: 1,
  Effect: 'Allow',
  Name: 'statement 1 of policy read',
}
const alice: Reader = { PrincipalArn: 'arn:aws:iam::111122223333:user/alice', Access: 'allowed', Through: [statement] }
const app: Reader = {
  PrincipalArn: 'arn:aws:iam::111122223333:role/app',
  Access: 'conditional',
  Through: [
    statement,
    { ...statement, Layer: 'resource', Sid: 'App', Name: `statement App of the resource policy of ${arn}` },
  ],
}

describe('the readers of a secret', () => {
  test('stand with the statements that let them', () => {
    assert.deepEqual(readersText({ arn, readers: [alice, app], complete: true }, 200).split('\n'), [
      'arn:aws:iam::111122223333:user/alice',
      '  Allow: statement 1 of policy read',
      '',
      'arn:aws:iam::111122223333:role/app only where conditions hold',
      '  Allow: statement 1 of policy read',
      `  Allow: statement App of the resource policy of ${arn}`,
      '',
      `2 users or roles of the account may read ${arn}, 1 of them only where conditions hold.`,
      '',
    ])
  })

  test('may be one, or nobody', () => {
    assert.match(readersText({ arn, readers: [alice], complete: true }, 200), /^1 user or role of the account may /m)
    assert.equal(
      readersText({ arn, readers: [], complete: true }, 200),
      `No users or roles of the account may read ${arn}.\n`,
    )
  })

  test('are none while the key refuses, and the reason is given', () => {
    const refusal = 'arn:aws:kms:us-east-1:111122223333:key/1 is disabled.'
    assert.match(
      readersText({ arn, readers: [], refusal, complete: true }, 200),
      /^No users or roles .*\nPolicies allow reads, but each read fails now: arn:\S+ is disabled\.\n$/,
    )
  })

  test('are said to be some of them when not all were asked for', () => {
    assert.ok(readersText({ arn, readers: [alice], complete: false }, 200).endsWith(`${INCOMPLETE}\n`))
  })

  test('whose conditions have no room beside them stand above these', () => {
    const [arnLine, conditions, statementLine] = readersText({ arn, readers: [app], complete: true }, 40).split('\n')
    assert.deepEqual(
      [arnLine, conditions, statementLine],
      ['arn:aws:iam::111122223333:role/app only', '  where conditions hold', '  Allow: statement 1 of policy read'],
    )
  })

  for (const width of [1, 40, 80])
    test(`fit ${width} columns, apart from what cannot be broken`, () => {
      for (const line of readersText({ arn, readers: [alice, app], complete: false }, width).split('\n'))
        assert.ok(line.length <= width || /^ *\S+$/.test(line), line)
    })
})
