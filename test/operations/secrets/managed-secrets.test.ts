import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { sql } from '../../../src/storage/sql.ts'
import { denied, INVALID_PARAMETER, MANAGED, NOT_FOUND, UNREADABLE } from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import { forge, storeAccount } from '../../stored-data.ts'
import { allow, assume, createRole, trust, usable } from '../sts/roles.ts'

const OTHER_ACCOUNT = '999988887777'
const OWNER_TAG = { Key: 'aws:secretsmanager:owningService', Value: 'rds' }

const app = await startApp()
after(() => app.close())
const { client } = app

/** The client of a new role of a service, in REGION unless told otherwise. */
async function service(name: string, region?: string): Promise<SecretsManager> {
  const role = await createRole(app, `${name}-${randomUUID().slice(0, 8)}`, { Path: `/coffer-service/${name}/` })
  return app.clientFor({ credentials: await assume(app, role), ...(region !== undefined && { region }) })
}

const rds = await service('rds')

/** A secret that rds owns, with two versions. */
async function makeManaged(Tags?: { Key: string; Value: string }[]) {
  const Name = `rds!db-${randomUUID()}`
  const first = randomUUID()
  const second = randomUUID()
  const { ARN = '' } = await rds.createSecret({ Name, SecretString: 'one', ClientRequestToken: first, Tags })
  await rds.putSecretValue({ SecretId: Name, SecretString: 'two', ClientRequestToken: second })
  return { SecretId: Name, ARN, first, second }
}
const policy = (Resource = '*') =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: app.account }, Action: 'secretsmanager:DescribeSecret', Resource },
  })

