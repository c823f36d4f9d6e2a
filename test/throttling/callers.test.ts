import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { ADMINISTRATOR_ACCESS, assume, trust, usable } from '../operations/sts/roles.ts'
import { TokenIssuer } from '../operations/sts/token-issuer.ts'
import { startApp } from '../start-app.ts'
import { answeredUntilThrottled, QUERY_THROTTLED, RATE_FACTOR, READS, rest, THROTTLED } from './throttled.ts'

const issuer = await TokenIssuer.create('oidc.example.com/clusters/Shop')
const app = await startApp({ rateFactor: RATE_FACTOR, stopped: true, issuerKeys: issuer.keys })
after(() => app.close())
issuer.now = () => app.clock.now()
beforeEach(() => rest(app))

const ALL = [[{ Effect: 'Allow', Action: '*', Resource: '*' }]]
await app.client.createSecret({ Name: 'a', SecretString: 'x' })
const read = (client = app.client) => client.getSecretValue({ SecretId: 'a' })
/** Reads that a client has left. */
const left = (client = app.client) => answeredUntilThrottled(() => read(client))

describe('a caller who asks for too much', () => {
  test('is refused, and answered again as time passes', async () => {
    assert.equal(await left(), READS)
    await assert.rejects(read(), THROTTLED)
    app.clock.advance(100)
    assert.equal(await left(), READS / 10)
    app.clock.advance(3_600_000)
    assert.equal(await left(), READS)
  })

  test('gets no more in another Region', async () => {
    await left()
    await assert.rejects(read(app.clientFor({ region: 'us-west-2' })), THROTTLED)
  })

  test('takes nothing from others', async () => {
    const [one, other] = [await app.as('one', ALL), await app.as('other', ALL)]
    await left(one)
    assert.equal(await left(other), READS)
    assert.equal(await left(), READS)
  })

  test('takes nothing from itself at other operations and services', async () => {
    await left()
    await app.client.listSecrets({})
    await app.client.getRandomPassword({})
    await app.kms.generateRandom({ NumberOfBytes: 8 })
    await app.sts.getCallerIdentity({})
  })

  test('is refused before anything is said of permission or of what there is', async () => {
    const nobody = await app.as('nobody')
    assert.equal(await answeredUntilThrottled(() => nobody.getSecretValue({ SecretId: 'a' })), READS)
    await assert.rejects(nobody.describeSecret({ SecretId: 'none' }), THROTTLED)
  })
})

async function newRole(RoleName: string, AssumeRolePolicyDocument: string): Promise<string> {
  const { Role } = await app.iam.createRole({ RoleName, AssumeRolePolicyDocument })
  rest(app)
  await app.iam.attachRolePolicy({ RoleName, PolicyArn: ADMINISTRATOR_ACCESS })
  rest(app)
  return Role?.Arn ?? ''
}

describe('one caller are', () => {
  test('both keys of a user, and the sessions made with them', async () => {
    const first = await app.user('two-keys', ALL)
    const { AccessKey } = await app.iam.createAccessKey({ UserName: 'two-keys' })
    const { Credentials } = await app.stsFor({ credentials: first }).getSessionToken({})
    const second = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
    assert.equal(await left(app.clientFor({ credentials: first })), READS)
    for (const credentials of [second, usable(Credentials)])
      await assert.rejects(read(app.clientFor({ credentials })), THROTTLED)
  })

  test('all sessions of a role, which is another than who assumed it', async () => {
    const role = await newRole('reader', trust({ AWS: app.account }))
    const [one, other] = [await assume(app, role), await assume(app, role, { RoleSessionName: 'other' })]
    assert.equal(await left(app.clientFor({ credentials: one })), READS)
    await assert.rejects(read(app.clientFor({ credentials: other })), THROTTLED)
    assert.equal(await left(), READS)
  })

  test('all who present a token for the same subject', async () => {
    const provider = await issuer.register(app, ['sts.amazonaws.com'])
    const AssumeRolePolicyDocument = trust({ Federated: provider }, 'sts:AssumeRoleWithWebIdentity')
    rest(app)
    const RoleArn = await newRole('web', AssumeRolePolicyDocument)
    const present = async (sub: string, name: string) => {
      const WebIdentityToken = await issuer.token({ sub })
      return app.sts.assumeRoleWithWebIdentity({ RoleArn, RoleSessionName: name, WebIdentityToken })
    }
    assert.equal(await answeredUntilThrottled(() => present('shop', 'first')), 3)
    await assert.rejects(present('shop', 'second'), QUERY_THROTTLED)
    assert.ok((await present('bank', 'first')).Credentials)
  })
})
