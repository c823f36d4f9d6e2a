import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startApp } from '../../start-app.ts'

describe('a session of a user', async () => {
  const app = await startApp()
  after(() => app.close())
  const { Credentials } = await app.sts.getSessionToken({})
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }

  test('reads secrets as the user does', async () => {
    await app.client.createSecret({ Name: 'one', SecretString: 'x' })
    assert.equal((await app.clientFor({ credentials }).getSecretValue({ SecretId: 'one' })).SecretString, 'x')
  })

  test('cannot call IAM: no device was proven for it', async () => {
    await assert.rejects(app.iamFor({ credentials }).listUsers({}), {
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
    })
    await app.iam.listUsers({})
  })
})

describe('a role session', async () => {
  const app = await startApp()
  after(() => app.close())

  test('can call IAM', async () => {
    const trust = { Effect: 'Allow', Principal: { AWS: app.account }, Action: 'sts:AssumeRole' }
    const RoleName = 'admin'
    const { Role } = await app.iam.createRole({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
    })
    await app.iam.attachRolePolicy({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' })
    const { Credentials } = await app.sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: 'one' })
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    assert.equal((await app.iamFor({ credentials }).listRoles({})).Roles?.length, 1)
  })
})

describe('a session narrowed by a policy of the account', async () => {
  const app = await startApp()
  after(() => app.close())

  test('may do nothing once that policy is gone', async () => {
    const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement })
    const { Policy } = await app.iam.createPolicy({
      PolicyName: 'narrow',
      PolicyDocument: document({ Effect: 'Allow', Action: 'secretsmanager:ListSecrets', Resource: '*' }),
    })
    const { Role } = await app.iam.createRole({
      RoleName: 'reader',
      AssumeRolePolicyDocument: document({
        Effect: 'Allow',
        Principal: { AWS: app.account },
        Action: 'sts:AssumeRole',
      }),
    })
    await app.iam.attachRolePolicy({ RoleName: 'reader', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' })
    const { Credentials } = await app.sts.assumeRole({
      RoleArn: Role?.Arn,
      RoleSessionName: 'one',
      PolicyArns: [{ arn: Policy?.Arn }],
    })
    const client = app.clientFor({
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      },
    })
    await client.listSecrets({})
    await app.iam.deletePolicy({ PolicyArn: Policy?.Arn })
    await assert.rejects(
      client.listSecrets({}),
      /because no session policy allows the secretsmanager:ListSecrets action$/,
    )
  })
})

describe('where nobody is held to policies', async () => {
  const app = await startApp({ verify: false })
  after(() => app.close())

  test('root assumes roles too', async () => {
    const { Role } = await app.iam.createRole({
      RoleName: 'reader',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      }),
    })
    const { AssumedRoleUser } = await app.sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: 'one' })
    assert.equal(AssumedRoleUser?.Arn, `arn:aws:sts::${app.account}:assumed-role/reader/one`)
  })
})
