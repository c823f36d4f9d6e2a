import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { rotationConfig } from '../../src/rotation-config.ts'
import { allow, createRole } from '../operations/sts/roles.ts'
import { temporaryFolder } from '../process/coffer.ts'
import { ADMINISTRATOR, type TestApp } from '../start-app.ts'
import { type Answer, startAnswering } from './answering-server.ts'
import { startListeningApp } from './listening-app.ts'
import { rotateStep } from './rotate-step.ts'
import { LAMBDA, reasonsOf, rotate, SecretId } from './rotating-function.ts'

const ROLE = 'arn:aws:iam::111122223333:role/rotation'
const HANDLERS = fileURLToPath(new URL('functions/handlers.ts', import.meta.url))
const COMMAND = `${process.execPath} ${fileURLToPath(new URL('functions/command.ts', import.meta.url))}`
const PATH = process.env.PATH ?? ''

interface Options {
  readonly roles?: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
  readonly lambdaCredentials?: typeof ADMINISTRATOR
  readonly verify?: boolean
}

/** A Coffer behind a port, one of whose secrets is rotated by a function. */
async function startWith(target: string, options: Options = {}): Promise<TestApp> {
  const { roles = [ROLE], variables = {}, lambdaCredentials, verify = true } = options
  const app = await startListeningApp({
    verify,
    rotation: rotationConfig({
      functions: [`${LAMBDA}=${target}`],
      hosts: [],
      roles,
      environment: Object.keys(variables),
      endpoint: undefined,
      lambdaCredentials,
      webhookKey: undefined,
      variables: { PATH, COFFER_ROOT_KEY: 'key of the server', AWS_PROFILE: 'of the person', ...variables },
    }),
  })
  await app.client.createSecret({ Name: SecretId, SecretString: 'first' })
  return app
}

for (const [kind, target] of [
  ['a module', `module:${HANDLERS}`],
  ['a module with a callback', `module:${HANDLERS}#withCallback`],
  ['a command', `command:${COMMAND}`],
] as const)
  test(`${kind} rotates a secret with credentials of its role`, async () => {
    await using app = await startWith(target)
    await createRole(app, 'rotation')
    assert.match(await rotate(app), /^password /)
    assert.deepEqual(reasonsOf(app), [])
    const writers = (await app.trail()).filter(({ operation }) => operation === 'PutSecretValue')
    assert.deepEqual(
      writers.map(({ caller }) => caller.arn),
      ['arn:aws:sts::111122223333:assumed-role/rotation/coffer-rotation'],
    )
  })

describe('what a function of this machine fails with', () => {
  const failures: readonly [target: string, reason: string][] = [
    [`module:${HANDLERS}#failing`, 'The rotation function failed: RangeError'],
    [`module:${HANDLERS}#talkative`, 'The rotation function failed: RangeError'],
    [`module:${HANDLERS}#nothing`, 'The rotation function failed: HandlerNotFound'],
    [`module:${HANDLERS}#vanishing`, 'The rotation function ended without an answer'],
    [`command:${COMMAND} failing`, 'The rotation function ended with code 1'],
    ['command:/nowhere/at-all', 'The rotation function cannot be started: ENOENT'],
  ]
  for (const [target, reason] of failures)
    test(`${target.replace(/.*[/#]/, '')}: ${reason}: the log says so, and nothing that the function said`, async () => {
      await using app = await startWith(target)
      await createRole(app, 'rotation')
      assert.equal(await rotate(app), 'first')
      assert.deepEqual(reasonsOf(app), [reason])
      assert.ok(!JSON.stringify([app.logged, await app.trail()]).includes('horse'))
    })

  test('a role that does not exist', async () => {
    await using app = await startWith(`module:${HANDLERS}`)
    assert.equal(await rotate(app), 'first')
    assert.deepEqual(reasonsOf(app), [`The role for rotations does not exist: ${ROLE}`])
  })
})

test('a function of this machine knows its own environment, and may touch its secret only', async () => {
  using folder = temporaryFolder()
  const SPY_FILE = join(folder.path, 'spied')
  await using app = await startWith(`module:${HANDLERS}#spy`, { variables: { SPY_FILE } })
  await createRole(app, 'rotation')
  await app.client.createSecret({ Name: 'other', SecretString: 'x' })
  assert.match(await rotate(app), /^password /)
  const { context, names, outcomes } = JSON.parse(readFileSync(SPY_FILE, 'utf8'))
  assert.equal(context, LAMBDA)
  assert.deepEqual(
    names.filter((name: string) => !['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'].includes(name)),
    [
      'AWS_ACCESS_KEY_ID',
      'AWS_CONFIG_FILE',
      'AWS_DEFAULT_REGION',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_ENDPOINT_URL',
      'AWS_ENDPOINT_URL_STS',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_SHARED_CREDENTIALS_FILE',
      'PATH',
      'SECRETS_MANAGER_ENDPOINT',
      'SPY_FILE',
    ],
  )
  assert.deepEqual(outcomes, {
    own: 'done',
    other: 'AccessDeniedException',
    delete: 'AccessDeniedException',
    list: 'AccessDeniedException',
    password: 'done',
  })
})

