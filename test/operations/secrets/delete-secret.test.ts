import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { DeleteSecretCommandInput, SecretsManager } from '@aws-sdk/client-secrets-manager'
import {
  denied,
  INVALID_NAME,
  INVALID_PARAMETER,
  MARKED,
  NAME_MARKED,
  NOT_FOUND,
  tooLong,
  tooShort,
  violations,
} from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'

const DAY = 86_400_000
const RANGE = {
  ...INVALID_PARAMETER,
  message: 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
}
const COMBINATION = {
  ...INVALID_PARAMETER,
  message: "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
}

describe('constraints', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  await client.createSecret({ Name: 's', SecretString: 'x' })

  const refused: [what: string, input: Partial<DeleteSecretCommandInput>, expected: object][] = [
    ['no SecretId', { SecretId: undefined }, violations([null, 'secretId', 'not be null'])],
    ['an empty SecretId', { SecretId: '' }, violations(['', 'secretId', tooShort(1)])],
    [
      'a SecretId of 2049 characters',
      { SecretId: 'x'.repeat(2049) },
      violations(['x'.repeat(2049), 'secretId', tooLong(2048)]),
    ],
    ['an invalid name', { SecretId: 'Inv Name' }, INVALID_NAME],
    ['an invalid name by force', { SecretId: 'Inv Name', ForceDeleteWithoutRecovery: true }, INVALID_NAME],
    ...[6, 31, 0, -1, 2 ** 40, 6.9].map((days): [string, Partial<DeleteSecretCommandInput>, object] => [
      `a window of ${days} days`,
      { RecoveryWindowInDays: days },
      RANGE,
    ]),
    ['a window and force', { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }, COMBINATION],
    ['a wrong window and force', { RecoveryWindowInDays: 6, ForceDeleteWithoutRecovery: true }, RANGE],
    ['a window and force for what does not exist', { SecretId: 'none', RecoveryWindowInDays: 6 }, RANGE],
    [
      'a window that is no number',
      { RecoveryWindowInDays: '7' as unknown as number },
      { name: 'SerializationException', message: 'STRING_VALUE can not be converted to a Long' },
    ],
  ]
  for (const [what, input, expected] of refused)
    test(`${what} is refused`, () => assert.rejects(client.deleteSecret({ SecretId: 's', ...input }), expected))

  test('nothing of what was refused marked the secret', async () => {
    assert.equal((await client.describeSecret({ SecretId: 's' })).DeletedDate, undefined)
  })
})

describe('with a window', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client, clock } = app

  for (const [what, input, days] of [
    ['no parameters', {}, 30],
    ['7 days', { RecoveryWindowInDays: 7 }, 7],
    ['30 days', { RecoveryWindowInDays: 30 }, 30],
    ['8 and a half', { RecoveryWindowInDays: 8.5 }, 8],
    ['force declined and 9 days', { RecoveryWindowInDays: 9, ForceDeleteWithoutRecovery: false }, 9],
  ] as const)
    test(`${what}: the secret may go after ${days} days`, async () => {
      const Name = `window-${randomUUID()}`
      const { ARN } = await client.createSecret({ Name, SecretString: 'x' })
      const before = clock.now()
      const { DeletionDate, ...answer } = await members(client.deleteSecret({ SecretId: Name, ...input }))
      assert.deepEqual(answer, { ARN, Name })
      const end = (DeletionDate?.getTime() ?? Number.NaN) - days * DAY
      assert.ok(end >= before && end <= clock.now())
      // The date of the call, not of the end.
      assert.equal((await client.describeSecret({ SecretId: Name })).DeletedDate?.getTime(), end)
    })

  test('what does not exist is not found', async () => {
    await assert.rejects(client.deleteSecret({ SecretId: 'none' }), NOT_FOUND)
  })

  test('the secret is found by name, ARN and partial ARN', async () => {
    for (const form of [(arn: string) => arn, (arn: string) => arn.slice(0, -7)]) {
      const { ARN = '' } = await client.createSecret({ Name: `ids-${randomUUID()}x` })
      assert.equal((await client.deleteSecret({ SecretId: form(ARN) })).ARN, ARN)
    }
  })

  test('the second time it is refused, and the window stays as it was', async () => {
    await client.createSecret({ Name: 'twice', SecretString: 'x' })
    await client.deleteSecret({ SecretId: 'twice', RecoveryWindowInDays: 7 })
    const before = await members(client.describeSecret({ SecretId: 'twice' }))
    await assert.rejects(client.deleteSecret({ SecretId: 'twice', RecoveryWindowInDays: 30 }), MARKED)
    assert.deepEqual(await members(client.describeSecret({ SecretId: 'twice' })), before)
  })
})

