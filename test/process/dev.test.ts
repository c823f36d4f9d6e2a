import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RawSocket, requestBytes } from '../http/raw-socket.ts'
import { clientOf, iamOf, readCredentials, type Server, startCoffer, temporaryFolder } from './coffer.ts'

const any = { accessKeyId: '111122223333', secretAccessKey: 'whatever it is' }
const args = ['dev', '--port', '0']

/** A server whose temporary files all lie in a folder. */
const dev = (folder: string, more: readonly string[] = [], env: Record<string, string> = {}) =>
  startCoffer([...args, ...more], { env: { TMPDIR: folder, TEMP: folder, ...env } })

describe('coffer dev', () => {
  test('takes any credentials, and says that it is open and that nothing is kept', async () => {
    using folder = temporaryFolder()
    await using server = await dev(folder.path)
    const { ARN } = await clientOf(server, any).createSecret({ Name: 'a', SecretString: 'value' })
    assert.match(ARN ?? '', /^arn:aws:secretsmanager:eu-central-1:111122223333:secret:a-/)
    assert.match(server.stderr(), /THIS COFFER IS OPEN/)
    assert.match(server.stderr(), /every program on this machine/)
    assert.match(server.stderr(), /thrown away/)
    assert.match(server.stdout(), /^Coffer is listening on \S+\n$/)
  })

  test('--account is the account of callers whose access key id is no account number', async () => {
    using folder = temporaryFolder()
    await using server = await dev(folder.path, ['--account', '444455556666'])
    for (const [accessKeyId, account] of [
      ['test', '444455556666'],
      ['111122223333', '111122223333'],
    ] as const) {
      const { ARN } = await clientOf(server, { ...any, accessKeyId }).createSecret({ Name: 'a', SecretString: 'value' })
      assert.match(ARN ?? '', new RegExp(`:${account}:secret:a-`))
    }
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    test(`leaves nothing in the temporary folder after ${signal}`, async () => {
      using folder = temporaryFolder()
      const server = await dev(folder.path)
      await clientOf(server, any).createSecret({ Name: 'a', SecretString: 'value' })
      const [data = ''] = readdirSync(folder.path)
      assert.equal(statSync(`${folder.path}/${data}`).mode & 0o777, 0o700)
      const { code } = await server.stop(signal)
      assert.equal(code, 0)
      assert.deepEqual(readdirSync(folder.path), [])
    })

  test('says who may call when it listens beyond this machine', async () => {
    using folder = temporaryFolder()
    await using server = await dev(folder.path, ['--host', '0.0.0.0'])
    assert.match(server.stderr(), /everyone who can reach this machine/)
    assert.match(server.url, /^http:\/\/0\.0\.0\.0:/)
  })

  test('is not opened to the network by a variable that was meant for serve', async () => {
    using folder = temporaryFolder()
    await using server = await dev(folder.path, [], { COFFER_HOST: '0.0.0.0' })
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:/)
    assert.match(server.stderr(), /COFFER_HOST has no effect on coffer dev/)
  })

  test('answers to names of this machine and to allowed ones, and to no name that a web page could have', async () => {
    using folder = temporaryFolder()
    await using server = await dev(folder.path, ['--allowed-host', 'host.docker.internal'])
    const statusFor = async (host: string) => {
      await using raw = await RawSocket.open(server.port)
      await raw.send(requestBytes({ method: 'GET', rawHeaders: ['Host', `${host}:${server.port}`] }))
      return (await raw.answer()).status
    }
    for (const host of ['localhost', '127.0.0.1', 'host.docker.internal'])
      assert.equal(await statusFor(host), 200, host)
    for (const host of ['rebound.example', 'coffer', 'rebound.internal']) assert.equal(await statusFor(host), 403, host)
  })

  test('speaks TLS', async () => {
    using folder = temporaryFolder()
    const tls = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url))
    const files = ['--tls-cert', tls('server.pem'), '--tls-key', tls('server-key.pem')]
    await using server = await dev(folder.path, files)
    assert.match(server.url, /^https:/)
  })
})

describe('coffer dev --verify', () => {
  test('takes only the credentials it made, in a file that is gone with it', async () => {
    using folder = temporaryFolder()
    const server = await dev(folder.path, ['--verify'])
    const [, path = ''] = /AWS_SHARED_CREDENTIALS_FILE=(\S+)/.exec(server.stderr()) ?? []
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.doesNotMatch(server.stderr(), /OPEN/)
    const client = clientOf(server, readCredentials(path))
    await client.createSecret({ Name: 'a', SecretString: 'value' })
    await assert.rejects(clientOf(server, any).listSecrets(), { name: 'UnrecognizedClientException' })
    const { code } = await server.stop()
    assert.equal(code, 0)
    assert.ok(!existsSync(path))
    assert.deepEqual(readdirSync(folder.path), [])
  })

  test('takes those of the environment, for the account that was given', async () => {
    using folder = temporaryFolder()
    const given = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
    await using server = await dev(folder.path, ['--verify', '--account', '444455556666'], {
      COFFER_ADMIN_ACCESS_KEY_ID: given.accessKeyId,
      COFFER_ADMIN_SECRET_ACCESS_KEY: given.secretAccessKey,
    })
    const { ARN } = await clientOf(server, given).createSecret({ Name: 'a', SecretString: 'value' })
    assert.match(ARN ?? '', /:444455556666:/)
    assert.ok(!server.stderr().includes(given.secretAccessKey))
    assert.equal(readdirSync(folder.path).length, 1)
  })
})

describe('policies in dev', () => {
  const administrator = { accessKeyId: 'AKIADEVADMINISTRATOR', secretAccessKey: 'x'.repeat(40) }
  const env = {
    COFFER_ADMIN_ACCESS_KEY_ID: administrator.accessKeyId,
    COFFER_ADMIN_SECRET_ACCESS_KEY: administrator.secretAccessKey,
  }

  /** The access key of a new user without any permission. */
  async function stranger(server: Server) {
    const iam = iamOf(server, administrator)
    await iam.createUser({ UserName: 'stranger' })
    const { AccessKey } = await iam.createAccessKey({ UserName: 'stranger' })
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  }

  test('bind nobody with --verify alone', async () => {
    using folder = temporaryFolder()
    await using server = await dev(folder.path, ['--verify'], env)
    assert.deepEqual((await clientOf(server, await stranger(server)).listSecrets({})).SecretList, [])
  })

  test('bind everybody with --verify --enforce, service control policies too', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'scp.json')
    const statement = (Effect: string, Action: string) => ({ Effect, Action, Resource: '*' })
    const Statement = [statement('Allow', '*'), statement('Deny', 'secretsmanager:GetRandomPassword')]
    writeFileSync(file, JSON.stringify({ Version: '2012-10-17', Statement }))
    const more = ['--verify', '--enforce', '--service-control-policy', file]
    await using server = await dev(folder.path, more, env)
    await assert.rejects(clientOf(server, await stranger(server)).listSecrets({}), { name: 'AccessDeniedException' })
    const client = clientOf(server, administrator)
    assert.deepEqual((await client.listSecrets({})).SecretList, [])
    await assert.rejects(client.getRandomPassword({}), /with an explicit deny in a service control policy$/)
  })
})
