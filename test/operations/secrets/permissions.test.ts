import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { PolicyCache } from '../../../src/iam/policy-cache.ts'
import { denied, deniedAcross, KMS_DENIED, NOT_FOUND } from '../../expected-errors.ts'
import { REGION, startApp, type TestApp } from '../../start-app.ts'
import { storeAccount, storeKey } from '../../stored-data.ts'

const allow = (Action: string | string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })
const deny = (Action: string | string[], more: object = {}) => ({ ...allow(Action, more), Effect: 'Deny' })
const when = (operator: string, key: string, value: unknown) => ({ Condition: { [operator]: { [key]: value } } })

const userArn = (app: TestApp, name: string) => `arn:aws:iam::${app.account}:user/${name}`
const explicit = (principal: string, action: string, resource: string, layer: string) => ({
  name: 'AccessDeniedException',
  message: `User: ${principal} is not authorized to perform: secretsmanager:${action} on resource: ${resource} with an explicit deny in ${layer}`,
})

/** Gives a secret a policy of these statements. */
const setPolicy = (app: TestApp, SecretId: string, ...Statement: object[]) =>
  app.client.putResourcePolicy({ SecretId, ResourcePolicy: JSON.stringify({ Version: '2012-10-17', Statement }) })

/** A client of a new user with these statements. */
function userOf(app: TestApp): (...statements: object[]) => Promise<{ client: SecretsManager; arn: string }> {
  let users = 0
  return async (...statements) => {
    const name = `user-${++users}`
    return { client: await app.as(name, [statements]), arn: userArn(app, name) }
  }
}

describe('a reader of prod/* by tag', async () => {
  const app = await startApp()
  after(() => app.close())
  const names = Array.from({ length: 20 }, (_, index) => `prod/service-${index}`)
  const isBlue = (index: number) => index % 3 !== 1
  const arns: string[] = []
  for (const [index, Name] of names.entries()) {
    const Tags = [{ Key: 'team', Value: isBlue(index) ? 'blue' : 'red' }]
    arns.push((await app.client.createSecret({ Name, SecretString: `value ${index}`, Tags })).ARN ?? '')
  }
  const reader = await app.as('reader', [
    [
      allow(['secretsmanager:BatchGetSecretValue', 'secretsmanager:ListSecrets']),
      allow('secretsmanager:GetSecretValue', {
        Resource: `arn:aws:secretsmanager:${REGION}:${app.account}:secret:prod/*`,
        ...when('StringEquals', 'aws:ResourceTag/team', 'blue'),
      }),
    ],
  ])
  const blue = names.filter((_, index) => isBlue(index))
  const red = names.filter((_, index) => !isBlue(index))

  test('reads thirteen of twenty in a batch, and is told of each of the other seven', async () => {
    assert.equal(red.length, 7)
    const { SecretValues = [], Errors = [] } = await reader.batchGetSecretValue({ SecretIdList: names })
    assert.deepEqual(
      SecretValues.map(({ Name }) => Name),
      blue,
    )
    assert.deepEqual(
      Errors,
      red.map((name) => ({
        SecretId: name,
        ErrorCode: 'AccessDeniedException',
        Message: denied(userArn(app, 'reader'), 'GetSecretValue', name).message,
      })),
    )
  })

  test('reads the same by filters, and is told of the others under their ARNs', async () => {
    const { SecretValues = [], Errors = [] } = await reader.batchGetSecretValue({
      Filters: [{ Key: 'name', Values: ['prod/'] }],
    })
    assert.deepEqual(new Set(SecretValues.map(({ Name }) => Name)), new Set(blue))
    const redArns = arns.filter((_, index) => !isBlue(index))
    assert.deepEqual(new Set(Errors.map(({ SecretId }) => SecretId)), new Set(redArns))
  })

  test('is recorded with one outcome for each secret', async () => {
    await reader.batchGetSecretValue({ SecretIdList: names })
    const [entry] = await app.trail(1)
    assert.equal(entry?.items?.filter(({ error }) => error?.code === 'AccessDeniedException').length, 7)
    assert.equal(entry?.items?.filter(({ error }) => error === undefined).length, 13)
  })

  test('loses a secret with the tag, on the next request', async () => {
    const [SecretId = ''] = blue
    await reader.getSecretValue({ SecretId })
    await app.client.tagResource({ SecretId, Tags: [{ Key: 'team', Value: 'red' }] })
    await assert.rejects(
      reader.getSecretValue({ SecretId }),
      denied(userArn(app, 'reader'), 'GetSecretValue', SecretId),
    )
    await app.client.tagResource({ SecretId, Tags: [{ Key: 'team', Value: 'blue' }] })
    await reader.getSecretValue({ SecretId })
  })
})

