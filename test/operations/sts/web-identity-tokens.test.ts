import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { exportSPKI, importJWK, type JWK } from 'jose'
import { COOL_DOWN_MS, KEYS_LIFETIME_MS } from '../../../src/sts/issuer-keys.ts'
import { MAX_CANDIDATES } from '../../../src/sts/web-identity.ts'
import { startApp } from '../../start-app.ts'
import { createRole, trust } from './roles.ts'
import { keyPair, TokenIssuer } from './token-issuer.ts'

// Which tokens prove anything at all. The role trusts whatever its provider says.

const invalid = (message: string | RegExp) => ({ name: 'InvalidIdentityTokenException', message })
const NO_KEY = invalid(
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
)
const SIGNATURE = invalid('The signature of the web identity token does not verify.')
const ALGORITHM = invalid('The web identity token must be signed with RS256 or ES256.')
const NO_TOKEN = invalid('The web identity token is not a valid JWT.')

const issuer = await TokenIssuer.create('oidc.example.com/cluster')
const app = await startApp({ issuerKeys: issuer.keys })
after(() => app.close())
issuer.now = () => app.clock.now()
const provider = await issuer.register(app)
const RoleArn = await createRole(app, 'web', {
  AssumeRolePolicyDocument: trust({ Federated: provider }, 'sts:AssumeRoleWithWebIdentity'),
})
const seconds = () => Math.floor(app.clock.now() / 1000)

const present = (WebIdentityToken: string, arn = RoleArn) =>
  app.sts.assumeRoleWithWebIdentity({ RoleArn: arn, RoleSessionName: 'pod', WebIdentityToken })
const encoded = (part: object | string) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
const unsigned = (header: object, claims: object = issuer.claims(), signature = '') =>
  `${encoded(header)}.${encoded(claims)}.${signature}`

test('a token that its issuer has signed is taken', async () => {
  assert.ok((await present(await issuer.token())).Credentials)
})

describe('signatures', () => {
  test('of another key with the same id are refused', async () => {
    const forger = await keyPair('RS256', 'key-1')
    await assert.rejects(present(await issuer.token({}, { key: forger })), SIGNATURE)
  })

  test('of another content are refused', async () => {
    const [header, , signature] = (await issuer.token()).split('.')
    const content = encoded(issuer.claims({ sub: 'system:serviceaccount:kube-system:admin' }))
    await assert.rejects(present(`${header}.${content}.${signature}`), SIGNATURE)
  })

  test('that are cut, or not there, are refused', async () => {
    const token = await issuer.token()
    await assert.rejects(present(token.slice(0, -10)), { name: 'InvalidIdentityTokenException' })
    await assert.rejects(present(token.slice(0, token.lastIndexOf('.') + 1)), { name: 'InvalidIdentityTokenException' })
  })

  for (const alg of ['none', 'None', 'NONE', '', undefined])
    test(`the algorithm ${alg} is refused`, () => assert.rejects(present(unsigned({ alg, kid: 'key-1' })), ALGORITHM))

  test('HS256 with the public key as its secret is refused', async () => {
    const publicKey = await importJWK(issuer.key.jwk, 'RS256', { extractable: true })
    const pem = await exportSPKI(publicKey as CryptoKey)
    const content = unsigned({ alg: 'HS256', kid: 'key-1' }).slice(0, -1)
    for (const secret of [pem, JSON.stringify(issuer.key.jwk), issuer.key.jwk.n ?? '']) {
      const signature = createHmac('sha256', secret).update(content).digest('base64url')
      await assert.rejects(present(`${content}.${signature}`), ALGORITHM)
    }
  })

  for (const alg of ['RS384', 'RS512', 'PS256', 'ES384', 'EdDSA'])
    test(`${alg} is refused`, () => assert.rejects(present(unsigned({ alg, kid: 'key-1' })), ALGORITHM))

  test('ES256 is not tried with a key for RS256', async () => {
    const [header, content, signature] = (await issuer.token()).split('.')
    assert.ok(header)
    await assert.rejects(present(`${encoded({ alg: 'ES256', kid: 'key-1' })}.${content}.${signature}`), NO_KEY)
  })

  test('a key that the token brings itself is not looked at', async () => {
    const forger = await keyPair('RS256', 'key-1')
    for (const header of [
      { jwk: forger.jwk },
      { jku: 'https://evil.example.com/keys' },
      { x5u: 'https://evil.example.com' },
    ])
      await assert.rejects(present(await issuer.token({}, { key: forger, header })), SIGNATURE)
    assert.ok(issuer.asked.every((url) => url.startsWith(issuer.url)))
  })

  test('a header that demands what is not understood is refused', async () => {
    const [, content, signature] = (await issuer.token()).split('.')
    for (const header of [{ crit: ['b64'], b64: false }, { crit: ['unknown'], unknown: 1 }, { crit: [] }])
      await assert.rejects(present(`${encoded({ alg: 'RS256', kid: 'key-1', ...header })}.${content}.${signature}`), {
        name: 'InvalidIdentityTokenException',
      })
  })
})

