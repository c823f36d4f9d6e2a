import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { ReplicateSecretToRegionsCommandInput } from '@aws-sdk/client-secrets-manager'
import { sql } from '../../../src/storage/sql.ts'
import {
  BAD_REPLICA_REGION,
  denied,
  INVALID_PARAMETER,
  MARKED,
  NOT_FOUND,
  ON_REPLICA,
  tooShort,
  UNREADABLE,
  violations,
} from '../../expected-errors.ts'
import { REGION, startApp } from '../../start-app.ts'
import { forge } from '../../stored-data.ts'
import { createReplicated, nameTaken, SUCCEEDED, statesOf } from './replicas.ts'

const THERE = 'eu-west-1'
const DEFAULT_KEY = 'alias/aws/secretsmanager'

const app = await startApp()
after(() => app.close())
const { client } = app
const there = app.clientFor({ region: THERE })

const to = (SecretId: string, ...regions: string[]) =>
  client.replicateSecretToRegions({ SecretId, AddReplicaRegions: regions.map((Region) => ({ Region })) })
const over = (SecretId: string, Region: string) =>
  client.replicateSecretToRegions({ SecretId, AddReplicaRegions: [{ Region }], ForceOverwriteReplicaSecret: true })

describe('constraints', async () => {
  await client.createSecret({ Name: 'constrained', SecretString: 'x' })
  const refused: [what: string, input: Partial<ReplicateSecretToRegionsCommandInput>, expected: object][] = [
    ['no secret', { SecretId: undefined }, violations([null, 'secretId', 'not be null'])],
    ['no Regions', { AddReplicaRegions: undefined }, violations([null, 'addReplicaRegions', 'not be null'])],
    ['an empty list', { AddReplicaRegions: [] }, violations(['[]', 'addReplicaRegions', tooShort(1)])],
    ['its own Region', { AddReplicaRegions: [{ Region: REGION }] }, BAD_REPLICA_REGION],
    ['another partition', { AddReplicaRegions: [{ Region: 'us-gov-west-1' }] }, BAD_REPLICA_REGION],
    ['an entry without a Region', { AddReplicaRegions: [{}] }, BAD_REPLICA_REGION],
    ['a Region twice', { AddReplicaRegions: [{ Region: THERE }, { Region: THERE }] }, BAD_REPLICA_REGION],
    [
      'more than 50 Regions',
      { AddReplicaRegions: Array.from({ length: 51 }, (_, index) => ({ Region: `eu-west-${index}` })) },
      INVALID_PARAMETER,
    ],
    ['a secret that is missing', { SecretId: 'missing' }, NOT_FOUND],
  ]
  for (const [what, input, expected] of refused)
    test(`${what} is refused`, () =>
      assert.rejects(
        client.replicateSecretToRegions({
          SecretId: 'constrained',
          AddReplicaRegions: [{ Region: THERE }],
          ...input,
        }),
        expected,
      ))

  test('nothing of what was refused was replicated', async () => {
    const described = await client.describeSecret({ SecretId: 'constrained' })
    assert.deepEqual([described.ReplicationStatus, described.PrimaryRegion], [undefined, undefined])
    await assert.rejects(there.describeSecret({ SecretId: 'constrained' }), NOT_FOUND)
  })

  test('a secret that is marked for deletion is refused', async () => {
    await client.createSecret({ Name: 'marked' })
    await client.deleteSecret({ SecretId: 'marked' })
    await assert.rejects(to('marked', THERE), MARKED)
  })

  test('a replica is refused', async () => {
    await createReplicated(client, 'chained', THERE)
    const AddReplicaRegions = [{ Region: 'us-east-1' }]
    await assert.rejects(there.replicateSecretToRegions({ SecretId: 'chained', AddReplicaRegions }), ON_REPLICA)
  })
})