describe('the request level of a batch', async () => {
  const app = await startApp()
  after(() => app.close())
  const withPolicies = userOf(app)
  const { ARN: arn = '' } = await app.client.createSecret({ Name: 'one', SecretString: 'x' })

  test('is decided on *, so that a grant limited to a secret gives nothing', async () => {
    const Resource = arn
    const { client, arn: who } = await withPolicies(
      allow(['secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue'], { Resource }),
    )
    await assert.rejects(client.batchGetSecretValue({ SecretIdList: ['one'] }), denied(who, 'BatchGetSecretValue'))
    assert.equal((await client.getSecretValue({ SecretId: arn })).SecretString, 'x')
  })

  test('needs ListSecrets with filters, and not without', async () => {
    const { client, arn: who } = await withPolicies(
      allow(['secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue']),
    )
    assert.equal((await client.batchGetSecretValue({ SecretIdList: ['one'] })).SecretValues?.length, 1)
    const Filters = [{ Key: 'name' as const, Values: ['one'] }]
    await assert.rejects(client.batchGetSecretValue({ Filters }), denied(who, 'ListSecrets'))
  })

  test('has no condition keys of secrets', async () => {
    const { client, arn: who } = await withPolicies(
      allow('secretsmanager:*', when('StringLike', 'secretsmanager:SecretId', '*')),
    )
    await assert.rejects(client.batchGetSecretValue({ SecretIdList: ['one'] }), denied(who, 'BatchGetSecretValue'))
    await client.describeSecret({ SecretId: 'one' })
  })
})

describe('existence', async () => {
  const app = await startApp()
  after(() => app.close())
  await app.client.createSecret({ Name: 'there', SecretString: 'x' })
  await app.client.createSecret({ Name: 'marked', SecretString: 'x' })
  await app.client.deleteSecret({ SecretId: 'marked' })
  const stranger = await app.as('stranger')

  for (const id of ['there', 'marked', 'missing'])
    test(`is not told to who may not read: ${id}`, async () => {
      await assert.rejects(
        stranger.getSecretValue({ SecretId: id }),
        denied(userArn(app, 'stranger'), 'GetSecretValue', id),
      )
    })

  test('is told to who may read the name, by a pattern of six characters too', async () => {
    const Resource = `arn:aws:secretsmanager:${REGION}:${app.account}:secret:missing-??????`
    const reader = await app.as('exact', [[allow('secretsmanager:GetSecretValue', { Resource })]])
    await assert.rejects(reader.getSecretValue({ SecretId: 'missing' }), NOT_FOUND)
  })
})

describe('what a refusal says', async () => {
  const app = await startApp()
  after(() => app.close())
  const Tags = [{ Key: 'env', Value: 'prod' }]
  await app.client.createSecret({ Name: 'hidden', SecretString: 'x', Tags })

  test('does not depend on tags or suffix, whatever denies the caller has made for himself', async () => {
    const probes = [
      deny('secretsmanager:*', when('StringLike', 'aws:ResourceTag/env', 'p*')),
      deny('secretsmanager:*', { Resource: `arn:aws:secretsmanager:${REGION}:${app.account}:secret:hidden-[A-Z]*` }),
      deny('secretsmanager:*', when('Null', 'aws:ResourceTag/env', 'false')),
    ]
    for (const [index, probe] of probes.entries()) {
      const client = await app.as(`probe-${index}`, [[probe]])
      await assert.rejects(
        client.getSecretValue({ SecretId: 'hidden' }),
        denied(userArn(app, `probe-${index}`), 'GetSecretValue', 'hidden'),
      )
    }
  })

  test('names an explicit deny to whom the name is allowed', async () => {
    const client = await app.as('allowed', [
      [allow('*'), deny('*', when('StringEquals', 'aws:ResourceTag/env', 'prod'))],
    ])
    await assert.rejects(
      client.getSecretValue({ SecretId: 'hidden' }),
      explicit(userArn(app, 'allowed'), 'GetSecretValue', 'hidden', 'an identity-based policy'),
    )
  })
})

