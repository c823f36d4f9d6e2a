import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { assertRefused } from './assert-refused.ts'
import { clientOf, readCredentials, runCoffer, serve, serveArgs, startCoffer, temporaryFolder } from './coffer.ts'

const posix = { skip: process.platform === 'win32' && 'Windows has no such modes' }
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const fingerprintIn = (stderr: string) => /"rootKey":"([0-9a-f]{16})"/.exec(stderr)?.[1] ?? 'none'

describe('an installation', () => {
  test('keeps its secrets from one start to the next', async () => {
    using folder = temporaryFolder()
    let arn: string | undefined
    {
      await using server = await serve(folder.path)
      ;({ ARN: arn } = await clientOf(server, folder.path).createSecret({ Name: 'kept', SecretString: 'value' }))
    }
    await using server = await serve(folder.path)
    assert.doesNotMatch(server.stderr(), /first start/)
    const { ARN, SecretString } = await clientOf(server, folder.path).getSecretValue({ SecretId: 'kept' })
    assert.deepEqual({ ARN, SecretString }, { ARN: arn, SecretString: 'value' })
  })

  test('is readable by its owner only, while it runs and afterwards', posix, async () => {
    using folder = temporaryFolder()
    const data = join(folder.path, 'data')
    const server = await serve(folder.path)
    await clientOf(server, folder.path).createSecret({ Name: 'a', SecretString: 'value' })
    const stranger = { accessKeyId: 'AKIASTRANGER00000000', secretAccessKey: 'x'.repeat(40) }
    await assert.rejects(clientOf(server, stranger).listSecrets(), { name: 'UnrecognizedClientException' })
    assert.equal(modeOf(data), '700')
    const running = readdirSync(data)
    for (const name of ['store.db', 'store.db-wal', 'store.db-shm', 'trail.db', 'lock'])
      assert.ok(running.includes(name), `${name} is there: ${running}`)
    for (const name of running) assert.equal(modeOf(join(data, name)), '600', name)
    for (const name of ['data.key', 'data.credentials']) assert.equal(modeOf(join(folder.path, name)), '600', name)
    await server.stop()
    for (const name of readdirSync(data)) assert.equal(modeOf(join(data, name)), '600', name)
    const refusals = readFileSync(join(data, 'security.log'), 'utf8').trimEnd().split('\n')
    assert.equal(refusals.length, 1)
    assert.equal(JSON.parse(refusals[0]!).accessKeyId, stranger.accessKeyId)
  })

  test('has one server at a time', async () => {
    using folder = temporaryFolder()
    await using server = await serve(folder.path)
    const inUse =
      /another Coffer is using it(?<process> \(process \d+\))?\. Stop that one, or choose another with --data-dir/
    const refused = await runCoffer(serveArgs(folder.path))
    assertRefused(refused, inUse)
    if (process.platform === 'linux')
      assert.equal(inUse.exec(refused.stderr)?.groups?.process, ` (process ${server.process.pid})`)
    // The one that was there first goes on.
    await clientOf(server, folder.path).listSecrets()
  })

  test('opens with its root key only, and says which one it wants', async () => {
    using folder = temporaryFolder()
    const { stderr } = await (await serve(folder.path)).stop()
    const wanted = new RegExp(`it wants the root key with fingerprint ${fingerprintIn(stderr)}`)
    const other = { COFFER_ROOT_KEY: 'ab'.repeat(32) }
    assertRefused(await runCoffer(serveArgs(folder.path), { env: other }), wanted)
    renameSync(join(folder.path, 'data.key'), join(folder.path, 'elsewhere'))
    assertRefused(await runCoffer(serveArgs(folder.path)), wanted)
    assert.ok(!readdirSync(folder.path).includes('data.key'), 'no new key was made')
    await using server = await serve(folder.path, ['--root-key-file', join(folder.path, 'elsewhere')])
    await clientOf(server, folder.path).listSecrets()
  })
})

