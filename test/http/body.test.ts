import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { signed, startHolding, startServer, unsigned } from './start-server.ts'

const MAX = 1024 * 1024
const PIECE = 70_000

const server = await startServer({ limits: { drainMs: 300 } })
after(() => server[Symbol.asyncDispose]())

/** A body of so many bytes that is right otherwise. */
const padded = (bytes: number) => `${'{}'.padEnd(bytes)}`
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const chunked = (body: string) => {
  const request = signed('ListSecrets', body, { length: false, unsigned: ['Transfer-Encoding', 'chunked'] })
  return requestBytes({ rawHeaders: request.rawHeaders })
}

describe('the size of a body', () => {
  test('of 1 MB is taken', async () => assert.equal((await server.call('ListSecrets', padded(MAX))).status, 200))

  test('of one byte more is refused, without waiting for it', async () => {
    const answer = await server.send({ ...signed('ListSecrets', padded(MAX + 1)), body: '' })
    assert.equal(answer.status, 413)
    const message = 'The request body is larger than 1048576 bytes.'
    assert.deepEqual(answer.json, { __type: 'RequestEntityTooLargeException', message })
    assert.equal(answer.header('connection'), 'close')
  })

  test('far over the limit is refused so that a client sees it that sends everything first', async () => {
    await using raw = await RawSocket.open(server.port)
    await raw.send(requestBytes(signed('ListSecrets', padded(3 * MAX))))
    assert.equal((await raw.answer()).status, 413)
    assert.equal(await raw.end(), '')
  })

  test('that is not announced is refused once it is over the limit', async () => {
    await using raw = await RawSocket.open(server.port)
    await raw.send(chunked(padded(2 * MAX)))
    await raw.send(chunk(padded(MAX)))
    await raw.send(chunk(' '))
    const answer = await raw.answer()
    assert.equal(answer.status, 413)
    assert.equal(answer.header('connection'), 'close')
  })

  test('nobody can know is refused', async () => {
    for (const length of ['99999999999999999999', '-1', '1x', '0x10', '']) {
      const rawHeaders = ['Host', 'a', 'Content-Length', length]
      assert.equal((await server.send({ rawHeaders, body: '{}' })).status, 400, length)
    }
  })
})

describe('a body in pieces', () => {
  const body = JSON.stringify({ SecretId: 'in-pieces', Pad: 'ä'.repeat(PIECE) })

  test('is put together', async () => {
    const bytes = requestBytes(signed('GetSecretValue', body))
    await using raw = await RawSocket.open(server.port)
    for (let from = 0; from < bytes.length; from += 9999) await raw.send(bytes.subarray(from, from + 9999))
    assert.equal((await raw.answer()).json.__type, 'ResourceNotFoundException')
  })

  test('is put together from chunks, however small', async () => {
    await using raw = await RawSocket.open(server.port)
    const text = '{"MaxResults":1}'
    await raw.send(chunked(text))
    for (const character of text) await raw.send(chunk(character))
    await raw.send('0\r\n\r\n')
    assert.equal((await raw.answer()).status, 200)
    await raw.send(requestBytes(signed('ListSecrets', '{}')))
    assert.equal((await raw.answer()).status, 200)
  })

  test('may be empty', async () => {
    await using raw = await RawSocket.open(server.port)
    await raw.send(`${chunked('').toString('latin1')}0\r\n\r\n`)
    assert.equal((await raw.answer()).json.__type, 'SerializationException')
    const none = await server.call('ListSecrets', '', { length: false })
    assert.equal(none.json.__type, 'SerializationException')
  })
})