describe('tags that differ only in case', async () => {
  const app = await startApp()
  after(() => app.close())
  const withPolicies = userOf(app)
  const both = [
    { Key: 'team', Value: 'red' },
    { Key: 'TEAM', Value: 'blue' },
  ]

  test('let nobody make a secret who may make it with one of them', async () => {
    const condition = when('StringEquals', 'aws:RequestTag/team', 'blue')
    const { client, arn: who } = await withPolicies(
      allow(['secretsmanager:CreateSecret', 'secretsmanager:TagResource'], condition),
    )
    await assert.rejects(client.createSecret({ Name: 'both', Tags: both }), denied(who, 'CreateSecret', 'both'))
    await client.createSecret({ Name: 'one', Tags: [{ Key: 'TEAM', Value: 'blue' }] })
  })

  test('let nobody read by either of them', async () => {
    await app.client.createSecret({ Name: 'twice', SecretString: 'x', Tags: both })
    for (const value of ['red', 'blue']) {
      const condition = when('StringEquals', 'aws:ResourceTag/team', value)
      const { client, arn: who } = await withPolicies(allow('secretsmanager:GetSecretValue', condition))
      await assert.rejects(client.getSecretValue({ SecretId: 'twice' }), denied(who, 'GetSecretValue', 'twice'))
    }
    const { client } = await withPolicies(allow('secretsmanager:GetSecretValue'))
    assert.equal((await client.getSecretValue({ SecretId: 'twice' })).SecretString, 'x')
  })
})

