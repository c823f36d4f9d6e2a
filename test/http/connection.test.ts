import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { signed, startHolding, startServer, unsigned } from './start-server.ts'

const server = await startServer()
after(() => server[Symbol.asyncDispose]())

const list = () => requestBytes(signed('ListSecrets', '{}'))
const open = () => RawSocket.open(server.port)
const pem = (name: string) => readFileSync(new URL(`../process/tls/${name}`, import.meta.url), 'utf8')
const tls = { cert: pem('server.pem'), key: pem('server-key.pem') }

describe('a connection', () => {
  test('serves one request after the other', async () => {
    await using raw = await open()
    for (let count = 0; count < 5; count++) {
      await raw.send(list())
      assert.equal((await raw.answer()).status, 200)
    }
  })

  test('serves requests that did not wait, in their order', async () => {
    await using raw = await open()
    const read = (id: string) => requestBytes(signed('GetSecretValue', { SecretId: id }))
    const nope = requestBytes(unsigned('Nope', '{}'))
    await raw.send(
      Buffer.concat([read('a b'), nope, read('nowhere'), requestBytes(unsigned('ListSecrets', '{}')), list()]),
    )
    const types = []
    for (let count = 0; count < 5; count++) types.push((await raw.answer()).json.__type)
    assert.deepEqual(types, [
      'ValidationException',
      'UnknownOperationException',
      'ResourceNotFoundException',
      'MissingAuthenticationTokenException',
      undefined,
    ])
  })

  test('that was refused goes on with the next request, past the body nobody read', async () => {
    await using raw = await open()
    const body = list()
    const refused = requestBytes(unsigned('ListSecrets', body))
    await raw.send(Buffer.concat([refused, list()]))
    assert.equal((await raw.answer()).json.__type, 'MissingAuthenticationTokenException')
    assert.equal((await raw.answer()).status, 200)
    await raw.send(list())
    assert.equal((await raw.answer()).status, 200)
  })

  test('ends after a refusal when the body is too long to be skipped', async () => {
    await using raw = await open()
    await raw.send(Buffer.concat([requestBytes(unsigned('ListSecrets', 'x'.repeat(70_000))), list()]))
    const answer = await raw.answer()
    assert.equal(answer.json.__type, 'MissingAuthenticationTokenException')
    assert.equal(answer.header('connection'), 'close')
    assert.equal(await raw.end(), '', 'what comes after is not answered')
  })

  test('ends after a refusal when the body has no announced end', async () => {
    await using raw = await open()
    const rawHeaders = ['Host', 'a', 'Transfer-Encoding', 'chunked']
    await raw.send(requestBytes({ rawHeaders, body: '2\r\n{}\r\n0\r\n\r\n' }))
    const answer = await raw.answer()
    assert.equal(answer.status, 404)
    assert.equal(answer.header('connection'), 'close')
    assert.equal(await raw.end(), '')
  })

  test('ends when the client wants it', async () => {
    await using raw = await open()
    await raw.send(requestBytes(signed('ListSecrets', '{}', { unsigned: ['Connection', 'close'] })))
    const answer = await raw.answer()
    assert.equal(answer.status, 200)
    assert.equal(answer.header('connection'), 'close')
    assert.equal(await raw.end(), '')
  })

  test('of HTTP/1.0 ends unless the client wants otherwise', async () => {
    await using raw = await open()
    await raw.send(
      requestBytes({ ...signed('ListSecrets', '{}', { unsigned: ['Connection', 'keep-alive'] }), version: '1.0' }),
    )
    assert.equal((await raw.answer()).header('connection'), 'keep-alive')
    await raw.send(requestBytes({ ...signed('ListSecrets', '{}'), version: '1.0' }))
    assert.equal((await raw.answer()).header('connection'), 'close')
    assert.equal(await raw.end(), '')
  })

  test('serves so many requests and then ends', async () => {
    await using few = await startServer({ limits: { requestsPerConnection: 3 } })
    await using raw = await RawSocket.open(few.port)
    await raw.send(Buffer.concat([list(), list(), list(), list()]))
    const connections = []
    for (let count = 0; count < 3; count++) connections.push((await raw.answer()).header('connection'))
    assert.deepEqual(connections, ['keep-alive', 'keep-alive', 'close'])
    assert.equal(await raw.end(), '')
  })

  test('has so many requests without an answer at most', async () => {
    await using few = await startHolding({ limits: { openRequests: 2 } })
    await using raw = await RawSocket.open(few.port)
    await raw.send(Buffer.concat([list(), list(), list(), list()]))
    await few.held
    few.letGo()
    const statuses = []
    for (let count = 0; count < 3; count++) statuses.push((await raw.answer()).status)
    assert.deepEqual(statuses, [200, 200, 429])
    assert.equal(await raw.end(), '')
  })

  test('is refused when all others have requests under way, and takes the place of an idle one', async () => {
    await using few = await startHolding({ limits: { connections: 1 } })
    await using first = await RawSocket.open(few.port)
    await first.send(list())
    await few.held
    await using second = await RawSocket.open(few.port)
    assert.equal(await second.end(), '')
    few.letGo()
    assert.equal((await first.answer()).status, 200)
    await using third = await RawSocket.open(few.port)
    await third.send(list())
    assert.equal((await third.answer()).status, 200)
    assert.equal(await first.end(), '')
  })

  for (const secure of [false, true])
    test(`is not read further while its requests wait, so that they need no memory${secure ? ', over TLS too' : ''}`, async () => {
      const limits = { openRequests: 16 }
      await using few = await startHolding({ limits, ...(secure && { tls }) })
      await using raw = await RawSocket.open(few.port, secure ? { ca: tls.cert } : undefined)
      const long = requestBytes(signed('ListSecrets', '{}', { unsigned: ['X-Long', 'x'.repeat(12_000)] }))
      const sent = raw.send(Buffer.concat(Array.from({ length: 60 }, () => long)))
      await few.held
      await sent
      few.letGo()
      // One that was read beyond the bound would be answered 429.
      for (let count = 0; count < 60; count++) assert.equal((await raw.answer()).status, 200)
    })
})

