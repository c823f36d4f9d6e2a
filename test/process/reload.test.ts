import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment, clientOf, LAUNCHER, type Server, serve, serveArgs, temporaryFolder } from './coffer.ts'
import { noTerminal } from './terminal.ts'

const posix = { skip: process.platform === 'win32' && 'Windows has no signals' }
const tls = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url))

/** Sends SIGHUP and waits for the end of that reload: the log says it once for each. */
async function reload(server: Server, times: number): Promise<string> {
  server.process.kill('SIGHUP')
  return await server.said(new RegExp(`("msg":"reloaded"}[^]*){${times}}`))
}

async function certificateOf({ port }: Server): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return String(subject.CN)
}

describe('SIGHUP', posix, () => {
  test('replaces the TLS certificate, and keeps the one in force where the new one cannot be used', async () => {
    using folder = temporaryFolder()
    const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')]
    copyFileSync(tls('server.pem'), cert)
    copyFileSync(tls('server-key.pem'), key)
    await using server = await serve(folder.path, ['--tls-cert', cert, '--tls-key', key])
    assert.equal(await certificateOf(server), 'coffer test server')
    copyFileSync(tls('renewed.pem'), cert)
    assert.match(await reload(server, 1), /cannot reload the TLS certificate: those from before stay in force/)
    assert.equal(await certificateOf(server), 'coffer test server')
    copyFileSync(tls('renewed-key.pem'), key)
    assert.match(await reload(server, 2), /"msg":"reloaded the TLS certificate"/)
    assert.equal(await certificateOf(server), 'coffer test server, renewed')
    const said = await reload(server, 3)
    assert.equal(said.match(/reloaded the TLS certificate/g)?.length, 1, said)
  })

  test('puts changed service control policies in force, and none that cannot be read', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'scp.json')
    const policy = (Effect: string) =>
      JSON.stringify({ Version: '2012-10-17', Statement: { Effect, Action: '*', Resource: '*' } })
    writeFileSync(path, policy('Allow'))
    await using server = await serve(folder.path, ['--service-control-policy', path])
    const client = clientOf(server, folder.path)
    await client.listSecrets()
    writeFileSync(path, policy('Deny'))
    assert.match(await reload(server, 1), /"msg":"reloaded the service control policies"/)
    await assert.rejects(client.listSecrets(), { name: 'AccessDeniedException' })
    for (const [times, text] of [
      [2, '{'],
      [3, undefined],
    ] as const) {
      if (text === undefined) rmSync(path)
      else writeFileSync(path, text)
      assert.match(await reload(server, times), /cannot reload the service control policies/)
      await assert.rejects(client.listSecrets(), { name: 'AccessDeniedException' })
    }
    writeFileSync(path, policy('Allow'))
    await reload(server, 4)
    await client.listSecrets()
  })

  test('says of a key file of an issuer that it changed, and of a broken one why', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'keys.json')
    writeFileSync(path, '{"keys":[]}')
    await using server = await serve(folder.path, ['--oidc-keys', `https://issuer.example=${path}`])
    writeFileSync(path, '{"keys": []}')
    assert.match(await reload(server, 1), /reloaded the keys of the issuer https:\/\/issuer\.example/)
    writeFileSync(path, '{')
    assert.match(
      await reload(server, 2),
      /"reason":"[^"]+JSON[^"]*(\\"[^"]*)*","msg":"cannot reload the keys of the issuer/,
    )
  })

  test('raises alerts by the rules that the file has now', async () => {
    using folder = temporaryFolder()
    const raised: string[] = []
    const next = Promise.withResolvers<void>()
    const receiver = createServer(async (request, response) => {
      const { Alerts } = JSON.parse(Buffer.concat(await request.toArray()).toString())
      raised.push(...Alerts.map(({ rule }: { rule: string }) => rule))
      response.end()
      if (raised.includes('lists')) next.resolve()
    }).listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    const path = join(folder.path, 'rules.json')
    const rules = (name: string, event: string) => JSON.stringify({ rules: [{ name, match: { event } }] })
    writeFileSync(path, rules('creations', 'CreateSecret'))
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
    const env = { COFFER_ALERT_WEBHOOK_KEY: 'k'.repeat(32) }
    await using server = await serve(folder.path, ['--alert-rules', path, '--alert-webhook', url], { env })
    writeFileSync(path, '{"rules":[{"name":"a","match":{"evnt":"x"}}]}')
    assert.match(await reload(server, 1), /rule a: match: there is no member evnt[^}]*cannot reload the alert rules/)
    writeFileSync(path, rules('lists', 'ListSecrets'))
    assert.match(await reload(server, 2), /reloaded the alert rules/)
    const client = clientOf(server, folder.path)
    await client.createSecret({ Name: 'db', SecretString: 'x' })
    await client.listSecrets()
    await next.promise
    assert.deepEqual(raised, ['lists'])
    receiver.close()
  })
})

test('a server stops when its terminal is closed', { skip: noTerminal }, async () => {
  using folder = temporaryFolder()
  const log = join(folder.path, 'log')
  writeFileSync(log, '')
  const changes = watch(log, { signal: AbortSignal.timeout(30_000) })
  const command = [process.execPath, LAUNCHER, ...serveArgs(folder.path)].map((part) => `'${part}'`).join(' ')
  const terminal = spawn('script', ['-qec', `exec ${command} 2>> '${log}'`, '/dev/null'], {
    env: { ...cleanEnvironment(), SHELL: '/bin/sh' },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  for await (const _ of changes) {
    const said = readFileSync(log, 'utf8')
    if (/"msg":"started"/.test(said) && !/"msg":"stopp/.test(said)) terminal.kill('SIGKILL')
    if (/"msg":"stopped"/.test(said)) break
  }
  assert.doesNotMatch(readFileSync(log, 'utf8'), /reloaded/)
})

test('a certificate that has ended is logged at the start', async () => {
  using folder = temporaryFolder()
  await using server = await serve(folder.path, ['--tls-cert', tls('ended.pem'), '--tls-key', tls('ended-key.pem')])
  assert.match(server.stderr(), /"endsAt":"2026-02-01T00:00:00.000Z","msg":"the TLS certificate has ended/)
})