describe('a secret that a service makes', () => {
  test('is its own, and says so', async () => {
    const { SecretId, ARN } = await makeManaged([{ Key: 'engine', Value: 'postgres' }])
    for (const one of [rds, client]) {
      const { OwningService, Tags } = await one.describeSecret({ SecretId })
      assert.equal(OwningService, 'rds')
      assert.deepEqual(Tags, [OWNER_TAG, { Key: 'engine', Value: 'postgres' }])
    }
    const { SecretList = [] } = await client.listSecrets({ Filters: [{ Key: 'name', Values: [SecretId] }] })
    assert.deepEqual(
      SecretList.map((secret) => [secret.ARN, secret.OwningService, secret.Tags?.length]),
      [[ARN, 'rds', 2]],
    )
  })

  test('is rotated by no function that is named for it', async () => {
    const { SecretId } = await makeManaged()
    const RotationLambdaARN = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate'
    for (const one of [rds, client])
      await assert.rejects(one.rotateSecret({ SecretId, RotationLambdaARN }), {
        name: 'InvalidRequestException',
        message: 'Rotation Lambda ARN is not supported for a service-managed secret.',
      })
    await assert.rejects(client.cancelRotateSecret({ SecretId }), MANAGED)
  })

  test('is overwritten by no replica of another secret', async () => {
    const region = 'eu-west-1'
    const Name = `managed-${randomUUID()}`
    await (await service('rds', region)).createSecret({ Name, SecretString: 'theirs' })
    await client.createSecret({ Name, SecretString: 'ours' })
    const AddReplicaRegions = [{ Region: region }]
    const { ReplicationStatus = [] } = await client.replicateSecretToRegions({
      SecretId: Name,
      AddReplicaRegions,
      ForceOverwriteReplicaSecret: true,
    })
    assert.equal(ReplicationStatus[0]?.Status, 'Failed')
    const { SecretString } = await app.clientFor({ region }).getSecretValue({ SecretId: Name })
    assert.equal(SecretString, 'theirs')
  })

  test('is marked without any tag of the request', async () => {
    const { SecretId } = await makeManaged()
    assert.deepEqual((await client.describeSecret({ SecretId })).Tags, [OWNER_TAG])
  })

  test('has room for fifty tags beside the mark', async () => {
    const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `key${index}`, Value: '' }))
    const { SecretId } = await makeManaged(Tags)
    await assert.rejects(rds.tagResource({ SecretId, Tags: [{ Key: 'more', Value: '' }] }), INVALID_PARAMETER)
    assert.equal((await client.describeSecret({ SecretId })).Tags?.length, 51)
  })

  test('keeps its mark, also against its service', async () => {
    const { SecretId } = await makeManaged()
    for (const TagKeys of [[OWNER_TAG.Key], ['a', OWNER_TAG.Key.toUpperCase()]])
      await assert.rejects(rds.untagResource({ SecretId, TagKeys }), INVALID_PARAMETER)
    await assert.rejects(rds.tagResource({ SecretId, Tags: [{ ...OWNER_TAG, Value: 'x' }] }), INVALID_PARAMETER)
    assert.deepEqual((await client.describeSecret({ SecretId })).Tags, [OWNER_TAG])
  })

  test('is found by its service and by its mark, in lists and in a batch', async () => {
    const region = 'managed-1'
    const there = app.clientFor({ region })
    await (await service('rds', region)).createSecret({ Name: 'of-rds', SecretString: 'r' })
    await (await service('redshift', region)).createSecret({ Name: 'of-redshift', SecretString: 's' })
    await there.createSecret({ Name: 'of-nobody', SecretString: 'n' })
    const searches = [
      ['owning-service', 'rds', ['of-rds']],
      ['owning-service', 'r', ['of-rds', 'of-redshift']],
      ['owning-service', '!rds', ['of-redshift', 'of-nobody']],
      ['tag-key', 'aws:secretsmanager:', ['of-rds', 'of-redshift']],
      ['tag-value', 'redshift', ['of-redshift']],
      ['all', 'redshift', ['of-redshift']],
    ] as const
    for (const [Key, value, names] of searches) {
      const Filters = [{ Key, Values: [value] }]
      const { SecretList = [] } = await there.listSecrets({ Filters })
      const { SecretValues = [], Errors } = await there.batchGetSecretValue({ Filters })
      assert.deepEqual(
        SecretList.map(({ Name }) => Name),
        names,
        `${Key} ${value}`,
      )
      assert.deepEqual(
        SecretValues.map(({ Name }) => Name),
        names,
        `${Key} ${value}`,
      )
      assert.deepEqual(Errors, [])
    }
  })

  test('is what conditions on the mark decide about', async () => {
    const { SecretId } = await makeManaged()
    await client.createSecret({ Name: 'unmarked', SecretString: 'x' })
    const Condition = { StringEquals: { 'aws:ResourceTag/aws:secretsmanager:owningService': 'rds' } }
    const statement = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*', Condition }
    const user = await app.as('by-mark', [[statement]])
    assert.equal((await user.getSecretValue({ SecretId })).SecretString, 'two')
    await assert.rejects(user.getSecretValue({ SecretId: 'unmarked' }), { name: 'AccessDeniedException' })
  })
})

describe('what is no service owns nothing', () => {
  const described = async (one: SecretsManager) => {
    const SecretId = `plain-${randomUUID()}`
    await one.createSecret({ Name: SecretId, SecretString: 'x' })
    return members(one.describeSecret({ SecretId }))
  }

  test('an administrator, also with a name like that of a managed secret', async () => {
    const { Name } = await client.createSecret({ Name: `rds!db-${randomUUID()}`, SecretString: 'x' })
    const secret = await members(client.describeSecret({ SecretId: Name }))
    assert.ok(!('OwningService' in secret) && !('Tags' in secret))
  })

  test('a role elsewhere, whatever its tags and those of its session', async () => {
    const Tags = [{ Key: 'coffer-service', Value: 'rds' }]
    const role = await createRole(app, 'elsewhere', { Path: '/service/rds/', Tags })
    const secret = await described(app.clientFor({ credentials: await assume(app, role, { Tags }) }))
    assert.ok(!('OwningService' in secret) && !('Tags' in secret))
  })

  test('a user below the path', async () => {
    const UserName = 'below'
    await app.iam.createUser({ UserName, Path: '/coffer-service/rds/' })
    await app.iam.putUserPolicy({ UserName, PolicyName: 'own', PolicyDocument: allow('*') })
    const { AccessKey } = await app.iam.createAccessKey({ UserName })
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
    const user = app.clientFor({ credentials: { accessKeyId, secretAccessKey } })
    assert.ok(!('OwningService' in (await described(user))))
    const { SecretId } = await makeManaged()
    await assert.rejects(user.updateSecret({ SecretId, Description: 'x' }), MANAGED)
  })
})

