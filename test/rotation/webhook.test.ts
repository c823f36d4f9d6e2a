import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { rotationConfig } from '../../src/rotation-config.ts'
import { startApp, type TestApp } from '../start-app.ts'
import { type Answer, startAnswering } from './answering-server.ts'
import { rotateStep } from './rotate-step.ts'
import { LAMBDA } from './rotating-function.ts'

const SecretId = 's'
const KEY = 'a key that the receiver has as well'

/** A Coffer, one of whose secrets a webhook rotates. */
async function startWith(url: string): Promise<TestApp> {
  const app = await startApp({
    rotation: rotationConfig({
      functions: [`${LAMBDA}=webhook:${url}`],
      hosts: [],
      roles: [],
      environment: [],
      endpoint: undefined,
      lambdaCredentials: undefined,
      webhookKey: KEY,
      variables: {},
    }),
  })
  await app.client.createSecret({ Name: SecretId, SecretString: 'first' })
  return app
}

async function rotate(app: TestApp): Promise<string> {
  await app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
  await app.running.rotate()
  return (await app.client.getSecretValue({ SecretId })).SecretString ?? ''
}

const reasonsOf = (app: TestApp) =>
  app.logged.filter(({ level }) => level === 'error').map(({ details }) => (details as { reason?: string }).reason)

test('a webhook is posted every step, with a signature that says when', async () => {
  await using hook = await startAnswering({ status: 204, body: '' })
  await using app = await startWith(`${hook.url}/rotate?token=x`)
  hook.parts.act = (event) => rotateStep(event, app.client)
  assert.match(await rotate(app), /^password /)
  assert.deepEqual(
    hook.seen.map(({ event }) => event.Step),
    ['createSecret', 'setSecret', 'testSecret', 'finishSecret'],
  )
  const { ARN } = await app.client.describeSecret({ SecretId })
  for (const { url, headers, body, event } of hook.seen) {
    assert.equal(url, '/rotate?token=x')
    assert.deepEqual(Object.keys(event), ['Step', 'SecretId', 'ClientRequestToken'])
    assert.equal(event.SecretId, ARN)
    const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['coffer-signature'])) ?? []
    assert.equal(signature, createHmac('sha256', KEY).update(`${seconds}.${body}`).digest('hex'))
    assert.ok(Math.abs(Number(seconds) - app.clock.now() / 1000) < 60)
  }
})

const failures: readonly [what: string, answer: Answer, reason: string][] = [
  ['a status', { status: 500, body: 'horse' }, 'The webhook answered with status 500'],
  ['a redirect', { status: 307, headers: { Location: '/elsewhere' } }, 'The webhook answered with status 307'],
]
for (const [what, answer, reason] of failures)
  test(`a webhook fails with ${what}, which is not followed or repeated`, async () => {
    await using hook = await startAnswering(answer)
    await using app = await startWith(hook.url)
    assert.equal(await rotate(app), 'first')
    assert.deepEqual(reasonsOf(app), [reason])
    assert.equal(hook.seen.length, 1)
  })

test('a webhook that answers without end is done when it has said so', async () => {
  await using hook = await startAnswering({ body: 'x'.repeat(8 * 1024 * 1024) })
  await using app = await startWith(hook.url)
  hook.parts.act = (event) => rotateStep(event, app.client)
  assert.match(await rotate(app), /^password /)
})

test('a webhook that is not there fails, and the log does not say its path', async () => {
  const gone = await startAnswering({})
  await gone[Symbol.asyncDispose]()
  await using app = await startWith(`${gone.url}/token`)
  assert.equal(await rotate(app), 'first')
  assert.deepEqual(reasonsOf(app), [`The webhook cannot be reached at ${gone.url}, or took too long`])
})