describe('a place that cannot be used is refused', { concurrency: 2 }, () => {
  test('a data directory that others can enter', posix, async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'data'))
    chmodSync(join(folder.path, 'data'), 0o755)
    assertRefused(await runCoffer(serveArgs(folder.path)), /others can enter it \(mode 755\)\. Run: chmod 700 /)
    assert.deepEqual(readdirSync(folder.path), ['data'])
  })

  test('a data directory below a file', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'file'), '')
    assertRefused(await runCoffer(serveArgs(join(folder.path, 'file'))), /Cannot make the data directory: /)
  })

  test('a data directory that is a file', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'data'), '', { mode: 0o600 })
    assertRefused(await runCoffer(serveArgs(folder.path)), /Cannot (make|use) the data directory: /)
  })

  test('a root key file in a folder that is not there', async () => {
    using folder = temporaryFolder()
    const args = serveArgs(folder.path, ['--root-key-file', join(folder.path, 'missing', 'key')])
    assertRefused(await runCoffer(args), /Cannot create the root key file: .* its folder does not/)
  })

  test('a root key file that others can read', posix, async () => {
    using folder = temporaryFolder()
    await (await serve(folder.path)).stop()
    chmodSync(join(folder.path, 'data.key'), 0o644)
    assertRefused(await runCoffer(serveArgs(folder.path)), /has mode 0644, wanted 0600 or less/)
  })

  test('a credentials file that somebody else wrote, which is left as it is', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'data.credentials')
    writeFileSync(path, '[default]\n')
    assertRefused(await runCoffer(serveArgs(folder.path)), /a file that Coffer did not write stands there/)
    assert.equal(readFileSync(path, 'utf8'), '[default]\n')
  })

  test('a port that another program has', async () => {
    await using server = await startCoffer(['dev', '--port', '0'])
    const ended = await runCoffer(['dev', '--port', String(server.port)])
    assertRefused(ended, /Cannot listen on 127\.0\.0\.1:\d+: another program has that port/)
  })
})

describe('beyond this machine', () => {
  test('a server listens behind a proxy that speaks TLS', async () => {
    using folder = temporaryFolder()
    await using server = await serve(folder.path, ['--host', '0.0.0.0', '--plaintext-behind-proxy'])
    assert.equal(server.url, `http://0.0.0.0:${server.port}`)
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/health`)).status, 200)
  })
})

test('a request that a foreign web page sends is refused', async () => {
  await using server = await startCoffer(['dev', '--port', '0'])
  for (const headers of [{ Origin: 'https://evil.example' }, { Origin: server.url }, { Origin: 'null' }]) {
    const answer = await fetch(server.url, { method: 'POST', headers, body: '{}' })
    assert.equal(answer.status, 403)
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
  }
})

describe("the administrator's access key of the environment", () => {
  const given = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
  const variables = ({ accessKeyId, secretAccessKey }: typeof given) => ({
    COFFER_ADMIN_ACCESS_KEY_ID: accessKeyId,
    COFFER_ADMIN_SECRET_ACCESS_KEY: secretAccessKey,
  })
  const unused = /The administrator's access key of the environment was not used/

  test('makes the first administrator, and stands in no file and on no screen', async () => {
    using folder = temporaryFolder()
    const env = variables(given)
    const first = await serve(folder.path, [], { env })
    await clientOf(first, given).listSecrets()
    assert.ok(!readdirSync(folder.path).includes('data.credentials'))
    const { stderr } = await first.stop()
    assert.ok(!stderr.includes(given.secretAccessKey))
    // The same at the next start is no reason for a warning.
    await using next = await serve(folder.path, [], { env })
    await clientOf(next, given).listSecrets()
    assert.doesNotMatch(next.stderr(), unused)
  })

  test('never replaces one that is there, and says so', async () => {
    using folder = temporaryFolder()
    await (await serve(folder.path)).stop()
    await using server = await serve(folder.path, [], { env: variables(given) })
    assert.match(server.stderr(), unused)
    await assert.rejects(clientOf(server, given).listSecrets(), { name: 'UnrecognizedClientException' })
    await clientOf(server, readCredentials(join(folder.path, 'data.credentials'))).listSecrets()
  })
})