describe('a client that closes its sending side', () => {
  test('still gets its answers', async () => {
    await using waiting = await startHolding()
    await using raw = await RawSocket.open(waiting.port)
    raw.socket.end(Buffer.concat([list(), list()]))
    await waiting.held
    waiting.letGo()
    for (let count = 0; count < 2; count++) assert.equal((await raw.answer()).status, 200)
    assert.equal(await raw.end(), '')
  })

  test('still gets its answer over TLS', async () => {
    await using secure = await startServer({ tls })
    await using raw = await RawSocket.open(secure.port, { ca: tls.cert })
    raw.socket.end(list())
    const answer = await raw.answer()
    assert.deepEqual([answer.status, answer.header('connection')], [200, 'close'])
    assert.equal(await raw.end(), '')
  })

  test('without a whole request is let go', async () => {
    await using raw = await open()
    raw.socket.end(list().subarray(0, 40))
    assert.match(await raw.end(), /^(HTTP\/1\.1 400 |$)/)
  })
})

describe('a request with an Upgrade header', () => {
  for (const [what, together] of [
    ['in the same packet', true],
    ['in another packet', false],
  ] as const)
    test(`is answered, and ends the connection for what is pipelined behind it ${what}`, async () => {
      await using raw = await open()
      const upgrade = requestBytes(
        signed('ListSecrets', '{}', { unsigned: ['Connection', 'Upgrade, HTTP2-Settings', 'Upgrade', 'h2c'] }),
      )
      await raw.send(together ? Buffer.concat([upgrade, list()]) : upgrade)
      const answer = await raw.answer()
      assert.deepEqual([answer.status, answer.header('connection')], [200, 'close'])
      if (!together) await raw.send(list())
      assert.equal(await raw.end(), '')
    })
})

describe('a client that goes away', () => {
  test('in the middle of its head or its body troubles nobody', async () => {
    const bytes = requestBytes(
      signed('CreateSecret', { Name: 'half', SecretString: 'x', ClientRequestToken: 'x'.repeat(32) }),
    )
    for (const length of [1, 10, 100, bytes.length - 1]) {
      await using raw = await open()
      await raw.send(bytes.subarray(0, length))
      raw.socket.resetAndDestroy()
      assert.equal(await raw.end(), '')
    }
    const { json } = await server.call('DescribeSecret', { SecretId: 'half' })
    assert.equal(json.__type, 'ResourceNotFoundException', 'half a request is none')
    assert.deepEqual(server.logged, [])
  })

  test('before its answer troubles nobody', async () => {
    await using waiting = await startHolding()
    {
      await using raw = await RawSocket.open(waiting.port)
      await raw.send(list())
      await waiting.held
    }
    waiting.letGo()
    assert.equal((await waiting.call('ListSecrets', '{}')).status, 200)
    assert.deepEqual(waiting.logged, [])
  })
})

describe('a client that takes its time', () => {
  const limits = { headersMs: 100, requestMs: 200, checkMs: 20, drainMs: 100 }

  test('for the first byte, the head or the body is told so and cut off', async () => {
    await using slow = await startServer({ limits })
    const bytes = list()
    const answers = [0, 1, bytes.length - 5, bytes.length - 1].map(async (length) => {
      await using raw = await RawSocket.open(slow.port)
      await raw.send(bytes.subarray(0, length))
      const answer = await raw.answer()
      assert.equal(answer.status, 408)
      assert.equal(answer.header('connection'), 'close')
      assert.equal(await raw.end(), '')
    })
    await Promise.all(answers)
  })

  test('for a body that nobody reads is cut off', async () => {
    await using slow = await startServer({ limits })
    await using raw = await RawSocket.open(slow.port)
    await raw.send(requestBytes({ rawHeaders: unsigned('ListSecrets', '{}').rawHeaders }))
    assert.equal((await raw.answer()).json.__type, 'MissingAuthenticationTokenException')
    assert.equal(await raw.end(), '')
  })

  test('for its next request is let go without a word', async () => {
    await using slow = await startServer({ limits: { ...limits, keepAliveMs: 1 } })
    await using raw = await RawSocket.open(slow.port)
    await raw.send(list())
    assert.equal((await raw.answer()).status, 200)
    assert.equal(await raw.end(), '')
  })
})
