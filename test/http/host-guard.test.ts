import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startServer, unsigned } from './start-server.ts'

const open = await startServer({ verify: false, hostGuard: { names: ['127.0.0.1'], loopback: false } })
const verifying = await startServer()
after(async () => {
  await open[Symbol.asyncDispose]()
  await verifying[Symbol.asyncDispose]()
})

const listFor = (host: string) => {
  const { rawHeaders, body } = unsigned('ListSecrets', '{}')
  return { rawHeaders: ['Host', host, ...rawHeaders.slice(2)], body: body ?? '' }
}

describe('a server that takes any credentials', () => {
  test('answers HTTP/1.0 without a Host header, which no browser sends', async () => {
    const { rawHeaders, body } = unsigned('ListSecrets', '{}')
    const answer = await open.send({ version: '1.0', rawHeaders: rawHeaders.slice(2), body: body ?? '' })
    assert.equal(answer.status, 200)
  })

  test('answers under the names of this machine', async () => {
    for (const host of ['127.0.0.1:4566', 'localhost:4566', '[::1]:4566', 'coffer'])
      assert.equal((await open.send(listFor(host))).status, 200, host)
  })

  test('refuses a name of the internet, which a web page may have rebound to it', async () => {
    for (const url of ['/', '/health']) {
      const answer = await open.send({ ...listFor('rebound.attacker.example:4566'), url })
      assert.equal(answer.status, 403)
      assert.equal(answer.json.__type, 'ForbiddenException')
      assert.match(answer.json.message, /--allowed-host/)
    }
  })
})

test('a server that verifies signatures answers under every name', async () => {
  const answer = await verifying.send(listFor('secrets.example.com'))
  assert.equal(answer.json.__type, 'MissingAuthenticationTokenException')
})