describe('a secret that is replicated', () => {
  test('is readable in the other Region under its ARN, with everything it has', async () => {
    const Tags = [{ Key: 'team', Value: 'blue' }]
    const made = await client.createSecret({ Name: 'full', SecretString: 'one', Description: 'd', Type: 'T', Tags })
    const put = await client.putSecretValue({
      SecretId: 'full',
      SecretBinary: Buffer.from('two'),
      VersionStages: ['AWSCURRENT', 'mine'],
    })
    const { ARN, ReplicationStatus } = await to('full', THERE, 'us-east-1')
    assert.equal(ARN, made.ARN)
    const inSync = { KmsKeyId: DEFAULT_KEY, Status: 'InSync', StatusMessage: SUCCEEDED }
    assert.deepEqual(ReplicationStatus, [
      { Region: THERE, ...inSync },
      { Region: 'us-east-1', ...inSync },
    ])
    const arn = ARN?.replace(REGION, THERE)
    const { CreatedDate: _created, ...described } = await there.describeSecret({ SecretId: arn })
    const {
      CreatedDate: _made,
      ReplicationStatus: _status,
      ...primary
    } = await client.describeSecret({ SecretId: 'full' })
    assert.deepEqual({ ...described, $metadata: {} }, { ...primary, ARN: arn, $metadata: {} })
    assert.equal(described.PrimaryRegion, REGION)
    const current = await there.getSecretValue({ SecretId: arn })
    assert.deepEqual([current.ARN, current.VersionId], [arn, put.VersionId])
    assert.equal(Buffer.from(current.SecretBinary ?? []).toString(), 'two')
    const previous = await there.getSecretValue({ SecretId: 'full', VersionId: made.VersionId })
    assert.equal(previous.SecretString, 'one')
  })

  test('is told by its replicas of their reads', async () => {
    await createReplicated(client, 'accessed', THERE)
    await there.getSecretValue({ SecretId: 'accessed' })
    const described = await client.describeSecret({ SecretId: 'accessed' })
    assert.deepEqual(described.ReplicationStatus?.[0]?.LastAccessedDate, app.clock.today())
    assert.equal(described.LastAccessedDate, undefined)
  })

  test('may be without a value, and give its first one to its replicas', async () => {
    await client.createSecret({ Name: 'later' })
    await to('later', THERE)
    await client.putSecretValue({ SecretId: 'later', SecretString: 'first' })
    assert.equal((await there.getSecretValue({ SecretId: 'later' })).SecretString, 'first')
  })

  test('keeps the replicas that it has when it gets another', async () => {
    await createReplicated(client, 'two', THERE)
    await to('two', 'us-east-1')
    const InSync = ['InSync', SUCCEEDED]
    assert.deepEqual(await statesOf(client, 'two'), [
      [THERE, ...InSync],
      ['us-east-1', ...InSync],
    ])
  })

  test('is in step from its creation, and its creation can be repeated', async () => {
    const input = {
      Name: 'born',
      SecretString: 'x',
      ClientRequestToken: 'token'.padEnd(32, '-'),
      AddReplicaRegions: [{ Region: THERE }],
    }
    const { $metadata: _first, ...made } = await client.createSecret(input)
    assert.deepEqual(made.ReplicationStatus, [
      { Region: THERE, KmsKeyId: DEFAULT_KEY, Status: 'InSync', StatusMessage: SUCCEEDED },
    ])
    const { $metadata: _again, ...again } = await client.createSecret(input)
    assert.deepEqual(again, made)
    assert.equal((await there.getSecretValue({ SecretId: 'born' })).VersionId, made.VersionId)
    await assert.rejects(there.createSecret(input), { name: 'ResourceExistsException' })
  })
})

