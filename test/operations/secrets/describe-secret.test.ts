import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager'
import { denied, deniedAcross, INVALID_NAME, NOT_FOUND, tooLong, tooShort, violations } from '../../expected-errors.ts'
import { startApp } from '../../start-app.ts'
import { storeAttributes, storeKey } from '../../stored-data.ts'

const HOUR = 3_600_000

const partialOf = (arn = '') => arn.slice(0, -7)

describe('decoding and constraints', async () => {
  const app = await startApp()
  after(() => app.close())
  const describeSecret = (SecretId: unknown) => app.client.describeSecret({ SecretId: SecretId as string })

  test('a SecretId that is no text cannot be read', async () => {
    await assert.rejects(describeSecret(5), {
      name: 'SerializationException',
      message: 'NUMBER_VALUE can not be converted to a String',
    })
  })

  test('a missing, an empty and a too long SecretId are refused', async () => {
    const long = 'a'.repeat(2049)
    await assert.rejects(describeSecret(undefined), violations([null, 'secretId', 'not be null']))
    await assert.rejects(describeSecret(null), violations([null, 'secretId', 'not be null']))
    await assert.rejects(describeSecret(''), violations(['', 'secretId', tooShort(1)]))
    await assert.rejects(describeSecret(long), violations([long, 'secretId', tooLong(2048)]))
  })

  for (const name of ['Inv Name', ' Inv Name', ' Inv*Name? ', ' Inv *?!]Name\\-', 'arn:with a blank'])
    test(`${JSON.stringify(name)} is the id of nothing that could be`, async () => {
      await assert.rejects(describeSecret(name), INVALID_NAME)
    })
})

describe('members', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const described = async (SecretId: string) => {
    const { $metadata, ...members } = await client.describeSecret({ SecretId })
    return members
  }
  const memberNames = async (SecretId: string) => Object.keys(await described(SecretId)).sort()
  const BARE = ['ARN', 'CreatedDate', 'LastChangedDate', 'Name']
  const withBare = (...others: string[]) => [...BARE, ...others].sort()

  test('of an empty secret are its ARN, name and two dates', async () => {
    const { ARN } = await client.createSecret({ Name: 'empty' })
    const { CreatedDate, LastChangedDate, ...others } = await described('empty')
    assert.deepEqual(others, { ARN, Name: 'empty' })
    assert.ok(CreatedDate instanceof Date)
    assert.deepEqual(LastChangedDate, CreatedDate)
  })

  test('grow by the labels of versions once there is a value', async () => {
    const { VersionId = '' } = await client.createSecret({ Name: 'valued', SecretString: '1' })
    assert.deepEqual(await memberNames('valued'), withBare('VersionIdsToStages'))
    assert.deepEqual((await described('valued')).VersionIdsToStages, { [VersionId]: ['AWSCURRENT'] })
    const second = await client.putSecretValue({
      SecretId: 'valued',
      SecretString: '2',
      VersionStages: ['blue', 'AWSPENDING', 'green'],
    })
    assert.deepEqual((await described('valued')).VersionIdsToStages, {
      [VersionId]: ['AWSCURRENT'],
      [second.VersionId ?? '']: ['blue', 'AWSPENDING', 'green'],
    })
  })

  test('leave out versions without labels', async () => {
    const { VersionId = '' } = await client.createSecret({ Name: 'deprecated', SecretString: '1' })
    for (const SecretString of ['2', '3']) await client.putSecretValue({ SecretId: 'deprecated', SecretString })
    const { VersionIdsToStages = {} } = await described('deprecated')
    assert.ok(!(VersionId in VersionIdsToStages))
    assert.deepEqual(Object.values(VersionIdsToStages).sort(), [['AWSCURRENT'], ['AWSPREVIOUS']])
  })

  test('grow by the day of access once the value was read', async () => {
    app.clock.toNoon()
    await client.createSecret({ Name: 'read', SecretString: 'x' })
    await client.getSecretValue({ SecretId: 'read' })
    assert.deepEqual(await memberNames('read'), withBare('LastAccessedDate', 'VersionIdsToStages'))
    assert.deepEqual((await described('read')).LastAccessedDate, app.clock.today())
  })

  test('grow by a description, which an empty text takes away', async () => {
    await client.createSecret({ Name: 'described', Description: 'tëxt 🔑' })
    assert.equal((await described('described')).Description, 'tëxt 🔑')
    await client.updateSecret({ SecretId: 'described', Description: '' })
    assert.deepEqual(await memberNames('described'), BARE)
    await client.createSecret({ Name: 'described-empty', Description: '' })
    assert.deepEqual(await memberNames('described-empty'), BARE)
  })

  test('grow by tags, which stay as an empty list when all were removed', async () => {
    const Tags = [
      { Key: 'b', Value: '1' },
      { Key: 'a', Value: '' },
    ]
    await client.createSecret({ Name: 'tagged', Tags })
    assert.deepEqual((await described('tagged')).Tags, Tags)
    await client.untagResource({ SecretId: 'tagged', TagKeys: ['a', 'b'] })
    assert.deepEqual((await described('tagged')).Tags, [])
  })

  test('grow by the key when one was named, as it was named', async () => {
    const key = await storeKey(app, 'alias/mine')
    for (const KmsKeyId of ['alias/mine', key.keyId, key.arn, 'alias/aws/secretsmanager']) {
      const Name = `key/${KmsKeyId.replaceAll(':', '.')}`
      await client.createSecret({ Name, SecretString: 'x', KmsKeyId })
      assert.equal((await described(Name)).KmsKeyId, KmsKeyId)
    }
    await client.updateSecret({ SecretId: 'key/alias/mine', KmsKeyId: '' })
    assert.ok(!('KmsKeyId' in (await described('key/alias/mine'))))
  })

  test('grow by the type of a partner', async () => {
    await client.createSecret({ Name: 'typed', Type: 'partner' })
    assert.equal((await described('typed')).Type, 'partner')
  })

  test('grow by owner and primary Region', async () => {
    const { ARN = '' } = await client.createSecret({ Name: 'owned' })
    await storeAttributes(app, ARN, { owningService: 'rds', primaryRegion: 'eu-west-1' })
    const { OwningService, PrimaryRegion } = await described('owned')
    assert.deepEqual({ OwningService, PrimaryRegion }, { OwningService: 'rds', PrimaryRegion: 'eu-west-1' })
  })

  test('of a secret marked for deletion are all it had, and the time of the mark', async () => {
    await client.createSecret({ Name: 'marked', SecretString: 'x', Description: 'kept' })
    const before = await described('marked')
    app.clock.advance(HOUR)
    const from = app.clock.now()
    await client.deleteSecret({ SecretId: 'marked', RecoveryWindowInDays: 7 })
    const { DeletedDate, LastChangedDate, ...others } = await described('marked')
    const { LastChangedDate: _, ...othersBefore } = before
    assert.deepEqual(others, othersBefore)
    const at = DeletedDate?.getTime() ?? 0
    assert.ok(from <= at && at <= app.clock.now(), `${at} lies between ${from} and now`)
    await client.restoreSecret({ SecretId: 'marked' })
    assert.ok(!('DeletedDate' in (await described('marked'))))
  })
})