describe('condition keys', async () => {
  const app = await startApp({ organization: { id: 'o-abcdefghij' } })
  after(() => app.close())
  const withPolicies = userOf(app)
  const { ARN: arn = '' } = await app.client.createSecret({ Name: 'one', SecretString: 'x' })
  const today = new Date(app.clock.now())
  const tomorrow = new Date(today.getTime() + 86_400_000).toISOString()

  const holding: [what: string, condition: object, input?: object][] = [
    ['the ARN of the secret', when('ArnLike', 'secretsmanager:SecretId', 'arn:aws:*:*:*:secret:one-??????')],
    ['the Region of the primary', when('StringEquals', 'secretsmanager:SecretPrimaryRegion', REGION)],
    [
      'a stage that is asked for',
      when('StringEquals', 'secretsmanager:VersionStage', 'AWSCURRENT'),
      { VersionStage: 'AWSCURRENT' },
    ],
    ['a stage that nobody asks for', when('Null', 'secretsmanager:VersionStage', 'true')],
    ['the address', when('IpAddress', 'aws:SourceIp', '127.0.0.0/8')],
    ['the date', when('DateLessThan', 'aws:CurrentTime', tomorrow)],
    ['the account', when('StringEquals', 'aws:PrincipalAccount', app.account)],
    ['the owner', when('StringEquals', 'aws:ResourceAccount', app.account)],
    ['the Region', when('StringEquals', 'aws:RequestedRegion', REGION)],
    ['the kind of caller', when('StringEquals', 'aws:PrincipalType', 'User')],
    ['the name of the caller', when('StringLike', 'aws:username', 'user-*')],
    ['the organization', when('StringEquals', 'aws:PrincipalOrgID', 'o-abcdefghij')],
    ['no temporary credentials', when('Null', 'aws:TokenIssueTime', 'true')],
    ['no service in between', when('Bool', 'aws:ViaAWSService', 'false')],
    ['a variable', when('ArnEquals', 'aws:PrincipalArn', `arn:aws:iam::${app.account}:user/\${aws:username}`)],
  ]
  for (const [what, condition, input = {}] of holding)
    test(`hold: ${what}`, async () => {
      const { client } = await withPolicies(allow('secretsmanager:GetSecretValue', condition))
      assert.equal((await client.getSecretValue({ SecretId: 'one', ...input })).SecretString, 'x')
    })

  const failing: [what: string, condition: object, input?: object][] = [
    ['another secret', when('ArnEquals', 'secretsmanager:SecretId', `${arn.slice(0, -6)}AAAAAA`)],
    ['a stage that is not asked for', when('StringEquals', 'secretsmanager:VersionStage', 'AWSCURRENT')],
    ['another address', when('IpAddress', 'aws:SourceIp', '192.0.2.0/24')],
    ['the past', when('DateLessThan', 'aws:CurrentTime', '2020-01-01T00:00:00Z')],
    ['another organization', when('StringEquals', 'aws:PrincipalOrgID', 'o-zzzzzzzzzz')],
    ['a tag that is not there', when('StringEquals', 'aws:ResourceTag/team', 'blue')],
    ['a device', when('Bool', 'aws:MultiFactorAuthPresent', 'true')],
  ]
  for (const [what, condition, input = {}] of failing)
    test(`do not hold: ${what}`, async () => {
      const { client, arn: who } = await withPolicies(allow('secretsmanager:GetSecretValue', condition))
      await assert.rejects(client.getSecretValue({ SecretId: 'one', ...input }), denied(who, 'GetSecretValue', 'one'))
    })

  test('of creation: name, description and tags of the request', async () => {
    const { client, arn: who } = await withPolicies(
      allow(['secretsmanager:CreateSecret', 'secretsmanager:TagResource'], {
        Condition: {
          StringLike: { 'secretsmanager:Name': 'blue/*', 'secretsmanager:Description': 'of *' },
          StringEquals: { 'aws:RequestTag/team': 'blue' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
        },
      }),
    )
    const good = { Name: 'blue/1', Description: 'of blue', Tags: [{ Key: 'team', Value: 'blue' }] }
    await client.createSecret(good)
    const bad: [string, object][] = [
      ['red/1', { Name: 'red/1' }],
      ['blue/2', { Name: 'blue/2', Description: 'other' }],
      ['blue/2', { Name: 'blue/2', Tags: [{ Key: 'team', Value: 'red' }] }],
      ['blue/2', { Name: 'blue/2', Tags: [...good.Tags, { Key: 'other', Value: '' }] }],
      ['blue/2', { Name: 'blue/2', Tags: undefined }],
    ]
    for (const [name, change] of bad)
      await assert.rejects(client.createSecret({ ...good, ...change }), denied(who, 'CreateSecret', name))
  })

  test('of creation: whoever sends tags needs TagResource', async () => {
    const { client, arn: who } = await withPolicies(allow('secretsmanager:CreateSecret'))
    await client.createSecret({ Name: 'untagged' })
    await assert.rejects(
      client.createSecret({ Name: 'tagged', Tags: [{ Key: 'a', Value: 'b' }] }),
      denied(who, 'TagResource', 'tagged'),
    )
  })

  test('of creation: the key that an alias means', async () => {
    const key = await storeKey(app, 'alias/ours')
    const statement = allow('secretsmanager:CreateSecret', when('ArnEquals', 'secretsmanager:KmsKeyArn', key.arn))
    const { client, arn: who } = await withPolicies(statement, allow('kms:*'))
    await client.createSecret({ Name: 'under-alias', KmsKeyId: 'alias/ours', SecretString: 'x' })
    await assert.rejects(
      client.createSecret({ Name: 'no-key', SecretString: 'x' }),
      denied(who, 'CreateSecret', 'no-key'),
    )
  })

  test('of deletion: how, and how soon', async () => {
    const { client, arn: who } = await withPolicies(
      allow('secretsmanager:DeleteSecret', {
        Condition: {
          NumericGreaterThanEquals: { 'secretsmanager:RecoveryWindowInDays': 14 },
          BoolIfExists: { 'secretsmanager:ForceDeleteWithoutRecovery': false },
        },
      }),
    )
    await app.client.createSecret({ Name: 'doomed' })
    for (const how of [{ RecoveryWindowInDays: 7 }, { ForceDeleteWithoutRecovery: true }, {}])
      await assert.rejects(client.deleteSecret({ SecretId: 'doomed', ...how }), denied(who, 'DeleteSecret', 'doomed'))
    await client.deleteSecret({ SecretId: 'doomed', RecoveryWindowInDays: 14 })
  })
})

describe('tags of a secret that permission hangs on', async () => {
  const app = await startApp()
  after(() => app.close())
  const withPolicies = userOf(app)

  test('are not changed by who would lose the permission with them', async () => {
    const Tags = [{ Key: 'team', Value: 'blue' }]
    await app.client.createSecret({ Name: 'blue', Tags })
    const { client, arn: who } = await withPolicies(
      allow('secretsmanager:*', when('StringEquals', 'secretsmanager:ResourceTag/team', 'blue')),
    )
    const red = [{ Key: 'team', Value: 'red' }]
    await assert.rejects(client.tagResource({ SecretId: 'blue', Tags: red }), denied(who, 'TagResource', 'blue'))
    await assert.rejects(
      client.untagResource({ SecretId: 'blue', TagKeys: ['team'] }),
      denied(who, 'UntagResource', 'blue'),
    )
    await client.tagResource({ SecretId: 'blue', Tags: [{ Key: 'other', Value: 'x' }] })
    await client.untagResource({ SecretId: 'blue', TagKeys: ['other'] })
    assert.deepEqual((await client.describeSecret({ SecretId: 'blue' })).Tags, Tags)
  })
})

describe('denials', async () => {
  const blocked = { Version: '2012-10-17', Statement: [allow('*'), deny('secretsmanager:PutSecretValue')] }
  const serviceControl = [
    [{ name: 'scp', policy: new PolicyCache().compile(JSON.stringify(blocked), 'service-control') }],
  ]
  const app = await startApp({ organization: { serviceControl } })
  after(() => app.close())
  const withPolicies = userOf(app)
  const { ARN: arn = '' } = await app.client.createSecret({ Name: 'one', SecretString: 'x' })

  test('in an identity-based policy', async () => {
    const { client, arn: who } = await withPolicies(allow('*'), deny('secretsmanager:Get*'))
    await assert.rejects(
      client.getSecretValue({ SecretId: 'one' }),
      explicit(who, 'GetSecretValue', 'one', 'an identity-based policy'),
    )
  })

  test('in a service control policy bind the administrator too', async () => {
    await assert.rejects(
      app.client.putSecretValue({ SecretId: 'one', SecretString: 'y' }),
      explicit(userArn(app, 'administrator'), 'PutSecretValue', 'one', 'a service control policy'),
    )
  })

  test('in the policy of the secret', async () => {
    await app.client.createSecret({ Name: 'guarded', SecretString: 'x' })
    const guarded = (await app.client.describeSecret({ SecretId: 'guarded' })).ARN ?? ''
    const { client, arn: who } = await withPolicies(allow('*'))
    await setPolicy(app, guarded, deny('secretsmanager:GetSecretValue', { Principal: { AWS: who } }))
    await assert.rejects(
      client.getSecretValue({ SecretId: 'guarded' }),
      explicit(who, 'GetSecretValue', 'guarded', 'a resource-based policy'),
    )
    assert.equal((await app.client.getSecretValue({ SecretId: 'guarded' })).SecretString, 'x')
  })

  test('by a permissions boundary', async () => {
    const boundary = await app.iam.createPolicy({
      PolicyName: 'boundary',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: allow('secretsmanager:Describe*') }),
    })
    const { client, arn: who } = await withPolicies(allow('*'))
    const UserName = who.split('/').at(-1)
    await app.iam.putUserPermissionsBoundary({ UserName, PermissionsBoundary: boundary.Policy?.Arn })
    await client.describeSecret({ SecretId: 'one' })
    await assert.rejects(client.getSecretValue({ SecretId: 'one' }), {
      name: 'AccessDeniedException',
      message: `User: ${who} is not authorized to perform: secretsmanager:GetSecretValue on resource: one because no permissions boundary allows the secretsmanager:GetSecretValue action`,
    })
  })

  test('of the default key, which nobody needs to be allowed', async () => {
    const reading = await withPolicies(allow('secretsmanager:*'))
    assert.equal((await reading.client.getSecretValue({ SecretId: 'one' })).SecretString, 'x')
    const { client } = await withPolicies(
      allow('secretsmanager:*'),
      deny('kms:Decrypt', when('StringEquals', 'kms:EncryptionContext:SecretARN', arn)),
    )
    await assert.rejects(client.getSecretValue({ SecretId: 'one' }), KMS_DENIED)
    await app.client.createSecret({ Name: 'two', SecretString: 'y' })
    const { SecretValues = [], Errors } = await client.batchGetSecretValue({ SecretIdList: ['one', 'two'] })
    assert.deepEqual(
      SecretValues.map(({ Name }) => Name),
      ['two'],
    )
    assert.deepEqual(Errors, [{ SecretId: 'one', ErrorCode: KMS_DENIED.name, Message: KMS_DENIED.message }])
  })

  test('of a key of the account, which needs permission', async () => {
    const key = await storeKey(app, 'alias/ours')
    const created = await app.client.createSecret({ Name: 'ours', KmsKeyId: key.arn, SecretString: 'x' })
    const without = await withPolicies(allow('secretsmanager:*'))
    await assert.rejects(without.client.getSecretValue({ SecretId: 'ours' }), KMS_DENIED)
    const through = when('StringEquals', 'kms:ViaService', `secretsmanager.${REGION}.amazonaws.com`)
    const { client } = await withPolicies(
      allow('secretsmanager:*'),
      allow('kms:Decrypt', { Resource: key.arn, ...through }),
    )
    assert.equal((await client.getSecretValue({ SecretId: created.ARN })).SecretString, 'x')
  })

  test('follow a changed policy on the next request', async () => {
    const { client, arn: who } = await withPolicies(allow('secretsmanager:*'))
    await client.getSecretValue({ SecretId: 'one' })
    const UserName = who.split('/').at(-1)
    await app.iam.deleteUserPolicy({ UserName, PolicyName: 'policy-1' })
    await assert.rejects(client.getSecretValue({ SecretId: 'one' }), denied(who, 'GetSecretValue', 'one'))
  })
})

