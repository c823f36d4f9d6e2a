// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies have variables of this form

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { POLICY_SYNTAX } from '../expected-errors.ts'
import { startApp } from '../start-app.ts'

const app = await startApp()
after(() => app.close())
const { client, iam, kms, account } = app

const LEGACY = 'The policy failed legacy parsing'
const statement = { Effect: 'Deny', Action: 'secretsmanager:*', Resource: '*' }
const document = (more: object, Version: string | undefined = '2012-10-17') =>
  JSON.stringify({ Version, Statement: [{ ...statement, ...more }] })
const unreadable = { Condition: { DateLessThan: { 'aws:CurrentTime': '2020-13-45' } } }
const onResource = { ...unreadable, Principal: { AWS: account } }
const inTrust = { Action: 'sts:AssumeRole', Principal: { AWS: account }, Resource: undefined }
const fresh = () => `p-${randomUUID().slice(0, 8)}`

const { ARN: SecretId } = await client.createSecret({ Name: fresh(), SecretString: 'x' })
const KeyId = (await kms.createKey({})).KeyMetadata?.KeyId
const RoleName = fresh()
const RoleArn = (
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: document({ ...inTrust, Effect: 'Allow' }) })
).Role?.Arn
const UserName = fresh()
await iam.createUser({ UserName })
const GroupName = fresh()
await iam.createGroup({ GroupName })
const PolicyArn = (await iam.createPolicy({ PolicyName: fresh(), PolicyDocument: document({}) })).Policy?.Arn

describe('a policy with the date 2020-13-45 is refused', () => {
  const PolicyName = 'p'
  const PolicyDocument = document(unreadable)
  const malformed = { name: 'MalformedPolicyDocumentException', message: LEGACY }
  const trust = document({ ...unreadable, ...inTrust })
  const keyPolicy = JSON.stringify({
    Statement: [
      { Effect: 'Allow', Principal: { AWS: account }, Action: 'kms:*', Resource: '*' },
      { ...statement, ...onResource, Action: 'kms:Decrypt' },
    ],
  })
  const calls: readonly [operation: string, call: () => Promise<unknown>, refusal: object][] = [
    ['CreatePolicy', () => iam.createPolicy({ PolicyName: fresh(), PolicyDocument }), malformed],
    ['CreatePolicyVersion', () => iam.createPolicyVersion({ PolicyArn, PolicyDocument }), malformed],
    ['PutUserPolicy', () => iam.putUserPolicy({ UserName, PolicyName, PolicyDocument }), malformed],
    ['PutGroupPolicy', () => iam.putGroupPolicy({ GroupName, PolicyName, PolicyDocument }), malformed],
    ['PutRolePolicy', () => iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument }), malformed],
    ['CreateRole', () => iam.createRole({ RoleName: fresh(), AssumeRolePolicyDocument: trust }), malformed],
    ['UpdateAssumeRolePolicy', () => iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: trust }), malformed],
    [
      'SimulateCustomPolicy',
      () => iam.simulateCustomPolicy({ PolicyInputList: [PolicyDocument], ActionNames: ['a:b'] }),
      { name: 'InvalidInputException', message: `Invalid policy PolicyInputList.1: ${LEGACY}` },
    ],
    [
      'AssumeRole',
      async () => app.sts.assumeRole({ RoleArn, RoleSessionName: 'app', Policy: PolicyDocument }),
      malformed,
    ],
    [
      'PutResourcePolicy',
      () => client.putResourcePolicy({ SecretId, ResourcePolicy: document(onResource) }),
      POLICY_SYNTAX,
    ],
    ['CreateKey', () => kms.createKey({ Policy: keyPolicy }), malformed],
    ['PutKeyPolicy', () => kms.putKeyPolicy({ KeyId, Policy: keyPolicy }), malformed],
  ]
  for (const [operation, call, refusal] of calls)
    test(`by ${operation}`, async () => {
      await assert.rejects(call(), refusal)
    })

  test('and ValidateResourcePolicy says why', async () => {
    const answer = await client.validateResourcePolicy({ SecretId, ResourcePolicy: document(onResource) })
    assert.equal(answer.PolicyValidationPassed, false)
    assert.deepEqual(
      answer.ValidationErrors?.map(({ CheckName, ErrorMessage }) => [CheckName, ErrorMessage?.endsWith(LEGACY)]),
      [['SYNTAX_CHECK', true]],
    )
  })
})

describe('a managed policy', () => {
  const OLD = {
    name: 'MalformedPolicyDocumentException',
    message: 'Policy document must be version 2012-10-17 or greater.',
  }
  const older = { Version: '2008-10-17', Statement: [statement] }
  test('must be of version 2012-10-17, as a new policy and as a new version of one', async () => {
    for (const PolicyDocument of [JSON.stringify(older), JSON.stringify({ Statement: [statement] })]) {
      await assert.rejects(iam.createPolicy({ PolicyName: fresh(), PolicyDocument }), OLD)
      await assert.rejects(iam.createPolicyVersion({ PolicyArn, PolicyDocument }), OLD)
    }
  })
  test('may be of the older version when it is an inline policy', async () => {
    const PolicyDocument = JSON.stringify(older)
    await iam.putUserPolicy({ UserName, PolicyName: 'older', PolicyDocument })
    await iam.deleteUserPolicy({ UserName, PolicyName: 'older' })
  })
  test('may have an Id, as an inline policy may', async () => {
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Id: 'made-by-a-tool', Statement: [statement] })
    const { Policy } = await iam.createPolicy({ PolicyName: fresh(), PolicyDocument })
    assert.equal(Policy?.DefaultVersionId, 'v1')
    await iam.putUserPolicy({ UserName, PolicyName: 'with-id', PolicyDocument })
    await iam.deleteUserPolicy({ UserName, PolicyName: 'with-id' })
  })
  test('cannot name a bucket in a Region, nor an identity without a kind', async () => {
    const texts = [
      ['arn:aws:s3:eu-central-1::x', 'Resource arn:aws:s3:eu-central-1::x can not contain region information.'],
      ['arn:aws:iam:eu-central-1::x', 'IAM resource arn:aws:iam:eu-central-1::x cannot contain region information.'],
      ['arn:aws:iam:::x', /^IAM resource path must either be "\*" or start with user\/, .*access-report\/\.$/],
      ['arn:aws:s3::x', LEGACY],
    ] as const
    for (const [Resource, message] of texts)
      await assert.rejects(iam.createPolicy({ PolicyName: fresh(), PolicyDocument: document({ Resource }) }), {
        name: 'MalformedPolicyDocumentException',
        message,
      })
  })
})

