import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { type Filter, paginateListSecretVersionIds, type SecretsManager } from '@aws-sdk/client-secrets-manager'
import { ON_REPLICA } from '../../expected-errors.ts'
import { REGION, startApp } from '../../start-app.ts'
import { storeAttributes } from '../../stored-data.ts'
import { createReplicated, SUCCEEDED, statesOf } from './replicas.ts'

const THERE = 'eu-west-1'

const app = await startApp()
after(() => app.close())
const { client } = app
const there = app.clientFor({ region: THERE })

describe('a replica', async () => {
  const ARN = await createReplicated(client, 'closed', THERE)
  const arn = ARN.replace(REGION, THERE)
  const SecretId = 'closed'
  const closed: [what: string, call: (client: SecretsManager) => Promise<unknown>][] = [
    ['PutSecretValue', (on) => on.putSecretValue({ SecretId, SecretString: 'x' })],
    ['UpdateSecret', (on) => on.updateSecret({ SecretId, Description: 'x' })],
    ['UpdateSecret with a key', (on) => on.updateSecret({ SecretId, KmsKeyId: 'alias/aws/secretsmanager' })],
    [
      'UpdateSecretVersionStage',
      async (on) => {
        const { VersionId } = await on.getSecretValue({ SecretId })
        return on.updateSecretVersionStage({ SecretId, VersionStage: 'mine', MoveToVersionId: VersionId })
      },
    ],
    ['TagResource', (on) => on.tagResource({ SecretId, Tags: [{ Key: 'a', Value: 'b' }] })],
    ['UntagResource', (on) => on.untagResource({ SecretId, TagKeys: ['a'] })],
    ['DeleteSecret', (on) => on.deleteSecret({ SecretId })],
    ['DeleteSecret, forced', (on) => on.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true })],
    ['RestoreSecret', (on) => on.restoreSecret({ SecretId })],
    [
      'PutResourcePolicy',
      (on) => {
        const Statement = { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:TagResource', Resource: '*' }
        const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement })
        return on.putResourcePolicy({ SecretId, ResourcePolicy })
      },
    ],
    ['DeleteResourcePolicy', (on) => on.deleteResourcePolicy({ SecretId })],
  ]
  for (const [what, call] of closed) test(`is closed to ${what}`, () => assert.rejects(call(there), ON_REPLICA))

  test('is as it was after all that was refused', async () => {
    const { ReplicationStatus: _status, ...primary } = await client.describeSecret({ SecretId })
    const replica = await there.describeSecret({ SecretId })
    assert.deepEqual(replica.VersionIdsToStages, primary.VersionIdsToStages)
    assert.deepEqual([replica.Tags, replica.Description, replica.DeletedDate], [undefined, undefined, undefined])
  })

  test('says that it is closed only to those who may do it where it is not', async () => {
    const nobody = app.clientFor({ region: THERE, credentials: await app.user('nobody') })
    await assert.rejects(nobody.deleteSecret({ SecretId }), { name: 'AccessDeniedException' })
  })

  test('is read like any secret of its Region, by name and by ARN', async () => {
    assert.equal((await there.getSecretValue({ SecretId })).SecretString, 'value of closed')
    const { SecretValues, Errors } = await there.batchGetSecretValue({ SecretIdList: [SecretId, arn, ARN] })
    assert.deepEqual(
      SecretValues?.map((value) => value.ARN),
      [arn, arn],
    )
    assert.deepEqual(
      Errors?.map((error) => [error.SecretId, error.ErrorCode]),
      [[ARN, 'ResourceNotFoundException']],
    )
    const { Versions } = await there.listSecretVersionIds({ SecretId })
    assert.deepEqual(
      Versions?.map(({ VersionStages }) => VersionStages),
      [['AWSCURRENT']],
    )
  })

  test('gives its own ARN and the Region of its primary to conditions', async () => {
    const statement = {
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: arn,
      Condition: { StringEquals: { 'secretsmanager:SecretPrimaryRegion': REGION, 'aws:RequestedRegion': THERE } },
    }
    const credentials = await app.user('conditional', [[statement]])
    const reader = app.clientFor({ region: THERE, credentials })
    assert.equal((await reader.getSecretValue({ SecretId })).SecretString, 'value of closed')
    await assert.rejects(app.clientFor({ credentials }).getSecretValue({ SecretId }), { name: 'AccessDeniedException' })
  })
})

