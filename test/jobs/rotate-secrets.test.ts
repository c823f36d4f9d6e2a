import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { recordsOf } from '../../src/audit/cloudtrail.ts'
import { LEASE_MS } from '../../src/jobs/rotate-secrets.ts'
import { NOT_FOUND } from '../expected-errors.ts'
import { fails, LAMBDA, OTHER_LAMBDA, startRotatingApp } from '../rotation/rotating-function.ts'
import type { TestApp } from '../start-app.ts'

const DAY = 86_400_000
const MINUTE = 60_000
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret']
const SecretId = 's'

/** What the trail tells of rotations, in order. */
async function eventsOf(app: TestApp): Promise<string[]> {
  const entries = await app.trail()
  return entries.filter(({ operation }) => /Rotation(Start|Succ|Fail|Aband)/.test(operation)).map((e) => e.operation)
}

const start = (app: TestApp, members: object = {}) =>
  app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA, ...members })

describe('a rotation', () => {
  test('takes the four steps and leaves a new current value', async () => {
    await using app = await startRotatingApp()
    const { client, functions } = app
    const created = await client.createSecret({ Name: SecretId, SecretString: 'first' })
    const ClientRequestToken = randomUUID()
    const answer = await start(app, { ClientRequestToken, RotationRules: { AutomaticallyAfterDays: 30 } })
    assert.deepEqual([answer.ARN, answer.Name, answer.VersionId], [created.ARN, 's', ClientRequestToken])
    await app.running.rotate()
    assert.deepEqual(
      functions.calls,
      STEPS.map((Step) => ({ Step, SecretId: created.ARN, ClientRequestToken })),
    )
    const described = await client.describeSecret({ SecretId })
    assert.deepEqual(described.VersionIdsToStages, {
      [created.VersionId ?? '']: ['AWSPREVIOUS'],
      [ClientRequestToken]: ['AWSCURRENT'],
    })
    assert.ok(Math.abs((described.LastRotatedDate?.getTime() ?? 0) - app.clock.now()) < MINUTE)
    const day = app.clock.today().getTime()
    assert.equal(described.NextRotationDate?.getTime(), day + 31 * DAY - 1000)
    assert.match((await client.getSecretValue({ SecretId })).SecretString ?? '', /^password /)
    assert.equal((await client.getSecretValue({ SecretId, VersionStage: 'AWSPREVIOUS' })).SecretString, 'first')
    assert.deepEqual(await eventsOf(app), ['RotationStarted', 'RotationSucceeded'])
  })

  test('of a secret without a value gives it one', async () => {
    await using app = await startRotatingApp()
    await app.client.createSecret({ Name: SecretId })
    const { VersionId = '' } = await start(app)
    await app.running.rotate()
    assert.deepEqual((await app.client.describeSecret({ SecretId })).VersionIdsToStages, {
      [VersionId]: ['AWSCURRENT'],
    })
  })

  test('has a version without a value while it is under way', async () => {
    await using app = await startRotatingApp()
    const { client, functions } = app
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    functions.instead.createSecret = fails
    const { VersionId } = await start(app)
    await app.running.rotate()
    const { VersionIdsToStages = {}, RotationEnabled } = await client.describeSecret({ SecretId })
    assert.deepEqual(VersionIdsToStages[VersionId ?? ''], ['AWSPENDING'])
    assert.equal(RotationEnabled, true)
    await assert.rejects(client.getSecretValue({ SecretId, VersionId }), {
      name: 'ResourceNotFoundException',
      message: `Secrets Manager can't find the specified secret value for VersionId: ${VersionId}`,
    })
    await assert.rejects(client.getSecretValue({ SecretId, VersionStage: 'AWSPENDING' }), {
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    })
  })

  test('that fails leaves the current value, says where it stopped, and is tried again', async () => {
    await using app = await startRotatingApp()
    const { client, functions, clock } = app
    const { ARN } = await client.createSecret({ Name: SecretId, SecretString: 'first' })
    functions.instead.testSecret = fails
    const { VersionId } = await start(app, { RotationRules: { AutomaticallyAfterDays: 1 } })
    await app.running.rotate()
    assert.equal((await client.getSecretValue({ SecretId })).SecretString, 'first')
    assert.equal((await client.describeSecret({ SecretId })).LastRotatedDate, undefined)
    assert.deepEqual(functions.steps, ['createSecret', 'setSecret', 'testSecret'])
    const failed = (await app.trail()).find(({ operation }) => operation === 'RotationFailed')
    assert.ok(failed)
    const [record] = recordsOf(failed)
    assert.equal(record?.errorMessage, `Error when executing lambda ${LAMBDA} during testSecret step`)
    assert.equal(record?.errorCode, undefined)
    assert.equal(record?.requestID, `Rotation-${ARN}-${VersionId}`)
    assert.deepEqual(record?.additionalEventData, { SecretId: ARN })
    assert.deepEqual(
      app.logged.filter(({ level }) => level === 'error').map(({ details }) => details),
      [{ secret: ARN, step: 'testSecret', attempt: 1, reason: 'The function failed' }],
    )

    await app.running.rotate()
    assert.equal(functions.steps.length, 3)
    delete functions.instead.testSecret
    clock.advance(MINUTE)
    await app.running.rotate()
    assert.deepEqual(functions.steps.slice(3), STEPS)
    assert.equal((await client.describeSecret({ SecretId })).VersionIdsToStages?.[VersionId ?? '']?.[0], 'AWSCURRENT')
  })

  test('waits twice as long after each failure, up to six hours', async () => {
    await using app = await startRotatingApp()
    await app.client.createSecret({ Name: SecretId, SecretString: 'first' })
    app.functions.instead.createSecret = fails
    await start(app)
    await app.running.rotate()
    for (const minutes of [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]) {
      const before = app.functions.steps.length
      app.clock.advance(minutes * MINUTE - 5000)
      await app.running.rotate()
      assert.equal(app.functions.steps.length, before, `before ${minutes} minutes`)
      app.clock.advance(6000)
      await app.running.rotate()
      assert.equal(app.functions.steps.length, before + 1, `after ${minutes} minutes`)
    }
  })

  test('fails when the function did not move AWSCURRENT', async () => {
    await using app = await startRotatingApp()
    await app.client.createSecret({ Name: SecretId, SecretString: 'first' })
    app.functions.instead.finishSecret = async () => {}
    await start(app)
    await app.running.rotate()
    assert.deepEqual(await eventsOf(app), ['RotationStarted', 'RotationFailed'])
    assert.equal((await app.client.getSecretValue({ SecretId })).SecretString, 'first')
  })

  test('is abandoned when somebody writes another value meanwhile', async () => {
    await using app = await startRotatingApp()
    const { client, functions } = app
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    functions.instead.setSecret = async () => {
      await client.putSecretValue({ SecretId, SecretString: 'by hand' })
    }
    await start(app)
    await app.running.rotate()
    assert.deepEqual(functions.steps, ['createSecret', 'setSecret'])
    assert.deepEqual(await eventsOf(app), ['RotationStarted', 'RotationAbandoned'])
    assert.equal((await client.getSecretValue({ SecretId })).SecretString, 'by hand')
    const { VersionIdsToStages = {} } = await client.describeSecret({ SecretId })
    assert.ok(!Object.values(VersionIdsToStages).flat().includes('AWSPENDING'))
  })

  test('stops when it is cancelled, and leaves the labels', async () => {
    await using app = await startRotatingApp()
    const { client, functions } = app
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    let cancelled: string | undefined
    functions.instead.setSecret = async () => {
      cancelled = (await client.cancelRotateSecret({ SecretId })).VersionId
    }
    const { VersionId = '' } = await start(app)
    await app.running.rotate()
    assert.deepEqual(functions.steps, ['createSecret', 'setSecret'])
    assert.equal(cancelled, VersionId)
    const { VersionIdsToStages, RotationEnabled } = await client.describeSecret({ SecretId })
    assert.deepEqual(VersionIdsToStages?.[VersionId], ['AWSPENDING'])
    assert.equal(RotationEnabled, false)
  })

  test('does not go on with a secret that was deleted, until it is restored', async () => {
    await using app = await startRotatingApp()
    const { client, functions } = app
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    functions.instead.setSecret = async () => {
      await client.deleteSecret({ SecretId })
    }
    await start(app)
    await app.running.rotate()
    assert.deepEqual(functions.steps, ['createSecret', 'setSecret'])
    delete functions.instead.setSecret
    await client.restoreSecret({ SecretId })
    await app.running.rotate()
    assert.deepEqual(functions.steps.slice(2), STEPS)
  })
})