describe('a name that the other Region has', () => {
  test('fails, and the secret there stays', async () => {
    await there.createSecret({ Name: 'taken', SecretString: 'theirs' })
    await client.createSecret({ Name: 'taken', SecretString: 'ours' })
    const { ReplicationStatus } = await to('taken', THERE)
    assert.deepEqual(ReplicationStatus, [
      { Region: THERE, KmsKeyId: DEFAULT_KEY, Status: 'Failed', StatusMessage: nameTaken('taken', THERE) },
    ])
    assert.equal((await there.getSecretValue({ SecretId: 'taken' })).SecretString, 'theirs')
  })

  test('fails at creation as well, and the secret is made', async () => {
    await there.createSecret({ Name: 'taken-before', SecretString: 'theirs' })
    await createReplicated(client, 'taken-before', THERE)
    assert.deepEqual(await statesOf(client, 'taken-before'), [[THERE, 'Failed', nameTaken('taken-before', THERE)]])
    assert.equal((await client.getSecretValue({ SecretId: 'taken-before' })).SecretString, 'value of taken-before')
  })

  test('is given up where it may be overwritten, also one that is marked for deletion', async () => {
    for (const marked of [false, true]) {
      const SecretId = `overwritten-${marked}`
      const { ARN: old } = await there.createSecret({ Name: SecretId, SecretString: 'theirs', Tags: [{ Key: 'a' }] })
      if (marked) await there.deleteSecret({ SecretId })
      const { ARN } = await client.createSecret({ Name: SecretId, SecretString: 'ours' })
      const { ReplicationStatus } = await over(SecretId, THERE)
      assert.equal(ReplicationStatus?.[0]?.Status, 'InSync')
      const described = await there.describeSecret({ SecretId })
      assert.deepEqual(
        [described.ARN, described.Tags, described.DeletedDate],
        [ARN?.replace(REGION, THERE), undefined, undefined],
      )
      assert.equal((await there.getSecretValue({ SecretId })).SecretString, 'ours')
      await assert.rejects(there.getSecretValue({ SecretId: old }), NOT_FOUND)
    }
  })

  test('is never given up by a primary or a replica', async () => {
    await createReplicated(there, 'theirs', 'us-east-1')
    await client.createSecret({ Name: 'theirs', SecretString: 'ours' })
    await over('theirs', THERE)
    await over('theirs', 'us-east-1')
    assert.deepEqual(await statesOf(client, 'theirs'), [
      [THERE, 'Failed', nameTaken('theirs', THERE)],
      [
        'us-east-1',
        'Failed',
        'Replication failed: Secret name theirs is currently replicated to us-east-1 with a different arn',
      ],
    ])
    for (const region of [THERE, 'us-east-1']) {
      const { SecretString } = await app.clientFor({ region }).getSecretValue({ SecretId: 'theirs' })
      assert.equal(SecretString, 'value of theirs')
    }
  })

  test('is taken with the next change once it is free', async () => {
    await there.createSecret({ Name: 'freed', SecretString: 'theirs' })
    await createReplicated(client, 'freed', THERE)
    await there.deleteSecret({ SecretId: 'freed', ForceDeleteWithoutRecovery: true })
    await client.tagResource({ SecretId: 'freed', Tags: [{ Key: 'a', Value: 'b' }] })
    assert.deepEqual(await statesOf(client, 'freed'), [[THERE, 'InSync', SUCCEEDED]])
    assert.equal((await there.getSecretValue({ SecretId: 'freed' })).SecretString, 'value of freed')
  })
})

test('a replica whose row was forged is not written to, and the primary changes without it', async () => {
  const arn = (await createReplicated(client, 'forged', THERE)).replace(REGION, THERE)
  await forge(app, sql`update secrets set description = ${'another'} where arn = ${arn}`)
  await client.putSecretValue({ SecretId: 'forged', SecretString: 'new' })
  assert.deepEqual(await statesOf(client, 'forged'), [[THERE, 'Failed', nameTaken('forged', THERE)]])
  assert.ok(app.logged.some(({ details }) => JSON.stringify(details).includes(`"table":"secrets","row":"${arn}"`)))
  assert.equal((await client.getSecretValue({ SecretId: 'forged' })).SecretString, 'new')
  await assert.rejects(there.getSecretValue({ SecretId: arn }), { name: 'DecryptionFailure' })
  const RemoveReplicaRegions = [THERE]
  await assert.rejects(client.removeRegionsFromReplication({ SecretId: 'forged', RemoveReplicaRegions }), UNREADABLE)
  await assert.rejects(there.stopReplicationToReplica({ SecretId: arn }), UNREADABLE)
})