describe('the filter primary-region', async () => {
  await createReplicated(client, 'filtered', THERE)
  await client.createSecret({ Name: 'unreplicated' })
  const by = (...Values: string[]): Filter[] => [{ Key: 'primary-region', Values }]
  const named = async (on: SecretsManager, ...values: string[]) => {
    const { SecretList = [] } = await on.listSecrets({ Filters: by(...values) })
    return SecretList.map(({ Name, PrimaryRegion }) => [Name, PrimaryRegion]).filter(([name]) => name === 'filtered')
  }

  test('finds replicas by the Region of their primary, and primaries by their own', async () => {
    assert.deepEqual(await named(there, 'eu-c'), [['filtered', REGION]])
    assert.deepEqual(await named(client, REGION), [['filtered', REGION]])
    assert.deepEqual(await named(there, THERE), [])
    assert.deepEqual(
      (await client.listSecrets({ Filters: by('eu') })).SecretList?.some(({ Name }) => Name === 'unreplicated'),
      false,
    )
  })

  test('finds them for a batch', async () => {
    const { SecretValues = [] } = await there.batchGetSecretValue({ Filters: by(REGION) })
    assert.ok(SecretValues.some(({ SecretString }) => SecretString === 'value of filtered'))
  })

  test('finds nothing of it any more once the replica is gone', async () => {
    await client.removeRegionsFromReplication({ SecretId: 'filtered', RemoveReplicaRegions: [THERE] })
    assert.deepEqual([await named(client, REGION), await named(there, REGION)], [[], []])
  })
})

describe('a change of the primary', async () => {
  const SecretId = 'followed'
  await createReplicated(client, SecretId, THERE, 'us-east-1')
  const followers = [there, app.clientFor({ region: 'us-east-1' })]
  const inBoth = async <T>(read: (on: SecretsManager) => Promise<T>, expected: T) => {
    for (const on of followers) assert.deepEqual(await read(on), expected)
    assert.deepEqual(
      (await statesOf(client, SecretId)).map(([, status]) => status),
      ['InSync', 'InSync'],
    )
  }

  test('of its value reaches every replica, under the same version', async () => {
    const { VersionId } = await client.putSecretValue({ SecretId, SecretString: 'second' })
    await inBoth(
      async (on) => {
        const { VersionId, SecretString } = await on.getSecretValue({ SecretId })
        return [VersionId, SecretString]
      },
      [VersionId, 'second'],
    )
    const previous = async (on: SecretsManager) =>
      (await on.getSecretValue({ SecretId, VersionStage: 'AWSPREVIOUS' })).SecretString
    await inBoth(previous, 'value of followed')
  })

  test('of description, type and value together reaches them', async () => {
    await client.updateSecret({ SecretId, Description: 'Described', Type: 'T', SecretString: 'third' })
    await inBoth(
      async (on) => {
        const { Description, Type } = await on.describeSecret({ SecretId })
        return [Description, Type, (await on.getSecretValue({ SecretId })).SecretString]
      },
      ['Described', 'T', 'third'],
    )
    const Filters = [{ Key: 'description' as const, Values: ['descr'] }]
    await inBoth(async (on) => (await on.listSecrets({ Filters })).SecretList?.length, 1)
  })

  test('of a label reaches them, also one for a version that they do not have yet', async () => {
    const old = await client.putSecretValue({ SecretId, SecretString: 'old', VersionStages: ['passing'] })
    await client.updateSecretVersionStage({ SecretId, VersionStage: 'passing', RemoveFromVersionId: old.VersionId })
    await client.replicateSecretToRegions({ SecretId, AddReplicaRegions: [{ Region: 'ap-south-1' }] })
    const late = app.clientFor({ region: 'ap-south-1' })
    await assert.rejects(late.getSecretValue({ SecretId, VersionId: old.VersionId }), {
      name: 'ResourceNotFoundException',
    })
    await client.updateSecretVersionStage({ SecretId, VersionStage: 'mine', MoveToVersionId: old.VersionId })
    for (const on of [...followers, late])
      assert.equal((await on.getSecretValue({ SecretId, VersionStage: 'mine' })).SecretString, 'old')
    await client.removeRegionsFromReplication({ SecretId, RemoveReplicaRegions: ['ap-south-1'] })
  })

  test('of its tags reaches them', async () => {
    await client.tagResource({
      SecretId,
      Tags: [
        { Key: 'team', Value: 'blue' },
        { Key: 'b', Value: '2' },
      ],
    })
    await client.untagResource({ SecretId, TagKeys: ['b'] })
    await inBoth(async (on) => (await on.describeSecret({ SecretId })).Tags, [{ Key: 'team', Value: 'blue' }])
    const Filters = [{ Key: 'tag-value' as const, Values: ['blue'] }]
    await inBoth(async (on) => (await on.listSecrets({ Filters })).SecretList?.length, 1)
  })

  test('of its key leaves them under theirs', async () => {
    const { KeyMetadata } = await app.kms.createKey({})
    await client.updateSecret({ SecretId, KmsKeyId: KeyMetadata?.KeyId })
    await inBoth(async (on) => (await on.describeSecret({ SecretId })).KmsKeyId, undefined)
    await client.updateSecret({ SecretId, KmsKeyId: '' })
  })

  test('that is refused or repeated changes nothing there', async () => {
    const read = async () => (await there.describeSecret({ SecretId })).LastChangedDate
    const token = { ClientRequestToken: 'token'.padEnd(32, '-') }
    await client.putSecretValue({ SecretId, SecretString: 'fourth', ...token })
    const before = await read()
    app.clock.advance(5_000)
    await client.putSecretValue({ SecretId, SecretString: 'fourth', ...token })
    await assert.rejects(client.putSecretValue({ SecretId, SecretString: 'fifth', ...token }))
    assert.deepEqual(await read(), before)
    await client.tagResource({ SecretId, Tags: [{ Key: 'c', Value: '' }] })
    assert.ok(Number(await read()) >= Number(before) + 5_000)
  })

  test('leaves its date of creation, and what its readers did', async () => {
    const { CreatedDate } = await there.describeSecret({ SecretId })
    await there.getSecretValue({ SecretId })
    app.clock.advance(5_000)
    await client.tagResource({ SecretId, Tags: [{ Key: 'd', Value: '' }] })
    const described = await there.describeSecret({ SecretId })
    assert.deepEqual([described.LastAccessedDate, described.CreatedDate], [app.clock.today(), CreatedDate])
  })
})

