import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { assertRefused } from './assert-refused.ts'
import { clientOf, runCoffer, serve, serveArgs, startCoffer, temporaryFolder } from './coffer.ts'

/** The machine's own Node.js, apart from the one of this checkout. */
const OLD = '/usr/bin/node'
const oldVersion = existsSync(OLD)
  ? spawnSync(OLD, ['--version'], { encoding: 'utf8' }).stdout.trim()
  : 'none on this machine'
const tooOld = Number.parseInt(oldVersion.slice(1), 10) < 24
const skip = !tooOld && `needs ${OLD} older than 24, and it is ${oldVersion}`

describe(`a launcher that an old Node.js runs (${oldVersion})`, { skip }, () => {
  test('starts the program by the Node.js that the checkout has', async () => {
    using folder = temporaryFolder()
    const server = await serve(folder.path, [], { node: OLD })
    await clientOf(server, folder.path).createSecret({ Name: 'kept', SecretString: 'value' })
    const { code, stdout } = await server.stop()
    assert.equal(code, 0)
    assert.match(stdout, /^Coffer is listening on \S+\n$/)
  })

  test('leaves no server behind when it is killed', { timeout: 60_000 }, async () => {
    using folder = temporaryFolder()
    const server = await serve(folder.path, [], { node: OLD })
    await clientOf(server, folder.path).createSecret({ Name: 'kept', SecretString: 'value' })
    // This resolves once no process holds the output any more.
    const { signal } = await server.stop('SIGKILL')
    assert.equal(signal, 'SIGKILL')
    await using next = await serve(folder.path)
    const { SecretString } = await clientOf(next, folder.path).getSecretValue({ SecretId: 'kept' })
    assert.equal(SecretString, 'value')
  })

  test('leaves no data of dev behind when it is killed', { timeout: 60_000 }, async () => {
    using folder = temporaryFolder()
    const env = { TMPDIR: folder.path }
    const server = await startCoffer(['dev', '--port', '0'], { node: OLD, env })
    await server.stop('SIGKILL')
    assert.deepEqual(readdirSync(folder.path), [])
  })

  test('opens no debugger by a signal, and lives on', async () => {
    using folder = temporaryFolder()
    await using server = await serve(folder.path, [], { node: OLD })
    server.process.kill('SIGUSR1')
    await clientOf(server, folder.path).listSecrets()
    assert.doesNotMatch(server.stderr(), /Debugger/)
  })

  test('passes on what the program says and how it ends', async () => {
    using folder = temporaryFolder()
    assertRefused(await runCoffer(serveArgs(folder.path, ['--port', 'x']), { node: OLD }), /Cannot use the port: x/, 2)
  })

  test('refuses a debugger of NODE_OPTIONS', async () => {
    using folder = temporaryFolder()
    const env = { NODE_OPTIONS: '--inspect-port=0' }
    assertRefused(await runCoffer(serveArgs(folder.path), { node: OLD, env }), /Cannot start with --inspect-port=0/)
  })
})
