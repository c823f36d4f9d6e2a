import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MARKED, NOT_FOUND } from '../../expected-errors.ts'
import { fails, LAMBDA, startRotatingApp } from '../../rotation/rotating-function.ts'

const SecretId = 's'
const DAY = 86_400_000

async function rotating() {
  const app = await startRotatingApp()
  const created = await app.client.createSecret({ Name: SecretId, SecretString: 'first' })
  return Object.assign(app, { created })
}

describe('behaviour', () => {
  test('rotation is off, function and rules stay, and there is no next date', async () => {
    await using app = await rotating()
    const { client, created, clock } = app
    await client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA, RotationRules: { AutomaticallyAfterDays: 2 } })
    await app.running.rotate()
    const { LastRotatedDate } = await client.describeSecret({ SecretId })
    const { $metadata: _, ...answer } = await client.cancelRotateSecret({ SecretId })
    assert.deepEqual(answer, { ARN: created.ARN, Name: 's' })
    const described = await client.describeSecret({ SecretId })
    assert.equal(described.RotationEnabled, false)
    assert.equal(described.RotationLambdaARN, LAMBDA)
    assert.deepEqual(described.RotationRules, { AutomaticallyAfterDays: 2 })
    assert.deepEqual(described.LastRotatedDate, LastRotatedDate)
    assert.equal(described.NextRotationDate, undefined)
    app.functions.calls.length = 0
    clock.advance(10 * DAY)
    await app.running.rotate()
    assert.equal(app.functions.calls.length, 0)
  })

  test('the unfinished version is told, and is not tried again', async () => {
    await using app = await rotating()
    const { client, functions } = app
    functions.instead.createSecret = fails
    const { VersionId } = await client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
    await app.running.rotate()
    assert.equal((await client.cancelRotateSecret({ SecretId })).VersionId, VersionId)
    app.clock.advance(DAY)
    await app.running.rotate()
    assert.equal(functions.calls.length, 1)
  })

  test('RotateSecret turns it on again', async () => {
    await using app = await rotating()
    const { client } = app
    await client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA, RotationRules: { AutomaticallyAfterDays: 2 } })
    await app.running.rotate()
    await client.cancelRotateSecret({ SecretId })
    await client.rotateSecret({ SecretId })
    await app.running.rotate()
    const { RotationEnabled, NextRotationDate } = await client.describeSecret({ SecretId })
    assert.equal(RotationEnabled, true)
    assert.ok(NextRotationDate)
    assert.equal(app.functions.calls.length, 8)
  })

  test('a second call changes nothing', async () => {
    await using app = await rotating()
    const { client, clock } = app
    await client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
    await app.running.rotate()
    await client.cancelRotateSecret({ SecretId })
    const { LastChangedDate } = await client.describeSecret({ SecretId })
    clock.advance(DAY)
    await client.cancelRotateSecret({ SecretId })
    assert.deepEqual((await client.describeSecret({ SecretId })).LastChangedDate, LastChangedDate)
  })

  test('a secret that was never rotated is refused', async () => {
    await using app = await rotating()
    await assert.rejects(app.client.cancelRotateSecret({ SecretId }), {
      name: 'InvalidRequestException',
      message: 'No Lambda rotation function ARN is associated with this secret.',
    })
  })

  test('a secret that is marked for deletion, or is not there, is refused', async () => {
    await using app = await rotating()
    await app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
    await app.running.rotate()
    await app.client.deleteSecret({ SecretId })
    await assert.rejects(app.client.cancelRotateSecret({ SecretId }), MARKED)
    await assert.rejects(app.client.cancelRotateSecret({ SecretId: 'none' }), NOT_FOUND)
  })
})

describe('access', () => {
  test('needs permission for the secret', async () => {
    await using app = await rotating()
    await app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
    await app.running.rotate()
    const nobody = await app.as('nobody')
    await assert.rejects(nobody.cancelRotateSecret({ SecretId }), { name: 'AccessDeniedException' })
    const allowed = await app.as('allowed', [
      [{ Effect: 'Allow', Action: 'secretsmanager:CancelRotateSecret', Resource: '*' }],
    ])
    await allowed.cancelRotateSecret({ SecretId })
  })
})
