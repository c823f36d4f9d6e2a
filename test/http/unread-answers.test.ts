import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import type { App } from '../../src/app/create-app.ts'
import type { HttpLimits } from '../../src/http/limits.ts'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { signed, startServer } from './start-server.ts'

/** As JSON, a control character takes six bytes: a batch of these is nearly 8 MB, more than the sockets of the operating system hold. */
const LARGE = '\u0001'.repeat(64 * 1024)
const NAMES = Array.from({ length: 20 }, (_, index) => `large-${index}`)

const linuxOnly = { skip: process.platform !== 'linux' && 'only Linux has all of 127.0.0.0/8 without setting it up' }
const list = () => requestBytes(signed('ListSecrets', '{}'))
const batch = () => requestBytes(signed('BatchGetSecretValue', { SecretIdList: NAMES }))

/** A server with twenty large secrets that counts the requests that it began to answer. */
async function serverOfLarge(limits: Partial<HttpLimits> = {}) {
  let begun = 0
  const between = (app: App): App => ({
    ...app,
    admit(head) {
      begun++
      return app.admit(head)
    },
  })
  const server = await startServer({ between, limits })
  for (const Name of NAMES) {
    const input = { Name, SecretString: LARGE, ClientRequestToken: randomUUID() }
    assert.equal((await server.call('CreateSecret', input)).status, 200)
  }
  const before = begun
  return { ...server, begun: () => begun - before }
}

/** A client that sends requests and reads no further than the first bytes of an answer. */
async function unreading(port: number, requests: Uint8Array): Promise<RawSocket> {
  const raw = await RawSocket.open(port)
  raw.socket.once('data', () => raw.socket.pause())
  await raw.send(requests)
  await once(raw.socket, 'data')
  return raw
}

/** Status of a request from another address of this machine. */
async function statusFrom(localAddress: string, port: number): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  socket.write(list())
  const [answer] = await once(socket, 'data')
  socket.destroy()
  return Number(String(answer).split(' ')[1])
}

describe('answers that a client does not read', () => {
  test('hold up its further requests until it reads', async () => {
    await using server = await serverOfLarge()
    await using raw = await unreading(server.port, Buffer.concat(Array.from({ length: 30 }, batch)))
    // Others are served meanwhile.
    for (let count = 0; count < 20; count++) assert.equal((await server.call('ListSecrets', '{}')).status, 200)
    assert.equal(server.begun() - 20, 1)
    raw.socket.resume()
    for (let count = 0; count < 2; count++) assert.equal((await raw.answer()).json.SecretValues.length, 20)
  })

  test('hold up requests of its address until it is cut off, and of no other address', linuxOnly, async () => {
    await using server = await serverOfLarge({ unsentBytesPerAddress: 1_000_000, stuckMs: Number.POSITIVE_INFINITY })
    await using first = await unreading(server.port, batch())
    await using second = await RawSocket.open(server.port)
    const waiting = second.send(list()).then(() => second.answer())
    let answered = false
    void waiting.then(() => {
      answered = true
    })
    for (let count = 0; count < 20; count++) assert.equal(await statusFrom('127.0.0.2', server.port), 200)
    assert.equal(answered, false)
    first.socket.resume()
    assert.equal((await waiting).status, 200)
  })

  test('are given up when other requests need their room', async () => {
    for (const limit of ['unsentBytes', 'unsentBytesPerAddress'] as const) {
      await using server = await serverOfLarge({ [limit]: 1_000_000, stuckMs: 1, checkMs: 5 })
      await using raw = await unreading(server.port, batch())
      assert.equal((await server.call('ListSecrets', '{}')).status, 200)
      raw.socket.resume()
      await assert.rejects(raw.answer(), /The connection ended with/)
      const message = 'clients that did not take their answers were cut off'
      assert.deepEqual(
        server.logged.filter((line) => 'message' in line && line.message === message),
        [{ connections: 1, addresses: ['127.0.0.1'], message }],
      )
    }
  })

  test('end its connection after a time', async () => {
    await using server = await serverOfLarge({
      answerMs: 1,
      answerBytesPerSecond: Number.POSITIVE_INFINITY,
      checkMs: 5,
    })
    await using raw = await unreading(server.port, batch())
    // What it sends is refused once the server has cut it off.
    while (!raw.socket.destroyed) await raw.send(' ')
    assert.ok(raw.socket.errored)
    assert.equal((await server.call('ListSecrets', '{}')).status, 200)
  })
})

describe('large answers', () => {
  test('reach every client that reads, however many ask at the same time', async () => {
    await using server = await serverOfLarge({
      unsentBytes: 10_000_000,
      stuckMs: Number.POSITIVE_INFINITY,
      slowMs: Number.POSITIVE_INFINITY,
    })
    const sizes = await Promise.all(
      Array.from({ length: 4 }, async () => (await server.send(batch())).json.SecretValues.length),
    )
    assert.deepEqual(sizes, Array(4).fill(20))
  })

  test('are made a few at a time, while requests for one value each go on', async () => {
    let now = 0
    let most = 0
    const go = Promise.withResolvers<void>()
    const between = (app: App): App => ({
      ...app,
      admit(head) {
        const admission = app.admit(head)
        if ('refused' in admission) return admission
        const answer = async (body: Uint8Array) => {
          most = Math.max(most, ++now)
          if (admission.mostValues !== undefined) await go.promise
          return await admission.answer(body).finally(() => now--)
        }
        return { ...admission, answer }
      },
    })
    await using server = await startServer({ between, limits: { valuesAtOnce: 50 } })
    const small = requestBytes(signed('BatchGetSecretValue', { SecretIdList: ['a'] }))
    const two = [server.send(small), server.send(small)]
    for (let count = 0; count < 10; count++) assert.equal((await server.call('ListSecrets', '{}')).status, 200)
    const six = Array.from({ length: 6 }, () => server.send(small))
    while (now < 2) await server.send({ method: 'GET', rawHeaders: ['Host', 'a'] })
    go.resolve()
    for (const { status } of await Promise.all([...two, ...six])) assert.equal(status, 200)
    assert.ok(most <= 3, `${most} at a time`)
  })
})
