import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import {
  DEFAULT_TRAIL_RECORDS,
  type Environment,
  type GivenOptions,
  isLoopback,
  Settings,
  trailLimit,
} from './config.ts'
import { ConfigError } from './config-error.ts'

const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate'
const NO_ROTATION = {
  functions: new Map(),
  hosts: [],
  roles: new Map(),
  environment: {},
  endpoint: undefined,
  lambdaCredentials: undefined,
  webhookKey: undefined,
}

const TRAIL_KEY = 'a key of the trail, with 32 letters'
const ALERT_KEY = 'a key of alerts, with many letters'
const NO_SINKS = { file: undefined, standardOutput: false, webhook: undefined, alerts: undefined }

const settings = (given: GivenOptions = {}, environment: Environment = {}) =>
  new Settings(given, environment, '/srv/coffer')

describe('defaults', () => {
  test('serve listens on the loopback address, beside its own files', () => {
    assert.deepEqual(settings().serve(), {
      host: '127.0.0.1',
      port: 4566,
      tls: undefined,
      trustedProxies: [],
      rateFactor: 10,
      dataDir: '/srv/coffer',
      rootKey: { kind: 'file', path: '/srv/coffer.key', chosen: false },
      credentialsFile: '/srv/coffer.credentials',
      besideOldFiles: false,
      account: undefined,
      administrator: undefined,
      trail: { retentionDays: 90, reserveBytes: 64 * 1024 * 1024 },
      confirmClock: undefined,
      sinks: NO_SINKS,
      trust: { oidcKeys: new Map(), organizationId: undefined, serviceControlPolicies: [], namePolicies: false },
      rotation: NO_ROTATION,
    })
  })

  test('dev is open on the loopback address', () => {
    const { host, port, verify, rateFactor } = settings().dev()
    assert.deepEqual({ host, port, verify }, { host: '127.0.0.1', port: 4566, verify: false })
    assert.equal(rateFactor, undefined)
  })

  test('an empty variable is as good as none', () => {
    const environment = { COFFER_HOST: '', COFFER_PORT: '', COFFER_DATA_DIR: '', COFFER_TRUSTED_PROXY: '' }
    assert.deepEqual(settings({}, environment).serve(), settings().serve())
  })
})