test('a secret under a customer-managed key is rotated by a role that may use the key for it', async () => {
  await using app = await startWith(`module:${HANDLERS}`)
  await createRole(app, 'rotation')
  const { KeyMetadata } = await app.kms.createKey({})
  await app.client.updateSecret({ SecretId, KmsKeyId: KeyMetadata?.KeyId, SecretString: 'second' })
  assert.match(await rotate(app), /^password /)
})

test('a role that may not write keeps its function from writing', async () => {
  await using app = await startWith(`module:${HANDLERS}`)
  await createRole(app, 'rotation', { policy: allow('secretsmanager:DescribeSecret') })
  assert.equal(await rotate(app), 'first')
  assert.deepEqual(reasonsOf(app), ['The rotation function failed: AccessDeniedException'])
})

test('without a role for the account, a function of this machine is refused', async () => {
  await using app = await startWith(`module:${HANDLERS}`, { roles: [] })
  await assert.rejects(rotate(app), { name: 'AccessDeniedException', message: /^Secrets Manager cannot invoke/ })
})

test('where anybody is let in, a function needs no role', async () => {
  await using app = await startWith(`command:${COMMAND}`, { roles: [], verify: false })
  assert.match(await rotate(app), /^password /)
})

test('a server that stops ends its functions, and leaves their rotations to be taken up again', async () => {
  using folder = temporaryFolder()
  const SPY_FILE = join(folder.path, 'begun')
  const files = watch(folder.path)
  const app = await startWith(`module:${HANDLERS}#endless`, { variables: { SPY_FILE } })
  await createRole(app, 'rotation')
  await app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
  for await (const { filename } of files) if (filename === 'begun') break
  await app[Symbol.asyncDispose]()
  // Nothing has failed: that would be in the log.
  assert.deepEqual(reasonsOf(app), [])
  assert.throws(() => process.kill(Number(readFileSync(SPY_FILE, 'utf8')), 0), { code: 'ESRCH' })
})

describe('the Lambda Invoke API', () => {
  test('is called below an endpoint, signed, with one event after the other', async () => {
    await using lambda = await startAnswering({})
    await using app = await startWith(lambda.url, { roles: [], lambdaCredentials: ADMINISTRATOR })
    lambda.parts.act = (event) => rotateStep(event, app.client)
    assert.match(await rotate(app), /^password /)
    assert.equal(lambda.seen.length, 4)
    const [first] = lambda.seen
    assert.equal(first?.url, `/2015-03-31/functions/${encodeURIComponent(LAMBDA)}/invocations`)
    assert.equal(first?.headers['x-amz-invocation-type'], 'RequestResponse')
    assert.match(
      first?.headers.authorization ?? '',
      /^AWS4-HMAC-SHA256 Credential=\S+\/eu-central-1\/lambda\/aws4_request,/,
    )
    assert.deepEqual(Object.keys(first?.event as object), ['Step', 'SecretId', 'ClientRequestToken'])
  })

  test('is called at the very address of an invocation, unsigned without credentials', async () => {
    await using lambda = await startAnswering({})
    const path = '/2015-03-31/functions/function/invocations'
    await using app = await startWith(`${lambda.url}${path}`, { roles: [] })
    await rotate(app)
    assert.deepEqual([...new Set(lambda.seen.map(({ url }) => url))], [path])
    assert.equal(lambda.seen[0]?.headers.authorization, undefined)
  })

  const failures: readonly [what: string, answer: Answer, reason: string][] = [
    ['a function error', { headers: { 'X-Amz-Function-Error': 'Unhandled' } }, 'The rotation function failed'],
    [
      'an error of the interface emulator',
      { body: JSON.stringify({ errorMessage: 'horse', errorType: 'E' }) },
      'The rotation function failed',
    ],
    ['a status', { status: 429, body: 'horse' }, 'The rotation function was refused with status 429'],
  ]
  for (const [what, answer, reason] of failures)
    test(`fails with ${what}`, async () => {
      await using lambda = await startAnswering(answer)
      await using app = await startWith(lambda.url, { roles: [] })
      assert.equal(await rotate(app), 'first')
      assert.deepEqual(reasonsOf(app), [reason])
      assert.equal(lambda.seen.length, 1)
    })

  test('fails where nothing listens', async () => {
    const gone = await startAnswering({})
    await gone[Symbol.asyncDispose]()
    await using app = await startWith(gone.url, { roles: [] })
    assert.equal(await rotate(app), 'first')
    assert.deepEqual(reasonsOf(app), [`The rotation function cannot be reached at ${gone.url}, or took too long`])
  })
})
