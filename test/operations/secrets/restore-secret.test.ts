import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { denied, INVALID_NAME, NOT_FOUND, tooLong, tooShort, violations } from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'

const app = await startApp()
after(() => app.close())
const { client } = app

describe('constraints', () => {
  const long = 'x'.repeat(2049)
  for (const [what, SecretId, expected] of [
    ['no SecretId', undefined, violations([null, 'secretId', 'not be null'])],
    ['an empty SecretId', '', violations(['', 'secretId', tooShort(1)])],
    ['a SecretId of 2049 characters', long, violations([long, 'secretId', tooLong(2048)])],
    ['an invalid name', 'Inv Name', INVALID_NAME],
    ['a secret that does not exist', 'none', NOT_FOUND],
  ] as const)
    test(`${what} is refused`, () => assert.rejects(client.restoreSecret({ SecretId }), expected))
})

describe('behaviour', () => {
  test('a restored secret is what it was, values, labels and tags', async () => {
    const Tags = [{ Key: 'a', Value: 'b' }]
    const { ARN } = await client.createSecret({ Name: 's', SecretString: 'one', Description: 'd', Tags })
    await client.putSecretValue({ SecretId: 's', SecretString: 'two' })
    await client.putSecretValue({ SecretId: 's', SecretString: 'three', VersionStages: ['mine'] })
    const { LastChangedDate: _, ...before } = await members(client.describeSecret({ SecretId: 's' }))
    await client.deleteSecret({ SecretId: 's', RecoveryWindowInDays: 7 })
    assert.deepEqual(await members(client.restoreSecret({ SecretId: 's' })), { ARN, Name: 's' })
    const { LastChangedDate, ...after } = await members(client.describeSecret({ SecretId: 's' }))
    assert.deepEqual(after, before)
    for (const [VersionStage, value] of [
      ['AWSCURRENT', 'two'],
      ['AWSPREVIOUS', 'one'],
      ['mine', 'three'],
    ])
      assert.equal((await client.getSecretValue({ SecretId: 's', VersionStage })).SecretString, value)
  })

  test('the secret is found by name, ARN and partial ARN', async () => {
    const { ARN = '' } = await client.createSecret({ Name: 'ids' })
    for (const SecretId of ['ids', ARN, ARN.slice(0, -7)]) {
      await client.deleteSecret({ SecretId: 'ids' })
      assert.equal((await client.restoreSecret({ SecretId })).ARN, ARN)
    }
  })

  test('a restored secret can be deleted, listed and written again', async () => {
    await client.createSecret({ Name: 'again', SecretString: 'one' })
    await client.deleteSecret({ SecretId: 'again' })
    await client.restoreSecret({ SecretId: 'again' })
    await client.putSecretValue({ SecretId: 'again', SecretString: 'two' })
    const { SecretList } = await client.listSecrets({ Filters: [{ Key: 'name', Values: ['again'] }] })
    assert.equal(SecretList?.length, 1)
    await client.deleteSecret({ SecretId: 'again' })
    await client.restoreSecret({ SecretId: 'again' })
    assert.equal((await client.getSecretValue({ SecretId: 'again' })).SecretString, 'two')
  })

  test('a secret that is not deleted is left alone', async () => {
    const { ARN } = await client.createSecret({ Name: 'live', SecretString: 'x' })
    const before = await members(client.describeSecret({ SecretId: 'live' }))
    app.clock.advance(1_000)
    assert.deepEqual(await members(client.restoreSecret({ SecretId: 'live' })), { ARN, Name: 'live' })
    assert.deepEqual(await members(client.describeSecret({ SecretId: 'live' })), before)
  })
})

describe('access', async () => {
  const user = await app.as('reader')
  const principal = `arn:aws:iam::${app.account}:user/reader`

  test('who may not restore learns nothing of what exists', async () => {
    const Name = `marked-${randomUUID()}`
    await client.createSecret({ Name })
    await client.deleteSecret({ SecretId: Name })
    for (const SecretId of [Name, 'none'])
      await assert.rejects(user.restoreSecret({ SecretId }), denied(principal, 'RestoreSecret', SecretId))
    assert.ok((await client.describeSecret({ SecretId: Name })).DeletedDate)
  })

  test('it leaves a record, a refused one too', async () => {
    const { ARN } = await client.createSecret({ Name: 'recorded' })
    await client.deleteSecret({ SecretId: 'recorded' })
    await client.restoreSecret({ SecretId: 'recorded' })
    const [done] = await app.trail(1)
    assert.deepEqual(
      [done?.operation, done?.access, done?.arn, done?.parameters, done?.error],
      ['RestoreSecret', 'write', ARN, { SecretId: 'recorded' }, undefined],
    )
    await assert.rejects(client.restoreSecret({ SecretId: 'none' }))
    const [refused] = await app.trail(1)
    assert.deepEqual([refused?.arn, refused?.error?.code], [undefined, NOT_FOUND.name])
  })
})
