import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { MARKED, NOT_FOUND } from '../../expected-errors.ts'
import { rawCall } from '../../raw-call.ts'
import { fails, LAMBDA, OTHER_LAMBDA, startRotatingApp } from '../../rotation/rotating-function.ts'
import { startApp } from '../../start-app.ts'

const SecretId = 's'
const UNKNOWN_LAMBDA = 'arn:aws:lambda:eu-central-1:111122223333:function:unknown'
const NO_FUNCTION = {
  name: 'InvalidRequestException',
  message: 'No Lambda rotation function ARN is associated with this secret.',
}
const REFUSED = {
  name: 'AccessDeniedException',
  message:
    'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
}
const UNDER_WAY = {
  name: 'InvalidRequestException',
  message: "A previous rotation isn't complete. That rotation will be reattempted.",
}

async function rotating() {
  const app = await startRotatingApp()
  const created = await app.client.createSecret({ Name: SecretId, SecretString: 'first' })
  return Object.assign(app, { created })
}

describe('constraints', () => {
  test('a token is needed where no SDK gives one', async () => {
    await using app = await startApp({ verify: false })
    const answer = await rawCall(app, 'RotateSecret', { SecretId, RotationLambdaARN: LAMBDA })
    assert.equal(answer.status, 400)
    assert.deepEqual(answer.json, {
      __type: 'InvalidParameterException',
      Message: 'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    })
  })

  test('days and an expression exclude each other', async () => {
    await using app = await rotating()
    const RotationRules = { AutomaticallyAfterDays: 30, ScheduleExpression: 'rate(10 days)' }
    await assert.rejects(app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA, RotationRules }), {
      name: 'InvalidParameterException',
      message: 'You cannot specify both rotation frequency and schedule expression together.',
    })
  })

  test('an expression that is none is refused, and nothing is stored', async () => {
    await using app = await rotating()
    const RotationRules = { ScheduleExpression: 'cron(5 10 * * ? *)' }
    await assert.rejects(app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA, RotationRules }), {
      name: 'InvalidParameterException',
      message: 'The ScheduleExpression value is invalid: the minutes of a cron expression must be 0.',
    })
    assert.equal((await app.client.describeSecret({ SecretId })).RotationEnabled, undefined)
  })
})

describe('behaviour', () => {
  test('a first call without a function is refused', async () => {
    await using app = await rotating()
    for (const members of [{}, { RotationLambdaARN: '' }])
      await assert.rejects(
        app.client.rotateSecret({ SecretId, RotationRules: { AutomaticallyAfterDays: 1 }, ...members }),
        NO_FUNCTION,
      )
    assert.equal((await app.client.describeSecret({ SecretId })).RotationRules, undefined)
  })

  test('a function that nobody configured is refused, and nothing is stored', async () => {
    await using app = await rotating()
    await assert.rejects(app.client.rotateSecret({ SecretId, RotationLambdaARN: UNKNOWN_LAMBDA }), REFUSED)
    assert.equal((await app.client.describeSecret({ SecretId })).RotationLambdaARN, undefined)
  })

  test('without any configuration every function is refused', async () => {
    await using app = await startApp()
    await app.client.createSecret({ Name: SecretId })
    await assert.rejects(app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA }), REFUSED)
  })

  test('a later call uses what is stored, and rotates', async () => {
    await using app = await rotating()
    const { client, functions } = app
    await client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA, RotationRules: { AutomaticallyAfterDays: 30 } })
    await app.running.rotate()
    const { VersionId = '' } = await client.rotateSecret({ SecretId })
    await app.running.rotate()
    assert.equal(functions.calls.length, 8)
    const described = await client.describeSecret({ SecretId })
    assert.deepEqual(described.VersionIdsToStages?.[VersionId], ['AWSCURRENT'])
    assert.equal(described.RotationLambdaARN, LAMBDA)
    assert.deepEqual(described.RotationRules, { AutomaticallyAfterDays: 30 })
  })

  test('function and rules are changed each by itself', async () => {
    await using app = await rotating()
    const { client, functions } = app
    await client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA, RotationRules: { AutomaticallyAfterDays: 30 } })
    await app.running.rotate()
    await client.rotateSecret({ SecretId, RotationLambdaARN: OTHER_LAMBDA })
    await app.running.rotate()
    assert.equal(functions.arns.at(-1), OTHER_LAMBDA)
    await client.rotateSecret({ SecretId, RotationRules: { ScheduleExpression: 'rate(10 hours)' } })
    await app.running.rotate()
    const { RotationRules, RotationLambdaARN } = await client.describeSecret({ SecretId })
    assert.deepEqual(RotationRules, { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(10 hours)' })
    assert.equal(RotationLambdaARN, OTHER_LAMBDA)
  })

  test('without rules it rotates once, and has no next date', async () => {
    await using app = await rotating()
    await app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
    await app.running.rotate()
    const { RotationEnabled, RotationRules, NextRotationDate } = await app.client.describeSecret({ SecretId })
    assert.deepEqual([RotationEnabled, RotationRules, NextRotationDate], [true, undefined, undefined])
  })

  test('the list tells the same as the description', async () => {
    await using app = await rotating()
    await app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA, RotationRules: { AutomaticallyAfterDays: 3 } })
    await app.running.rotate()
    const described = await app.client.describeSecret({ SecretId })
    const [listed] = (await app.client.listSecrets({})).SecretList ?? []
    for (const member of [
      'RotationEnabled',
      'RotationLambdaARN',
      'RotationRules',
      'LastRotatedDate',
      'NextRotationDate',
    ])
      assert.deepEqual(listed?.[member as keyof typeof listed], described[member as keyof typeof described], member)
    assert.ok(listed?.LastRotatedDate)
  })

  test('a rotation that is not complete keeps another from beginning', async () => {
    await using app = await rotating()
    app.functions.instead.createSecret = fails
    await app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
    await app.running.rotate()
    await assert.rejects(app.client.rotateSecret({ SecretId }), UNDER_WAY)
    await assert.rejects(app.client.rotateSecret({ SecretId, RotateImmediately: false }), UNDER_WAY)
  })

  test('a label that is taken off the unfinished version makes way for another rotation', async () => {
    await using app = await rotating()
    const { client, functions } = app
    functions.instead.createSecret = fails
    const { VersionId: unfinished } = await client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
    await app.running.rotate()
    await client.updateSecretVersionStage({ SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: unfinished })
    delete functions.instead.createSecret
    const { VersionId = '' } = await client.rotateSecret({ SecretId })
    await app.running.rotate()
    assert.deepEqual((await client.describeSecret({ SecretId })).VersionIdsToStages?.[VersionId], ['AWSCURRENT'])
  })

  test('AWSPENDING on the current version is in nobody’s way', async () => {
    await using app = await rotating()
    const { client, created } = app
    const move = { SecretId, VersionStage: 'AWSPENDING', MoveToVersionId: created.VersionId }
    await client.updateSecretVersionStage(move)
    await client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
    await app.running.rotate()
    assert.equal(app.functions.calls.length, 4)
  })

  test('a repeat of the same token is done already, also later', async () => {
    await using app = await rotating()
    const { client } = app
    const request = { SecretId, RotationLambdaARN: LAMBDA, ClientRequestToken: randomUUID() }
    const first = await client.rotateSecret(request)
    const again = await client.rotateSecret(request)
    await app.running.rotate()
    const later = await client.rotateSecret(request)
    await app.running.rotate()
    assert.deepEqual([again.VersionId, later.VersionId], [first.VersionId, first.VersionId])
    assert.equal(app.functions.calls.length, 4)
  })

  test('a token that is another version is refused', async () => {
    await using app = await rotating()
    const { VersionId: ClientRequestToken, ARN } = app.created
    await assert.rejects(app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA, ClientRequestToken }), {
      name: 'InvalidRequestException',
      message: `You can't use ClientRequestToken ${ClientRequestToken} because that value is already in use for a version of secret ${ARN}.`,
    })
  })

  test('a secret that is marked for deletion, or is not there, is not rotated', async () => {
    await using app = await rotating()
    await app.client.deleteSecret({ SecretId })
    await assert.rejects(app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA }), MARKED)
    await assert.rejects(app.client.rotateSecret({ SecretId: 'none', RotationLambdaARN: LAMBDA }), NOT_FOUND)
  })
})

