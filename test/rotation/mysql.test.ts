import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { allow } from '../operations/sts/roles.ts'
import type { TestApp } from '../start-app.ts'
import { rotate, rotator, SecretId, secretValue, startWithRotators } from './database-rotation.ts'
import { type MysqlServer, startMysql, withoutMysql } from './mysql-server.ts'
import { reasonsOf } from './rotating-function.ts'

const REFUSED = { code: 'ER_ACCESS_DENIED_ERROR' }
const DAY_MS = 86_400_000

describe('MySQL and MariaDB', { skip: withoutMysql ?? false }, () => {
  let server: MysqlServer
  before(async () => {
    server = await startMysql()
  })
  after(() => server[Symbol.asyncDispose]())

  const rotators = () => {
    const name = server.engine === 'mariadb' ? 'MariaDB' : 'MySQL'
    return { single: rotator(`${name}RotationSingleUser`), alternating: rotator(`${name}RotationMultiUser`) }
  }

  /** A user of the database with a secret, and a Coffer that may rotate it. */
  async function start(members: object = {}): Promise<TestApp & { readonly user: string }> {
    const user = `app'${randomUUID().slice(0, 8)}`
    await server.run(`CREATE USER ${quoted(user)}@'%' IDENTIFIED BY 'first password'`)
    const { host, port, engine } = server
    const app = await startWithRotators({ hosts: [`${host}:${port}`] })
    const value = { engine, host, port: `${port}`, username: user, password: 'first password', ...members }
    await app.client.createSecret({ Name: SecretId, SecretString: JSON.stringify(value) })
    return Object.assign(app, { user })
  }

  async function giveMaster(app: TestApp, changes: object = {}): Promise<void> {
    const { host, engine, port, administrator } = server
    const { user: username, password } = administrator
    const SecretString = JSON.stringify({ engine, host, port, username, password, ...changes })
    const { ARN: masterarn } = await app.client.createSecret({ Name: 'master', SecretString })
    const value = { ...(await secretValue(app)), masterarn }
    await app.client.putSecretValue({ SecretId, SecretString: JSON.stringify(value) })
  }

  test('a single user logs in with the new password after each rotation, and with no earlier one', async () => {
    await using app = await start()
    let previous = 'first password'
    for (let round = 1; round <= 3; round++) {
      const { username = '', password = '' } = await rotate(app, rotators().single)
      assert.deepEqual(reasonsOf(app), [])
      assert.equal(await server.logIn(username, password), `${app.user}@%`)
      await assert.rejects(server.logIn(app.user, previous), REFUSED)
      previous = password
    }
  })

  test('a single user that cannot log in keeps its value', async () => {
    await using app = await start({ password: 'wrong horse' })
    assert.equal((await rotate(app, rotators().single)).password, 'wrong horse')
    assert.deepEqual(reasonsOf(app), ['None of the passwords of the secret logs in: pending, current, previous'])
  })

  test('TLS that a secret wants is wanted of the server, and a database that it names', async () => {
    for (const [members, reason] of [
      [{ ssl: true }, /^The database cannot be used: [A-Z_]+$/],
      [{ dbname: 'nowhere' }, /^The database cannot be used: ER_(DBACCESS_DENIED|BAD_DB)_ERROR$/],
    ] as const) {
      await using app = await start(members)
      await rotate(app, rotators().single)
      assert.match(reasonsOf(app)[0] ?? '', reason)
    }
  })

  test('alternating users log in with the new password, and the previous user with the previous one', async () => {
    await using app = await start()
    const name = `shop TO ${randomUUID()}`
    const shop = `\`${name}\``
    await server.run(`CREATE DATABASE ${shop}`, `CREATE TABLE ${shop}.t (id int)`)
    await server.run(`GRANT SELECT ON ${shop}.* TO ${quoted(app.user)}@'%' WITH GRANT OPTION`)
    await giveMaster(app)
    const names: string[] = []
    let previous = await secretValue(app)
    for (let round = 1; round <= 4; round++) {
      const current = await rotate(app, rotators().alternating)
      assert.deepEqual(reasonsOf(app), [])
      const { username = '', password = '' } = current
      names.push(username)
      assert.equal(await server.logIn(username, password), `${username}@%`)
      assert.equal(await server.logIn(previous.username ?? '', previous.password ?? ''), `${previous.username}@%`)
      previous = current
    }
    const clone = `${app.user}_clone`
    assert.deepEqual(names, [clone, app.user, clone, app.user])
    const grants = JSON.stringify(await server.run(`SHOW GRANTS FOR ${quoted(clone)}@'%'`))
    assert.ok(grants.includes(`GRANT SELECT ON ${shop}.* TO`), grants)
    assert.ok(!grants.includes('GRANT OPTION'))
  })

  test('alternating users are not made by who knows no password of the one there is', async () => {
    await using app = await start()
    await giveMaster(app)
    const forged = { ...(await secretValue(app)), username: `${server.administrator.user}_clone` }
    await app.client.putSecretValue({ SecretId, SecretString: JSON.stringify(forged) })
    await rotate(app, rotators().alternating)
    assert.deepEqual(reasonsOf(app), ['The user of the master secret cannot alternate'])
    const other = { ...forged, username: 'somebody_clone' }
    await app.client.putSecretValue({ SecretId, SecretString: JSON.stringify(other) })
    app.clock.advance(DAY_MS)
    await rotate(app, rotators().alternating)
    assert.equal(reasonsOf(app)[1], 'The current password does not log in: without it users cannot alternate')
  })

  test('an alternate user that could not be given its rights is of no use yet', async () => {
    await using app = await start()
    const username = `weak ${randomUUID().slice(0, 8)}`
    await server.run(`CREATE USER ${quoted(username)}@'%' IDENTIFIED BY 'weak'`)
    await server.run(
      `GRANT CREATE USER ON *.* TO ${quoted(username)}@'%'`,
      `GRANT SELECT ON mysql.* TO ${quoted(username)}@'%'`,
    )
    await server.run(`GRANT DELETE ON test.* TO ${quoted(app.user)}@'%'`)
    await giveMaster(app, { username, password: 'weak' })
    assert.equal((await rotate(app, rotators().alternating)).username, app.user)
    assert.match(reasonsOf(app)[0] ?? '', /^The database cannot be used: ER_[A-Z_]+$/)
    const pending = await secretValue(app, 'AWSPENDING')
    await assert.rejects(server.logIn(pending.username ?? '', pending.password ?? ''), REFUSED)
    assert.equal(
      (await server.run(`SELECT 1 FROM mysql.user WHERE User = ${quoted(pending.username ?? '')}`)).length,
      1,
    )
  })

  for (const users of ['single', 'alternating'] as const)
    test(`a rotation of ${users} users that broke off goes on`, async () => {
      await using app = await start()
      if (users === 'alternating') await giveMaster(app)
      // The role may do all but the last step: what a process does that ends before it.
      const policy = { RoleName: 'rotation', PolicyName: 'interrupted' }
      const PolicyDocument = allow('secretsmanager:UpdateSecretVersionStage').replace('"Allow"', '"Deny"')
      await app.iam.putRolePolicy({ ...policy, PolicyDocument })
      assert.equal((await rotate(app, rotators()[users])).password, 'first password')
      const pending = await secretValue(app, 'AWSPENDING')
      await app.iam.deleteRolePolicy(policy)
      app.clock.advance(DAY_MS)
      await app.running.rotate()
      assert.deepEqual(await secretValue(app), pending)
      assert.ok(await server.logIn(pending.username ?? '', pending.password ?? ''))
    })
})

const quoted = (name: string) => `'${name.replaceAll("'", "''")}'`