describe('a policy that denies', async () => {
  const app = await startApp({ organization: { namePolicies: true } })
  after(() => app.close())

  test('is named in the refusal where that is wanted and it belongs to the account', async () => {
    const made = await app.iam.createPolicy({
      PolicyName: 'no-reading',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: deny('secretsmanager:Get*') }),
    })
    const client = await app.as('reader', [[allow('*')]])
    await app.iam.attachUserPolicy({ UserName: 'reader', PolicyArn: made.Policy?.Arn })
    await assert.rejects(
      client.getSecretValue({ SecretId: 'one' }),
      explicit(userArn(app, 'reader'), 'GetSecretValue', 'one', `an identity-based policy: ${made.Policy?.Arn}`),
    )
  })
})

describe('callers of another account', async () => {
  const app = await startApp()
  after(() => app.close())
  const OTHER = '444455556666'
  const other = app.clientFor({ credentials: await storeAccount(app, OTHER) })
  const otherArn = `arn:aws:iam::${OTHER}:user/administrator`
  const policy = (Principal: object, Action = 'kms:*') => ({ Effect: 'Allow', Principal, Action, Resource: '*' })
  const key = await storeKey(app, 'alias/shared', 'Enabled', {
    Version: '2012-10-17',
    Statement: [
      policy({ AWS: `arn:aws:iam::${app.account}:root` }),
      policy({ AWS: `arn:aws:iam::${OTHER}:root` }, 'kms:Decrypt'),
    ],
  })
  const create = async (Name: string, KmsKeyId?: string) =>
    (await app.client.createSecret({ Name, KmsKeyId, SecretString: Name })).ARN ?? ''
  const read = policy({ AWS: OTHER }, 'secretsmanager:GetSecretValue')

  test('read by ARN what the policy of the secret gives their account', async () => {
    const arn = await create('shared', key.arn)
    await assert.rejects(other.getSecretValue({ SecretId: arn }), deniedAcross(otherArn, 'GetSecretValue', arn))
    await setPolicy(app, arn, read)
    assert.equal((await other.getSecretValue({ SecretId: arn })).SecretString, 'shared')
    const { SecretValues } = await other.batchGetSecretValue({ SecretIdList: [arn] })
    assert.equal(SecretValues?.[0]?.SecretString, 'shared')
    await assert.rejects(other.describeSecret({ SecretId: arn }), deniedAcross(otherArn, 'DescribeSecret', arn))
  })

  test('need their own account to allow it too', async () => {
    const arn = await create('half', key.arn)
    await setPolicy(app, arn, read)
    const iam = app.iamFor({ credentials: await storeAccount(app, '777788889999') })
    await iam.createUser({ UserName: 'poor' })
    const { AccessKey } = await iam.createAccessKey({ UserName: 'poor' })
    const poor = app.clientFor({
      credentials: { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' },
    })
    const poorArn = 'arn:aws:iam::777788889999:user/poor'
    await setPolicy(app, arn, policy({ AWS: '777788889999' }, 'secretsmanager:*'))
    // Nothing in the refusal tells that the secret is there.
    await assert.rejects(poor.getSecretValue({ SecretId: arn }), deniedAcross(poorArn, 'GetSecretValue', arn))
    const missing = `${arn.slice(0, -6)}AAAAAA`
    await assert.rejects(poor.getSecretValue({ SecretId: missing }), deniedAcross(poorArn, 'GetSecretValue', missing))
  })

  test('cannot read what is under a key that does not admit them', async () => {
    const closed = await storeKey(app, 'alias/closed')
    const arn = await create('closed', closed.arn)
    await setPolicy(app, arn, read)
    await assert.rejects(other.getSecretValue({ SecretId: arn }), KMS_DENIED)
  })

  test('see their own secret under a name', async () => {
    await create('same')
    await other.createSecret({ Name: 'same', SecretString: 'theirs' })
    assert.equal((await other.getSecretValue({ SecretId: 'same' })).SecretString, 'theirs')
  })
})