describe('a schedule', () => {
  test('rotates when its window opens, and again after that', async () => {
    await using app = await startRotatingApp()
    const { client, functions, clock } = app
    clock.toNoon()
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    await start(app, { RotateImmediately: false, RotationRules: { ScheduleExpression: 'rate(2 days)' } })
    await app.running.rotate()
    functions.calls.length = 0
    for (const round of [1, 2, 3]) {
      clock.advance(DAY + DAY / 2 - MINUTE)
      await app.running.rotate()
      assert.equal(functions.calls.length, (round - 1) * 4)
      clock.advance(2 * MINUTE)
      await app.running.rotate()
      assert.equal(functions.calls.length, round * 4)
      clock.advance(DAY / 2 - MINUTE)
    }
    assert.equal(new Set(functions.calls.map(({ ClientRequestToken }) => ClientRequestToken)).size, 3)
  })

  test('takes up a version that somebody has staged as AWSPENDING', async () => {
    await using app = await startRotatingApp()
    const { client, clock } = app
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    await start(app, { RotateImmediately: false, RotationRules: { AutomaticallyAfterDays: 1 } })
    await app.running.rotate()
    const staged = { SecretId, SecretString: 'staged', VersionStages: ['AWSPENDING'] }
    await client.putSecretValue(staged)
    clock.advance(2 * DAY)
    await app.running.rotate()
    assert.equal((await client.getSecretValue({ SecretId })).SecretString, 'staged')
  })

  test('keeps its next date in the past while rotations fail', async () => {
    await using app = await startRotatingApp()
    const { client, clock } = app
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    await start(app, { RotateImmediately: false, RotationRules: { AutomaticallyAfterDays: 1 } })
    await app.running.rotate()
    const { NextRotationDate } = await client.describeSecret({ SecretId })
    app.functions.instead.createSecret = fails
    clock.advance(3 * DAY)
    await app.running.rotate()
    assert.deepEqual((await client.describeSecret({ SecretId })).NextRotationDate, NextRotationDate)
    assert.ok((NextRotationDate?.getTime() ?? 0) < clock.now())
  })

  test('counts days from a value that was written by hand', async () => {
    await using app = await startRotatingApp()
    const { client, clock } = app
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    await start(app, { RotateImmediately: false, RotationRules: { AutomaticallyAfterDays: 10 } })
    await app.running.rotate()
    const before = (await client.describeSecret({ SecretId })).NextRotationDate?.getTime() ?? 0
    clock.advance(5 * DAY)
    await client.putSecretValue({ SecretId, SecretString: 'by hand' })
    assert.equal((await client.describeSecret({ SecretId })).NextRotationDate?.getTime(), before + 5 * DAY)
    clock.advance(DAY)
    await client.updateSecret({ SecretId, SecretString: 'by hand again' })
    assert.equal((await client.describeSecret({ SecretId })).NextRotationDate?.getTime(), before + 6 * DAY)
    assert.equal((await client.describeSecret({ SecretId })).LastRotatedDate, undefined)
  })
})