describe('the environment', () => {
  const environment = {
    COFFER_HOST: '127.0.0.2',
    COFFER_PORT: '8080',
    COFFER_DATA_DIR: '/data',
    COFFER_ROOT_KEY_FILE: '/keys/root',
    COFFER_TLS_CERT: '/tls/cert.pem',
    COFFER_TLS_KEY: '/tls/key.pem',
    COFFER_TRUSTED_PROXY: '10.0.0.0/8, fd00::/8',
    COFFER_CREDENTIALS_FILE: '/keys/credentials',
    COFFER_NEW: 'true',
    COFFER_ACCOUNT: '111122223333',
    COFFER_ADMIN_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    COFFER_ADMIN_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG',
    COFFER_OIDC_KEYS: 'https://a.example=/keys/a.json, https://b.example:8443/x=/keys/b.json',
    COFFER_ORGANIZATION_ID: 'o-abcdefghij',
    COFFER_NAME_POLICIES: 'true',
    COFFER_THROTTLE: '2.5',
    COFFER_TRAIL_RETENTION: '365',
    COFFER_TRAIL_RESERVE: '128',
    COFFER_CONFIRM_CLOCK: '2026-01-31',
    COFFER_SERVICE_CONTROL_POLICIES: '/policies/all.json,/policies/deny.json',
    COFFER_ROTATION_FUNCTIONS: `${FUNCTION}=command:/opt/rotate`,
    COFFER_ROTATION_HOSTS: 'db.example, 10.0.0.7:5432',
    COFFER_ROTATION_ROLES: 'arn:aws:iam::111122223333:role/rotation',
    COFFER_ROTATION_ENVIRONMENT: 'DB_HOST',
    COFFER_ROTATION_WEBHOOK_KEY: 'k'.repeat(32),
    COFFER_ROTATION_ENDPOINT: 'https://coffer.example',
    COFFER_TRAIL_FILE: '/logs/trail.jsonl',
    COFFER_TRAIL_FILE_KEEP: '30',
    COFFER_TRAIL_STDOUT: 'yes',
    COFFER_TRAIL_WEBHOOK: 'https://siem.example/hook',
    COFFER_TRAIL_WEBHOOK_KEY: TRAIL_KEY,
    COFFER_ALERT_RULES: '/rules.json',
    COFFER_ALERT_WEBHOOK: 'http://127.0.0.1:9000/',
    COFFER_ALERT_WEBHOOK_KEY: ALERT_KEY,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'of the server',
    DB_HOST: 'db',
  }

  test('says everything that options say', () => {
    assert.deepEqual(settings({}, environment).serve(), {
      host: '127.0.0.2',
      port: 8080,
      tls: { cert: '/tls/cert.pem', key: '/tls/key.pem' },
      trustedProxies: ['10.0.0.0/8', 'fd00::/8'],
      rateFactor: 2.5,
      dataDir: '/data',
      rootKey: { kind: 'file', path: '/keys/root', chosen: true },
      credentialsFile: '/keys/credentials',
      besideOldFiles: true,
      account: '111122223333',
      administrator: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' },
      trail: { retentionDays: 365, reserveBytes: 128 * 1024 * 1024 },
      confirmClock: '2026-01-31',
      trust: {
        oidcKeys: new Map([
          ['https://a.example', '/keys/a.json'],
          ['https://b.example:8443/x', '/keys/b.json'],
        ]),
        organizationId: 'o-abcdefghij',
        serviceControlPolicies: ['/policies/all.json', '/policies/deny.json'],
        namePolicies: true,
      },
      rotation: {
        functions: new Map([[FUNCTION, { kind: 'command', program: '/opt/rotate', args: [] }]]),
        hosts: [{ host: 'db.example' }, { host: '10.0.0.7', port: 5432 }],
        roles: new Map([['111122223333', 'arn:aws:iam::111122223333:role/rotation']]),
        environment: { DB_HOST: 'db' },
        endpoint: 'https://coffer.example/',
        webhookKey: 'k'.repeat(32),
        lambdaCredentials: {
          accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
          secretAccessKey: 'of the server',
          sessionToken: undefined,
        },
      },
      sinks: {
        file: { path: '/logs/trail.jsonl', keep: 30 },
        standardOutput: true,
        webhook: { url: new URL('https://siem.example/hook'), key: TRAIL_KEY },
        alerts: { rules: '/rules.json', webhook: { url: new URL('http://127.0.0.1:9000/'), key: ALERT_KEY } },
      },
    })
  })

  test('loses against options', () => {
    const given = {
      host: '::1',
      port: '0',
      dataDir: 'here',
      rootKeyFile: 'key',
      tlsCert: '/c',
      tlsKey: '/k',
      trustedProxy: ['192.0.2.1', '192.0.2.2,192.0.2.3'],
      credentialsFile: '/f',
      account: '999988887777',
      oidcKeys: ['https://c.example=/keys/c.json'],
      organizationId: 'o-klmnopqrst',
      throttle: 'off',
      trailRetention: 'forever',
      trailReserve: '0',
      confirmClock: '2026-02-28',
      serviceControlPolicy: ['/policies/other.json'],
      rotationFunction: [`${FUNCTION}=command:/opt/other`],
      rotationHost: ['db2.example,db3.example'],
      rotationRole: [],
      rotationEnvironment: [],
      rotationEndpoint: 'http://127.0.0.1:1',
      trailFile: '/other.jsonl',
      trailFileKeep: '1',
      trailStdout: false,
      trailWebhook: 'https://other.example/',
      alertRules: '/other.json',
      alertWebhook: 'https://alerts.example/',
    }
    assert.deepEqual(settings(given, environment).serve(), {
      host: '::1',
      port: 0,
      tls: { cert: '/c', key: '/k' },
      trustedProxies: ['192.0.2.1', '192.0.2.2', '192.0.2.3'],
      rateFactor: undefined,
      dataDir: resolve('here'),
      rootKey: { kind: 'file', path: resolve('key'), chosen: true },
      credentialsFile: '/f',
      besideOldFiles: true,
      account: '999988887777',
      administrator: settings({}, environment).serve().administrator,
      trail: { retentionDays: undefined, reserveBytes: 0 },
      confirmClock: '2026-02-28',
      trust: {
        oidcKeys: new Map([['https://c.example', '/keys/c.json']]),
        organizationId: 'o-klmnopqrst',
        serviceControlPolicies: ['/policies/other.json'],
        namePolicies: true,
      },
      rotation: {
        functions: new Map([[FUNCTION, { kind: 'command', program: '/opt/other', args: [] }]]),
        hosts: [{ host: 'db2.example' }, { host: 'db3.example' }],
        roles: new Map(),
        environment: {},
        endpoint: 'http://127.0.0.1:1/',
        webhookKey: 'k'.repeat(32),
        lambdaCredentials: settings({}, environment).serve().rotation.lambdaCredentials,
      },
      sinks: {
        file: { path: '/other.jsonl', keep: 1 },
        standardOutput: false,
        webhook: { url: new URL('https://other.example/'), key: TRAIL_KEY },
        alerts: { rules: '/other.json', webhook: { url: new URL('https://alerts.example/'), key: ALERT_KEY } },
      },
    })
  })

  test('allows names to an open dev server, and refuses them where they have no effect', () => {
    assert.deepEqual(settings({}, { COFFER_ALLOWED_HOSTS: 'a, b.internal' }).dev().allowedHosts, ['a', 'b.internal'])
    const allowedHost = ['host.docker.internal']
    assert.deepEqual(settings({ allowedHost }).dev().allowedHosts, allowedHost)
    assert.throws(() => settings({ allowedHost, verify: true }).dev(), /--allowed-host has no effect with --verify/)
    assert.throws(() => settings({ allowedHost: ['a:4566'] }).dev(), /a:4566: expected a name without a port/)
  })

  test('opens dev to no network, and says so', () => {
    const opened = settings({}, { COFFER_HOST: '0.0.0.0' })
    assert.equal(opened.dev().host, '127.0.0.1')
    assert.deepEqual(opened.devWarnings(), ['COFFER_HOST has no effect on coffer dev: give --host'])
    assert.equal(settings({ host: '0.0.0.0' }).dev().host, '0.0.0.0')
  })

  test('throttles dev too, and an option can say otherwise', () => {
    assert.equal(settings({}, environment).dev().rateFactor, 2.5)
    assert.equal(settings({ throttle: 'off' }, environment).dev().rateFactor, undefined)
  })

  test('is warned about variables that nobody reads', () => {
    assert.deepEqual(settings({}, { COFFER_PROT: '1', COFFER_PORT: '1', PATH: '/bin' }).warnings(), [
      'Unknown environment variable: COFFER_PROT: it has no effect',
    ])
  })
})

