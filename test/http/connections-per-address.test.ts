import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { signed, startHolding, startServer } from './start-server.ts'

const limits = { connections: 20, connectionsPerAddress: 3 }
const list = () => requestBytes(signed('ListSecrets', '{}'))
const linuxOnly = { skip: process.platform !== 'linux' && 'only Linux has all of 127.0.0.0/8 without setting it up' }

/** Idle connections, oldest first. */
async function idle(port: number, count: number): Promise<RawSocket[]> {
  const sockets = []
  for (let index = 0; index < count; index++) sockets.push(await RawSocket.open(port))
  return sockets
}

async function isServed(raw: RawSocket): Promise<boolean> {
  await raw.send(list())
  return await raw.answer().then(
    ({ status }) => status === 200,
    () => false,
  )
}

describe('connections of one address', () => {
  test('are bounded: a new one takes the place of the one that is idle for longest', async () => {
    await using server = await startServer({ limits })
    const [used, ...unused] = await idle(server.port, 3)
    assert.ok(used && (await isServed(used)))
    await using next = await RawSocket.open(server.port)
    assert.ok(await isServed(next))
    assert.equal(await unused[0]?.end(), '')
    assert.ok(await isServed(used))
    for (const raw of [used, ...unused]) await raw[Symbol.asyncDispose]()
  })

  test('of which each has a request under way leave no room for another', async () => {
    await using server = await startHolding({ limits })
    const busy = await idle(server.port, 3)
    for (const raw of busy) await raw.send(list())
    await server.held
    await using next = await RawSocket.open(server.port)
    assert.equal(await next.end(), '')
    server.letGo()
    for (const raw of busy) {
      assert.equal((await raw.answer()).status, 200)
      await raw[Symbol.asyncDispose]()
    }
  })

  test('leave room for those of another address', linuxOnly, async () => {
    await using server = await startServer({ limits: { connections: 4, connectionsPerAddress: 3 } })
    const many = await idle(server.port, 10)
    const socket = connect({ port: server.port, host: '127.0.0.1', localAddress: '127.0.0.2' })
    await once(socket, 'connect')
    socket.write(list())
    const [answer] = await once(socket, 'data')
    assert.match(String(answer), /^HTTP\/1\.1 200 /)
    socket.destroy()
    for (const raw of many) await raw[Symbol.asyncDispose]()
  })

  test('are told apart where they have one port', linuxOnly, async () => {
    await using server = await startServer({ host: '0.0.0.0', limits: { connections: 20, connectionsPerAddress: 2 } })
    const first = connect({ port: server.port, host: '127.0.0.1', localAddress: '127.0.0.1' })
    await once(first, 'connect')
    const closed = once(first, 'close')
    let told = ''
    first.on('data', (text) => {
      told += text
    })
    const { localPort = 0 } = first
    const second = connect({ port: server.port, host: '127.0.0.2', localAddress: '127.0.0.1', localPort })
    await once(second, 'connect')
    await using third = await RawSocket.open(server.port)
    assert.ok(await isServed(third))
    // The bound is two, so the oldest has made room.
    await closed
    assert.equal(told, '', 'and not because it sent nothing for long')
    second.destroy()
  })

  test('of several addresses that take all connections make room for another', linuxOnly, async () => {
    await using server = await startServer({ limits: { connections: 4, connectionsPerAddress: 2 } })
    const from = async (localAddress: string) => {
      const socket = connect({ port: server.port, host: '127.0.0.1', localAddress })
      await once(socket, 'connect')
      return socket
    }
    const many = []
    for (const address of ['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3']) many.push(await from(address))
    await using raw = await RawSocket.open(server.port)
    assert.ok(await isServed(raw))
    for (const socket of many) socket.destroy()
  })

  test('are not bounded where the address is that of a trusted proxy', async () => {
    await using server = await startServer({ limits, trustedProxies: ['127.0.0.1'] })
    const many = await idle(server.port, 10)
    for (const raw of many) {
      assert.ok(await isServed(raw))
      await raw[Symbol.asyncDispose]()
    }
  })
})
