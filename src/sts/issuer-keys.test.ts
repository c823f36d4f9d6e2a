import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, beforeEach, describe, test } from 'node:test'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { MAX_DOCUMENT_BYTES } from './fetch-json.ts'
import { COOL_DOWN_MS, DiscoveredKeys, KEYS_LIFETIME_MS, KeysUnavailableError, MAX_ISSUERS } from './issuer-keys.ts'

const ISSUER = 'https://oidc.example.com/cluster'
const CONFIGURATION = '/cluster/.well-known/openid-configuration'
const KEYS = '/keys'

const key = async (kid: string): Promise<JWK> => ({
  ...(await exportJWK((await generateKeyPair('ES256')).publicKey)),
  kid,
})
const [first, second] = [await key('first'), await key('second')]

/** What the issuer answers by path; what is not here is not found. */
const pages = new Map<string, RequestListener>()
/** Paths that were asked for. */
let asked: string[] = []
const server = createServer((request, response) => {
  const { url = '' } = request
  asked.push(url)
  const page = pages.get(url)
  if (page) page(request, response)
  else response.writeHead(404).end()
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
after(() => {
  server.closeAllConnections()
  server.close()
})

/** Real requests, to a server that stands in for every issuer. */
const fetchThere = (url: string, options: RequestInit) => {
  const { pathname, search } = new URL(url)
  const { port } = server.address() as AddressInfo
  return fetch(`http://127.0.0.1:${port}${pathname}${search}`, options)
}

const json =
  (document: unknown): RequestListener =>
  (_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(document))
  }
const publish = (...keys: unknown[]) => pages.set(KEYS, json({ keys }))

let time = 0
let faults: string[] = []
const start = (timeLimit = 2000) =>
  new DiscoveredKeys({
    now: () => time,
    fetch: fetchThere,
    timeLimit,
    onFault: (issuer, fault) => faults.push(`${issuer}: ${fault.message}`),
  })

/** Ids of the keys that a token may mean. */
async function ids(keys: DiscoveredKeys, issuer: string, kid: string | undefined) {
  return (await keys.keysOf(issuer, kid)).map((one) => one.kid)
}

beforeEach(() => {
  time = 1_800_000_000_000
  asked = []
  faults = []
  pages.clear()
  pages.set(CONFIGURATION, json({ issuer: ISSUER, jwks_uri: `https://elsewhere.example.com${KEYS}` }))
  publish(first)
})

describe('looking', () => {
  test('the keys are those that the discovery document leads to', async () => {
    assert.deepEqual(await ids(start(), ISSUER, 'first'), ['first'])
    assert.deepEqual(asked, [CONFIGURATION, KEYS])
  })

  test('a token without key id gets all keys', async () => {
    publish(first, second)
    assert.deepEqual(await ids(start(), ISSUER, undefined), ['first', 'second'])
  })

  test('a key id that two keys have finds both', async () => {
    publish(first, { ...second, kid: 'first' })
    assert.equal((await start().keysOf(ISSUER, 'first')).length, 2)
  })

  test('an issuer that ends in a slash is asked without it twice', async () => {
    pages.set(CONFIGURATION, json({ issuer: `${ISSUER}/`, jwks_uri: `https://oidc.example.com${KEYS}` }))
    assert.deepEqual(await ids(start(), `${ISSUER}/`, 'first'), ['first'])
  })

  test('many at once make one look', async () => {
    const keys = start()
    const found = await Promise.all(Array.from({ length: 20 }, () => keys.keysOf(ISSUER, 'first')))
    assert.ok(found.every(([one]) => one?.kid === 'first'))
    assert.equal(asked.length, 2)
  })
})

describe('remembering', () => {
  test('keys are imported once for each look', async () => {
    const keys = start()
    const [one] = await keys.keysOf(ISSUER, 'first')
    const [again] = await keys.keysOf(ISSUER, undefined)
    assert.ok(one && one.key === again?.key)
  })

  test('keys are kept for their lifetime, and then looked for again', async () => {
    const keys = start()
    await keys.keysOf(ISSUER, 'first')
    time += KEYS_LIFETIME_MS - 1
    await keys.keysOf(ISSUER, 'first')
    assert.equal(asked.length, 2)
    time += 1
    publish(second)
    assert.deepEqual(await keys.keysOf(ISSUER, 'first'), [])
    assert.equal(asked.length, 4)
  })

  test('keys are not used beyond their lifetime when the issuer is away', async () => {
    const keys = start()
    await keys.keysOf(ISSUER, 'first')
    time += KEYS_LIFETIME_MS
    pages.clear()
    await assert.rejects(keys.keysOf(ISSUER, 'first'), KeysUnavailableError)
  })

  test('a key id that is unknown makes one look after the cool-down, and no more until the next', async () => {
    const keys = start()
    await keys.keysOf(ISSUER, 'first')
    publish(first, second)
    assert.deepEqual(await keys.keysOf(ISSUER, 'second'), [])
    assert.equal(asked.length, 2)
    time += COOL_DOWN_MS
    assert.deepEqual(await ids(keys, ISSUER, 'second'), ['second'])
    for (const kid of ['a', 'b', 'c']) assert.deepEqual(await keys.keysOf(ISSUER, kid), [])
    assert.equal(asked.length, 4)
  })

  test('an issuer that could not be had is left alone for the cool-down', async () => {
    const keys = start()
    pages.delete(KEYS)
    for (let count = 0; count < 3; count++) await assert.rejects(keys.keysOf(ISSUER, 'first'), KeysUnavailableError)
    assert.equal(asked.length, 2)
    publish(first)
    time += COOL_DOWN_MS
    assert.deepEqual(await ids(keys, ISSUER, 'first'), ['first'])
    assert.equal(faults.length, 1)
  })

  test('keys that are known stay in use when a look for another fails', async () => {
    const keys = start()
    await keys.keysOf(ISSUER, 'first')
    time += COOL_DOWN_MS
    pages.clear()
    assert.deepEqual(await keys.keysOf(ISSUER, 'second'), [])
    assert.deepEqual(await ids(keys, ISSUER, 'first'), ['first'])
  })

  test('a clock that is set back makes nothing stay longer', async () => {
    const keys = start()
    await keys.keysOf(ISSUER, 'first')
    time -= 1
    await keys.keysOf(ISSUER, 'first')
    assert.equal(asked.length, 4)
  })

  test('of many issuers, those not used for longest are forgotten', async () => {
    const keys = start()
    const issuer = (number: number) => `https://oidc.example.com/${number}`
    for (let number = 0; number <= MAX_ISSUERS; number++) {
      const path = `/${number}/.well-known/openid-configuration`
      pages.set(path, json({ issuer: issuer(number), jwks_uri: `https://oidc.example.com${KEYS}` }))
    }
    for (let number = 0; number < MAX_ISSUERS; number++) await keys.keysOf(issuer(number), 'first')
    await keys.keysOf(issuer(0), 'first')
    await keys.keysOf(issuer(MAX_ISSUERS), 'first')
    asked = []
    await keys.keysOf(issuer(0), 'first')
    assert.deepEqual(asked, [])
    await keys.keysOf(issuer(1), 'first')
    assert.equal(asked.length, 2)
  })
})

describe('an issuer whose keys are not taken', () => {
  const redirect: RequestListener = (_, response) => response.writeHead(302, { location: '/moved' }).end()
  const endless: RequestListener = (_, response) => {
    const more = () => {
      while (response.write('[0,0,0,0,0,0,0,0]'.repeat(1000)));
    }
    response.on('drain', more)
    more()
  }
  const cases: readonly [name: string, arrange: () => void, fault: RegExp][] = [
    ['has no discovery document', () => pages.delete(CONFIGURATION), /status 404/],
    ['has no keys there', () => pages.delete(KEYS), /status 404/],
    ['sends us elsewhere for its document', () => pages.set(CONFIGURATION, redirect), /cannot be fetched/],
    ['sends us elsewhere for its keys', () => pages.set(KEYS, redirect), /cannot be fetched/],
    [
      'names another issuer',
      () => pages.set(CONFIGURATION, json({ issuer: `${ISSUER}/`, jwks_uri: `https://oidc.example.com${KEYS}` })),
      /not of the issuer/,
    ],
    [
      'names no issuer',
      () => pages.set(CONFIGURATION, json({ jwks_uri: `https://oidc.example.com${KEYS}` })),
      /not of the issuer/,
    ],
    ['names no place of its keys', () => pages.set(CONFIGURATION, json({ issuer: ISSUER })), /not of the issuer/],
    [
      'has its keys without TLS',
      () => pages.set(CONFIGURATION, json({ issuer: ISSUER, jwks_uri: `http://oidc.example.com${KEYS}` })),
      /not an https URL/,
    ],
    [
      'has its keys in a file',
      () => pages.set(CONFIGURATION, json({ issuer: ISSUER, jwks_uri: 'file:///etc/passwd' })),
      /not an https URL/,
    ],
    [
      'has its keys behind a password',
      () => pages.set(CONFIGURATION, json({ issuer: ISSUER, jwks_uri: `https://a:b@oidc.example.com${KEYS}` })),
      /not an https URL/,
    ],
    ['answers with null', () => pages.set(CONFIGURATION, json(null)), /not of the issuer/],
    [
      'answers with something else than JSON',
      () => pages.set(KEYS, (_, response) => response.end('<html>')),
      /cannot be fetched/,
    ],
    ['answers with a list', () => pages.set(KEYS, json([first])), /no key set/],
    [
      'answers with more than anybody needs',
      () => pages.set(KEYS, json({ keys: [first], more: 'x'.repeat(MAX_DOCUMENT_BYTES) })),
      /too long/,
    ],
    ['never ends', () => pages.set(KEYS, endless), /too long/],
    ['hangs up', () => pages.set(KEYS, (_, response) => response.destroy()), /cannot be fetched/],
  ]
  for (const [name, arrange, fault] of cases)
    test(name, async () => {
      pages.set('/moved', json({ issuer: ISSUER, jwks_uri: `https://oidc.example.com${KEYS}`, keys: [first] }))
      arrange()
      await assert.rejects(start().keysOf(ISSUER, 'first'), KeysUnavailableError)
      assert.match(faults.join('\n'), fault)
      assert.ok(!asked.includes('/moved'))
    })

  test('never answers', async () => {
    pages.set(CONFIGURATION, () => {})
    await assert.rejects(start(20).keysOf(ISSUER, 'first'), KeysUnavailableError)
  })

  test('begins an answer and goes silent', async () => {
    pages.set(KEYS, (_, response) => response.write('{"keys":['))
    await assert.rejects(start(100).keysOf(ISSUER, 'first'), KeysUnavailableError)
  })

  test('is known without any key that is good enough', async () => {
    publish({ kty: 'RSA', kid: 'first', e: 'AQAB', n: Buffer.alloc(128, 0xc5).toString('base64url') })
    assert.deepEqual(await start().keysOf(ISSUER, 'first'), [])
  })
})

test('an issuer without TLS is never asked', async () => {
  await assert.rejects(start().keysOf('http://oidc.example.com/cluster', 'first'), KeysUnavailableError)
  assert.deepEqual(asked, [])
})