test('versions that the primary loses to newer ones are gone from its replica', async () => {
  const SecretId = 'pruned'
  await createReplicated(client, SecretId, THERE)
  const versionsOn = async (on: SecretsManager) => {
    const ids: (string | undefined)[] = []
    for await (const { Versions = [] } of paginateListSecretVersionIds(
      { client: on },
      { SecretId, IncludeDeprecated: true },
    ))
      ids.push(...Versions.map(({ VersionId }) => VersionId))
    return ids
  }
  for (let day = 0; day < 2; day++) {
    for (let index = 0; index < 60; index++) await client.putSecretValue({ SecretId, SecretString: `${day} ${index}` })
    app.clock.advance(2 * 86_400_000)
  }
  const [first] = await versionsOn(there)
  await client.putSecretValue({ SecretId, SecretString: 'last' })
  const kept = await versionsOn(client)
  assert.equal(kept.length, 100)
  assert.deepEqual(await versionsOn(there), kept)
  assert.ok(!kept.includes(first))
})

test('a replica has the resource policy of its primary', async () => {
  const ARN = await createReplicated(client, 'policed', THERE)
  const reader = app.clientFor({ region: THERE, credentials: await app.user('policed') })
  const allowing = (...statements: object[]) =>
    storeAttributes(app, ARN, {
      resourcePolicy: { document: JSON.stringify({ Version: '2012-10-17', Statement: statements }), bindings: {} },
    })
  const everybody = { Effect: 'Allow', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' }
  await allowing(everybody)
  await client.tagResource({ SecretId: ARN, Tags: [{ Key: 'a', Value: '' }] })
  assert.equal((await reader.getSecretValue({ SecretId: 'policed' })).SecretString, 'value of policed')
  await allowing({ ...everybody, Effect: 'Deny' })
  await client.tagResource({ SecretId: ARN, Tags: [{ Key: 'b', Value: '' }] })
  await assert.rejects(there.getSecretValue({ SecretId: 'policed' }), { name: 'AccessDeniedException' })
  assert.deepEqual(await statesOf(client, ARN), [[THERE, 'InSync', SUCCEEDED]])
})