describe('dates', () => {
  test('of creation and change are that of the creation, in milliseconds', async () => {
    await using app = await startApp()
    const from = app.clock.now()
    await app.client.createSecret({ Name: 'a' })
    const { CreatedDate, LastChangedDate } = await app.client.describeSecret({ SecretId: 'a' })
    const at = CreatedDate?.getTime() ?? 0
    assert.ok(from <= at && at <= app.clock.now(), `${at} lies between ${from} and now`)
    assert.deepEqual(LastChangedDate, CreatedDate)
  })

  test('of change move with every change and with nothing else', async () => {
    await using app = await startApp()
    const { client, clock } = app
    const SecretId = 'a'
    const first = await client.createSecret({ Name: SecretId, SecretString: 'x' })
    const dates = async (): Promise<Pick<DescribeSecretCommandOutput, 'CreatedDate' | 'LastChangedDate'>> =>
      client.describeSecret({ SecretId })
    const { CreatedDate } = await dates()
    const changes: [title: string, change: () => Promise<unknown>][] = [
      ['the same value again', () => client.updateSecret({ SecretId, SecretString: 'x' })],
      ['nothing at all', () => client.updateSecret({ SecretId })],
      ['a description', () => client.updateSecret({ SecretId, Description: 'text' })],
      ['a value', () => client.putSecretValue({ SecretId, SecretString: 'y' })],
      ['a tag', () => client.tagResource({ SecretId, Tags: [{ Key: 'k', Value: 'v' }] })],
      ['a tag that goes', () => client.untagResource({ SecretId, TagKeys: ['k'] })],
      [
        'a label',
        () => client.updateSecretVersionStage({ SecretId, VersionStage: 'blue', MoveToVersionId: first.VersionId }),
      ],
      ['a deletion', () => client.deleteSecret({ SecretId })],
      ['a restoration', () => client.restoreSecret({ SecretId })],
    ]
    for (const [title, change] of changes) {
      clock.advance(HOUR)
      const from = clock.now()
      await change()
      const { LastChangedDate, ...others } = await dates()
      assert.ok((LastChangedDate?.getTime() ?? 0) >= from, title)
      assert.deepEqual(others.CreatedDate, CreatedDate, title)
    }
    const { LastChangedDate } = await dates()
    clock.advance(HOUR)
    await client.getSecretValue({ SecretId })
    await client.batchGetSecretValue({ SecretIdList: [SecretId] })
    await client.listSecretVersionIds({ SecretId })
    await client.untagResource({ SecretId, TagKeys: ['absent'] })
    await assert.rejects(client.putSecretValue({ SecretId }))
    assert.deepEqual((await dates()).LastChangedDate, LastChangedDate)
  })
})

