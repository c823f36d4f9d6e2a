import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { rotationConfig } from '../../src/rotation-config.ts'
import { createRole, trust } from '../operations/sts/roles.ts'
import { temporaryFolder } from '../process/coffer.ts'
import type { TestApp } from '../start-app.ts'
import { startListeningApp } from './listening-app.ts'
import { LAMBDA, startRotatingApp } from './rotating-function.ts'

// Managed external secrets (facts 8.9): what rotates those of a type is configured here, and works with the role that the secret names.

const SecretId = 's'
const Type = 'ExampleClientSecret'
const ROLE = 'arn:aws:iam::111122223333:role/partner'
const Metadata = [{ Key: 'clientId', Value: 'c-1' }]
const HANDLERS = fileURLToPath(new URL('functions/handlers.ts', import.meta.url))
const SERVICE = { Service: 'secretsmanager.amazonaws.com' }

/** A Coffer behind a port, whose secret of a type is rotated by an exported function. */
async function startWith(handler: string, variables: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const app = await startListeningApp({
    rotation: rotationConfig({
      functions: [`type:${Type}=module:${HANDLERS}#${handler}`],
      hosts: [],
      roles: [],
      environment: Object.keys(variables),
      endpoint: undefined,
      lambdaCredentials: undefined,
      webhookKey: undefined,
      variables: { PATH: process.env.PATH ?? '', ...variables },
    }),
  })
  await app.client.createSecret({ Name: SecretId, Type, SecretString: 'first' })
  return app
}

const partnerRole = (app: TestApp, AssumeRolePolicyDocument = trust(SERVICE)) =>
  createRole(app, 'partner', { AssumeRolePolicyDocument })

const begin = (app: TestApp, members: object = {}) =>
  app.client.rotateSecret({
    SecretId,
    ExternalSecretRotationRoleArn: ROLE,
    ExternalSecretRotationMetadata: Metadata,
    ...members,
  })

test('a secret of a type is rotated by what is configured for it, with a session of its role that may touch it alone', async () => {
  using folder = temporaryFolder()
  const SPY_FILE = join(folder.path, 'spied')
  await using app = await startWith('spy', { SPY_FILE })
  await app.client.createSecret({ Name: 'other', SecretString: 'x' })
  await partnerRole(app)
  await begin(app, { RotationRules: { AutomaticallyAfterDays: 30 } })
  await app.running.rotate()
  assert.match((await app.client.getSecretValue({ SecretId })).SecretString ?? '', /^password /)

  const { event, outcomes } = JSON.parse(readFileSync(SPY_FILE, 'utf8'))
  assert.deepEqual(event.ExternalSecretRotationMetadata, Metadata)
  assert.deepEqual(outcomes, {
    own: 'done',
    other: 'AccessDeniedException',
    delete: 'AccessDeniedException',
    list: 'AccessDeniedException',
    password: 'done',
  })
  const writers = (await app.trail()).filter(({ operation }) => operation === 'PutSecretValue')
  assert.deepEqual(
    writers.map(({ caller }) => caller.arn),
    ['arn:aws:sts::111122223333:assumed-role/partner/coffer-rotation'],
  )

  const { SecretList = [] } = await app.client.listSecrets({ Filters: [{ Key: 'name', Values: [SecretId] }] })
  for (const shown of [await app.client.describeSecret({ SecretId }), SecretList[0]]) {
    assert.equal(shown?.Type, Type)
    assert.equal(shown?.RotationEnabled, true)
    assert.equal(shown?.RotationLambdaARN, undefined)
    assert.equal(shown?.ExternalSecretRotationRoleArn, ROLE)
    assert.deepEqual(shown?.ExternalSecretRotationMetadata, Metadata)
    assert.deepEqual(shown?.RotationRules, { AutomaticallyAfterDays: 30 })
  }
})

describe('later calls', () => {
  test('one without members goes on with what is stored', async () => {
    await using app = await startWith('handler')
    await partnerRole(app)
    await begin(app)
    await app.running.rotate()
    const { VersionId = '' } = await app.client.rotateSecret({ SecretId })
    await app.running.rotate()
    const { VersionIdsToStages, ...described } = await app.client.describeSecret({ SecretId })
    assert.deepEqual(VersionIdsToStages?.[VersionId], ['AWSCURRENT'])
    assert.equal(described.ExternalSecretRotationRoleArn, ROLE)
  })

  test('a function takes the place of the role, and back', async () => {
    await using app = await startRotatingApp()
    app.functions.types.push(Type)
    await app.client.createSecret({ Name: SecretId, Type, SecretString: 'first' })
    await partnerRole(app)
    await begin(app)
    await app.running.rotate()
    await app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
    await app.running.rotate()
    assert.equal(app.functions.arns.at(-1), LAMBDA)
    const byFunction = await app.client.describeSecret({ SecretId })
    assert.equal(byFunction.RotationLambdaARN, LAMBDA)
    assert.equal(byFunction.ExternalSecretRotationRoleArn, undefined)
    await begin(app)
    await app.running.rotate()
    assert.equal(app.functions.arns.at(-1), `type:${Type}`)
    assert.equal((await app.client.describeSecret({ SecretId })).RotationLambdaARN, undefined)
  })

  test('a role that trusts Secrets Manager no more fails the rotation, and the value stays', async () => {
    await using app = await startWith('handler')
    await partnerRole(app)
    await begin(app, { RotateImmediately: false, RotationRules: { AutomaticallyAfterDays: 1 } })
    await app.running.rotate()
    await app.iam.updateAssumeRolePolicy({ RoleName: 'partner', PolicyDocument: trust({ AWS: app.account }) })
    app.clock.advance(3 * 86_400_000)
    await app.running.rotate()
    assert.equal((await app.client.getSecretValue({ SecretId })).SecretString, 'first')
    const failed = (await app.trail()).filter(({ operation }) => operation === 'RotationFailed')
    assert.equal(
      failed.at(-1)?.error?.message,
      `Error when executing rotation of type ${Type} during createSecret step`,
    )
  })
})