describe('keys', () => {
  test('a new key is found by one look after the cool-down, and more look-ups make no more looks', async () => {
    const rotated = await keyPair('ES256', 'key-2')
    issuer.published = [issuer.key.jwk, rotated.jwk]
    app.clock.advance(COOL_DOWN_MS)
    assert.ok(await present(await issuer.token({}, { key: rotated })))
    const looks = issuer.asked.length
    for (const kid of ['a', 'b', 'c'])
      await assert.rejects(present(await issuer.token({}, { header: { kid } })), NO_KEY)
    assert.equal(issuer.asked.length, looks)
  })

  test('two keys with one id are both tried', async () => {
    const twins = [await keyPair('RS256', 'twin'), await keyPair('RS256', 'twin')] as const
    issuer.published = [issuer.key.jwk, ...twins.map(({ jwk }) => jwk)]
    app.clock.advance(COOL_DOWN_MS)
    for (const key of twins) assert.ok(await present(await issuer.token({}, { key })))
    await assert.rejects(present(await issuer.token({}, { key: await keyPair('RS256', 'twin') })), SIGNATURE)
  })

  test('a token without key id is tried with all', async () => {
    assert.ok(await present(await issuer.token({}, { header: { kid: undefined } as unknown as { kid: string } })))
  })

  test('of the keys that a token may mean, only the first are tried', async () => {
    const pairs = await Promise.all(Array.from({ length: MAX_CANDIDATES + 1 }, () => keyPair('ES256', 'one of many')))
    const rsa = await keyPair('RS256', 'one of many')
    // Those of the other algorithm do not count.
    issuer.published = [rsa.jwk, ...pairs.map(({ jwk }) => jwk)]
    app.clock.advance(COOL_DOWN_MS)
    const [beyond, last] = pairs.toReversed()
    for (const header of [{}, { kid: undefined } as unknown as { kid: string }]) {
      if (last) assert.ok(await present(await issuer.token({}, { key: last, header })))
      if (beyond) await assert.rejects(present(await issuer.token({}, { key: beyond, header })), SIGNATURE)
    }
    issuer.published = [issuer.key.jwk]
    app.clock.advance(KEYS_LIFETIME_MS)
  })

  test('a short key is not taken', async () => {
    const short: JWK = { kty: 'RSA', kid: 'short', e: 'AQAB', n: Buffer.alloc(128, 0xc5).toString('base64url') }
    issuer.published = [issuer.key.jwk, short]
    app.clock.advance(COOL_DOWN_MS)
    await assert.rejects(present(unsigned({ alg: 'RS256', kid: 'short' }, issuer.claims(), 'AAAA')), NO_KEY)
  })

  test('an issuer that has no keys proves nothing', async () => {
    const silent = await TokenIssuer.create('silent.example.com')
    await silent.register(app)
    silent.now = issuer.now
    await assert.rejects(present(await silent.token()), NO_KEY)
  })
})