test('a replica whose primary was forged is as it was, and can be promoted', async () => {
  const arn = await createReplicated(client, 'forged-primary', THERE)
  await forge(app, sql`update secrets set replicas = ${'[]'} where arn = ${arn}`)
  await assert.rejects(client.putSecretValue({ SecretId: arn, SecretString: 'new' }), UNREADABLE)
  await there.stopReplicationToReplica({ SecretId: 'forged-primary' })
  assert.equal((await there.describeSecret({ SecretId: 'forged-primary' })).PrimaryRegion, undefined)
  await there.putSecretValue({ SecretId: 'forged-primary', SecretString: 'its own' })
})

describe('permission', () => {
  const allow = (Action: string, more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })
  const arnOf = (name: string) => `arn:aws:iam::${app.account}:user/${name}`
  const onlyTo = { Condition: { 'ForAllValues:StringEquals': { 'secretsmanager:AddReplicaRegions': [THERE] } } }

  test('may be bound to Regions, and to leaving what is there', async () => {
    await client.createSecret({ Name: 'bound', SecretString: 'x' })
    const noForce = { Condition: { Bool: { 'secretsmanager:ForceOverwriteReplicaSecret': 'true' } } }
    const user = await app.as('bound', [
      [
        allow('secretsmanager:ReplicateSecretToRegions', onlyTo),
        { ...allow('secretsmanager:*', noForce), Effect: 'Deny' },
      ],
      [allow('kms:*')],
    ])
    const replicate = (Region: string, ForceOverwriteReplicaSecret?: boolean) =>
      user.replicateSecretToRegions({ SecretId: 'bound', AddReplicaRegions: [{ Region }], ForceOverwriteReplicaSecret })
    await assert.rejects(replicate('us-east-1'), denied(arnOf('bound'), 'ReplicateSecretToRegions', 'bound'))
    await assert.rejects(replicate(THERE, true), { name: 'AccessDeniedException' })
    assert.equal((await replicate(THERE)).ReplicationStatus?.[0]?.Status, 'InSync')
  })

  test('is needed to create a secret with replicas', async () => {
    const who = arnOf('creator')
    const user = await app.as('creator', [[allow('secretsmanager:CreateSecret')]])
    const AddReplicaRegions = [{ Region: THERE }]
    await assert.rejects(
      user.createSecret({ Name: 'with-replicas', AddReplicaRegions }),
      denied(who, 'ReplicateSecretToRegions', 'with-replicas'),
    )
    await user.createSecret({ Name: 'without-replicas' })
    const both = await app.as('both', [
      [allow('secretsmanager:CreateSecret'), allow('secretsmanager:ReplicateSecretToRegions', onlyTo)],
    ])
    assert.equal((await both.createSecret({ Name: 'with-replicas', AddReplicaRegions })).ReplicationStatus?.length, 1)
  })
})

test('the record tells what became of each Region', async () => {
  await client.createSecret({ Name: 'recorded', SecretString: 'x' })
  const { ARN } = await to('recorded', THERE)
  const entry = (await app.trail(1)).at(-1)
  assert.deepEqual([entry?.operation, entry?.arn], ['ReplicateSecretToRegions', ARN])
  assert.deepEqual(entry?.response, {
    ARN,
    ReplicationStatus: [{ Region: THERE, KmsKeyId: DEFAULT_KEY, Status: 'InSync', StatusMessage: SUCCEEDED }],
  })
})