describe('access', () => {
  const allow = (Action: string | string[], more: object = {}) => [{ Effect: 'Allow', Action, Resource: '*', ...more }]

  test('needs permission to call the function, too', async () => {
    await using app = await rotating()
    const without = await app.as('without', [allow('secretsmanager:RotateSecret')])
    await assert.rejects(without.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA }), {
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::111122223333:user/without is not authorized to perform: lambda:InvokeFunction on resource: ${LAMBDA} because no identity-based policy allows the lambda:InvokeFunction action`,
    })
    const both = await app.as('both', [allow(['secretsmanager:RotateSecret', 'lambda:InvokeFunction'])])
    await both.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
  })

  const conditions: readonly [key: string, value: string, allowed: object, refused: object][] = [
    ['RotationLambdaARN', LAMBDA, { RotationLambdaARN: LAMBDA }, { RotationLambdaARN: OTHER_LAMBDA }],
    [
      'ModifyRotationRules',
      'true',
      { RotationLambdaARN: LAMBDA, RotationRules: { AutomaticallyAfterDays: 1 } },
      { RotationLambdaARN: LAMBDA },
    ],
    [
      'RotateImmediately',
      'false',
      { RotationLambdaARN: LAMBDA, RotateImmediately: false },
      { RotationLambdaARN: LAMBDA, RotateImmediately: true },
    ],
  ]
  for (const [key, value, allowed, refused] of conditions)
    test(`the condition key secretsmanager:${key}`, async () => {
      await using app = await rotating()
      const Condition = { StringEquals: { [`secretsmanager:${key}`]: value } }
      const client = await app.as('conditional', [
        allow('secretsmanager:RotateSecret', { Condition }),
        allow(['lambda:InvokeFunction', 'kms:*', 'secretsmanager:GetSecretValue']),
      ])
      await assert.rejects(client.rotateSecret({ SecretId, ...refused }), { name: 'AccessDeniedException' })
      await client.rotateSecret({ SecretId, ...allowed })
    })

  test('the condition key secretsmanager:resource/AllowRotationLambdaArn', async () => {
    await using app = await rotating()
    await app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
    await app.running.rotate()
    await app.client.createSecret({ Name: 'other', SecretString: 'x' })
    const Condition = { ArnEquals: { 'secretsmanager:resource/AllowRotationLambdaArn': LAMBDA } }
    const client = await app.as('reader', [allow('secretsmanager:GetSecretValue', { Condition })])
    await client.getSecretValue({ SecretId })
    await assert.rejects(client.getSecretValue({ SecretId: 'other' }), { name: 'AccessDeniedException' })
  })
})
