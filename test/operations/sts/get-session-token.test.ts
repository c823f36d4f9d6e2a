import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startApp } from '../../start-app.ts'
import { assume, createRole, usable } from './roles.ts'

const SESSION_CREDENTIALS = { name: 'AccessDenied', message: 'Cannot call GetSessionToken with session credentials' }
const UNKNOWN = { name: 'InvalidClientTokenId' }
const HOUR = 3_600_000

const app = await startApp()
after(() => app.close())
const session = async (by?: { accessKeyId: string; secretAccessKey: string }, DurationSeconds?: number) => {
  const sts = by ? app.stsFor({ credentials: by }) : app.sts
  return usable((await sts.getSessionToken({ DurationSeconds })).Credentials)
}

describe('the session', () => {
  test("it is the user, with the user's permissions", async () => {
    const credentials = await session(
      await app.user('maker', [[{ Effect: 'Allow', Action: 'secretsmanager:GetRandomPassword', Resource: '*' }]]),
    )
    const { Arn, UserId } = await app.stsFor({ credentials }).getCallerIdentity({})
    assert.equal(Arn, `arn:aws:iam::${app.account}:user/maker`)
    assert.match(UserId ?? '', /^AIDA/)
    assert.match(credentials.accessKeyId, /^ASIA/)
    const client = app.clientFor({ credentials })
    assert.ok((await client.getRandomPassword({})).RandomPassword)
    await assert.rejects(client.listSecrets({}), { name: 'AccessDeniedException' })
  })

  test('nobody needs permission for it, and nobody can be denied it', async () => {
    const user = await app.user('denied', [[{ Effect: 'Deny', Action: '*', Resource: '*' }]])
    assert.ok((await session(user)).sessionToken)
  })

  test('it lasts twelve hours, or what is asked for', async () => {
    const end = async (DurationSeconds?: number) =>
      (await app.sts.getSessionToken({ DurationSeconds })).Credentials?.Expiration?.getTime() ?? 0
    const now = app.clock.now()
    assert.ok(Math.abs((await end()) - now - 12 * HOUR) < 60_000)
    assert.ok(Math.abs((await end(900)) - now - 900_000) < 60_000)
    assert.ok(Math.abs((await end(129_600)) - now - 36 * HOUR) < 60_000)
    await assert.rejects(end(899), { name: 'ValidationError' })
    await assert.rejects(end(129_601), { name: 'ValidationError' })
  })

  test('it can assume roles, which is no chaining', async () => {
    const RoleArn = await createRole(app, 'from-session', { MaxSessionDuration: 7200 })
    assert.ok(await assume(app, RoleArn, { by: await session(), DurationSeconds: 7200 }))
  })

  test('it is refused once its time is over', async () => {
    const credentials = await session(undefined, 900)
    app.clock.advance(900_000)
    await assert.rejects(app.stsFor({ credentials }).getCallerIdentity({}), { name: 'ExpiredToken' })
  })
})

describe('the key that asked for it', () => {
  test('while it is inactive the session is of no use', async () => {
    const user = await app.user('switched')
    const sts = app.stsFor({ credentials: await session(user) })
    const set = (Status: 'Active' | 'Inactive') =>
      app.iam.updateAccessKey({ UserName: 'switched', AccessKeyId: user.accessKeyId, Status })
    assert.ok((await sts.getCallerIdentity({})).Arn)
    await set('Inactive')
    await assert.rejects(sts.getCallerIdentity({}), UNKNOWN)
    await set('Active')
    assert.ok((await sts.getCallerIdentity({})).Arn)
  })

  test('when it is deleted the session ends, whatever other keys the user has', async () => {
    const user = await app.user('rekeyed')
    const sts = app.stsFor({ credentials: await session(user) })
    await app.iam.createAccessKey({ UserName: 'rekeyed' })
    await app.iam.deleteAccessKey({ UserName: 'rekeyed', AccessKeyId: user.accessKeyId })
    await assert.rejects(sts.getCallerIdentity({}), UNKNOWN)
  })
})

describe('who gets none', () => {
  test("a user's session does not", async () => {
    await assert.rejects(app.stsFor({ credentials: await session() }).getSessionToken({}), SESSION_CREDENTIALS)
  })

  test("a role's session does not", async () => {
    const credentials = await assume(app, await createRole(app, 'no-session'))
    await assert.rejects(app.stsFor({ credentials }).getSessionToken({}), SESSION_CREDENTIALS)
  })

  test('a user with a device does not: devices are not supported', async () => {
    const SerialNumber = `arn:aws:iam::${app.account}:mfa/me`
    await assert.rejects(app.sts.getSessionToken({ SerialNumber, TokenCode: '123456' }), {
      name: 'AccessDenied',
      message: /not supported/,
    })
  })
})

test('where nobody is verified root gets a session, for an hour at most', async () => {
  await using open = await startApp({ verify: false })
  const sts = open.stsFor({ credentials: { accessKeyId: open.account, secretAccessKey: 'x' } })
  const { Credentials } = await sts.getSessionToken({ DurationSeconds: 43_200 })
  assert.ok(Math.abs((Credentials?.Expiration?.getTime() ?? 0) - open.clock.now() - HOUR) < 60_000)
  const { Arn } = await open.stsFor({ credentials: usable(Credentials) }).getCallerIdentity({})
  assert.equal(Arn, `arn:aws:iam::${open.account}:root`)
})