describe('a schedule that is not to begin at once', () => {
  for (const outcome of ['Succeeded', 'Failed'] as const)
    test(`has its function tested on a copy that goes again: ${outcome}`, async () => {
      await using app = await startRotatingApp()
      const { client, functions } = app
      const { VersionId: first = '' } = await client.createSecret({ Name: SecretId, SecretString: 'first' })
      let tested: string | undefined
      functions.instead.testSecret = async ({ ClientRequestToken: VersionId }) => {
        tested = (await client.getSecretValue({ SecretId, VersionId, VersionStage: 'AWSPENDING' })).SecretString
        if (outcome === 'Failed') await fails()
      }
      const { VersionId } = await start(app, {
        RotateImmediately: false,
        RotationRules: { ScheduleExpression: 'cron(0 16 1,15 * ? *)', Duration: '2h' },
      })
      await app.running.rotate()
      assert.deepEqual(functions.steps, ['testSecret'])
      assert.equal(tested, 'first')
      assert.deepEqual(await eventsOf(app), ['TestRotationStarted', `TestRotation${outcome}`])
      const described = await client.describeSecret({ SecretId })
      assert.deepEqual(described.VersionIdsToStages, { [first]: ['AWSCURRENT'] })
      assert.deepEqual(described.RotationRules, {
        AutomaticallyAfterDays: 14,
        Duration: '2h',
        ScheduleExpression: 'cron(0 16 1,15 * ? *)',
      })
      assert.equal(described.LastRotatedDate, undefined)
      await assert.rejects(client.getSecretValue({ SecretId, VersionId }), { name: NOT_FOUND.name })
    })
})

