import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { purposes } from '../../../src/seal/keyring.ts'
import { askCoffer } from '../../ask-coffer.ts'
import { startApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'

const allow = (Action: string) => ({ Effect: 'Allow', Action, Resource: '*' })

describe('RotateKeyring', () => {
  test('gives every purpose a new key once, however often it is asked, and leaves a record', async () => {
    await using app = await startApp()
    const first = await askCoffer(app, 'RotateKeyring')
    assert.deepEqual([first.status, first.json], [200, { Rotated: purposes, UnderWay: [] }])
    const again = await askCoffer(app, 'RotateKeyring')
    assert.deepEqual(again.json, { Rotated: [], UnderWay: purposes })
    const { json } = await askCoffer(app, 'DescribeKeyring')
    for (const { Versions } of json.Purposes) assert.deepEqual(Versions, [1, 2])
    const records = (await app.trail()).filter(({ operation }) => operation === 'RotateKeyring')
    assert.deepEqual(
      records.map(({ response }) => response),
      [
        { Rotated: purposes, UnderWay: [] },
        { Rotated: [], UnderWay: purposes },
      ],
    )
  })

  test('gives those purposes a new key that are named', async () => {
    await using app = await startApp()
    const { json } = await askCoffer(app, 'RotateKeyring', { Purposes: ['session', 'kms'] })
    assert.deepEqual(json, { Rotated: ['kms', 'session'], UnderWay: [] })
    const rest = await askCoffer(app, 'RotateKeyring')
    assert.deepEqual(rest.json.UnderWay, ['kms', 'session'])
    for (const Purposes of [[], ['root'], ['kms', 'toString']])
      assert.equal((await askCoffer(app, 'RotateKeyring', { Purposes })).status, 400)
  })

  test('asked several times at once makes one version of each', async () => {
    await using app = await startApp()
    const answers = await Promise.all(Array.from({ length: 5 }, () => askCoffer(app, 'RotateKeyring')))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    )
    assert.equal(answers.filter(({ json }) => json.Rotated.length > 0).length, 1)
    const { json } = await askCoffer(app, 'DescribeKeyring')
    for (const { Versions } of json.Purposes) assert.deepEqual(Versions, [1, 2])
  })

  test('is for whom a policy of the oldest account allows it, and nobody else', async () => {
    await using app = await startApp()
    const other = await storeAccount(app, '999988887777')
    const may = await app.user('rotator', [[allow('coffer:RotateKeyring')]])
    const mayNot = await app.user('reader', [[allow('secretsmanager:*'), allow('coffer:DescribeKeyring')]])
    for (const [operation, credentials] of [
      ['RotateKeyring', other],
      ['DescribeKeyring', other],
      ['RotateKeyring', mayNot],
      ['DescribeKeyring', may],
    ] as const) {
      const { status, json } = await askCoffer(app, operation, {}, credentials)
      assert.equal(status, 400)
      assert.equal(json.__type, 'AccessDeniedException')
      assert.match(json.Message, new RegExp(`is not authorized to perform: coffer:${operation} because no `))
    }
    assert.equal((await askCoffer(app, 'DescribeKeyring', {}, mayNot)).status, 200)
    const { json } = await askCoffer(app, 'DescribeKeyring')
    for (const { Versions } of json.Purposes) assert.deepEqual(Versions, [1])
    assert.equal((await askCoffer(app, 'RotateKeyring', {}, may)).status, 200)
  })
})

test('DescribeKeyring says nothing of rotations where there is none', async () => {
  await using app = await startApp()
  const { json } = await askCoffer(app, 'DescribeKeyring')
  assert.deepEqual(json, { Purposes: purposes.map((Purpose) => ({ Purpose, Versions: [1] })) })
})
