import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { recordsOf } from '../../../src/audit/cloudtrail.ts'
import {
  denied,
  deniedAcross,
  INVALID_NAME,
  LOCKED_OUT,
  MARKED,
  NOT_FOUND,
  POLICY_PRINCIPAL,
  POLICY_SERVICE,
  POLICY_SYNTAX,
  PUBLIC_POLICY,
  tooLong,
  tooShort,
  violations,
} from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import { storeAccount, storeKey } from '../../stored-data.ts'

const app = await startApp()
after(() => app.close())
const { client, account } = app
const OTHER = '444455556666'
const other = app.clientFor({ credentials: await storeAccount(app, OTHER) })
const otherArn = `arn:aws:iam::${OTHER}:user/administrator`

const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Principal: unknown, Action: string | string[] = 'secretsmanager:GetSecretValue', more = {}) => ({
  Effect: 'Allow',
  Principal,
  Action,
  Resource: '*',
  ...more,
})
const deny = (...given: Parameters<typeof allow>) => ({ ...allow(...given), Effect: 'Deny' })
const user = (name: string) => `arn:aws:iam::${account}:user/${name}`
const POLICY = document(allow({ AWS: OTHER }))

async function makeSecret(KmsKeyId?: string): Promise<string> {
  const { ARN = '' } = await client.createSecret({ Name: `s-${randomUUID()}`, SecretString: 'x', KmsKeyId })
  return ARN
}
const policyOf = async (SecretId: string) => (await client.getResourcePolicy({ SecretId })).ResourcePolicy

describe('constraints', () => {
  const long = 'x'.repeat(20_481)
  for (const [what, input, expected] of [
    [
      'an empty request',
      { SecretId: undefined, ResourcePolicy: undefined },
      violations([null, 'secretId', 'not be null'], [null, 'resourcePolicy', 'not be null']),
    ],
    ['an empty SecretId', { SecretId: '' }, violations(['', 'secretId', tooShort(1)])],
    ['an empty policy', { ResourcePolicy: '' }, violations(['', 'resourcePolicy', tooShort(1)])],
    [
      'a policy of 20481 characters',
      { ResourcePolicy: long },
      violations([long.slice(0, 8_192), 'resourcePolicy', tooLong(20_480)]),
    ],
    ['an invalid name', { SecretId: 'Inv Name' }, INVALID_NAME],
    ['a secret that does not exist', { SecretId: 'none' }, NOT_FOUND],
    ['a malformed policy for a secret that does not exist', { SecretId: 'none', ResourcePolicy: '{' }, NOT_FOUND],
  ] as const)
    test(`${what} is refused`, async () => {
      const SecretId = await makeSecret()
      await assert.rejects(client.putResourcePolicy({ SecretId, ResourcePolicy: POLICY, ...input }), expected)
      assert.equal(await policyOf(SecretId), undefined)
    })

  test('a policy may have 20480 characters', async () => {
    const SecretId = await makeSecret()
    const ResourcePolicy = POLICY.padEnd(20_480)
    await client.putResourcePolicy({ SecretId, ResourcePolicy })
    assert.equal(await policyOf(SecretId), ResourcePolicy)
  })
})

