import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { startServer } from './start-server.ts'

const page = (method: string, url: string) => ({ method, url, rawHeaders: ['Host', 'coffer.test'] })

describe('the home page', () => {
  test('needs no signature', async () => {
    await using server = await startServer()
    const answer = await server.send(page('GET', '/'))
    assert.equal(answer.status, 200)
    assert.equal(answer.body, '{"name":"coffer"}\n')
    assert.equal(answer.header('content-type'), 'application/json')
    assert.equal(answer.header('server'), undefined)
  })

  test('has a head of its own', async () => {
    await using server = await startServer()
    await using raw = await RawSocket.open(server.port)
    await raw.send(requestBytes(page('HEAD', '/')))
    const answer = await raw.answer('HEAD')
    assert.equal(answer.status, 200)
    assert.equal(answer.header('content-length'), '18')
    // Had a body followed, the next answer would begin with it.
    await raw.send(requestBytes(page('GET', '/')))
    assert.equal((await raw.answer()).status, 200)
  })

  test('cares for no body', async () => {
    await using server = await startServer()
    const rawHeaders = ['Host', 'a', 'Content-Length', '2']
    assert.equal((await server.send({ method: 'GET', rawHeaders, body: '{}' })).status, 200)
  })
})

describe('health', () => {
  test('is good while the store answers', async () => {
    await using server = await startServer()
    const answer = await server.send(page('GET', '/health'))
    assert.equal(answer.status, 200)
    assert.equal(answer.body, '{"status":"ok"}\n')
  })

  test('is bad once the store is closed', async () => {
    const server = await startServer({ limits: { pingEveryMs: 0 } })
    assert.equal((await server.send(page('GET', '/health'))).status, 200)
    await server.running.close()
    const answer = await server.send(page('GET', '/health'))
    assert.equal(answer.status, 503)
    assert.equal(answer.body, '{"status":"unavailable"}\n')
    await server.http.close()
  })

  test('is bad when the store takes too long, and it is not asked again meanwhile', async () => {
    let pings = 0
    const ping = () => {
      pings++
      return new Promise<void>(() => {})
    }
    await using server = await startServer({ ping, limits: { pingMs: 20, pingEveryMs: 0 } })
    for (let count = 0; count < 3; count++) assert.equal((await server.send(page('GET', '/health'))).status, 503)
    assert.equal(pings, 1)
  })

  test('is asked of the store once in a while, however often it is asked for', async () => {
    let pings = 0
    const ping = async () => void pings++
    await using server = await startServer({ ping, limits: { pingEveryMs: 60_000 } })
    const statuses = await Promise.all(Array.from({ length: 20 }, () => server.send(page('GET', '/health'))))
    assert.ok(statuses.every(({ status }) => status === 200))
    assert.equal(pings, 1)
  })

  test('recovers with the store', async () => {
    let broken = true
    const ping = () => {
      if (broken) throw new Error('no store')
      return Promise.resolve()
    }
    await using server = await startServer({ ping, limits: { pingEveryMs: 0 } })
    assert.equal((await server.send(page('GET', '/health'))).status, 503)
    broken = false
    assert.equal((await server.send(page('GET', '/health'))).status, 200)
  })
})