describe('by force', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client, clock } = app
  const force = (SecretId: string) => members(client.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true }))

  test('the secret is gone at once, and its name is free for another ARN', async () => {
    const { ARN } = await client.createSecret({ Name: 's', SecretString: 'x' })
    const before = clock.now()
    const { DeletionDate, ...answer } = await force('s')
    assert.deepEqual(answer, { ARN, Name: 's' })
    assert.ok(DeletionDate && DeletionDate.getTime() >= before && DeletionDate.getTime() <= clock.now())
    for (const SecretId of ['s', ARN ?? '']) {
      await assert.rejects(client.describeSecret({ SecretId }), NOT_FOUND)
      await assert.rejects(client.getSecretValue({ SecretId }), NOT_FOUND)
      await assert.rejects(client.restoreSecret({ SecretId }), NOT_FOUND)
    }
    assert.deepEqual((await client.listSecrets({ IncludePlannedDeletion: true })).SecretList, [])
    const again = await client.createSecret({ Name: 's', SecretString: 'y' })
    assert.notEqual(again.ARN, ARN)
    await assert.rejects(client.getSecretValue({ SecretId: ARN }), NOT_FOUND)
  })

  test('a secret that is marked for deletion goes too', async () => {
    const { ARN } = await client.createSecret({ Name: 'marked', SecretString: 'x' })
    await client.deleteSecret({ SecretId: 'marked' })
    assert.equal((await force('marked')).ARN, ARN)
    await client.createSecret({ Name: 'marked' })
  })

  test('what does not exist is deleted successfully, under an ARN of its own', async () => {
    const { ARN, Name, DeletionDate } = await force('none')
    assert.match(ARN ?? '', /^arn:aws:secretsmanager:eu-central-1:111122223333:secret:none-[A-Za-z0-9]{6}$/)
    assert.equal(Name, 'none')
    assert.ok(DeletionDate)
    await assert.rejects(client.describeSecret({ SecretId: 'none' }), NOT_FOUND)
  })

  test('an ARN that does not exist is echoed', async () => {
    const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:none-a1b2c3'
    assert.deepEqual((await force(ARN)).ARN, ARN)
  })

  test('a second time it succeeds again', async () => {
    await client.createSecret({ Name: 'twice', SecretString: 'x' })
    await force('twice')
    assert.equal((await force('twice')).Name, 'twice')
  })
})