describe('the root key', () => {
  const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAROOT', AWS_SECRET_ACCESS_KEY: 'x' }

  test('is the value of the environment, also an empty one, which is for the reader of keys to refuse', () => {
    for (const text of ['secret', ''])
      assert.deepEqual(settings({}, { COFFER_ROOT_KEY: text }).rootKey('/d'), {
        kind: 'value',
        text,
        variable: 'COFFER_ROOT_KEY',
      })
  })

  test('is the file that an option names, whatever the environment holds', () => {
    assert.deepEqual(settings({ rootKeyFile: '/k' }, { COFFER_ROOT_KEY: 'secret' }).rootKey('/d'), {
      kind: 'file',
      path: '/k',
      chosen: true,
    })
  })

  test('is a credential of systemd, in the folder that systemd names', () => {
    const expected = { kind: 'credential', name: 'root-key', directory: '/run/credentials/coffer.service' }
    const environment = { CREDENTIALS_DIRECTORY: expected.directory }
    assert.deepEqual(settings({ rootKeySystemdCredential: 'root-key' }, environment).rootKey('/d'), expected)
    const named = { ...environment, COFFER_ROOT_KEY_SYSTEMD_CREDENTIAL: 'root-key' }
    assert.deepEqual(settings({}, named).rootKey('/d'), expected)
  })

  test('is a key of KMS, whose ARN says where it is, with the credentials that the environment has', () => {
    const expected = {
      kind: 'kms',
      key: ARN,
      region: 'eu-central-1',
      endpoint: new URL('https://kms.eu-central-1.amazonaws.com'),
      credentials: {
        kind: 'environment',
        credentials: { accessKeyId: 'AKIAROOT', secretAccessKey: 'x', sessionToken: undefined },
      },
    }
    assert.deepEqual(settings({ rootKeyKmsKey: ARN }, keys).rootKey('/d'), expected)
    assert.deepEqual(settings({}, { ...keys, COFFER_ROOT_KEY_KMS_KEY: ARN }).rootKey('/d'), expected)
    const file = { AWS_SHARED_CREDENTIALS_FILE: '/aws', AWS_PROFILE: 'root' }
    assert.deepEqual(settings({ rootKeyKmsKey: ARN }, file).rootKey('/d'), {
      ...expected,
      credentials: { kind: 'file', path: '/aws', profile: 'root' },
    })
  })

  test('is in another KMS where an endpoint is named, over TLS unless that is this machine', () => {
    const endpointOf = (rootKeyKmsEndpoint: string) => {
      const source = settings({ rootKeyKmsKey: ARN, rootKeyKmsEndpoint }, keys).rootKey('/d')
      return source.kind === 'kms' ? source.endpoint.href : undefined
    }
    for (const url of [
      'https://coffer.example/',
      'http://127.0.0.1:4567/',
      'http://localhost:4567/',
      'http://[::1]:1/',
    ])
      assert.equal(endpointOf(url), url)
    for (const url of ['http://coffer.example/', 'http://127.evil.example/', 'http://10.0.0.1/'])
      assert.throws(() => endpointOf(url), /wanted https:\/\/ beyond this machine/)
    const variable = {
      ...keys,
      COFFER_ROOT_KEY_KMS_ENDPOINT: 'https://a.example',
      AWS_ENDPOINT_URL_KMS: 'https://b.example',
    }
    const source = settings({ rootKeyKmsKey: ARN }, variable).rootKey('/d')
    assert.equal(source.kind === 'kms' && source.endpoint.host, 'a.example')
    const general = settings({ rootKeyKmsKey: ARN }, { ...keys, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }).rootKey(
      '/d',
    )
    assert.equal(general.kind === 'kms' && general.endpoint.host, 'kms.eu-central-1.amazonaws.com')
  })

  test('is no alias and no id, which may come to mean another key', () => {
    for (const rootKeyKmsKey of [
      'alias/root',
      '1234abcd-12ab-34cd-56ef-1234567890ab',
      ARN.replace(':key/', ':alias/'),
      '',
    ])
      assert.throws(() => settings({ rootKeyKmsKey }, keys).rootKey('/d'), /wanted its ARN/)
  })

  test('comes from one place', () => {
    const environment = { COFFER_ROOT_KEY: 'secret', COFFER_ROOT_KEY_FILE: '/k' }
    assert.throws(() => settings({}, environment).rootKey('/d'), /given together: Coffer has one root key$/)
    const given = { rootKeyFile: '/k', rootKeySystemdCredential: 'k' }
    assert.throws(
      () => settings(given, {}).rootKey('/d'),
      /^ConfigError: --root-key-file and --root-key-systemd-credential are given together/,
    )
    assert.throws(
      () => settings({ rootKeyFile: '/k', rootKeyKmsEndpoint: 'https://a.example' }, {}).rootKey('/d'),
      /^ConfigError: Cannot use --root-key-kms-endpoint without --root-key-kms-key$/,
    )
  })

  test('that is to come is named like the present one, and apart from it', () => {
    assert.equal(settings({}, { COFFER_ROOT_KEY: 'x' }).rootKeyRotation().newRootKey, undefined)
    const both = settings({ rootKeyFile: '/old', newRootKeyKmsKey: ARN }, keys).rootKeyRotation()
    assert.deepEqual([both.rootKey.kind, both.newRootKey?.kind], ['file', 'kms'])
    const values = settings({}, { COFFER_ROOT_KEY: 'x', COFFER_NEW_ROOT_KEY: 'y' }).rootKeyRotation()
    assert.deepEqual(values.newRootKey, { kind: 'value', text: 'y', variable: 'COFFER_NEW_ROOT_KEY' })
    assert.throws(
      () => settings({ newRootKeyFile: '/k', newRootKeyKmsKey: ARN }, keys).rootKeyRotation(),
      /--new-root-key-file and --new-root-key-kms-key are given together/,
    )
  })
})