describe('a policy is refused', () => {
  const { Principal: _, ...unnamed } = allow('*')
  const CANONICAL = 'a'.repeat(64)
  for (const [what, ResourcePolicy, expected] of [
    ['that is no JSON', '{', POLICY_SYNTAX],
    ['that is no object', '[]', POLICY_SYNTAX],
    ['that says something twice', '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}', POLICY_SYNTAX],
    ['without statements', document(), POLICY_SYNTAX],
    ['of another version', '{"Version":"2020-01-01"}', POLICY_SYNTAX],
    ['without principals', document(unnamed), POLICY_SYNTAX],
    ['without an effect', document({ ...allow('*'), Effect: undefined }), POLICY_SYNTAX],
    ['without actions', document({ ...allow('*'), Action: undefined }), POLICY_SYNTAX],
    ['with an empty list of actions', document(allow('*', [])), POLICY_SYNTAX],
    ['without resources', document({ ...allow('*'), Resource: undefined }), POLICY_SYNTAX],
    ['about a resource that is no ARN', document({ ...allow('*'), Resource: 'db' }), POLICY_SYNTAX],
    [
      'with an unknown operator',
      document(allow('*', undefined, { Condition: { Equals: { 'aws:x': 'y' } } })),
      POLICY_SYNTAX,
    ],
    ['with an unknown element', document({ ...allow('*'), Comment: 'x' }), POLICY_SYNTAX],
    ['with two statements of one id', document({ Sid: 'a', ...allow('*') }, { Sid: 'a', ...deny('*') }), POLICY_SYNTAX],
    ['of a user who does not exist', document(allow({ AWS: user('nobody') })), POLICY_PRINCIPAL],
    [
      'of a role of an account that does not',
      document(allow({ AWS: 'arn:aws:iam::999988887777:role/x' })),
      POLICY_PRINCIPAL,
    ],
    [
      'that excepts a user who does not exist',
      document({ ...unnamed, Effect: 'Deny', NotPrincipal: { AWS: user('nobody') } }),
      POLICY_PRINCIPAL,
    ],
    ['of a unique id that nobody has', document(allow({ AWS: 'AIDAEXAMPLEEXAMPLE12' })), POLICY_PRINCIPAL],
    ['of a group', document(allow({ AWS: `arn:aws:iam::${account}:group/all` })), POLICY_PRINCIPAL],
    ['of users with a wildcard', document(allow({ AWS: user('*') })), POLICY_PRINCIPAL],
    ['of what is no principal', document(allow({ AWS: 'bob' })), POLICY_PRINCIPAL],
    ['of a canonical user', document(allow({ CanonicalUser: CANONICAL })), POLICY_PRINCIPAL],
    ['of a token issuer', document(allow({ Federated: 'accounts.example.com' })), POLICY_PRINCIPAL],
    ['of a service that is none', document(allow({ Service: 'lambda' })), POLICY_SERVICE],
    ["of a service that is not AWS's", document(allow({ Service: 'lambda.example.com' })), POLICY_SERVICE],
  ] as const)
    test(`${what}`, async () => {
      const SecretId = await makeSecret()
      await client.putResourcePolicy({ SecretId, ResourcePolicy: POLICY })
      await assert.rejects(client.putResourcePolicy({ SecretId, ResourcePolicy }), expected)
      assert.equal(await policyOf(SecretId), POLICY)
    })

  test('that lets in everyone, where that is to be blocked', async () => {
    const SecretId = await makeSecret()
    const ResourcePolicy = document(allow('*'))
    await assert.rejects(client.putResourcePolicy({ SecretId, ResourcePolicy, BlockPublicPolicy: true }), PUBLIC_POLICY)
    assert.equal(await policyOf(SecretId), undefined)
    const Condition = { StringEquals: { 'aws:PrincipalAccount': OTHER } }
    const narrowed = document(allow('*', undefined, { Condition }))
    await client.putResourcePolicy({ SecretId, ResourcePolicy: narrowed, BlockPublicPolicy: true })
    assert.equal(await policyOf(SecretId), narrowed)
    for (const BlockPublicPolicy of [false, undefined]) {
      await client.putResourcePolicy({ SecretId, ResourcePolicy, BlockPublicPolicy })
      assert.equal(await policyOf(SecretId), ResourcePolicy)
    }
  })

  test('under which the caller could not set another one', async () => {
    const SecretId = await makeSecret()
    const put = (...statements: object[]) =>
      client.putResourcePolicy({ SecretId, ResourcePolicy: document(...statements) })
    await assert.rejects(put(deny('*', 'secretsmanager:*')), LOCKED_OUT)
    await assert.rejects(put(deny('*', 'secretsmanager:PutResourcePolicy')), LOCKED_OUT)
    const others = { Condition: { ArnNotEquals: { 'aws:PrincipalArn': user('somebody') } } }
    await assert.rejects(put(deny('*', '*', others)), LOCKED_OUT)
    assert.equal(await policyOf(SecretId), undefined)
    const me = { Condition: { ArnNotEquals: { 'aws:PrincipalArn': user('administrator') } } }
    await put(deny('*', '*', me))
    // Denying the values to everybody leaves the way back open.
    await put(deny('*', 'secretsmanager:GetSecretValue'))
    await assert.rejects(client.getSecretValue({ SecretId }), { name: 'AccessDeniedException' })
    await client.deleteResourcePolicy({ SecretId })
    await client.getSecretValue({ SecretId })
  })

  test('by how the call was made, when it comes to being locked out', async () => {
    const SecretId = await makeSecret()
    const unblocked = { Condition: { BoolIfExists: { 'secretsmanager:BlockPublicPolicy': 'false' } } }
    const ResourcePolicy = document(deny('*', 'secretsmanager:PutResourcePolicy', unblocked))
    await assert.rejects(client.putResourcePolicy({ SecretId, ResourcePolicy }), LOCKED_OUT)
    await client.putResourcePolicy({ SecretId, ResourcePolicy, BlockPublicPolicy: true })
    await assert.rejects(client.putResourcePolicy({ SecretId, ResourcePolicy: POLICY }), {
      name: 'AccessDeniedException',
    })
    await client.putResourcePolicy({ SecretId, ResourcePolicy: POLICY, BlockPublicPolicy: true })
  })
})

