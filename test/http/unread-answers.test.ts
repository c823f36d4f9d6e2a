import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import type { App } from '../../src/app/create-app.ts'
import type { HttpLimits } from '../../src/http/limits.ts'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { signed, startServer } from './start-server.ts'

/** As JSON, a control character takes six bytes: a batch of these is nearly 8 MB, more than the sockets of the operating system hold. */
const LARGE = '\u0001'.repeat(64 * 1024)
const NAMES = Array.from({ length: 20 }, (_, index) => `large-${index}`)

const batch = () => requestBytes(signed('BatchGetSecretValue', { SecretIdList: NAMES }))

/** A server with twenty large secrets that counts the requests that it began to answer. */
async function serverOfLarge(limits: Partial<HttpLimits> = {}) {
  let begun = 0
  const between = (app: App): App => ({
    handle: app.handle,
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

  test('are bounded together: the client that has waited longest is cut off', async () => {
    await using server = await serverOfLarge({ unsentBytes: 10_000_000 })
    await using first = await unreading(server.port, batch())
    await using second = await unreading(server.port, batch())
    first.socket.resume()
    await assert.rejects(first.answer(), /The connection ended with/)
    second.socket.resume()
    assert.equal((await second.answer()).json.SecretValues.length, 20)
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
