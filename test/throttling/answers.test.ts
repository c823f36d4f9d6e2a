import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { rawCall } from '../raw-call.ts'
import { startApp } from '../start-app.ts'
import {
  answeredUntilThrottled,
  KMS_THROTTLED,
  QUERY_THROTTLED,
  RATE_FACTOR,
  READS,
  rest,
  THROTTLED,
} from './throttled.ts'

const app = await startApp({ rateFactor: RATE_FACTOR, stopped: true })
after(() => app.close())
beforeEach(() => rest(app))

await app.client.createSecret({ Name: 'a', SecretString: 'x' })
const read = (client = app.client) => client.getSecretValue({ SecretId: 'a' })
const exhaust = () => answeredUntilThrottled(() => read())

describe('every service has its own rates and says it its own way', () => {
  test('Secrets Manager', async () => {
    await app.client.listSecrets({})
    await assert.rejects(app.client.listSecretVersionIds({ SecretId: 'a' }), THROTTLED)
  })

  test('KMS', async () => {
    const random = () => app.kms.generateRandom({ NumberOfBytes: 8 })
    assert.equal(await answeredUntilThrottled(random), 50)
    await assert.rejects(random(), KMS_THROTTLED)
    await app.kms.createKey({})
    await assert.rejects(app.kms.createKey({}), KMS_THROTTLED)
    await app.kms.listKeys({})
  })

  test('what Secrets Manager asks of KMS is no request of the caller', async () => {
    assert.equal(await exhaust(), READS)
    assert.equal(await answeredUntilThrottled(() => app.kms.generateRandom({ NumberOfBytes: 8 })), 50)
  })

  test('IAM', async () => {
    await app.iam.listUsers({})
    await assert.rejects(app.iam.listRoles({}), QUERY_THROTTLED)
    await app.iam.createUser({ UserName: 'new' })
    await assert.rejects(app.iam.deleteUser({ UserName: 'new' }), QUERY_THROTTLED)
  })

  test('STS', async () => {
    assert.equal(await answeredUntilThrottled(() => app.sts.getCallerIdentity({})), 3)
    await assert.rejects(app.sts.getSessionToken({}), QUERY_THROTTLED)
  })

  test('on the wire of a JSON service', async () => {
    await using open = await startApp({ verify: false, rateFactor: RATE_FACTOR, stopped: true })
    const { status } = await rawCall(open, 'ListSecrets', {})
    const answer = await rawCall(open, 'ListSecrets', {})
    assert.deepEqual([status, answer.status], [200, 400])
    assert.equal(answer.body, '{"__type":"ThrottlingException","message":"Rate exceeded"}')
    assert.match(answer.headers['x-amzn-RequestId'] ?? '', /^[0-9a-f-]{36}$/)
  })
})

describe('SDKs', () => {
  test('try again by themselves, and succeed once there is room', async () => {
    await exhaust()
    const client = app.clientFor({ maxAttempts: 3 })
    client.middlewareStack.add(
      (next) => (args) =>
        next(args).catch((error) => {
          app.clock.advance(1000)
          throw error
        }),
      // Inside of what tries again.
      { step: 'deserialize', priority: 'high' },
    )
    const { SecretString, $metadata } = await read(client)
    assert.equal(SecretString, 'x')
    assert.equal($metadata.attempts, 2)
  })

  test('give up after their last attempt, and tell how many there were', async () => {
    await exhaust()
    const rejected = await read(app.clientFor({ maxAttempts: 2 })).catch((error) => error)
    assert.equal(rejected.name, 'ThrottlingException')
    assert.deepEqual([rejected.$metadata.httpStatusCode, rejected.$metadata.attempts], [400, 2])
  })

  test('do so at Query services too', async () => {
    await answeredUntilThrottled(() => app.sts.getCallerIdentity({}))
    const rejected = await app
      .stsFor({ maxAttempts: 2 })
      .getCallerIdentity({})
      .catch((error) => error)
    assert.deepEqual([rejected.$metadata.httpStatusCode, rejected.$metadata.attempts], [400, 2])
  })
})

describe('of requests that are too many', () => {
  const throttledLines = () => app.refused.filter(({ code }) => code === 'ThrottlingException')

  test('the trail has no record', async () => {
    await exhaust()
    const before = (await app.trail(10_000)).length
    for (let more = 0; more < 10; more++) await assert.rejects(read(), THROTTLED)
    assert.equal((await app.trail(10_000)).length, before)
  })

  test('the security log says who sent them', async () => {
    await exhaust()
    const line = throttledLines().at(-1)
    assert.equal(line?.principal, `arn:aws:iam::${app.account}:user/administrator`)
    assert.equal(line?.operation, 'secretsmanager:GetSecretValue')
    assert.equal(line?.accessKeyId, 'AKIATESTADMINISTRATO')
  })

  test('the security log has few lines, and goes on telling who proves nothing', async () => {
    await exhaust()
    app.refused.length = 0
    for (let more = 0; more < 300; more++) await read().catch(() => {})
    assert.ok(throttledLines().length <= 10)
    app.clock.advance(60_000)
    await exhaust()
    const told = throttledLines().reduce((sum, { suppressed = 0 }) => sum + 1 + Number(suppressed), 0)
    assert.ok(told >= 300)
    const impostor = app.clientFor({ credentials: { accessKeyId: 'AKIANOBODY0000000000', secretAccessKey: 'x' } })
    await assert.rejects(read(impostor), { name: 'UnrecognizedClientException' })
    assert.equal(app.refused.at(-1)?.code, 'UnrecognizedClientException')
  })

  test('a caller who proves nothing takes none of those whom he names', async () => {
    const forger = app.clientFor({ credentials: { accessKeyId: 'AKIATESTADMINISTRATO', secretAccessKey: 'wrong' } })
    for (let more = 0; more < READS; more++) await assert.rejects(read(forger), { name: 'InvalidSignatureException' })
    assert.equal(await exhaust(), READS)
  })
})