describe('a secret that is marked for deletion', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const token = randomUUID()
  const { ARN } = await client.createSecret({
    Name: 's',
    SecretString: 'x',
    ClientRequestToken: token,
    Tags: [{ Key: 'a', Value: 'b' }],
  })
  await client.createSecret({ Name: 'live', SecretString: 'y' })
  await client.deleteSecret({ SecretId: 's' })
  const before = await members(client.describeSecret({ SecretId: 's' }))

  /** Facts 7.9. */
  const refused: Record<string, (of: SecretsManager, SecretId: string) => Promise<unknown>> = {
    GetSecretValue: (of, SecretId) => of.getSecretValue({ SecretId }),
    PutSecretValue: (of, SecretId) => of.putSecretValue({ SecretId, SecretString: 'x', ClientRequestToken: token }),
    UpdateSecret: (of, SecretId) => of.updateSecret({ SecretId, Description: 'd' }),
    UpdateSecretVersionStage: (of, SecretId) =>
      of.updateSecretVersionStage({ SecretId, VersionStage: 'mine', MoveToVersionId: token }),
    TagResource: (of, SecretId) => of.tagResource({ SecretId, Tags: [{ Key: 'c', Value: 'd' }] }),
    UntagResource: (of, SecretId) => of.untagResource({ SecretId, TagKeys: ['a'] }),
    'DeleteSecret without force': (of, SecretId) => of.deleteSecret({ SecretId }),
  }
  for (const [name, call] of Object.entries(refused))
    test(`${name} is refused, by name and by ARN`, async () => {
      for (const SecretId of ['s', ARN ?? '']) await assert.rejects(call(client, SecretId), MARKED)
    })

  test('CreateSecret with its name is refused with a text of its own', async () => {
    await assert.rejects(client.createSecret({ Name: 's', SecretString: 'x', ClientRequestToken: token }), NAME_MARKED)
  })

  test('DescribeSecret shows all of it, and when it was deleted', async () => {
    const { DeletedDate, VersionIdsToStages, Tags } = before
    assert.ok(DeletedDate)
    assert.deepEqual(VersionIdsToStages, { [token]: ['AWSCURRENT'] })
    assert.deepEqual(Tags, [{ Key: 'a', Value: 'b' }])
  })

  test('ListSecretVersionIds shows its versions', async () => {
    const { Versions = [] } = await client.listSecretVersionIds({ SecretId: 's' })
    assert.deepEqual(
      Versions.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]),
      [[token, ['AWSCURRENT']]],
    )
  })

  test('ListSecrets hides it unless it is asked for', async () => {
    const names = async (IncludePlannedDeletion?: boolean) =>
      (await client.listSecrets({ IncludePlannedDeletion })).SecretList?.map(({ Name }) => Name)
    assert.deepEqual(await names(), ['live'])
    assert.deepEqual(await names(true), ['s', 'live'])
  })

  test('BatchGetSecretValue reports it beside what it reads', async () => {
    const { SecretValues, Errors } = await client.batchGetSecretValue({ SecretIdList: ['s', 'live'] })
    assert.deepEqual(
      SecretValues?.map(({ Name }) => Name),
      ['live'],
    )
    assert.deepEqual(Errors, [{ SecretId: 's', ErrorCode: MARKED.name, Message: MARKED.message }])
  })

  test('GetRandomPassword has nothing to do with it', async () => {
    assert.equal((await client.getRandomPassword({})).RandomPassword?.length, 32)
  })

  test('nothing of what was refused changed it', async () => {
    assert.deepEqual(await members(client.describeSecret({ SecretId: 's' })), before)
  })

  test('RestoreSecret and DeleteSecret by force work', async () => {
    await client.restoreSecret({ SecretId: 's' })
    await client.deleteSecret({ SecretId: 's' })
    await client.deleteSecret({ SecretId: 's', ForceDeleteWithoutRecovery: true })
    await assert.rejects(client.describeSecret({ SecretId: 's' }), NOT_FOUND)
  })
})

describe('access', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const user = await app.as('reader')
  const principal = `arn:aws:iam::${app.account}:user/reader`

  test('who may not delete learns nothing of what exists, not by force either', async () => {
    await client.createSecret({ Name: 's', SecretString: 'x' })
    await client.createSecret({ Name: 'marked' })
    await client.deleteSecret({ SecretId: 'marked' })
    for (const SecretId of ['s', 'marked', 'none'])
      for (const ForceDeleteWithoutRecovery of [false, true])
        await assert.rejects(
          user.deleteSecret({ SecretId, ForceDeleteWithoutRecovery }),
          denied(principal, 'DeleteSecret', SecretId),
        )
    assert.equal((await client.getSecretValue({ SecretId: 's' })).SecretString, 'x')
  })

  test('a deletion leaves a record, a refused one too', async () => {
    const { ARN } = await client.createSecret({ Name: 'recorded', SecretString: 'x' })
    const input = { SecretId: 'recorded', RecoveryWindowInDays: 7 }
    await client.deleteSecret(input)
    const [done] = await app.trail(1)
    assert.deepEqual(
      [done?.operation, done?.access, done?.arn, done?.parameters, done?.error],
      ['DeleteSecret', 'write', ARN, input, undefined],
    )
    await assert.rejects(client.deleteSecret(input))
    const [refused] = await app.trail(1)
    assert.deepEqual([refused?.arn, refused?.error], [ARN, { code: MARKED.name, message: MARKED.message }])
    await client.deleteSecret({ SecretId: 'recorded', ForceDeleteWithoutRecovery: true })
    const [forced] = await app.trail(1)
    assert.deepEqual([forced?.arn, forced?.error], [ARN, undefined])
  })
})
