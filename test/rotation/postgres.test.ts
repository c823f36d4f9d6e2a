import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { allow } from '../operations/sts/roles.ts'
import type { TestApp } from '../start-app.ts'
import { type RotatingOptions, rotate, rotator, SecretId, secretValue, startWithRotators } from './database-rotation.ts'
import { GIVEN, type PostgresServer, startPostgres } from './postgres-server.ts'
import { reasonsOf } from './rotating-function.ts'

const SINGLE = rotator('PostgreSQLRotationSingleUser')
const ALTERNATING = rotator('PostgreSQLRotationMultiUser')
const INVALID_PASSWORD = { code: '28P01' }
const DAY_MS = 86_400_000

let postgres: PostgresServer
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres[Symbol.asyncDispose]())

const hostOf = ({ host, port }: PostgresServer) => `${host}:${port}`

interface Options extends Partial<RotatingOptions> {
  readonly server?: PostgresServer
  /** Members of the secret beside those of every secret. */
  readonly members?: object
  readonly password?: string
}

/** A user of the database with a secret, and a Coffer that may rotate it. */
async function start(options: Options = {}): Promise<TestApp & { readonly user: string }> {
  const { server = postgres, members, password = 'first password', ...rest } = options
  const user = `app ${randomUUID().slice(0, 8)}`
  await server.run(`CREATE ROLE "${user}" LOGIN PASSWORD 'first password'`)
  const app = await startWithRotators({ hosts: [hostOf(server)], ...rest })
  const value = { engine: 'postgres', host: server.host, port: server.port, username: user, password, ...members }
  await app.client.createSecret({ Name: SecretId, SecretString: JSON.stringify(value) })
  return Object.assign(app, { user })
}

/** Makes the secret of the superuser, and gives its ARN to the secret that is rotated. */
async function giveMaster(app: TestApp, changes: object = {}, server = postgres): Promise<string> {
  const { host, port, superuser } = server
  const value = { engine: 'postgres', host, port, username: superuser.user, password: superuser.password, ...changes }
  const { ARN: masterarn = '' } = await app.client.createSecret({ Name: 'master', SecretString: JSON.stringify(value) })
  await app.client.putSecretValue({
    SecretId,
    SecretString: JSON.stringify({ ...(await secretValue(app)), masterarn }),
  })
  return masterarn
}