describe('the secret that an id names', async () => {
  const app = await startApp()
  after(() => app.close())

  test('is found by name, ARN and partial ARN', async () => {
    const { ARN = '' } = await app.client.createSecret({ Name: 'forms' })
    for (const SecretId of ['forms', ARN, partialOf(ARN)])
      assert.equal((await app.client.describeSecret({ SecretId })).ARN, ARN)
  })

  test('is not found when there is none', async () => {
    for (const SecretId of ['none', 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:none-a1b2c3', 'arn:x'])
      await assert.rejects(app.client.describeSecret({ SecretId }), NOT_FOUND)
  })

  test('is not found once it was removed', async () => {
    const { ARN = '' } = await app.client.createSecret({ Name: 'removed' })
    await app.client.deleteSecret({ SecretId: 'removed', ForceDeleteWithoutRecovery: true })
    for (const SecretId of ['removed', ARN]) await assert.rejects(app.client.describeSecret({ SecretId }), NOT_FOUND)
  })
})

describe('access', () => {
  test('a user whom nothing allows is refused, whether the secret exists or not', async () => {
    await using app = await startApp()
    const reader = await app.as('reader')
    const { ARN = '' } = await app.client.createSecret({ Name: 'a' })
    for (const SecretId of ['a', ARN, partialOf(ARN), 'none'])
      await assert.rejects(
        reader.describeSecret({ SecretId }),
        denied(`arn:aws:iam::${app.account}:user/reader`, 'DescribeSecret', SecretId),
      )
  })

  test('another account is refused by ARN, and finds nothing by name', async () => {
    await using app = await startApp({ verify: false })
    const as = (accessKeyId: string) => app.clientFor({ credentials: { accessKeyId, secretAccessKey: 'any' } })
    const { ARN = '' } = await as('111111111111').createSecret({ Name: 'a' })
    const other = as('222222222222')
    for (const SecretId of [ARN, partialOf(ARN), ARN.replace(':a-', ':none-')])
      await assert.rejects(
        other.describeSecret({ SecretId }),
        deniedAcross('arn:aws:iam::222222222222:root', 'DescribeSecret', SecretId),
      )
    await assert.rejects(other.describeSecret({ SecretId: 'a' }), NOT_FOUND)
  })

  test('a look leaves its record, also when it is refused', async () => {
    await using app = await startApp()
    const reader = await app.as('reader')
    const { ARN } = await app.client.createSecret({ Name: 'a' })
    const { $metadata } = await app.client.describeSecret({ SecretId: 'a' })
    await assert.rejects(app.client.describeSecret({ SecretId: 'none' }), NOT_FOUND)
    await assert.rejects(reader.describeSecret({ SecretId: 'none' }), { name: 'AccessDeniedException' })
    const [seen, missing, refused] = await app.trail(3)
    assert.equal(seen?.id, $metadata.requestId)
    assert.equal(seen?.operation, 'DescribeSecret')
    assert.equal(seen?.access, 'read')
    assert.deepEqual(seen?.parameters, { SecretId: 'a' })
    assert.equal(seen?.arn, ARN)
    assert.equal(seen?.error, undefined)
    assert.deepEqual(missing?.error, { code: NOT_FOUND.name, message: NOT_FOUND.message })
    assert.equal(missing?.arn, undefined)
    assert.equal(refused?.error?.code, 'AccessDeniedException')
    assert.equal(refused?.caller.userName, 'reader')
  })
})