describe('issuers', () => {
  const unknown = async (iss: string) => {
    const message = `No OpenIDConnect provider found in your account for ${iss}`
    await assert.rejects(present(await issuer.token({ iss })), invalid(message))
  }

  test('one that is no provider is refused', () => unknown('https://unknown.example.com'))
  test('the provider is its issuer letter by letter', async () => {
    await unknown(`${issuer.url}/`)
    await unknown(issuer.url.toUpperCase())
    await unknown(issuer.url.replace('cluster', 'Cluster'))
    await unknown(issuer.url.replace('https:', 'http:'))
    await unknown(issuer.name)
  })

  test('a provider of another account is none', async () => {
    const elsewhere = RoleArn.replace(app.account, '999988887777')
    await assert.rejects(
      present(await issuer.token(), elsewhere),
      invalid(`No OpenIDConnect provider found in your account for ${issuer.url}`),
    )
  })

  for (const iss of [undefined, 5, '', 'https://a b', 'x'.repeat(256)])
    test(`${JSON.stringify(iss)?.slice(0, 20)} is none`, async () => {
      await assert.rejects(present(await issuer.token({ iss })), invalid(/^The claim iss/))
    })
})

describe('claims', () => {
  test('another audience is refused', async () => {
    for (const aud of ['stranger', ['a', 'b'], 'sts.amazonaws.com.'])
      await assert.rejects(present(await issuer.token({ aud })), invalid('Incorrect token audience'))
  })

  for (const claim of ['sub', 'exp', 'aud'])
    test(`a token without ${claim} is refused`, async () => {
      await assert.rejects(
        present(await issuer.token({ [claim]: undefined })),
        invalid(`The claim ${claim} of the web identity token is missing or invalid.`),
      )
    })

  test('a token that has ended is refused, long after and at once', async () => {
    for (const ago of [0, 3600]) {
      const exp = seconds() - ago
      await assert.rejects(present(await issuer.token({ exp })), {
        name: 'ExpiredTokenException',
        message: new RegExp(
          `^Token expired: current date/time \\d{10} must be before the expiration date/time ${exp}$`,
        ),
      })
    }
  })

  test('a token that was good ends as the time passes', async () => {
    const token = await issuer.token()
    assert.ok(await present(token))
    app.clock.advance(600_000)
    await assert.rejects(present(token), { name: 'ExpiredTokenException' })
  })

  for (const claim of ['nbf', 'iat'])
    test(`a token whose ${claim} is to come is refused, but for what clocks differ`, async () => {
      assert.ok(await present(await issuer.token({ [claim]: seconds() + 30 })))
      await assert.rejects(
        present(await issuer.token({ [claim]: seconds() + 120 })),
        invalid('The web identity token is not valid yet.'),
      )
    })

  test('times must be numbers', async () => {
    for (const claim of ['exp', 'nbf', 'iat'])
      await assert.rejects(
        present(await issuer.token({ [claim]: `${seconds() + 60}` })),
        invalid(new RegExp(`^The claim ${claim} `)),
      )
  })
})

describe('texts that are no tokens', () => {
  const texts = [
    'text',
    'a.bc',
    'a.b.c',
    'a.b.c.d.e',
    '....',
    unsigned({ alg: 'RS256', kid: 5 }),
    `${encoded({ alg: 'RS256' })}.${encoded('[]')}.AAAA`,
    `${encoded({ alg: 'RS256' })}.${encoded('null')}.AAAA`,
    `${encoded({ alg: 'RS256' })}.${encoded('{')}.AAAA`,
    `${encoded('null')}.${encoded('{}')}.AAAA`,
    'x'.repeat(20_000),
  ]
  for (const text of texts)
    test(`${text.slice(0, 30)} of ${text.length} characters`, () => assert.rejects(present(text), NO_TOKEN))

  test('a token that is too long is refused without being shown', async () => {
    await assert.rejects(present('x'.repeat(20_001)), {
      name: 'ValidationError',
      message:
        "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000",
    })
  })

  test('an ARN that is of no role is refused before anything else', async () => {
    const arn = `arn:aws:iam::${app.account}:user/somebody`
    await assert.rejects(present('text', arn), { name: 'ValidationError', message: `${arn} is invalid` })
  })

  test('none of them leaves a record, and none is a failure of the server', async () => {
    const before = (await app.trail()).length
    for (const text of texts) await present(text).catch(() => {})
    assert.equal((await app.trail()).length, before)
    assert.deepEqual(
      app.logged.filter(({ level }) => level === 'error'),
      [],
    )
  })
})
