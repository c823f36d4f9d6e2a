import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { denied, INVALID_NAME, MARKED, NOT_FOUND, tooLong, tooShort, violations } from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'

const app = await startApp()
after(() => app.close())
const { client, account } = app

const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement })
const allow = (Principal: object) => ({
  Effect: 'Allow',
  Principal,
  Action: 'secretsmanager:GetSecretValue',
  Resource: '*',
})
const POLICY = document(allow({ AWS: account }))

async function makeSecret(ResourcePolicy?: string): Promise<string> {
  const { ARN = '' } = await client.createSecret({ Name: `s-${randomUUID()}`, SecretString: 'x' })
  if (ResourcePolicy !== undefined) await client.putResourcePolicy({ SecretId: ARN, ResourcePolicy })
  return ARN
}
const policyOf = async (SecretId: string) => (await client.getResourcePolicy({ SecretId })).ResourcePolicy

describe('constraints', () => {
  const long = 'x'.repeat(2049)
  for (const [what, SecretId, expected] of [
    ['no SecretId', undefined, violations([null, 'secretId', 'not be null'])],
    ['an empty SecretId', '', violations(['', 'secretId', tooShort(1)])],
    ['a SecretId of 2049 characters', long, violations([long, 'secretId', tooLong(2048)])],
    ['an invalid name', 'Inv Name', INVALID_NAME],
    ['a secret that does not exist', 'none', NOT_FOUND],
  ] as const)
    test(`${what} is refused`, () => assert.rejects(client.deleteResourcePolicy({ SecretId }), expected))
})

describe('behaviour', () => {
  test('the policy is gone, and what it gave', async () => {
    const reader = await app.as('named')
    const who = `arn:aws:iam::${account}:user/named`
    const SecretId = await makeSecret(document(allow({ AWS: who })))
    await reader.getSecretValue({ SecretId })
    const { Name } = await client.describeSecret({ SecretId })
    assert.deepEqual(await members(client.deleteResourcePolicy({ SecretId })), { ARN: SecretId, Name })
    assert.equal(await policyOf(SecretId), undefined)
    await assert.rejects(reader.getSecretValue({ SecretId }), denied(who, 'GetSecretValue', SecretId))
  })

  test('the secret is found by name, ARN and partial ARN', async () => {
    const ARN = await makeSecret()
    const { Name = '' } = await client.describeSecret({ SecretId: ARN })
    for (const SecretId of [Name, ARN, ARN.slice(0, -7)]) {
      await client.putResourcePolicy({ SecretId: ARN, ResourcePolicy: POLICY })
      await client.deleteResourcePolicy({ SecretId })
      assert.equal(await policyOf(ARN), undefined)
    }
  })

  test('a secret without a policy is left alone', async () => {
    const SecretId = await makeSecret()
    const { Name } = await client.describeSecret({ SecretId })
    assert.deepEqual(await members(client.deleteResourcePolicy({ SecretId })), { ARN: SecretId, Name })
  })

  test('a secret that is marked for deletion keeps its policy', async () => {
    const SecretId = await makeSecret(POLICY)
    await client.deleteSecret({ SecretId })
    await assert.rejects(client.deleteResourcePolicy({ SecretId }), MARKED)
    await client.restoreSecret({ SecretId })
    assert.equal(await policyOf(SecretId), POLICY)
  })
})

describe('access', async () => {
  const user = await app.as('reader')
  const principal = `arn:aws:iam::${account}:user/reader`

  test('who may not remove policies learns nothing of what exists', async () => {
    const there = await makeSecret(POLICY)
    for (const SecretId of [there, 'none'])
      await assert.rejects(user.deleteResourcePolicy({ SecretId }), denied(principal, 'DeleteResourcePolicy', SecretId))
    assert.equal(await policyOf(there), POLICY)
  })

  test('it leaves a record, a refused one too', async () => {
    const SecretId = await makeSecret(POLICY)
    await client.deleteResourcePolicy({ SecretId })
    const [done] = await app.trail(1)
    assert.deepEqual(
      [done?.operation, done?.access, done?.arn, done?.parameters, done?.error],
      ['DeleteResourcePolicy', 'write', SecretId, { SecretId }, undefined],
    )
    await assert.rejects(client.deleteResourcePolicy({ SecretId: 'none' }))
    const [refused] = await app.trail(1)
    assert.deepEqual([refused?.arn, refused?.error?.code], [undefined, NOT_FOUND.name])
  })
})