type Managed = Awaited<ReturnType<typeof makeManaged>>
const changes: readonly [what: string, change: (one: SecretsManager, of: Managed) => Promise<unknown>][] = [
  ['UpdateSecret with a value', (one, { SecretId }) => one.updateSecret({ SecretId, SecretString: 'three' })],
  ['UpdateSecret with a description', (one, { SecretId }) => one.updateSecret({ SecretId, Description: 'mine' })],
  ['PutSecretValue', (one, { SecretId }) => one.putSecretValue({ SecretId, SecretString: 'three' })],
  ['TagResource', (one, { SecretId }) => one.tagResource({ SecretId, Tags: [{ Key: 'a', Value: 'b' }] })],
  ['UntagResource', (one, { SecretId }) => one.untagResource({ SecretId, TagKeys: ['engine'] })],
  [
    'UpdateSecretVersionStage',
    (one, { SecretId, first, second }) =>
      one.updateSecretVersionStage({
        SecretId,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: first,
        RemoveFromVersionId: second,
      }),
  ],
  ['a forced DeleteSecret', (one, { SecretId }) => one.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true })],
]

describe('changes', () => {
  for (const [what, change] of changes)
    test(`${what} is for the service alone`, async () => {
      const managed = await makeManaged([{ Key: 'engine', Value: 'postgres' }])
      const { SecretId, ARN } = managed
      const before = await members(client.describeSecret({ SecretId }))
      for (const one of [client, await service('redshift')])
        for (const id of [SecretId, ARN, ARN.slice(0, -7)])
          await assert.rejects(change(one, { ...managed, SecretId: id }), MANAGED)
      assert.deepEqual(await members(client.describeSecret({ SecretId })), before)
      await change(await service('rds'), managed)
      const after = await members(client.describeSecret({ SecretId })).catch(() => undefined)
      assert.notDeepEqual(after, before)
    })

  test('of one marked for deletion are refused to others as managed', async () => {
    const { SecretId } = await makeManaged()
    await rds.deleteSecret({ SecretId })
    await assert.rejects(client.putSecretValue({ SecretId, SecretString: 'x' }), MANAGED)
  })

  test('of one whose owner was changed in the store are refused to everybody', async () => {
    const { SecretId } = await makeManaged()
    await forge(app, sql`update secrets set owning_service = null where name = ${SecretId}`)
    await assert.rejects(client.putSecretValue({ SecretId, SecretString: 'x' }), UNREADABLE)
    await forge(app, sql`update secrets set owning_service = 'redshift' where name = ${SecretId}`)
    const redshift = await service('redshift')
    await assert.rejects(redshift.putSecretValue({ SecretId, SecretString: 'x' }), UNREADABLE)
    await forge(app, sql`update secrets set owning_service = 'rds' where name = ${SecretId}`)
    await rds.putSecretValue({ SecretId, SecretString: 'x' })
  })

  test('by a service of the same name in another account are refused', async () => {
    const { SecretId, ARN } = await makeManaged()
    const credentials = await storeAccount(app, OTHER_ACCOUNT)
    const RoleName = 'rds-there'
    const iam = app.iamFor({ credentials })
    const AssumeRolePolicyDocument = trust({ AWS: OTHER_ACCOUNT })
    const { Role } = await iam.createRole({ RoleName, Path: '/coffer-service/rds/', AssumeRolePolicyDocument })
    await iam.putRolePolicy({ RoleName, PolicyName: 'own', PolicyDocument: allow('*') })
    const sts = app.stsFor({ credentials })
    const { Credentials } = await sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: 'session' })
    const there = app.clientFor({ credentials: usable(Credentials) })
    const ResourcePolicy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: OTHER_ACCOUNT }, Action: '*', Resource: '*' },
    })
    await rds.putResourcePolicy({ SecretId, ResourcePolicy })
    await assert.rejects(there.tagResource({ SecretId: ARN, Tags: [{ Key: 'a', Value: 'b' }] }), MANAGED)
    assert.equal((await there.describeSecret({ SecretId: ARN })).OwningService, 'rds')
  })
})

