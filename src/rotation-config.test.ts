import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { type GivenRotation, rotationConfig } from './rotation-config.ts'

const ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate'
const nothing: GivenRotation = {
  functions: [],
  hosts: [],
  roles: [],
  environment: [],
  endpoint: undefined,
  lambdaCredentials: undefined,
  webhookKey: undefined,
  variables: {},
}
const config = (given: Partial<GivenRotation>) => rotationConfig({ ...nothing, ...given })

describe('what the ARN of a rotation function means', () => {
  const targets: readonly [text: string, target: object][] = [
    ['command:/opt/rotate', { kind: 'command', program: '/opt/rotate', args: [] }],
    [
      'command:python3 /opt/rotate.py --x=y',
      { kind: 'command', program: 'python3', args: ['/opt/rotate.py', '--x=y'] },
    ],
    ['module:rotate.mjs', { kind: 'module', path: resolve('rotate.mjs'), handler: 'handler' }],
    ['module:/opt/rotate.mjs#main', { kind: 'module', path: '/opt/rotate.mjs', handler: 'main' }],
    ['http://localhost:9000/x', { kind: 'http', url: new URL('http://localhost:9000/x') }],
    [
      'https://lambda.eu-central-1.amazonaws.com',
      { kind: 'http', url: new URL('https://lambda.eu-central-1.amazonaws.com') },
    ],
  ]
  for (const [text, target] of targets)
    test(text, () => assert.deepEqual(config({ functions: [`${ARN}=${text}`] }).functions.get(ARN), target))
})

test('a type of managed external secrets has a function too', () => {
  const { functions } = config({ functions: ['type:ExampleClientSecret=command:/opt/rotate'] })
  assert.deepEqual(functions.get('type:ExampleClientSecret'), { kind: 'command', program: '/opt/rotate', args: [] })
})

test('a webhook is called with https, or on this machine', () => {
  const webhookKey = 'k'.repeat(32)
  for (const url of ['https://hooks.example/rotate?x=1', 'http://127.0.0.1:8080/', 'http://localhost/']) {
    const functions = [`${ARN}=webhook:${url}`]
    assert.deepEqual(config({ functions, webhookKey }).functions.get(ARN), { kind: 'webhook', url: new URL(url) })
    assert.throws(() => config({ functions }), { message: /COFFER_ROTATION_WEBHOOK_KEY/ })
  }
  for (const url of ['http://hooks.example/', 'hooks.example', 'https://user:password@hooks.example/'])
    assert.throws(() => config({ functions: [`${ARN}=webhook:${url}`], webhookKey }), ConfigError)
})

describe('what is refused', () => {
  const refused: readonly Partial<GivenRotation>[] = [
    { functions: [ARN] },
    { functions: ['type:=command:/opt/rotate'] },
    { functions: [`${ARN}=`] },
    { functions: [`${ARN}=ftp://x`] },
    { functions: [`${ARN}=command:`] },
    { functions: [`${ARN}=http://user:password@host`] },
    { functions: ['rotate=command:/opt/rotate'] },
    { webhookKey: 'k'.repeat(31) },
    { hosts: ['*.example.com'] },
    { hosts: ['db:port'] },
    { roles: ['rotation'] },
    { roles: ['arn:aws:iam::1:role/rotation'] },
    { environment: ['COFFER_ROOT_KEY'] },
    { environment: ['AWS_SECRET_ACCESS_KEY'] },
    { environment: ['NODE_OPTIONS'] },
    { environment: ['CREDENTIALS_DIRECTORY'] },
    { endpoint: 'localhost:4566' },
  ]
  for (const given of refused) test(JSON.stringify(given), () => assert.throws(() => config(given), ConfigError))
})

test('functions get harmless variables and those that are named, where they are set', () => {
  const variables = { PATH: '/bin', HOME: '/root', COFFER_ROOT_KEY: 'x', DB_HOST: 'db', AWS_CA_BUNDLE: '/ca.pem' }
  assert.deepEqual(config({ environment: ['DB_HOST', 'AWS_CA_BUNDLE', 'ABSENT'], variables }).environment, {
    PATH: '/bin',
    DB_HOST: 'db',
    AWS_CA_BUNDLE: '/ca.pem',
  })
})

test('hosts are read', () => {
  assert.deepEqual(config({ hosts: ['DB.example', 'db.example:5432'] }).hosts, [
    { host: 'db.example' },
    { host: 'db.example', port: 5432 },
  ])
})

test('each account has a role of its own', () => {
  const roles = ['arn:aws:iam::111122223333:role/a', 'arn:aws:iam::444455556666:role/path/b']
  assert.deepEqual(
    [...config({ roles }).roles],
    [
      ['111122223333', roles[0]],
      ['444455556666', roles[1]],
    ],
  )
})