describe('refusals, after which nothing is stored', () => {
  const notAssumable = { name: 'InvalidRequestException', message: `Secrets Manager is unable to assume role ${ROLE}` }

  async function refused(members: object, expected: object, prepare: (app: TestApp) => Promise<unknown>) {
    await using app = await startWith('handler')
    await prepare(app)
    await assert.rejects(begin(app, members), expected)
    assert.equal((await app.client.describeSecret({ SecretId })).RotationEnabled, undefined)
  }

  test('a role that does not exist', () => refused({}, notAssumable, async () => {}))

  test('a role that trusts others', () =>
    refused({}, notAssumable, (app) => partnerRole(app, trust({ Service: 'lambda.amazonaws.com' }))))

  test('a role that trusts Secrets Manager for other secrets', () =>
    refused({}, notAssumable, (app) =>
      partnerRole(
        app,
        trust(SERVICE, 'sts:AssumeRole', {
          Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:secretsmanager:*:*:secret:other-??????' } },
        }),
      ),
    ))

  test('a role whose conditions hold is fine', async () => {
    await using app = await startWith('handler')
    const Condition = {
      ArnLike: { 'aws:SourceArn': `arn:aws:secretsmanager:*:*:secret:${SecretId}-??????` },
      StringEquals: { 'aws:SourceAccount': app.account },
    }
    await partnerRole(app, trust(SERVICE, 'sts:AssumeRole', { Condition }))
    await begin(app)
  })

  test('a role of another account, whatever it trusts', () =>
    refused(
      { ExternalSecretRotationRoleArn: 'arn:aws:iam::444455556666:role/partner' },
      { name: /^(InvalidRequest|AccessDenied)Exception$/ },
      partnerRole,
    ))

  test('a function beside the role', () =>
    refused({ RotationLambdaARN: LAMBDA }, { name: 'InvalidParameterException' }, partnerRole))

  test('metadata without a role', () =>
    refused({ ExternalSecretRotationRoleArn: undefined }, { name: 'InvalidParameterException' }, partnerRole))

  test('a secret without a type', () =>
    refused({}, { name: 'InvalidRequestException', message: /no Type/ }, async (app) => {
      await partnerRole(app)
      await app.client.updateSecret({ SecretId, Type: '' })
    }))

  test('a type that nothing is configured for', () =>
    refused({}, { name: 'InvalidRequestException', message: /of type Unknown/ }, async (app) => {
      await partnerRole(app)
      await app.client.updateSecret({ SecretId, Type: 'Unknown' })
    }))
})

describe('access', () => {
  const allow = (Action: string | string[], more: object = {}) => [{ Effect: 'Allow', Action, Resource: '*', ...more }]
  const members = { SecretId, ExternalSecretRotationRoleArn: ROLE }

  test('needs permission to hand the role to Secrets Manager, too', async () => {
    await using app = await startWith('handler')
    await partnerRole(app)
    const without = await app.as('without', [allow('secretsmanager:RotateSecret')])
    await assert.rejects(without.rotateSecret(members), {
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::111122223333:user/without is not authorized to perform: iam:PassRole on resource: ${ROLE} because no identity-based policy allows the iam:PassRole action`,
    })
    const elsewhere = { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } }
    const toLambda = await app.as('to-lambda', [
      allow('secretsmanager:RotateSecret'),
      allow('iam:PassRole', { Condition: elsewhere }),
    ])
    await assert.rejects(toLambda.rotateSecret(members), { name: 'AccessDeniedException' })
    const here = { StringEquals: { 'iam:PassedToService': 'secretsmanager.amazonaws.com' } }
    const both = await app.as('both', [
      allow('secretsmanager:RotateSecret'),
      allow('iam:PassRole', { Condition: here }),
    ])
    await both.rotateSecret(members)
  })

  test('the condition key secretsmanager:ExternalSecretRotationRoleArn', async () => {
    await using app = await startWith('handler')
    await partnerRole(app)
    const Condition = { StringEquals: { 'secretsmanager:ExternalSecretRotationRoleArn': `${ROLE}-of-others` } }
    const client = await app.as('conditional', [
      allow('secretsmanager:RotateSecret', { Condition }),
      allow('iam:PassRole'),
    ])
    await assert.rejects(client.rotateSecret(members), { name: 'AccessDeniedException' })
  })
})
