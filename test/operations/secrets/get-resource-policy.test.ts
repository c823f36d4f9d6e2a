import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { denied, INVALID_NAME, MARKED, NOT_FOUND, tooLong, tooShort, violations } from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'

const app = await startApp()
after(() => app.close())
const { client, iam, account } = app

const allow = (AWS: unknown, Sid?: string) => ({
  Sid,
  Effect: 'Allow',
  Principal: { AWS },
  Action: 'secretsmanager:GetSecretValue',
  Resource: '*',
})
const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement }, null, 2)
const user = (name: string) => `arn:aws:iam::${account}:user/${name}`

async function makeSecret(ResourcePolicy?: string): Promise<string> {
  const { ARN = '' } = await client.createSecret({ Name: `s-${randomUUID()}`, SecretString: 'x' })
  if (ResourcePolicy !== undefined) await client.putResourcePolicy({ SecretId: ARN, ResourcePolicy })
  return ARN
}

describe('constraints', () => {
  const long = 'x'.repeat(2049)
  for (const [what, SecretId, expected] of [
    ['no SecretId', undefined, violations([null, 'secretId', 'not be null'])],
    ['an empty SecretId', '', violations(['', 'secretId', tooShort(1)])],
    ['a SecretId of 2049 characters', long, violations([long, 'secretId', tooLong(2048)])],
    ['an invalid name', 'Inv Name', INVALID_NAME],
    ['a secret that does not exist', 'none', NOT_FOUND],
  ] as const)
    test(`${what} is refused`, () => assert.rejects(client.getResourcePolicy({ SecretId }), expected))
})

describe('behaviour', () => {
  test('a policy comes back as the text it was set as, with the names of its secret', async () => {
    const ResourcePolicy = ` ${document(allow(account, 'All in the account'))}\n`
    const ARN = await makeSecret(ResourcePolicy)
    const { Name = '' } = await client.describeSecret({ SecretId: ARN })
    for (const SecretId of [Name, ARN, ARN.slice(0, -7)])
      assert.deepEqual(await members(client.getResourcePolicy({ SecretId })), { ARN, Name, ResourcePolicy })
  })

  test('a secret without a policy shows none', async () => {
    const ARN = await makeSecret()
    const { Name } = await client.describeSecret({ SecretId: ARN })
    assert.deepEqual(await members(client.getResourcePolicy({ SecretId: ARN })), { ARN, Name })
  })

  test('a user or role that is gone is shown by the unique id, and whoever takes the name has nothing', async () => {
    const { User } = await iam.createUser({ UserName: 'leaver' })
    const { Role } = await iam.createRole({
      RoleName: 'leaving',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
      }),
    })
    const SecretId = await makeSecret(document(allow([user('leaver'), Role?.Arn, account])))
    const shown = async () =>
      JSON.parse((await client.getResourcePolicy({ SecretId })).ResourcePolicy ?? '').Statement[0].Principal.AWS
    await iam.deleteUser({ UserName: 'leaver' })
    await iam.deleteRole({ RoleName: 'leaving' })
    assert.deepEqual(await shown(), [User?.UserId, Role?.RoleId, account])
    const successor = await app.as('leaver')
    assert.deepEqual(await shown(), [User?.UserId, Role?.RoleId, account])
    await assert.rejects(successor.getSecretValue({ SecretId }), denied(user('leaver'), 'GetSecretValue', SecretId))
    const { ResourcePolicy } = await client.getResourcePolicy({ SecretId })
    await assert.rejects(client.putResourcePolicy({ SecretId, ResourcePolicy }), {
      name: 'MalformedPolicyDocumentException',
    })
  })

  test('a user who was renamed is shown, and let in, by the new name', async () => {
    const renamed = await app.as('before')
    const SecretId = await makeSecret(document(allow(user('before'))))
    await iam.updateUser({ UserName: 'before', NewUserName: 'now' })
    const { ResourcePolicy } = await client.getResourcePolicy({ SecretId })
    assert.equal(ResourcePolicy, document(allow(user('now'))))
    assert.equal((await renamed.getSecretValue({ SecretId })).SecretString, 'x')
  })

  test('that of a secret that is marked for deletion is not shown', async () => {
    const SecretId = await makeSecret(document(allow(account)))
    await client.deleteSecret({ SecretId })
    await assert.rejects(client.getResourcePolicy({ SecretId }), MARKED)
  })
})

describe('access', async () => {
  const reader = await app.as('reader', [
    [{ Effect: 'Allow', Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], Resource: '*' }],
  ])

  test('who may not see policies learns nothing of what exists', async () => {
    const there = await makeSecret(document(allow(account)))
    for (const SecretId of [there, 'none'])
      await assert.rejects(
        reader.getResourcePolicy({ SecretId }),
        denied(user('reader'), 'GetResourcePolicy', SecretId),
      )
  })

  test('it leaves a record, a refused one too', async () => {
    const SecretId = await makeSecret(document(allow(account)))
    await client.getResourcePolicy({ SecretId })
    const [done] = await app.trail(1)
    assert.deepEqual(
      [done?.operation, done?.access, done?.arn, done?.parameters, done?.response],
      ['GetResourcePolicy', 'read', SecretId, { SecretId }, undefined],
    )
    await assert.rejects(client.getResourcePolicy({ SecretId: 'none' }))
    const [refused] = await app.trail(1)
    assert.deepEqual([refused?.arn, refused?.error?.code], [undefined, NOT_FOUND.name])
  })
})