describe('behaviour', () => {
  test('the secret is found by name, ARN and partial ARN, and is named in the answer', async () => {
    const ARN = await makeSecret()
    const { Name = '' } = await client.describeSecret({ SecretId: ARN })
    for (const SecretId of [Name, ARN, ARN.slice(0, -7)])
      assert.deepEqual(await members(client.putResourcePolicy({ SecretId, ResourcePolicy: POLICY })), { ARN, Name })
  })

  test('a policy takes the place of the one before', async () => {
    const SecretId = await makeSecret()
    const reader = await app.as('replaced')
    await client.putResourcePolicy({ SecretId, ResourcePolicy: document(allow({ AWS: user('replaced') })) })
    await reader.getSecretValue({ SecretId })
    await client.putResourcePolicy({ SecretId, ResourcePolicy: POLICY })
    assert.equal(await policyOf(SecretId), POLICY)
    await assert.rejects(reader.getSecretValue({ SecretId }), denied(user('replaced'), 'GetSecretValue', SecretId))
  })

  test('whatever else the secret has stays', async () => {
    const SecretId = await makeSecret()
    await client.tagResource({ SecretId, Tags: [{ Key: 'a', Value: 'b' }] })
    const before = await members(client.describeSecret({ SecretId }))
    await client.putResourcePolicy({ SecretId, ResourcePolicy: POLICY })
    const { LastChangedDate } = await client.describeSecret({ SecretId })
    assert.deepEqual(await members(client.describeSecret({ SecretId })), { ...before, LastChangedDate })
    await client.updateSecret({ SecretId, Description: 'd', SecretString: 'y' })
    assert.equal(await policyOf(SecretId), POLICY)
  })

  test('every principal that can come to a secret may be named', async () => {
    const SecretId = await makeSecret()
    await app.user('principal')
    const { User } = await app.iam.getUser({ UserName: 'principal' })
    const AWS = [
      user('principal'),
      User?.UserId,
      account,
      `arn:aws:iam::${OTHER}:root`,
      `arn:aws:sts::${account}:assumed-role/any/session`,
      otherArn,
    ]
    for (const Principal of [
      { AWS },
      { AWS: '*' },
      '*',
      { Service: ['lambda.amazonaws.com', 'x.y.amazonaws.com.cn'] },
    ]) {
      const ResourcePolicy = document(allow(Principal))
      await client.putResourcePolicy({ SecretId, ResourcePolicy })
      assert.equal(await policyOf(SecretId), ResourcePolicy)
    }
  })

  test('a secret that is marked for deletion keeps the policy it has', async () => {
    const SecretId = await makeSecret()
    await client.putResourcePolicy({ SecretId, ResourcePolicy: POLICY })
    await client.deleteSecret({ SecretId })
    for (const ResourcePolicy of [document(allow('*')), '{'])
      await assert.rejects(client.putResourcePolicy({ SecretId, ResourcePolicy }), MARKED)
    await client.restoreSecret({ SecretId })
    assert.equal(await policyOf(SecretId), POLICY)
  })
})

