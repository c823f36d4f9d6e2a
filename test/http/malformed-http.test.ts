import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { signed, startHolding, startServer, unsigned } from './start-server.ts'

const server = await startServer({ verify: false, limits: { drainMs: 200 } })
after(() => server[Symbol.asyncDispose]())

const { rawHeaders } = unsigned('ListSecrets', '{}')
const good = requestBytes({ rawHeaders, body: '{}' }).toString()
const without = (name: string) =>
  rawHeaders.flatMap((text, index) => (index % 2 || text === name ? [] : [text, rawHeaders[index + 1] ?? '']))
const adding = (...more: string[]) => requestBytes({ rawHeaders: [...rawHeaders, ...more], body: '{}' })
const chunked = (body: string) =>
  requestBytes({ rawHeaders: [...without('Content-Length'), 'Transfer-Encoding', 'chunked'], body })

describe('what is no HTTP is answered by 400 and the end of the connection', () => {
  const malformed: [what: string, bytes: string | Uint8Array][] = [
    ['a greeting', 'EHLO there\r\n\r\n'],
    ['a TLS handshake', Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0)],
    ['zeros', new Uint8Array(64)],
    ['a version that is none', good.replace('HTTP/1.1', 'HTTP/9.9')],
    ['no version', good.replace(' HTTP/1.1', '')],
    ['a version from before headers', good.replace('HTTP/1.1', 'HTTP/0.9')],
    ['the text form of HTTP/2', good.replace('HTTP/1.1', 'HTTP/2.0')],
    ['an unknown method', good.replace('POST', 'STEAL')],
    ['a blank before a colon', good.replace('Host:', 'Host :')],
    ['a header without a name', good.replace('Host: ', ': ')],
    ['a line that is no header', good.replace('Host: coffer.test', 'Host: coffer.test\r\nnonsense')],
    ['a header with a NUL', good.replace('coffer.test', 'coffer\0test')],
    ['a header with a bare carriage return', good.replace('coffer.test', 'coffer\rX-A: b')],
    ['two lengths', adding('Content-Length', '3')],
    ['a length and chunks', adding('Transfer-Encoding', 'chunked')],
    [
      'an unknown transfer encoding',
      requestBytes({ rawHeaders: [...without('Content-Length'), 'Transfer-Encoding', 'xchunked'] }),
    ],
    [
      'chunks that are not the last encoding',
      requestBytes({ rawHeaders: [...without('Content-Length'), 'Transfer-Encoding', 'chunked, gzip'] }),
    ],
    [
      'chunks within another encoding',
      requestBytes({
        rawHeaders: [...without('Content-Length'), 'Transfer-Encoding', 'gzip, chunked'],
        body: '2\r\n{}\r\n0\r\n\r\n',
      }),
    ],
    [
      'chunks twice',
      requestBytes({
        rawHeaders: [...without('Content-Length'), 'Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'],
        body: '2\r\n{}\r\n0\r\n\r\n',
      }),
    ],
    [
      'an identity encoding with a length',
      requestBytes({ rawHeaders: [...rawHeaders, 'Transfer-Encoding', 'identity'], body: '{}' }),
    ],
    [
      'chunks in HTTP/1.0',
      requestBytes({
        version: '1.0',
        rawHeaders: [...without('Content-Length'), 'Transfer-Encoding', 'chunked'],
        body: '2\r\n{}\r\n0\r\n\r\n',
      }),
    ],
    ['a chunk without a size', chunked('\r\n{}\r\n0\r\n\r\n')],
    ['a chunk whose size is no number', chunked('xx\r\n{}\r\n0\r\n\r\n')],
    ['a chunk longer than its size', chunked('1\r\n{}\r\n0\r\n\r\n')],
    ['a chunk of a negative size', chunked('-2\r\n{}\r\n0\r\n\r\n')],
    ['no Host', requestBytes({ rawHeaders: without('Host'), body: '{}' })],
    ['two Hosts', adding('Host', 'elsewhere.test')],
    ['two Hosts that are the same', adding('host', 'coffer.test')],
  ]
  for (const [what, bytes] of malformed)
    test(what, async () => {
      await using raw = await RawSocket.open(server.port)
      await raw.send(bytes)
      const answer = await raw.answer()
      assert.equal(answer.status, 400)
      assert.ok(Date.parse(answer.header('date') ?? '') > 0)
      assert.doesNotMatch(answer.body, /\bat |\.ts|node:/)
      if (!/Host|version|HTTP/.test(what)) assert.equal(await raw.end(), '')
    })

  test('a transfer encoding that is not served is refused in the shape of AWS', async () => {
    for (const encoding of ['gzip', 'gzip, chunked', 'identity', 'chunked;q=1']) {
      const rawRequest = { rawHeaders: [...without('Content-Length'), 'Transfer-Encoding', encoding], body: '' }
      const { status, json } = await server.send(rawRequest)
      assert.deepEqual([status, json?.__type], [400, 'BadRequestException'], encoding)
    }
  })

  test('too long a head is 431', async () => {
    const answer = await server.send({ rawHeaders: [...rawHeaders, 'X-Long', 'x'.repeat(17_000)], body: '{}' })
    assert.equal(answer.status, 431)
    assert.equal(answer.header('connection'), 'close')
  })

  test('too long a target is 431', async () => {
    const answer = await server.send({ url: `/${'x'.repeat(17_000)}`, rawHeaders, body: '{}' })
    assert.equal(answer.status, 431)
  })

  test('too many extensions of a chunk are 413', async () => {
    const answer = await server.send(chunked(`2;${'x'.repeat(17_000)}\r\n{}\r\n0\r\n\r\n`))
    assert.equal(answer.status, 413)
  })

  test('the answers before it still come', async () => {
    await using waiting = await startHolding({ verify: false, limits: { drainMs: 1 } })
    await using raw = await RawSocket.open(waiting.port)
    await raw.send(`${good}${good}nonsense\r\n\r\n`)
    await waiting.held
    // However long they take.
    for (let count = 0; count < 10; count++) await waiting.send({ method: 'GET', rawHeaders: ['Host', 'a'] })
    waiting.letGo()
    assert.equal((await raw.answer()).status, 200)
    const second = await raw.answer()
    assert.equal(second.status, 200)
    assert.equal(second.header('connection'), 'close')
    assert.equal(await raw.end(), '')
  })

  test('a client that goes on sending it is cut off', async () => {
    await using raw = await RawSocket.open(server.port)
    const send = setInterval(() => raw.socket.write('nonsense\r\n\r\n'), 10)
    assert.equal((await raw.answer()).status, 400)
    assert.equal(await raw.end(), '')
    clearInterval(send)
  })
})

describe('what HTTP has that is not served here', () => {
  test('CONNECT ends the connection', async () => {
    await using raw = await RawSocket.open(server.port)
    await raw.send('CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n')
    assert.equal(await raw.end(), '')
  })

  test('an upgrade is not taken, the request is', async () => {
    for (const protocol of ['websocket', 'h2c', 'TLS/1.0']) {
      const answer = await server.send(adding('Connection', 'Upgrade', 'Upgrade', protocol))
      assert.equal(answer.status, 200)
      assert.equal(answer.header('upgrade'), undefined)
    }
  })

  test('HTTP/2 ends the connection', async () => {
    await using raw = await RawSocket.open(server.port)
    await raw.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    await raw.end()
  })
})

test('two of a header that decides are refused where signatures are verified', async () => {
  await using strict = await startServer()
  for (const name of ['host', 'authorization', 'x-amz-date', 'x-amz-target', 'x-amz-security-token']) {
    const request = signed('ListSecrets', '{}', { unsigned: [name, 'x', name, 'x'] })
    const { status, json } = await strict.send(request)
    assert.equal(status, 400, name)
    assert.match(json.__type, /^(IncompleteSignatureException|BadRequestException)$/, name)
  }
})
