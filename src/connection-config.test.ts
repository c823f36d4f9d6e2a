import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import { type Environment, type GivenOptions, Settings } from './config.ts'
import { ConfigError } from './config-error.ts'

const connection = (given: GivenOptions = {}, environment: Environment = {}, subject = 'prod/db') =>
  new Settings(given, environment, '/srv/coffer').connection(subject)
const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf'

const environment = {
  COFFER_ENDPOINT_URL: 'https://coffer.example',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://secrets.example:1',
  AWS_ENDPOINT_URL: 'http://all.example:2',
  AWS_REGION: 'eu-central-1',
  AWS_DEFAULT_REGION: 'eu-north-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG',
  AWS_SHARED_CREDENTIALS_FILE: 'shared',
  AWS_PROFILE: 'work',
  COFFER_CREDENTIALS_FILE: '/keys/credentials',
}

/** The environment without some of its variables: what then counts. */
const without = (...names: readonly (keyof typeof environment)[]) =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !(names as readonly string[]).includes(name)))

test('without a word, the Coffer of this machine is asked as its administrator', () => {
  assert.deepEqual(connection(), {
    endpoint: new URL('http://127.0.0.1:4566'),
    region: 'us-east-1',
    credentials: { kind: 'file', path: '/srv/coffer.credentials', profile: 'default' },
  })
})

describe('the endpoint', () => {
  test('is the nearest of those that are named', () => {
    const hosts = [
      connection({ endpointUrl: 'http://localhost:8080/' }, environment),
      connection({}, environment),
      connection({}, without('COFFER_ENDPOINT_URL')),
      connection({}, without('COFFER_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SECRETS_MANAGER')),
    ].map(({ endpoint }) => endpoint.origin)
    assert.deepEqual(hosts, [
      'http://localhost:8080',
      'https://coffer.example',
      'http://secrets.example:1',
      'http://all.example:2',
    ])
  })

  const refused = [
    '',
    'localhost:4566',
    '127.0.0.1',
    'ftp://localhost',
    'http://',
    'http://localhost/path',
    'http://localhost/?query',
    'http://localhost/#part',
    'http://localhost:99999',
    'file:///etc/passwd',
  ]
  for (const endpointUrl of refused)
    test(`is not "${endpointUrl}"`, () => assert.throws(() => connection({ endpointUrl }), ConfigError))

  test('has no password, and none is shown', () => {
    assert.throws(
      () => connection({ endpointUrl: 'http://user:hunter2@localhost' }),
      (error) => error instanceof ConfigError && !error.message.includes('hunter2'),
    )
  })
})

describe('the Region', () => {
  test('is the one of the ARN, unless another is asked for', () => {
    assert.equal(connection({ region: 'eu-north-1' }, environment, ARN).region, 'eu-north-1')
    assert.equal(connection({}, environment, ARN).region, 'eu-west-1')
  })

  test('is a usual one where the subject has none', () => {
    for (const subject of ['prod/db', '*', 'arn:aws:iam::111122223333:role/app', 'arn:aws:s3:::bucket']) {
      assert.equal(connection({}, environment, subject).region, 'eu-central-1')
      assert.equal(connection({}, without('AWS_REGION'), subject).region, 'eu-north-1')
    }
  })

  for (const subject of ['arn:', 'arn:aws', 'arn:aws:secretsmanager:eu-west-1:secret', 'arn::::::', `arn:aws:s3:::`])
    test(`is not found in "${subject}"`, () =>
      assert.throws(() => connection({}, environment, subject), /^ConfigError: Cannot use the ARN: /))

  for (const region of ['', 'Frankfurt', 'eu-west', 'eu-west-1/x'])
    test(`is not "${region}"`, () =>
      assert.throws(() => connection({ region }), /^ConfigError: Cannot use the region: /))
})

describe('the credentials', () => {
  test('are those of an option, before those of the environment', () => {
    assert.deepEqual(connection({ credentialsFile: 'mine', dataDir: '/data' }, environment).credentials, {
      kind: 'file',
      path: resolve('mine'),
      profile: 'work',
    })
    assert.deepEqual(connection({ dataDir: '/data' }, environment).credentials, {
      kind: 'file',
      path: '/data.credentials',
      profile: 'default',
    })
  })

  test('are the access key of the environment, before its files', () => {
    assert.deepEqual(connection({}, { ...environment, AWS_SESSION_TOKEN: 'token' }).credentials, {
      kind: 'environment',
      credentials: {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
        sessionToken: 'token',
      },
    })
  })

  test("are in AWS's file, and then in Coffer's own, which has no profiles", () => {
    const keyless = without('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY')
    assert.deepEqual(connection({}, keyless).credentials, { kind: 'file', path: resolve('shared'), profile: 'work' })
    const own = { ...keyless, AWS_SHARED_CREDENTIALS_FILE: '' }
    assert.deepEqual(connection({}, own).credentials, { kind: 'file', path: '/keys/credentials', profile: 'default' })
    const moved = { AWS_PROFILE: 'work', COFFER_DATA_DIR: '/data' }
    assert.deepEqual(connection({}, moved).credentials, { kind: 'file', path: '/data.credentials', profile: 'default' })
  })

  const refused: readonly [what: string, environment: Environment][] = [
    ['half of an access key', without('AWS_SECRET_ACCESS_KEY')],
    ['the other half', without('AWS_ACCESS_KEY_ID')],
    ['an id that would break a header', { ...environment, AWS_ACCESS_KEY_ID: 'AKIA\r\nx: y' }],
    ['a token that would break a header', { ...environment, AWS_SESSION_TOKEN: 'a\nb' }],
  ]
  for (const [what, given] of refused)
    test(`are not ${what}, and no secret is shown`, () => {
      assert.throws(
        () => connection({}, given),
        (error) => error instanceof ConfigError && !error.message.includes('wJalrXUtnFEMI'),
      )
    })

  test('are not in a file without a name', () => {
    assert.throws(() => connection({ credentialsFile: '' }), ConfigError)
    assert.throws(() => connection({ dataDir: '' }), ConfigError)
  })
})
