import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RequestHead } from '../../src/app/request.ts'
import {
  forwardedFor,
  forwardedOverTls,
  isTrusted,
  parseTrustedProxies,
  plainAddress,
} from '../../src/http/trusted-proxies.ts'
import { signed, startServer } from './start-server.ts'

describe('the ranges of trusted proxies', () => {
  const cases: [range: string, inside: string[], outside: string[]][] = [
    ['10.0.0.7', ['10.0.0.7'], ['10.0.0.8', '::1']],
    ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255'], ['9.255.255.255', '11.0.0.0']],
    ['192.0.2.128/25', ['192.0.2.128', '192.0.2.255'], ['192.0.2.127']],
    ['0.0.0.0/0', ['1.2.3.4'], ['2001:db8::1']],
    ['::1', ['::1'], ['127.0.0.1', '::2']],
    ['fd00::/8', ['fd12:3456::1'], ['fe80::1', '10.0.0.1']],
    ['2001:db8::/33', ['2001:db8:7fff::1'], ['2001:db8:8000::1']],
    ['::ffff:10.0.0.0/104', ['10.1.2.3'], ['11.0.0.0']],
  ]
  for (const [range, inside, outside] of cases)
    test(range, () => {
      const proxies = parseTrustedProxies([range])
      for (const address of inside) assert.ok(isTrusted(address, proxies), address)
      for (const address of outside) assert.ok(!isTrusted(address, proxies), address)
    })

  const bad = [
    '',
    'localhost',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/8 ',
    '::/129',
  ]
  for (const range of [
    ...bad,
    '010.0.0.1',
    'fe80::1%eth0',
    '10.0.0.0/255.0.0.0',
    '*',
    '[::1]',
    '10.0.0.1:80',
    '1.2.3.4/1e1',
  ])
    test(`${JSON.stringify(range)} is refused by one clear line`, () => {
      assert.throws(() => parseTrustedProxies(['10.0.0.1', range]), {
        message: `Cannot trust a proxy: ${range}: wanted an address or a range, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8`,
      })
    })
})

test('an address has one form', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(plainAddress('::FFFF:C000:0201'), '192.0.2.1')
  assert.equal(plainAddress('2001:DB8:0::0001'), '2001:db8::1')
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1')
  assert.equal(plainAddress('192.0.2.1'), '192.0.2.1')
  for (const text of ['', 'unknown', '_hidden', '192.0.2', '1.2.3.4 ']) assert.equal(plainAddress(text), undefined)
})

describe('the client behind proxies', () => {
  const proxies = parseTrustedProxies(['10.0.0.0/8', '::1'])
  const cases: [why: string, peer: string, forwarded: string | undefined, client: string][] = [
    ['is the peer when no proxy says otherwise', '10.0.0.1', undefined, '10.0.0.1'],
    ['is the peer when nobody trusts it', '192.0.2.9', '198.51.100.1', '192.0.2.9'],
    ['is whom a trusted proxy names', '10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['is not whom the client names', '10.0.0.1', '198.51.100.1, 192.0.2.1', '192.0.2.1'],
    ['stands behind a chain of proxies', '::1', '198.51.100.1,192.0.2.1,10.0.0.3 , 10.0.0.2', '192.0.2.1'],
    ['may be a proxy itself', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['may be of the other family', '10.0.0.1', '2001:DB8::1', '2001:db8::1'],
    ['may be mapped', '10.0.0.1', '::ffff:192.0.2.1', '192.0.2.1'],
    ['may come with its port', '10.0.0.1', '192.0.2.1:4711', '192.0.2.1'],
    ['may come with its port, of the other family', '10.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['is the last that is known when one is hidden', '10.0.0.1', '192.0.2.1, unknown, 10.0.0.2', '10.0.0.2'],
    ['is the proxy when it names nobody', '10.0.0.1', '', '10.0.0.1'],
    ['is the proxy when it names nonsense', '10.0.0.1', "192.0.2.1, '; drop table", '10.0.0.1'],
  ]
  for (const [why, peer, forwarded, client] of cases)
    test(why, () => assert.equal(forwardedFor(peer, forwarded, proxies), client))
})

test('a proxy says whether its client spoke TLS', () => {
  assert.equal(forwardedOverTls(undefined), undefined)
  assert.equal(forwardedOverTls('https'), true)
  assert.equal(forwardedOverTls('HTTPS'), true)
  assert.equal(forwardedOverTls('http'), false)
  assert.equal(forwardedOverTls('https, http'), false)
  assert.equal(forwardedOverTls(''), false)
})

describe('the record of a call', () => {
  const unsignedHeaders = [
    'X-Forwarded-For',
    '198.51.100.1',
    'X-Forwarded-For',
    '192.0.2.1',
    'X-Forwarded-Proto',
    'https',
  ]

  async function recorded(
    trustedProxies: string[],
  ): Promise<{ address: string | undefined; secure: boolean | undefined }> {
    let head: RequestHead | undefined
    await using server = await startServer({
      trustedProxies,
      between: (app) => ({
        ...app,
        admit(of) {
          head = of
          return app.admit(of)
        },
      }),
    })
    const { status } = await server.send(signed('ListSecrets', '{}', { unsigned: unsignedHeaders }))
    assert.equal(status, 200)
    const [entry] = (await server.running.installation.trail.newest({ limit: 1 })).slice(-1)
    return { address: entry?.address, secure: head?.secure }
  }

  test('has the address that a trusted proxy names', async () => {
    assert.deepEqual(await recorded(['127.0.0.0/8']), { address: '192.0.2.1', secure: true })
  })

  test('has the address of the connection when the peer is not trusted', async () => {
    assert.deepEqual(await recorded(['10.0.0.0/8']), { address: '127.0.0.1', secure: false })
    assert.deepEqual(await recorded([]), { address: '127.0.0.1', secure: false })
  })

  test('has the usual form of an IPv4 address that came over IPv6', async (t) => {
    const server = await startServer({ host: '::' }).catch(() => undefined)
    if (!server) return t.skip('this machine has no IPv6')
    await using disposable = server
    assert.equal(disposable.http.url, `http://[::]:${server.port}`)
    assert.equal((await server.call('ListSecrets', '{}')).status, 200)
    const [entry] = (await server.running.installation.trail.newest({ limit: 1 })).slice(-1)
    assert.equal(entry?.address, '127.0.0.1')
  })
})