describe('off loopback', () => {
  for (const host of [
    '0.0.0.0',
    '::',
    '192.0.2.1',
    'coffer.example',
    '128.0.0.1',
    '127.evil.example',
    'localhost.example',
  ])
    test(`${host} needs TLS, or to be told of a proxy`, () => {
      assert.throws(() => settings({ host }).serve(), ConfigError)
      assert.equal(settings({ host, plaintextBehindProxy: true }).serve().host, host)
      assert.equal(settings({ host }, { COFFER_PLAINTEXT_BEHIND_PROXY: 'true' }).serve().host, host)
      assert.equal(settings({ host, tlsCert: '/c', tlsKey: '/k' }).serve().host, host)
      assert.throws(() => settings({ host }, { COFFER_PLAINTEXT_BEHIND_PROXY: '0' }).serve(), ConfigError)
    })

  for (const host of ['localhost', '127.0.0.1', '127.8.9.10', '::1'])
    test(`${host} is this machine`, () => assert.ok(isLoopback(host)))

  test('an IPv6 address may stand in brackets', () => assert.equal(settings({ host: '[::1]' }).serve().host, '::1'))
})

describe('what cannot be', () => {
  const refused: readonly [what: string, given: GivenOptions, environment: Environment, message: RegExp][] = [
    [
      'a port that is no number',
      { port: 'http' },
      {},
      /^Cannot use the port: http: wanted a whole number from 0 to 65535$/,
    ],
    ['a port beyond the last one', { port: '65536' }, {}, /65536/],
    ['a negative port', { port: '-1' }, {}, /-1/],
    ['a port with a fraction', { port: '80.5' }, {}, /80\.5/],
    ['a port in another notation', { port: '0x50' }, {}, /0x50/],
    ['an empty port', { port: '' }, {}, /port/],
    ['a port of the environment that is none', {}, { COFFER_PORT: 'x' }, /port: x/],
    ['a URL as host', { host: 'http://127.0.0.1' }, {}, /host name/],
    ['a host with a port', { host: '127.0.0.1:80' }, {}, /host name/],
    ['an empty host', { host: '' }, {}, /host name/],
    ['a certificate without its key', { tlsCert: '/c' }, {}, /--tls-key/],
    ['a key without its certificate', {}, { COFFER_TLS_KEY: '/k' }, /--tls-cert/],
    ['an account of 11 digits', { account: '12345678901' }, {}, /12 digits/],
    ['an account with letters', {}, { COFFER_ACCOUNT: '12345678901x' }, /12 digits/],
    ['a proxy that is no address', { trustedProxy: ['proxy.example'] }, {}, /proxy\.example/],
    ['a range that is none', {}, { COFFER_TRUSTED_PROXY: '10.0.0.0/33' }, /10\.0\.0\.0\/33/],
    ['an unclear yes', {}, { COFFER_PLAINTEXT_BEHIND_PROXY: 'maybe' }, /maybe/],
    ['an empty data directory', { dataDir: '' }, {}, /^Cannot use --data-dir: it is empty$/],
    ['an empty root key file', { rootKeyFile: '' }, {}, /^Cannot use --root-key-file: it is empty$/],
    ['an empty credentials file', { credentialsFile: '' }, {}, /^Cannot use --credentials-file: it is empty$/],
    ['an empty certificate', { tlsCert: '', tlsKey: '/k' }, {}, /^Cannot use --tls-cert: it is empty$/],
    ['half of an access key', {}, { COFFER_ADMIN_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }, /belong together/],
    ['the other half', {}, { COFFER_ADMIN_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG' }, /belong together/],
  ]
  for (const [what, given, environment, message] of refused)
    test(`${what} is refused`, () => {
      assert.throws(
        () => settings(given, environment).serve(),
        (error) => {
          assert.ok(error instanceof ConfigError)
          assert.match(error.message, message)
          assert.doesNotMatch(error.message, /\n/)
          return true
        },
      )
    })

  test('an access key that is none is refused without being shown', () => {
    const environment = {
      COFFER_ADMIN_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      COFFER_ADMIN_SECRET_ACCESS_KEY: 'tiny-secret',
    }
    assert.throws(
      () => settings({}, environment).serve(),
      (error: Error) => {
        assert.match(error.message, /secret access key must have/)
        assert.doesNotMatch(error.message, /tiny-secret/)
        return true
      },
    )
  })
})

test('the trail prints a number of records within bounds', () => {
  assert.equal(trailLimit(undefined), DEFAULT_TRAIL_RECORDS)
  assert.equal(trailLimit('1'), 1)
  for (const text of ['0', '-1', '100001', 'all', '1e3', '']) assert.throws(() => trailLimit(text), ConfigError)
})
