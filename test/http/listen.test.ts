import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { RequestHead } from '../../src/app/request.ts'
import { startHttpServer } from '../../src/http/server.ts'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { signed, startServer } from './start-server.ts'

describe('a server', () => {
  test('says where it is', async () => {
    await using server = await startServer()
    assert.equal(server.http.url, `http://127.0.0.1:${server.port}`)
    await using named = await startServer({ host: 'localhost' })
    assert.equal(named.http.url, `http://localhost:${named.port}`)
    await using every = await startServer({ host: '0.0.0.0' })
    assert.equal(every.http.url, `http://0.0.0.0:${every.port}`)
  })

  test('says in one line why it cannot listen', async () => {
    await using server = await startServer()
    const options = { trustedProxies: [], ping: async () => {}, log: { info() {}, warn() {}, error() {} } }
    const start = (host: string, port: number) => startHttpServer(server.running.app, { ...options, host, port })
    await assert.rejects(start('127.0.0.1', server.port), {
      message: `Cannot listen on 127.0.0.1:${server.port}: another program has that port`,
    })
    await assert.rejects(start('192.0.2.1', 0), {
      message: 'Cannot listen on 192.0.2.1:0: this machine does not have that address',
    })
    const tls = { cert: 'nonsense', key: 'nonsense' }
    await assert.rejects(startHttpServer(server.running.app, { ...options, host: '127.0.0.1', port: 0, tls }), {
      message: /^Cannot use the TLS certificate or its key: [^\n]+$/,
    })
  })
})

/** Node.js cannot issue certificates. */
function selfSigned(): { cert: string; key: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ]
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const tls = selfSigned()

describe('over TLS', { skip: tls ? false : 'openssl, which makes the certificate, is missing' }, () => {
  const certificate = tls ?? { cert: '', key: '' }

  test('requests are served, and known to be secure', async () => {
    let head: RequestHead | undefined
    await using server = await startServer({
      tls: certificate,
      between: (app) => ({
        ...app,
        admit(of) {
          head = of
          return app.admit(of)
        },
      }),
    })
    assert.equal(server.http.url, `https://127.0.0.1:${server.port}`)
    await using raw = await RawSocket.open(server.port, { ca: certificate.cert })
    for (let count = 0; count < 2; count++) {
      await raw.send(requestBytes(signed('ListSecrets', '{}')))
      assert.equal((await raw.answer()).status, 200)
    }
    assert.deepEqual({ secure: head?.secure, address: head?.address }, { secure: true, address: '127.0.0.1' })
    await raw.send('nonsense\r\n\r\n')
    assert.equal((await raw.answer()).status, 400)
    assert.equal(await raw.end(), '')
  })

  test('somebody who does not speak it is cut off, and nobody else troubled', async () => {
    await using server = await startServer({ tls: certificate })
    await using plain = await RawSocket.open(server.port)
    await plain.send(requestBytes(signed('ListSecrets', '{}')))
    await plain.end()
    await using raw = await RawSocket.open(server.port, { ca: certificate.cert })
    await raw.send(requestBytes(signed('ListSecrets', '{}')))
    assert.equal((await raw.answer()).status, 200)
    assert.deepEqual(server.logged, [])
  })

  test('the server stops as it does without', async () => {
    const server = await startServer({ tls: certificate, limits: { stopMs: 200 } })
    await using idle = await RawSocket.open(server.port, { ca: certificate.cert })
    await idle.send(requestBytes(signed('ListSecrets', '{}')))
    assert.equal((await idle.answer()).status, 200)
    await using silent = await RawSocket.open(server.port)
    await server.http.close()
    assert.equal(await idle.end(), '')
    await silent.end()
    await server[Symbol.asyncDispose]()
  })
})