describe('others', () => {
  test('read', async () => {
    const { SecretId, ARN, first, second } = await makeManaged()
    assert.equal((await client.getSecretValue({ SecretId })).SecretString, 'two')
    assert.equal((await client.getSecretValue({ SecretId, VersionId: first })).SecretString, 'one')
    const batch = await client.batchGetSecretValue({ SecretIdList: [SecretId] })
    assert.deepEqual(
      batch.SecretValues?.map((value) => [value.ARN, value.SecretString]),
      [[ARN, 'two']],
    )
    const { Versions = [] } = await client.listSecretVersionIds({ SecretId })
    assert.deepEqual(
      Versions.map(({ VersionId }) => VersionId),
      [first, second],
    )
    assert.equal(
      (await client.validateResourcePolicy({ SecretId, ResourcePolicy: policy() })).PolicyValidationPassed,
      true,
    )
  })

  test('set and remove its policy', async () => {
    const { SecretId } = await makeManaged()
    await client.putResourcePolicy({ SecretId, ResourcePolicy: policy() })
    assert.equal((await client.getResourcePolicy({ SecretId })).ResourcePolicy, policy())
    await client.deleteResourcePolicy({ SecretId })
    assert.equal((await client.getResourcePolicy({ SecretId })).ResourcePolicy, undefined)
  })

  test('delete it with a window, and bring it back', async () => {
    const { SecretId } = await makeManaged()
    await client.deleteSecret({ SecretId, RecoveryWindowInDays: 7 })
    assert.ok((await client.describeSecret({ SecretId })).DeletedDate)
    await client.restoreSecret({ SecretId })
    const { DeletedDate, OwningService } = await client.describeSecret({ SecretId })
    assert.deepEqual([DeletedDate, OwningService], [undefined, 'rds'])
  })
})

describe('access', () => {
  test('who may not change a secret learns nothing of whose it is', async () => {
    const { SecretId } = await makeManaged()
    const user = await app.as('reader')
    const principal = `arn:aws:iam::${app.account}:user/reader`
    for (const id of [SecretId, 'none'])
      await assert.rejects(
        user.putSecretValue({ SecretId: id, SecretString: 'x' }),
        denied(principal, 'PutSecretValue', id),
      )
    await assert.rejects(client.putSecretValue({ SecretId: 'none', SecretString: 'x' }), NOT_FOUND)
  })

  test('a service needs permission like anybody', async () => {
    const { SecretId } = await makeManaged()
    const path = { Path: '/coffer-service/rds/' }
    const role = await createRole(app, 'bare', { ...path, policy: allow('secretsmanager:DescribeSecret') })
    const bare = app.clientFor({ credentials: await assume(app, role) })
    assert.equal((await bare.describeSecret({ SecretId })).OwningService, 'rds')
    await assert.rejects(bare.putSecretValue({ SecretId, SecretString: 'x' }), { name: 'AccessDeniedException' })
  })

  test('a refused change leaves a record', async () => {
    const { SecretId, ARN } = await makeManaged()
    await assert.rejects(client.putSecretValue({ SecretId, SecretString: 'x' }), MANAGED)
    const [entry] = await app.trail(1)
    assert.deepEqual(
      [entry?.operation, entry?.arn, entry?.error],
      ['PutSecretValue', ARN, { code: MANAGED.name, message: MANAGED.message }],
    )
  })

  test('the record of what a service made names its role', async () => {
    const { SecretId, ARN } = await makeManaged()
    const entries = (await app.trail(20)).filter(({ arn }) => arn === ARN)
    assert.deepEqual(
      entries.map(({ operation }) => operation),
      ['CreateSecret', 'PutSecretValue'],
    )
    const [made] = entries
    assert.match(made?.caller.session?.role?.arn ?? '', /:role\/coffer-service\/rds\/rds-/)
    assert.equal(made?.parameters?.Name, SecretId)
  })
})