describe('of several processes', () => {
  test('one that holds the lease keeps others away until it is silent for too long', async () => {
    await using app = await startRotatingApp()
    const { client, functions, clock, running } = app
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    await start(app, { RotateImmediately: false, RotationRules: { AutomaticallyAfterDays: 1 } })
    await running.rotate()
    functions.calls.length = 0
    clock.advance(2 * DAY)
    const { secrets, rotationLeases } = running.installation
    const [secret] = await secrets.rotationsDue(clock.now(), 1)
    assert.ok(secret)
    assert.ok(await rotationLeases.take(secret.id, 'another', clock.now(), clock.now() + LEASE_MS))
    await running.rotate()
    assert.equal(functions.calls.length, 0)
    clock.advance(LEASE_MS)
    await running.rotate()
    assert.deepEqual(functions.steps, STEPS)
  })

  test('one that ends in the middle leaves a rotation that is taken up with the same version', async () => {
    await using app = await startRotatingApp()
    const { client, functions, running } = app
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    functions.instead.finishSecret = async (event) => {
      // The label moves, and nobody learns that it has.
      delete functions.instead.finishSecret
      await functions.invoke(
        { lambdaArn: OTHER_LAMBDA, secret: { arn: '', account: '', region: '' }, event },
        AbortSignal.abort(),
      )
      await fails()
    }
    const { VersionId = '' } = await start(app)
    await running.rotate()
    app.clock.advance(MINUTE)
    await running.rotate()
    assert.deepEqual(await eventsOf(app), ['RotationStarted', 'RotationFailed', 'RotationStarted', 'RotationSucceeded'])
    assert.deepEqual((await client.describeSecret({ SecretId })).VersionIdsToStages?.[VersionId], ['AWSCURRENT'])
  })
})

test('more rotations than are let in at once all come to their end', async () => {
  await using app = await startRotatingApp()
  const { client } = app
  const names = Array.from({ length: 10 }, (_, index) => `s${index}`)
  for (const Name of names) {
    await client.createSecret({ Name, SecretString: 'first' })
    await client.rotateSecret({ SecretId: Name, RotationLambdaARN: LAMBDA })
  }
  await app.running.rotate()
  for (const SecretId of names)
    assert.match((await client.getSecretValue({ SecretId })).SecretString ?? '', /^password /)
})
