import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { signed, startHolding, startServer } from './start-server.ts'

const list = () => requestBytes(signed('ListSecrets', '{}'))
const refusesConnections = async (port: number) => {
  await assert.rejects(RawSocket.open(port), { code: 'ECONNREFUSED' })
}

test('a stopping server lets a request in progress finish, and takes no other', async () => {
  const server = await startHolding()
  await using raw = await RawSocket.open(server.port)
  await raw.send(list())
  await server.held
  const closing = server.http.close()
  await refusesConnections(server.port)
  server.letGo()
  const answer = await raw.answer()
  assert.equal(answer.status, 200)
  assert.equal(answer.header('connection'), 'close')
  assert.equal(await raw.end(), '')
  await closing
  await server[Symbol.asyncDispose]()
})

test('a stopping server answers all that was sent before, in order, and then ends', async () => {
  const server = await startHolding()
  await using raw = await RawSocket.open(server.port)
  await raw.send(Buffer.concat([list(), list(), list()]))
  await server.held
  const closing = server.http.close()
  server.letGo()
  const connections = []
  for (let count = 0; count < 3; count++) connections.push((await raw.answer()).header('connection'))
  assert.deepEqual(connections, ['keep-alive', 'keep-alive', 'close'])
  await closing
  await server[Symbol.asyncDispose]()
})

test('a stopping server waits for a body that is on its way', async () => {
  const server = await startHolding()
  server.letGo()
  await using raw = await RawSocket.open(server.port)
  const bytes = list()
  await raw.send(bytes.subarray(0, bytes.length - 1))
  assert.equal((await server.call('ListSecrets', '{}')).status, 200)
  const closing = server.http.close()
  await refusesConnections(server.port)
  await raw.send(bytes.subarray(bytes.length - 1))
  const answer = await raw.answer()
  assert.equal(answer.status, 200)
  assert.equal(answer.header('connection'), 'close')
  await closing
  await server[Symbol.asyncDispose]()
})

test('a stopping server ends connections that wait for a request', async () => {
  const server = await startServer()
  await using used = await RawSocket.open(server.port)
  await used.send(list())
  assert.equal((await used.answer()).status, 200)
  await using fresh = await RawSocket.open(server.port)
  await server.http.close()
  assert.equal(await used.end(), '')
  assert.equal(await fresh.end(), '')
  await server[Symbol.asyncDispose]()
})

test('a stopping server cuts off what does not come to an end', async () => {
  const server = await startHolding({ limits: { stopMs: 50 } })
  await using raw = await RawSocket.open(server.port)
  await raw.send(list())
  await server.held
  await server.http.close()
  assert.equal(await raw.end(), '')
  server.letGo()
  await server[Symbol.asyncDispose]()
})

test('a stopping server does not wait for a client that went away, but for the work it left', async () => {
  const server = await startHolding()
  {
    await using raw = await RawSocket.open(server.port)
    await raw.send(list())
    await server.held
  }
  let closed = false
  const closing = server.http.close().then(() => {
    closed = true
  })
  await refusesConnections(server.port)
  assert.equal(closed, false)
  server.letGo()
  await closing
  await server[Symbol.asyncDispose]()
})

test('an answer that the client is slow to take leaves whole before the server stops', async () => {
  const server = await startHolding()
  server.letGo()
  // Six characters of JSON each: together more than the network between the two holds.
  const value = '\u0001'.repeat(65_536)
  const ids = Array.from({ length: 20 }, (_, index) => `large-${index}`)
  for (const id of ids) {
    const input = { Name: id, SecretString: value, ClientRequestToken: 'x'.repeat(32) }
    assert.equal((await server.call('CreateSecret', input)).status, 200)
  }
  await using raw = await RawSocket.open(server.port)
  raw.socket.pause()
  await raw.send(requestBytes(signed('BatchGetSecretValue', { SecretIdList: ids })))
  while (server.answered() <= ids.length) await setImmediate()
  await setImmediate()
  const closing = server.http.close()
  await refusesConnections(server.port)
  raw.socket.resume()
  assert.equal((await raw.answer()).json.SecretValues.length, 20)
  assert.equal(await raw.end(), '')
  await closing
  await server[Symbol.asyncDispose]()
})

test('stopping twice is stopping once', async () => {
  const server = await startServer()
  await Promise.all([server.http.close(), server.http.close()])
  await server.http.close()
  await server[Symbol.asyncDispose]()
})