describe('a single user', () => {
  test('logs in with the new password after each rotation, and with no earlier one', async () => {
    await using app = await start({ members: { dbname: 'postgres', of: 'others' } })
    let previous = 'first password'
    for (let round = 1; round <= 3; round++) {
      const { username = '', password = '', ...rest } = await rotate(app, SINGLE)
      assert.equal(await postgres.logIn(username, password), app.user)
      await assert.rejects(postgres.logIn(app.user, previous), INVALID_PASSWORD)
      assert.match(password, /^[^/@"'\\]{32}$/)
      const { host, port } = postgres
      assert.deepEqual(rest, { engine: 'postgres', host, port, dbname: 'postgres', of: 'others' })
      previous = password
    }
    assert.deepEqual(reasonsOf(app), [])
    const writers = (await app.trail()).filter(({ operation, caller }) => operation === 'PutSecretValue' && caller.arn)
    assert.deepEqual(
      [...new Set(writers.map(({ caller }) => caller.arn))],
      ['arn:aws:sts::111122223333:assumed-role/rotation/coffer-rotation'],
    )
  })

  test('has a password that the server has only seen as a verifier', async () => {
    await using app = await start()
    await rotate(app, SINGLE)
    const [row] = await postgres.run(`SELECT rolpassword FROM pg_authid WHERE rolname = '${app.user}'`)
    assert.match(String(row?.rolpassword), /^SCRAM-SHA-256\$4096:/)
  })

  const skip = GIVEN !== undefined && 'the given server may not let MD5 in'
  test('of a server that keeps MD5 gets that', { skip }, async () => {
    await using app = await start()
    await postgres.run(`ALTER ROLE "${app.user}" SET password_encryption = 'md5'`)
    const { password = '' } = await rotate(app, SINGLE)
    const [row] = await postgres.run(`SELECT rolpassword FROM pg_authid WHERE rolname = '${app.user}'`)
    assert.match(String(row?.rolpassword), /^md5[0-9a-f]{32}$/)
    assert.deepEqual(reasonsOf(app), [])
    assert.notEqual(password, 'first password')
  })

  test('whose role acts as another one has its own password set', async () => {
    await using app = await start()
    await postgres.run(`CREATE ROLE "of ${app.user}"`, `GRANT "of ${app.user}" TO "${app.user}"`)
    await postgres.run(`ALTER ROLE "${app.user}" SET role = 'of ${app.user}'`)
    const { password = '' } = await rotate(app, SINGLE)
    assert.equal(await postgres.logIn(app.user, password), `of ${app.user}`)
  })

  test('logs in with the previous password where the current one is wrong', async () => {
    await using app = await start()
    const wrong = { ...(await secretValue(app)), password: 'never set' }
    await app.client.putSecretValue({ SecretId, SecretString: JSON.stringify(wrong) })
    const { password = '' } = await rotate(app, SINGLE)
    assert.equal(await postgres.logIn(app.user, password), app.user)
  })

  test('that cannot log in keeps its value, and the log says why', async () => {
    await using app = await start({ password: 'wrong horse' })
    assert.equal((await rotate(app, SINGLE)).password, 'wrong horse')
    assert.deepEqual(reasonsOf(app), ['None of the passwords of the secret logs in: pending, current, previous'])
    assert.ok(!JSON.stringify([app.logged, await app.trail()]).includes('horse'))
  })

  test('is rotated where anybody is let in, without a role', async () => {
    await using app = await start({ verify: false })
    const { password = '' } = await rotate(app, SINGLE)
    assert.equal(await postgres.logIn(app.user, password), app.user)
  })

  test('is tested with the copy of its value where the rotation is to begin later', async () => {
    await using app = await start()
    const rules = { RotationRules: { AutomaticallyAfterDays: 7 }, RotateImmediately: false }
    await app.client.rotateSecret({ SecretId, RotationLambdaARN: SINGLE, ...rules })
    await app.running.rotate()
    assert.deepEqual(reasonsOf(app), [])
    assert.equal((await secretValue(app)).password, 'first password')
    assert.equal(await postgres.logIn(app.user, 'first password'), app.user)
  })
})

describe('alternating users', () => {
  test('log in with the new password, and the previous user with the previous one', async () => {
    await using app = await start()
    const shop = `"shop ${app.user}"`
    await postgres.run(`CREATE TABLE ${shop} (id int)`, `GRANT SELECT ON ${shop} TO "${app.user}"`)
    await giveMaster(app)
    const names: string[] = []
    let previous = await secretValue(app)
    for (let round = 1; round <= 4; round++) {
      const current = await rotate(app, ALTERNATING)
      const { username = '', password = '' } = current
      names.push(username)
      assert.equal(await postgres.logIn(username, password), username)
      assert.equal(await postgres.logIn(previous.username ?? '', previous.password ?? ''), previous.username)
      previous = current
    }
    assert.deepEqual(reasonsOf(app), [])
    assert.deepEqual(names, [`${app.user}_clone`, app.user, `${app.user}_clone`, app.user])
    const may = `SELECT has_table_privilege('${app.user}_clone', '${shop}', 'SELECT') AS may`
    assert.deepEqual(await postgres.run(may), [{ may: true }])
  })

  test('need a role that may read the master secret', async () => {
    await using app = await start()
    const master = await giveMaster(app)
    await app.iam.putRolePolicy({
      RoleName: 'rotation',
      PolicyName: 'not-the-master',
      PolicyDocument: allow('*').replace('"Allow"', '"Deny"').replace('"Resource":"*"', `"Resource":"${master}"`),
    })
    assert.equal((await rotate(app, ALTERNATING)).username, app.user)
    assert.deepEqual(reasonsOf(app), ['Secrets Manager refused GetSecretValue: AccessDeniedException'])
  })

  const refusals: readonly [what: string, master: (app: { user: string }) => object | undefined, reason: string][] = [
    ['without a master secret', () => undefined, 'The secret has no member masterarn'],
    [
      'with a master secret of another host',
      () => ({ host: 'localhost' }),
      'The host of the master secret is not that of the secret',
    ],
    [
      'with a master that is one of them',
      ({ user }) => ({ username: `${user}_clone` }),
      'The user of the master secret cannot alternate',
    ],
    [
      'with a master that cannot log in',
      () => ({ password: 'horse' }),
      'The password of the master secret does not log in',
    ],
  ]
  for (const [what, changes, reason] of refusals)
    test(`${what} keep their value`, async () => {
      await using app = await start()
      const master = changes(app)
      if (master) await giveMaster(app, master)
      assert.equal((await rotate(app, ALTERNATING)).username, app.user)
      assert.deepEqual(reasonsOf(app), [reason])
    })

  test('are not made by who knows no password of the one there is', async () => {
    await using app = await start()
    await giveMaster(app)
    const victim = `victim ${randomUUID().slice(0, 8)}`
    await postgres.run(`CREATE ROLE "${victim}" LOGIN PASSWORD 'own'`)
    const forged = { ...(await secretValue(app)), username: `${victim}_clone` }
    await app.client.putSecretValue({ SecretId, SecretString: JSON.stringify(forged) })
    await rotate(app, ALTERNATING)
    assert.deepEqual(reasonsOf(app), ['The current password does not log in: without it users cannot alternate'])
    assert.equal(await postgres.logIn(victim, 'own'), victim)
  })

  test('are no superusers', async () => {
    await using app = await start()
    await giveMaster(app)
    await postgres.run(`CREATE ROLE "${app.user}_clone" LOGIN SUPERUSER PASSWORD 'own'`)
    assert.equal((await rotate(app, ALTERNATING)).username, app.user)
    assert.deepEqual(reasonsOf(app), ['A superuser cannot alternate'])
    assert.equal(await postgres.logIn(`${app.user}_clone`, 'own'), `${app.user}_clone`)
  })

  test('are made by a master that may, or not at all: the code says why', async () => {
    await using app = await start()
    const username = `weak ${randomUUID().slice(0, 8)}`
    await postgres.run(`CREATE ROLE "${username}" LOGIN CREATEROLE PASSWORD 'weak'`)
    await giveMaster(app, { username, password: 'weak' })
    await rotate(app, ALTERNATING)
    assert.deepEqual(reasonsOf(app), ['The database cannot be used: 42501'])
    const made = `SELECT 1 FROM pg_roles WHERE rolname = '${app.user}_clone'`
    assert.deepEqual(await postgres.run(made), [])
  })
})

describe('a rotation that broke off goes on', () => {
  for (const [users, arn] of [
    ['a single user', SINGLE],
    ['alternating users', ALTERNATING],
  ] as const)
    test(`${users}: the password was set, and nothing else happened`, async () => {
      await using app = await start()
      if (arn === ALTERNATING) await giveMaster(app)
      // The role may do all but the last step: what a process does that ends before it.
      const policy = { RoleName: 'rotation', PolicyName: 'interrupted' }
      const PolicyDocument = allow('secretsmanager:UpdateSecretVersionStage').replace('"Allow"', '"Deny"')
      await app.iam.putRolePolicy({ ...policy, PolicyDocument })
      const { username, password } = await rotate(app, arn)
      assert.deepEqual([username, password], [app.user, 'first password'])
      const pending = await secretValue(app, 'AWSPENDING')
      assert.ok(await postgres.logIn(pending.username ?? '', pending.password ?? ''))
      await app.iam.deleteRolePolicy(policy)
      app.clock.advance(DAY_MS)
      await app.running.rotate()
      assert.deepEqual(await secretValue(app), pending)
      assert.ok(await postgres.logIn(pending.username ?? '', pending.password ?? ''))
    })

  test('a value that was made is taken up, once the server lets the user in', async () => {
    await using app = await start()
    await postgres.run(`ALTER ROLE "${app.user}" CONNECTION LIMIT 0`)
    assert.equal((await rotate(app, SINGLE)).password, 'first password')
    assert.deepEqual(reasonsOf(app), ['The database cannot be used: 53300'])
    const pending = await secretValue(app, 'AWSPENDING')
    await postgres.run(`ALTER ROLE "${app.user}" CONNECTION LIMIT -1`)
    app.clock.advance(DAY_MS)
    await app.running.rotate()
    assert.deepEqual(await secretValue(app), pending)
    assert.equal(await postgres.logIn(app.user, pending.password ?? ''), app.user)
  })
})

describe('where a rotator connects', () => {
  test('only to hosts that are named, at the port that is named', async () => {
    for (const hosts of [['db.example'], [`${postgres.host}:${postgres.port + 1}`]]) {
      await using app = await start({ hosts })
      assert.equal((await rotate(app, SINGLE)).password, 'first password')
      assert.deepEqual(reasonsOf(app), ['The host of the secret is none that --rotation-host names'])
    }
  })

  test('nowhere, where no host is named: there is no such function', async () => {
    await using app = await start({ hosts: [] })
    await assert.rejects(rotate(app, SINGLE), {
      name: 'AccessDeniedException',
      message: /^Secrets Manager cannot invoke/,
    })
  })

  test('a version of another host, or of another user, is not rotated', async () => {
    for (const [changes, reason] of [
      [{ host: 'localhost' }, 'The versions of the secret differ in their host'],
      [{ username: 'postgres' }, 'The versions of the secret differ in their user'],
    ] as const) {
      await using app = await start({ hosts: [postgres.host, 'localhost'] })
      const other = { ...(await secretValue(app)), ...changes }
      const RotationRules = { AutomaticallyAfterDays: 1 }
      const onlyLater = { RotationRules, RotateImmediately: false }
      await app.client.rotateSecret({ SecretId, RotationLambdaARN: SINGLE, ...onlyLater })
      await app.running.rotate()
      const VersionStages = ['AWSPENDING']
      await app.client.putSecretValue({ SecretId, SecretString: JSON.stringify(other), VersionStages })
      app.clock.advance(2 * DAY_MS)
      await app.running.rotate()
      assert.deepEqual(reasonsOf(app), [reason])
    }
  })

  test('a rotator of another database does not take the secret', async () => {
    await using app = await start()
    await rotate(app, rotator('MySQLRotationSingleUser'))
    assert.deepEqual(reasonsOf(app), ['The secret cannot be used: its member engine must be mysql or aurora-mysql'])
  })
})

describe('TLS', () => {
  const file = (name: string) => readFileSync(new URL(`../process/tls/${name}`, import.meta.url))
  const cert = file('server.pem')
  let encrypted: PostgresServer
  before(async () => {
    encrypted = await startPostgres({ tls: { cert, key: file('server-key.pem') } })
  })
  after(() => encrypted[Symbol.asyncDispose]())

  /** Rotates with a certificate that is trusted, or is not; says why it failed. */
  async function outcome(server: PostgresServer, ssl: boolean | undefined, trusted: boolean) {
    await using app = await start({ server, members: { ssl } })
    const authorities = getCACertificates()
    setDefaultCACertificates(trusted ? [...authorities, cert.toString()] : authorities)
    try {
      const { password = '' } = await rotate(app, SINGLE)
      const [reason] = reasonsOf(app)
      if (!reason) assert.equal(await server.logIn(app.user, password), app.user)
      return reason ?? 'rotated'
    } finally {
      setDefaultCACertificates(authorities)
    }
  }

  const untrusted = 'The database cannot be used: DEPTH_ZERO_SELF_SIGNED_CERT'
  test('is used where the server has it and its certificate is trusted, and never without that', async () => {
    assert.equal(await outcome(encrypted, undefined, true), 'rotated')
    assert.equal(await outcome(encrypted, true, true), 'rotated')
    assert.equal(await outcome(encrypted, undefined, false), untrusted)
    assert.equal(await outcome(encrypted, true, false), untrusted)
  })

  test('is done without where the secret says so, or the server has none', async () => {
    assert.equal(await outcome(encrypted, false, false), 'rotated')
    assert.equal(await outcome(postgres, undefined, false), 'rotated')
    assert.equal(await outcome(postgres, true, false), 'The database cannot be used')
  })
})
