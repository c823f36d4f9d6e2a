import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { startServer, unsigned } from './start-server.ts'

const server = await startServer({ verify: false })
after(() => server[Symbol.asyncDispose]())

const post = unsigned('ListSecrets', '{}')
const get = (url: string) => ({ method: 'GET', url, rawHeaders: ['Host', '127.0.0.1'] })
const preflight = { method: 'OPTIONS', rawHeaders: ['Host', '127.0.0.1', 'Access-Control-Request-Method', 'POST'] }

describe('what a browser sends for a web page is refused', () => {
  const senders: [who: string, headers: string[]][] = [
    ['a foreign page', ['Origin', 'https://evil.example', 'Sec-Fetch-Site', 'cross-site']],
    ['a page of a rebound name', ['Origin', 'http://evil.example:4566', 'Sec-Fetch-Site', 'same-origin']],
    ['a page of a rebound name, to a browser that says no site', ['Origin', 'http://evil.example:4566']],
    ['a file or a sandboxed frame', ['Origin', 'null']],
    ['a page on another port of the same host', ['Origin', 'http://localhost:3000', 'Sec-Fetch-Site', 'same-site']],
    ['an image or a link of a foreign page', ['Sec-Fetch-Site', 'cross-site', 'Sec-Fetch-Mode', 'no-cors']],
    ['a link of our own page', ['sec-fetch-site', 'same-origin']],
    ['somebody who says both', ['Sec-Fetch-Site', 'none', 'Sec-Fetch-Site', 'cross-site']],
    ['somebody with an empty origin', ['Origin', '']],
  ]
  const targets = [post, get('/'), get('/health'), get('/nowhere'), preflight, unsigned('Nope', 'x'.repeat(1000))]
  for (const [who, headers] of senders)
    test(who, async () => {
      for (const target of targets) {
        const answer = await server.send({ ...target, rawHeaders: [...target.rawHeaders, ...headers] })
        assert.equal(answer.status, 403)
        const message = 'Requests that a browser sends for a web page are refused.'
        assert.deepEqual(answer.json, { __type: 'ForbiddenException', message })
        assert.ok(answer.headers.every(([name]) => !/^access-control/i.test(name)))
      }
    })

  test('also when it asks before it sends its body', async () => {
    for (const expectation of ['100-continue', 'a miracle']) {
      const rawHeaders = [...post.rawHeaders, 'Origin', 'https://evil.example', 'Expect', expectation]
      await using asking = await RawSocket.open(server.port)
      await asking.send(requestBytes({ rawHeaders }))
      assert.equal((await asking.answer()).status, 403)
    }
  })

  test('also behind three thousand other headers', async () => {
    const many = Array.from({ length: 3000 }, () => ['a', '']).flat()
    const { status } = await server.send({ ...get('/'), rawHeaders: ['Host', 'a', ...many, 'Origin', 'x'] })
    assert.equal(status, 403)
  })
})

describe('what no web page sends is served', () => {
  test('a request of a program', async () => assert.equal((await server.send(post)).status, 200))

  test('an address that somebody typed', async () => {
    const rawHeaders = ['Host', 'localhost:4566', 'Sec-Fetch-Site', 'none', 'Sec-Fetch-Mode', 'navigate']
    assert.equal((await server.send({ method: 'GET', rawHeaders })).status, 200)
  })
})