describe('all bodies together', () => {
  const large = requestBytes(unsigned('ListSecrets', padded(PIECE)))
  const half = large.subarray(0, large.length - 10)

  test('may hold so much, and no more', async () => {
    await using small = await startServer({ verify: false, limits: { bodiesBytes: PIECE, drainMs: 300 } })
    await using first = await RawSocket.open(small.port)
    await first.send(half)
    // What was sent first is looked at first.
    assert.equal((await small.send(unsigned('ListSecrets', '{}'))).status, 200)

    const refused = await small.send(large)
    assert.equal(refused.status, 503)
    assert.equal(refused.header('retry-after'), '1')
    const message = 'Too many large requests at the same time. Please try again.'
    assert.deepEqual(refused.json, { __type: 'ServiceUnavailable', message })
    assert.equal((await small.send(unsigned('ListSecrets', '{}'))).status, 200, 'small ones are not kept out')

    await first.send(large.subarray(large.length - 10))
    assert.equal((await first.answer()).status, 200)
    assert.equal((await small.send(large)).status, 200, 'what was answered makes room')
  })

  const leaving: [how: string, before: Uint8Array, leave: (raw: RawSocket) => unknown][] = [
    ['in good order', Buffer.alloc(0), (raw) => raw.socket.end()],
    ['at once', Buffer.alloc(0), (raw) => raw.socket.resetAndDestroy()],
    [
      'at once, with another request before',
      requestBytes(unsigned('ListSecrets', '{}')),
      (raw) => raw.socket.resetAndDestroy(),
    ],
  ]
  for (const [how, before, leave] of leaving)
    test(`get their room back from a client that goes away ${how}`, async () => {
      await using small = await startHolding({ verify: false, limits: { bodiesBytes: PIECE } })
      await using first = await RawSocket.open(small.port)
      await first.send(Buffer.concat([before, half]))
      if (before.length > 0) await small.held
      await small.send({ method: 'GET', rawHeaders: ['Host', 'a'] })
      leave(first)
      await first.end()
      small.letGo()
      for (let left = 100; left > 0; left--) if ((await small.send(large)).status === 200) return
      assert.fail('There is never room again')
    })

  test('are held by nobody who was refused before', async () => {
    await using small = await startServer({ limits: { bodiesBytes: PIECE, drainMs: 300 } })
    for (let count = 0; count < 5; count++) assert.equal((await small.send(large)).status, 400)
    assert.equal((await small.call('ListSecrets', padded(PIECE))).status, 200)
  })
})

describe('a body that was encoded', () => {
  for (const encoding of ['gzip', 'aws-chunked', 'br', 'identity, gzip'])
    test(`by ${encoding} is refused`, async () => {
      const body = gzipSync('{}')
      const { rawHeaders } = unsigned('ListSecrets', body, ['Content-Encoding', encoding])
      await using open = await startServer({ verify: false })
      const answer = await open.send({ rawHeaders, body })
      assert.equal(answer.status, 415)
      assert.equal(answer.json.__type, 'UnsupportedMediaTypeException')
      assert.match(answer.json.message, /^Content-Encoding is not supported/)
    })

  test('by nothing is taken', async () => {
    const headers = { 'content-encoding': 'identity' }
    assert.equal((await server.call('ListSecrets', '{}', { headers })).status, 200)
  })
})

describe('a client that asks before it sends its body', () => {
  const asking = (operation: string, body: string) =>
    requestBytes({ rawHeaders: signed(operation, body, { unsigned: ['Expect', '100-continue'] }).rawHeaders })

  test('is told to go on once its head gave no reason to refuse', async () => {
    await using raw = await RawSocket.open(server.port)
    await raw.send(asking('ListSecrets', '{}'))
    const first = await raw.answer()
    assert.equal(first.status, 100)
    assert.deepEqual(first.headers, [])
    await raw.send('{}')
    const second = await raw.answer()
    assert.equal(second.status, 200)
    assert.equal(second.header('connection'), 'keep-alive')
  })

  test('is refused otherwise, and its connection ended', async () => {
    for (const bytes of [
      asking('NoSuchOperation', '{}'),
      asking('ListSecrets', padded(MAX + 1)),
      requestBytes({ rawHeaders: [...unsigned('ListSecrets', '{}').rawHeaders, 'Expect', '100-continue'] }),
    ]) {
      await using raw = await RawSocket.open(server.port)
      await raw.send(bytes)
      const answer = await raw.answer()
      assert.ok(answer.status >= 400 && answer.status < 500)
      assert.equal(answer.header('connection'), 'close')
      assert.equal(await raw.end(), '')
    }
  })

  test('for something else is refused', async () => {
    const { status, json } = await server.send({ ...unsigned('ListSecrets', '{}', ['Expect', 'a miracle']) })
    assert.equal(status, 417)
    assert.equal(json.__type, 'ExpectationFailedException')
  })
})
