import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { asksForCurrent, idFault, isMeantBy, keyOf, nameIn } from './secret-id.ts'

const PREFIX = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:'

describe('an id', () => {
  const names: [id: string, name: string][] = [
    ['app/db', 'app/db'],
    ['looks-like-abcdef', 'looks-like-abcdef'],
    [`${PREFIX}app/db-abcdef`, 'app/db'],
    [`${PREFIX}app/db`, 'app/db'],
    ['arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:a-b-c1d2e3', 'a-b'],
    ['arn:aws:s3:::bucket', 'arn:aws:s3:::bucket'],
  ]
  for (const [id, name] of names) test(`${id} names ${name}`, () => assert.equal(nameIn(id), name))

  test('means the answer with its name; a complete ARN means itself only', () => {
    const answer = { arn: `${PREFIX}db-abcdef`, name: 'db' }
    for (const id of ['db', `${PREFIX}db`, answer.arn]) assert.equal(isMeantBy(id, answer), true)
    for (const id of ['d', 'DB', `${PREFIX}db-abcdeF`, `${PREFIX.replace('1111', '2222')}db-abcdef`])
      assert.equal(isMeantBy(id, answer), false)
  })

  test('has 1 to 2048 characters', () => {
    assert.equal(idFault('x'.repeat(2048)), undefined)
    for (const id of ['', 'x'.repeat(2049), 5, undefined]) assert.equal(typeof idFault(id as never), 'string')
  })

  test('has keys of its own for each version', () => {
    assert.equal(asksForCurrent({ id: 'a', versionStage: 'AWSCURRENT' }), true)
    const requests = [
      { id: 'a' },
      { id: 'a', versionId: 'b' },
      { id: 'a', versionStage: 'b' },
      { id: 'a', versionId: 'b', versionStage: 'AWSCURRENT' },
    ]
    assert.equal(new Set(requests.map(keyOf)).size, 4)
    assert.equal(keyOf({ id: 'a', versionStage: 'AWSCURRENT' }), 'a')
  })
})