describe('what a policy gives', async () => {
  const shared = await storeKey(app, 'alias/shared', 'Enabled', {
    Version: '2012-10-17',
    Statement: [allow({ AWS: account }, 'kms:*'), allow({ AWS: OTHER }, 'kms:Decrypt')],
  })

  test('another account reads what is meant for it, alone and in a batch beside its own', async () => {
    const [open, closed] = [await makeSecret(shared.arn), await makeSecret(shared.arn)]
    await client.putResourcePolicy({ SecretId: open, ResourcePolicy: POLICY })
    assert.equal((await other.getSecretValue({ SecretId: open })).SecretString, 'x')
    await other.createSecret({ Name: 'own', SecretString: 'theirs' })
    const batch = await other.batchGetSecretValue({ SecretIdList: [open, closed, 'own'] })
    assert.deepEqual(
      batch.SecretValues?.map(({ ARN, SecretString }) => [ARN === open, SecretString]),
      [
        [true, 'x'],
        [false, 'theirs'],
      ],
    )
    const { name: ErrorCode, message: Message } = deniedAcross(otherArn, 'GetSecretValue', closed)
    assert.deepEqual(batch.Errors, [{ SecretId: closed, ErrorCode, Message }])
  })

  test('a secret of another account under the default key is not read', async () => {
    const SecretId = await makeSecret()
    await client.putResourcePolicy({ SecretId, ResourcePolicy: POLICY })
    await assert.rejects(other.getSecretValue({ SecretId }), { name: 'InvalidRequestException' })
  })

  test('another account sets, shows and removes policies where it may, but does not lock itself out', async () => {
    const SecretId = await makeSecret()
    const all = document(allow({ AWS: OTHER }, 'secretsmanager:*'))
    await assert.rejects(
      other.putResourcePolicy({ SecretId, ResourcePolicy: all }),
      deniedAcross(otherArn, 'PutResourcePolicy', SecretId),
    )
    await client.putResourcePolicy({ SecretId, ResourcePolicy: all })
    await assert.rejects(other.putResourcePolicy({ SecretId, ResourcePolicy: POLICY }), LOCKED_OUT)
    const fewer = document(
      allow({ AWS: otherArn }, ['secretsmanager:*ResourcePolicy', 'secretsmanager:DescribeSecret']),
    )
    await other.putResourcePolicy({ SecretId, ResourcePolicy: fewer })
    assert.equal((await other.getResourcePolicy({ SecretId })).ResourcePolicy, fewer)
    await other.describeSecret({ SecretId })
    await other.deleteResourcePolicy({ SecretId })
    await assert.rejects(other.getResourcePolicy({ SecretId }), deniedAcross(otherArn, 'GetResourcePolicy', SecretId))
  })

  test('it acts in a batch of its account too, where it denies', async () => {
    const [one, two] = [await makeSecret(), await makeSecret()]
    const reader = await app.as('batch-denied', [[{ Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' }]])
    await client.putResourcePolicy({ SecretId: one, ResourcePolicy: document(deny({ AWS: user('batch-denied') })) })
    const { SecretValues, Errors } = await reader.batchGetSecretValue({ SecretIdList: [one, two] })
    assert.deepEqual(
      SecretValues?.map(({ ARN }) => ARN),
      [two],
    )
    assert.match(Errors?.[0]?.Message ?? '', /with an explicit deny in a resource-based policy$/)
  })
})

describe('access', () => {
  test('who may not set a policy learns nothing of what exists', async () => {
    const client = await app.as('reader')
    const there = await makeSecret()
    for (const SecretId of [there, 'none'])
      await assert.rejects(
        client.putResourcePolicy({ SecretId, ResourcePolicy: '{' }),
        denied(user('reader'), 'PutResourcePolicy', SecretId),
      )
  })

  test('policies can demand that public ones are blocked', async () => {
    const careful = await app.as('careful', [
      [
        {
          Effect: 'Allow',
          Action: 'secretsmanager:PutResourcePolicy',
          Resource: '*',
          Condition: { Bool: { 'secretsmanager:BlockPublicPolicy': 'true' } },
        },
      ],
    ])
    const SecretId = await makeSecret()
    const put = { SecretId, ResourcePolicy: POLICY }
    for (const BlockPublicPolicy of [undefined, false])
      await assert.rejects(
        careful.putResourcePolicy({ ...put, BlockPublicPolicy }),
        denied(user('careful'), 'PutResourcePolicy', SecretId),
      )
    await careful.putResourcePolicy({ ...put, BlockPublicPolicy: true })
  })

  test('it leaves a record with the policy, a refused one too', async () => {
    const SecretId = await makeSecret()
    const input = { SecretId, ResourcePolicy: POLICY, BlockPublicPolicy: true }
    await client.putResourcePolicy(input)
    const [done] = await app.trail(1)
    assert.ok(done)
    assert.deepEqual(
      [done.operation, done.access, done.arn, done.parameters],
      ['PutResourcePolicy', 'write', SecretId, input],
    )
    const [record] = recordsOf(done)
    assert.deepEqual(record?.requestParameters, { secretId: SecretId, resourcePolicy: POLICY, blockPublicPolicy: true })
    assert.deepEqual(record?.responseElements, { arn: SecretId, name: SecretId.split(':').at(-1)?.slice(0, -7) })
    await assert.rejects(client.putResourcePolicy({ SecretId, ResourcePolicy: '{' }))
    const [refused] = await app.trail(1)
    assert.deepEqual([refused?.arn, refused?.error?.code], [SecretId, POLICY_SYNTAX.name])
  })
})
