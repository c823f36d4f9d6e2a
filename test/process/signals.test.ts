import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { assertRefused } from './assert-refused.ts'
import { clientOf, runCoffer, serve, serveArgs, startCoffer, temporaryFolder, twoProcesses } from './coffer.ts'

const posix = { skip: process.platform === 'win32' && 'Windows has no signals' }

/** Where Node.js's debugger listens. */
const DEBUGGER = 9229

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

for (const [kind, options] of [
  ['one process', {}],
  ['two processes, as with an old Node.js', twoProcesses],
] as const)
  describe(`a server of ${kind}`, posix, () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      test(`stops gracefully by ${signal}`, async () => {
        using folder = temporaryFolder()
        const server = await serve(folder.path, [], options)
        const { code, signal: by, stderr } = await server.stop(signal)
        assert.deepEqual({ code, by }, { code: 0, by: null })
        assert.match(stderr, /"msg":"stopped"\}\n$/)
      })

    test('reloads by SIGHUP and serves on', async () => {
      using folder = temporaryFolder()
      await using server = await serve(folder.path, [], options)
      server.process.kill('SIGHUP')
      await server.said(/"changed":0,"msg":"reloaded"/)
      await clientOf(server, folder.path).listSecrets()
    })

    test('that keeps nothing stops gracefully by SIGHUP', async () => {
      const server = await startCoffer(['dev', '--port', '0'], options)
      const { code, signal: by } = await server.stop('SIGHUP')
      assert.deepEqual({ code, by }, { code: 0, by: null })
    })

    test('ends at once by a second signal, also while a request is in progress', async () => {
      const server = await startCoffer(['dev', '--port', '0'], options)
      const socket = connect(server.port, '127.0.0.1')
      socket.on('error', () => {})
      await once(socket, 'connect')
      const head = ['POST / HTTP/1.1', 'Host: a', 'Content-Type: application/x-amz-json-1.1']
      const target = ['X-Amz-Target: secretsmanager.ListSecrets', 'Content-Length: 2', 'Expect: 100-continue']
      socket.write(`${[...head, ...target].join('\r\n')}\r\n\r\n`)
      await once(socket, 'data')
      server.process.kill('SIGTERM')
      // Refused connections show that it is stopping, and that it waits.
      while (await isOpen(server.port)) await new Promise(setImmediate)
      const { code, signal } = await server.stop('SIGTERM')
      assert.deepEqual({ code, signal }, { code: 128 + 15, signal: null })
      socket.destroy()
    })

    test('opens no debugger by a signal, and lives on', async () => {
      using folder = temporaryFolder()
      await using server = await serve(folder.path, [], options)
      const before = await isOpen(DEBUGGER)
      server.process.kill('SIGUSR1')
      await clientOf(server, folder.path).listSecrets()
      assert.equal(await isOpen(DEBUGGER), before)
      assert.doesNotMatch(server.stderr(), /Debugger/)
    })
  })

test('kill -9 of a launcher leaves no server behind', posix, async () => {
  using folder = temporaryFolder()
  const server = await serve(folder.path, [], twoProcesses)
  await clientOf(server, folder.path).createSecret({ Name: 'kept', SecretString: 'value' })
  const { signal, stderr } = await server.stop('SIGKILL')
  assert.equal(signal, 'SIGKILL')
  // The streams are closed once no process holds them; the server stopped as by any other signal.
  assert.match(stderr, /"msg":"stopped"\}\n$/)
  await using next = await serve(folder.path)
  const { SecretString } = await clientOf(next, folder.path).getSecretValue({ SecretId: 'kept' })
  assert.equal(SecretString, 'value')
})

test('a second process passes its failure on', async () => {
  assertRefused(await runCoffer(['serve', '--port', 'x'], twoProcesses), /Cannot use the port: x/, 2)
})

describe('a debugger', () => {
  const args = (folder: string) => [
    serveArgs(folder),
    ['admin', 'reset-key', '--data-dir', join(folder, 'data')],
    ['root-key', 'export', '--data-dir', join(folder, 'data')],
  ]
  for (const flag of ['--inspect=0', '--inspect-port=0', '--inspect_port=0'])
    test(`is refused as ${flag} of NODE_OPTIONS, in quotes too`, async () => {
      using folder = temporaryFolder()
      for (const text of [flag, `--no-warnings "${flag}"`])
        for (const command of args(folder.path).slice(0, flag === '--inspect=0' ? 3 : 1)) {
          const { code, stdout, stderr } = await runCoffer(command, { env: { NODE_OPTIONS: text } })
          assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
          assert.match(
            stderr,
            new RegExp(`^coffer: Cannot start with ${flag}: a debugger could read every secret`, 'm'),
          )
        }
    })

  test('is refused as a flag of Node.js', async () => {
    using folder = temporaryFolder()
    const refused = await runCoffer(serveArgs(folder.path), { nodeArgs: ['--inspect-port=0'] })
    assertRefused(refused, /Cannot start with --inspect-port=0/)
  })
})

const linux = { skip: process.platform !== 'linux' && 'finds the second process in /proc' }

test(
  'a launcher that hears of a signal only when the server has stopped already tells of no failure',
  linux,
  async () => {
    using folder = temporaryFolder()
    const server = await serve(folder.path, [], twoProcesses)
    const launcher = server.process
    const child = Number(readFileSync(`/proc/${launcher.pid}/task/${launcher.pid}/children`, 'utf8'))
    // A terminal sends its signal to both; a busy machine may let one of them sleep.
    launcher.kill('SIGSTOP')
    process.kill(child, 'SIGINT')
    while (!/^State:\s+Z/m.test(readFileSync(`/proc/${child}/status`, 'utf8'))) await new Promise(setImmediate)
    const ended = server.stop('SIGINT')
    launcher.kill('SIGCONT')
    const { code, stderr } = await ended
    assert.equal(code, 0)
    assert.match(stderr, /"msg":"stopped"\}\n$/)
  },
)
