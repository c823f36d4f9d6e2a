import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { recordsOf } from '../../src/audit/cloudtrail.ts'
import { type HttpServer, startHttpServer } from '../../src/http/server.ts'
import { ADMINISTRATOR, REGION, startApp, type TestApp } from '../start-app.ts'

const file = (name: string) => readFileSync(fileURLToPath(new URL(`../process/tls/${name}`, import.meta.url)), 'utf8')
const CERT = file('server.pem')

describe('how a client spoke TLS', () => {
  let app: TestApp
  const servers: HttpServer[] = []
  before(async () => {
    app = await startApp()
  })
  after(async () => {
    for (const server of servers) await server.close()
    await app.close()
  })

  async function ask(trustedProxies: readonly string[] = [], headers: Readonly<Record<string, string>> = {}) {
    const tls = { cert: CERT, key: file('server-key.pem') }
    const log = { info() {}, warn() {}, error() {} }
    const options = { host: '127.0.0.1', port: 0, tls, trustedProxies, ping: app.running.ping, log }
    const server = await startHttpServer(app.running.app, options)
    servers.push(server)
    const agent = new Agent({ ca: CERT, checkServerIdentity: () => undefined })
    const client = new SecretsManager({
      region: REGION,
      credentials: ADMINISTRATOR,
      endpoint: server.url,
      requestHandler: { httpsAgent: agent },
    })
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args.request as { headers: object }).headers, headers)
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low' },
    )
    await client.batchGetSecretValue({ SecretIdList: ['one', 'two'] })
    client.destroy()
    agent.destroy()
    const records = (await app.trail(1)).flatMap(recordsOf)
    return { server, records }
  }

  test('stands in the records of its requests', async () => {
    const { server, records } = await ask()
    assert.equal(records.length, 3)
    for (const { tlsDetails } of records)
      assert.deepEqual(tlsDetails, {
        tlsVersion: 'TLSv1.3',
        cipherSuite: tlsDetails?.cipherSuite,
        clientProvidedHostHeader: `127.0.0.1:${server.port}`,
      })
    assert.match(String(records[0]?.tlsDetails?.cipherSuite), /^TLS_(AES|CHACHA20)_[A-Z0-9_]+$/)
  })

  test('is not known where a proxy is between', async () => {
    const { records } = await ask(['127.0.0.1'], { 'x-forwarded-for': '192.0.2.9' })
    assert.deepEqual(
      records.map(({ sourceIPAddress, tlsDetails }) => [sourceIPAddress, tlsDetails]),
      records.map(() => ['192.0.2.9', undefined]),
    )
  })
})
