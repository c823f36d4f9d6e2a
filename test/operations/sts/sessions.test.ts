import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startApp } from '../../start-app.ts'
import { allow, assume, createRole, trust } from './roles.ts'

// How long temporary credentials are good for, whoever gave them.

const HOUR = 3_600_000
const EXPIRED = { name: 'ExpiredToken' }
const UNKNOWN = { name: 'InvalidClientTokenId' }

const app = await startApp()
after(() => app.close())
type Temporary = Awaited<ReturnType<typeof assume>>
const identity = (credentials: Temporary) => app.stsFor({ credentials }).getCallerIdentity({})

test('a session ends with its time, to the second', async () => {
  const credentials = await assume(app, await createRole(app, 'timed'), { DurationSeconds: 900 })
  app.clock.advance(890_000)
  assert.ok((await identity(credentials)).Arn)
  app.clock.advance(10_000)
  await assert.rejects(identity(credentials), EXPIRED)
})

test('a session ends when its role is deleted, also when there is another of the name', async () => {
  const arn = await createRole(app, 'fleeting')
  const credentials = await assume(app, arn)
  assert.ok((await identity(credentials)).Arn)
  await app.iam.deleteRolePolicy({ RoleName: 'fleeting', PolicyName: 'own' })
  await app.iam.deleteRole({ RoleName: 'fleeting' })
  await assert.rejects(identity(credentials), UNKNOWN)
  assert.equal(await createRole(app, 'fleeting'), arn)
  await assert.rejects(identity(credentials), UNKNOWN)
  assert.ok((await identity(await assume(app, arn))).Arn)
})

test('what is taken from a role is taken from its sessions', async () => {
  const credentials = await assume(app, await createRole(app, 'weakened'))
  const client = app.clientFor({ credentials })
  assert.ok((await client.getRandomPassword({})).RandomPassword)
  await app.iam.deleteRolePolicy({ RoleName: 'weakened', PolicyName: 'own' })
  await assert.rejects(client.getRandomPassword({}), { name: 'AccessDeniedException' })
})

test('a role that no longer trusts anybody keeps the sessions it has', async () => {
  const arn = await createRole(app, 'closed')
  const credentials = await assume(app, arn)
  await app.iam.updateAssumeRolePolicy({ RoleName: 'closed', PolicyDocument: trust({ AWS: '999988887777' }) })
  await assert.rejects(assume(app, arn), { name: 'AccessDenied' })
  assert.ok((await identity(credentials)).Arn)
})

test('older sessions are revoked by a deny that looks at their time', async () => {
  const arn = await createRole(app, 'revoked')
  const before = await assume(app, arn)
  app.clock.advance(60_000)
  const Condition = { DateLessThan: { 'aws:TokenIssueTime': new Date(app.clock.now() - 30_000).toISOString() } }
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action: '*', Resource: '*', Condition }],
  })
  await app.iam.putRolePolicy({ RoleName: 'revoked', PolicyName: 'AWSRevokeOlderSessions', PolicyDocument })
  await assert.rejects(app.clientFor({ credentials: before }).getRandomPassword({}), {
    message: /with an explicit deny in an identity-based policy/,
  })
  const after = await assume(app, arn)
  assert.ok((await app.clientFor({ credentials: after }).getRandomPassword({})).RandomPassword)
})

describe('tokens that are not ours', async () => {
  const credentials = await assume(app, await createRole(app, 'real'))
  const other = await assume(app, await createRole(app, 'other', { policy: allow('iam:*') }))
  const changed = Buffer.from(credentials.sessionToken, 'base64')
  changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1

  const forged: readonly [name: string, credentials: Temporary][] = [
    ['one with a bit changed', { ...credentials, sessionToken: changed.toString('base64') }],
    ['one of another key', { ...credentials, sessionToken: other.sessionToken }],
    ['one without its key', { ...other, accessKeyId: credentials.accessKeyId }],
    ['one that is cut', { ...credentials, sessionToken: credentials.sessionToken.slice(0, -4) }],
    ['a text', { ...credentials, sessionToken: 'token' }],
  ]
  for (const [name, presented] of forged) test(`${name} is refused`, () => assert.rejects(identity(presented), UNKNOWN))

  test('a key without its token is refused', async () => {
    const { accessKeyId, secretAccessKey } = credentials
    const sts = app.stsFor({ credentials: { accessKeyId, secretAccessKey } })
    await assert.rejects(sts.getCallerIdentity({}), UNKNOWN)
  })

  test('a token with another secret is refused', async () => {
    const { secretAccessKey } = other
    await assert.rejects(identity({ ...credentials, secretAccessKey }), { name: 'SignatureDoesNotMatch' })
  })
})

test('a chained session outlives the session it was made with', async () => {
  const arn = await createRole(app, 'outliving', { MaxSessionDuration: 7200 })
  const by = await assume(app, arn, { DurationSeconds: 900 })
  app.clock.advance(600_000)
  const chained = await assume(app, arn, { by, DurationSeconds: 3600 })
  app.clock.advance(600_000)
  await assert.rejects(identity(by), EXPIRED)
  assert.ok((await identity(chained)).Arn)
  app.clock.advance(HOUR)
  await assert.rejects(identity(chained), EXPIRED)
})
