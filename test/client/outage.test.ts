import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startHttpServer } from '../../src/http/server.ts'
import { type ReaderApp, startReaderApp } from './start-reader.ts'
import { testClock } from './test-clock.ts'

const SECOND = 1000
const log = { info() {}, warn() {}, error() {} }

/** An address at which a Coffer can be had, or not. */
async function startServer(app: ReaderApp) {
  const start = (port: number) =>
    startHttpServer(app.running.app, { host: '127.0.0.1', port, trustedProxies: [], ping: app.running.ping, log })
  let server = await start(0)
  const { url, port } = server
  return {
    url,
    down: () => server.close(),
    async up() {
      server = await start(port)
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}

describe('while the server cannot be reached', () => {
  test('the last good value is served, marked as stale, for a bounded time, and the new one once it is back', async () => {
    await using app = await startReaderApp()
    await using server = await startServer(app)
    await app.fill({ db: 'one' })
    const clock = testClock()
    const options = { clock, timeToLive: 100 * SECOND, jitter: 0, staleFor: 50 * SECOND, failureTimeToLive: SECOND }
    const reader = app.reader(options, { endpoint: server.url, requestHandler: {} })
    const read = async () => {
      const { string, stale } = await reader.get('db')
      return [string, stale]
    }
    assert.deepEqual(await read(), ['one', false])
    await server.down()
    await app.client.putSecretValue({ SecretId: 'db', SecretString: 'two' })

    // A refresh in the background that fails takes nothing away.
    clock.advance(95 * SECOND)
    assert.deepEqual(await read(), ['one', false])
    assert.equal((await reader.refresh('db')).stale, true)
    assert.deepEqual(await read(), ['one', false])

    clock.advance(5 * SECOND)
    assert.deepEqual(await read(), ['one', true])
    clock.advance(50 * SECOND - 1)
    assert.deepEqual(await read(), ['one', true])
    clock.advance(1)
    await assert.rejects(reader.get('db'), { code: 'ECONNREFUSED', unreachable: true })
    const results = await reader.getMany(['db', 'never-read'])
    assert.deepEqual(
      results.map(({ error }) => error?.code),
      ['ECONNREFUSED', 'ECONNREFUSED'],
    )

    await server.up()
    // What failed is remembered, briefly.
    await assert.rejects(reader.get('db'), { code: 'ECONNREFUSED' })
    clock.advance(SECOND)
    assert.deepEqual(await read(), ['two', false])
  })

  test('a secret that is refused once it is back is no longer served', async () => {
    await using app = await startReaderApp()
    await using server = await startServer(app)
    await app.fill({ db: 'one' })
    const clock = testClock()
    const reader = app.reader(
      { clock, timeToLive: 0, failureTimeToLive: 0 },
      { endpoint: server.url, requestHandler: {} },
    )
    await reader.get('db')
    await server.down()
    assert.equal((await reader.get('db')).stale, true)
    await app.client.deleteSecret({ SecretId: 'db' })
    await server.up()
    await assert.rejects(reader.get('db'), { code: 'InvalidRequestException' })
    await server.down()
    await assert.rejects(reader.get('db'), { name: 'SecretReadError', unreachable: true })
  })
})

describe('throttling', () => {
  test('is a reason to serve the last good value', async () => {
    await using app = await startReaderApp({ rateFactor: 0.01, stopped: true })
    await app.client.createSecret({ Name: 'db', SecretString: 'one' })
    const reader = app.reader({ timeToLive: 0, failureTimeToLive: 0 })
    let value = await reader.get('db')
    for (let reads = 0; reads < 1000 && !value.stale; reads++) value = await reader.get('db')
    assert.deepEqual([value.string, value.stale], ['one', true])
    await assert.rejects(reader.get('another'), { code: 'ThrottlingException', unreachable: true })
  })
})