/** Policies as an earlier release stored them: the harness writes them without looking at them. */
describe('a stored policy with a value that its operator cannot read', () => {
  const values = [
    { DateGreaterThan: { 'aws:CurrentTime': '2020-13-45' } },
    { NumericEquals: { 'secretsmanager:RecoveryWindowInDays': 'seven' } },
    { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/33' } },
    { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*' } },
    { Bool: { 'aws:SecureTransport': 'yes' } },
    { Null: { 'aws:TokenIssueTime': 'absent' } },
  ]
  for (const Condition of values)
    test(`${JSON.stringify(Condition)} denies what it is to deny, and allows nothing`, async () => {
      const allow = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' }
      const denied = await app.as(fresh(), [[allow, { ...allow, Effect: 'Deny', Condition }]])
      await assert.rejects(denied.getSecretValue({ SecretId }), {
        name: 'AccessDeniedException',
        message: /with an explicit deny in an identity-based policy$/,
      })
      const allowed = await app.as(fresh(), [[{ ...allow, Condition }]])
      await assert.rejects(allowed.getSecretValue({ SecretId }), {
        name: 'AccessDeniedException',
        message: /because no identity-based policy allows the secretsmanager:GetSecretValue action$/,
      })
    })

  test('leaves its other statements as they are', async () => {
    const [Condition] = values
    const reader = await app.as(fresh(), [
      [
        { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' },
        { Effect: 'Deny', Action: 'secretsmanager:PutSecretValue', Resource: '*', Condition },
      ],
    ])
    assert.equal((await reader.getSecretValue({ SecretId })).SecretString, 'x')
  })
})

describe('an Allow of everything but the resources of a variable', () => {
  const NotResource = 'arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team}/*'
  const statements = [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', NotResource }]
  test('gives nothing to a user without the tag, or with an empty one', async () => {
    const name = fresh()
    const reader = await app.as(name, [statements])
    await assert.rejects(reader.getSecretValue({ SecretId }), { name: 'AccessDeniedException' })
    await iam.tagUser({ UserName: name, Tags: [{ Key: 'team', Value: '' }] })
    await assert.rejects(reader.getSecretValue({ SecretId }), { name: 'AccessDeniedException' })
    await iam.tagUser({ UserName: name, Tags: [{ Key: 'team', Value: 'blue' }] })
    assert.equal((await reader.getSecretValue({ SecretId })).SecretString, 'x')
  })
})

describe('a secret whose policy lets in everyone', () => {
  const lets = (Principal: unknown, Condition?: object) =>
    document({ Effect: 'Allow', Principal, Action: 'secretsmanager:GetSecretValue', Condition })
  /** A client with a session of the role, narrowed by a policy if there is one. */
  async function session(Policy?: string) {
    const { Credentials: made } = await app.sts.assumeRole({ RoleArn, RoleSessionName: 'app', Policy })
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = made ?? {}
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    return app.clientFor({ credentials })
  }
  const narrowed = () => session(document({ Effect: 'Allow', Action: 'secretsmanager:ListSecrets' }))
  const refused = { name: 'AccessDeniedException' }

  test('is open to a session, but not to one whose policy does not allow it', async () => {
    await client.putResourcePolicy({ SecretId, ResourcePolicy: lets('*') })
    assert.equal((await (await session()).getSecretValue({ SecretId })).SecretString, 'x')
    await assert.rejects((await narrowed()).getSecretValue({ SecretId }), refused)
  })
  test('is open to a narrowed session when its policy names the session, or its role by aws:PrincipalArn', async () => {
    const reader = await narrowed()
    const named = `arn:aws:sts::${account}:assumed-role/${RoleName}/app`
    await client.putResourcePolicy({ SecretId, ResourcePolicy: lets({ AWS: named }) })
    assert.equal((await reader.getSecretValue({ SecretId })).SecretString, 'x')
    await client.putResourcePolicy({
      SecretId,
      ResourcePolicy: lets('*', { ArnEquals: { 'aws:PrincipalArn': RoleArn } }),
    })
    assert.equal((await reader.getSecretValue({ SecretId })).SecretString, 'x')
    await client.putResourcePolicy({ SecretId, ResourcePolicy: lets('*', { ArnLike: { 'aws:PrincipalArn': '*' } }) })
    await assert.rejects(reader.getSecretValue({ SecretId }), refused)
  })
  test('is closed to a user whose boundary does not allow it', async () => {
    const name = fresh()
    const reader = await app.as(name)
    await client.putResourcePolicy({ SecretId, ResourcePolicy: lets('*') })
    assert.equal((await reader.getSecretValue({ SecretId })).SecretString, 'x')
    await iam.putUserPermissionsBoundary({
      UserName: name,
      PermissionsBoundary: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess',
    })
    await assert.rejects(reader.getSecretValue({ SecretId }), refused)
  })
})
