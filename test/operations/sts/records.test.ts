import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { recordsOf } from '../../../src/audit/cloudtrail.ts'
import { startApp } from '../../start-app.ts'

describe('records of STS and IAM', async () => {
  const app = await startApp()
  after(() => app.close())
  const { account } = app
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement })
  const last = async () => {
    const [record] = (await app.trail(1)).flatMap(recordsOf)
    assert.ok(record)
    return record
  }
  const { Role } = await app.iam.createRole({
    RoleName: 'reader',
    AssumeRolePolicyDocument: document({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }),
  })
  const RoleArn = Role?.Arn ?? ''

  test('lead from a session back to who assumed it, and hold nothing that opens it', async () => {
    const { Credentials } = await app.sts.assumeRole({ RoleArn, RoleSessionName: 'one' })
    const record = await last()
    assert.equal(record.eventSource, 'sts.amazonaws.com')
    assert.deepEqual(record.resources, [{ ARN: RoleArn, accountId: account, type: 'AWS::IAM::Role' }])
    const { credentials, assumedRoleUser } = record.responseElements as Record<string, Record<string, unknown>>
    assert.deepEqual(Object.keys(credentials ?? {}), ['accessKeyId', 'sessionToken', 'expiration'])
    // A session's records are known by what stands for its token, and nobody can be the session by that.
    assert.match(String(credentials?.sessionToken), /^hmac-sha256:[\w-]{50}$/)
    assert.match(String(credentials?.expiration), /^[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M$/)
    assert.equal(credentials?.accessKeyId, Credentials?.AccessKeyId)
    assert.equal(assumedRoleUser?.arn, `arn:aws:sts::${account}:assumed-role/reader/one`)
    const text = JSON.stringify(await app.trail(1))
    assert.ok(!text.includes(Credentials?.SecretAccessKey ?? '-'))
    assert.ok(!text.includes(Credentials?.SessionToken ?? '-'))
  })

  test('of a session say which role it is of', async () => {
    const { Credentials } = await app.sts.assumeRole({ RoleArn, RoleSessionName: 'two', SourceIdentity: undefined })
    const session = app.stsFor({
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      },
    })
    await session.getCallerIdentity({})
    const { userIdentity } = await last()
    const { sessionContext, ...identity } = userIdentity as Record<string, Record<string, unknown>>
    assert.deepEqual(identity, {
      type: 'AssumedRole',
      principalId: `${Role?.RoleId}:two`,
      arn: `arn:aws:sts::${account}:assumed-role/reader/two`,
      accountId: account,
      accessKeyId: Credentials?.AccessKeyId,
    })
    assert.deepEqual(sessionContext?.sessionIssuer, {
      type: 'Role',
      principalId: Role?.RoleId,
      arn: RoleArn,
      accountId: account,
      userName: 'reader',
    })
    const { creationDate, mfaAuthenticated } = sessionContext?.attributes as Record<string, string>
    assert.match(creationDate ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.equal(mfaAuthenticated, 'false')
  })

  test('of IAM are of its one Region, and name a new key without its secret', async () => {
    await app.iam.createUser({ UserName: 'bob' })
    const { AccessKey } = await app.iam.createAccessKey({ UserName: 'bob' })
    const { awsRegion, responseElements } = await last()
    assert.equal(awsRegion, 'us-east-1')
    const { accessKey } = responseElements as Record<string, Record<string, unknown>>
    assert.deepEqual(Object.keys(accessKey ?? {}).toSorted(), ['accessKeyId', 'createDate', 'status', 'userName'])
    assert.equal(accessKey?.accessKeyId, AccessKey?.AccessKeyId)
    await app.iam.deleteAccessKey({ UserName: 'bob', AccessKeyId: AccessKey?.AccessKeyId })
    assert.equal((await last()).responseElements, null)
  })

  test('name refusals as the caller saw them', async () => {
    await assert.rejects(app.iam.getUser({ UserName: 'none' }), { name: 'NoSuchEntityException' })
    assert.equal((await last()).errorCode, 'NoSuchEntity')
    await assert.rejects(app.sts.assumeRole({ RoleArn, RoleSessionName: 'a b' }), { name: 'ValidationError' })
    assert.equal((await last()).errorCode, 'ValidationError')
    const missing = `${RoleArn}-missing`
    await assert.rejects(app.sts.assumeRole({ RoleArn: missing, RoleSessionName: 'one' }), { name: 'AccessDenied' })
    const { errorCode, resources } = await last()
    assert.deepEqual([errorCode, resources], ['AccessDenied', undefined])
  })

  test('hold no code of a device', async () => {
    const device = { SerialNumber: 'arn:aws:iam::111122223333:mfa/x', TokenCode: '123456' }
    await assert.rejects(app.sts.getSessionToken(device))
    const { requestParameters } = await last()
    assert.deepEqual(requestParameters, { serialNumber: device.SerialNumber })
  })
})
