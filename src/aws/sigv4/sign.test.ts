import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { signRequest } from './sign.ts'
import { readSignature, verifySignature } from './verify.ts'

const NOW = Date.parse('2015-08-30T12:36:00Z')
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const OPTIONS = {
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET },
  service: 'secretsmanager',
  region: 'us-east-1',
  now: NOW,
}
const REQUEST = {
  method: 'POST',
  url: new URL('https://secretsmanager.us-east-1.amazonaws.com/'),
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
  body: Buffer.from('{"SecretId":"prod/db"}'),
}
type Request = Omit<typeof REQUEST, 'headers'> & { headers: Record<string, string> }

/** Verifies what was signed as a server would that got it from the wire. */
function verify({ method, url, body }: Request, headers: Record<string, string>, options = OPTIONS) {
  const target = url.pathname + url.search
  const head = { method, url: target, rawHeaders: Object.entries(headers).flat() }
  const presented = readSignature(head, {
    service: options.service,
    now: options.now,
    windowMinutes: 5,
    allowQuery: false,
  })
  verifySignature(presented, head, body, SECRET)
  return presented
}

describe('a request that is signed', () => {
  test('has the headers that AWS knows, and the signature of facts 1.14', () => {
    assert.deepEqual(signRequest(REQUEST, OPTIONS), {
      ...REQUEST.headers,
      host: 'secretsmanager.us-east-1.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      'x-amz-content-sha256': 'f7e8785d034ab0cf4e95a95a1009431190b7a90407bd6acb5fa5aa34cb09c689',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/secretsmanager/aws4_request, ' +
        'SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target, ' +
        'Signature=6ed462d91542dc96b6d6d7637d649d5df57f60dcd13941f8259f10918d68e55d',
    })
  })

  test('is taken by the verifier, and not with another body, target or header', () => {
    const headers = signRequest(REQUEST, OPTIONS)
    assert.equal(verify(REQUEST, headers).accessKeyId, 'AKIDEXAMPLE')
    const changed: [Request, Record<string, string>][] = [
      [{ ...REQUEST, body: Buffer.from('{"SecretId":"prod/dc"}') }, headers],
      [{ ...REQUEST, method: 'PUT' }, headers],
      [{ ...REQUEST, url: new URL('https://localhost/?a=b') }, headers],
      [REQUEST, { ...headers, host: 'localhost' }],
      [REQUEST, { ...headers, 'x-amz-target': 'secretsmanager.DeleteSecret' }],
    ]
    for (const [request, sent] of changed) assert.throws(() => verify(request, sent), /does not match/)
  })

  test('carries and signs its session token', () => {
    const credentials = { ...OPTIONS.credentials, sessionToken: 'a+b/c==' }
    const headers = signRequest(REQUEST, { ...OPTIONS, credentials })
    assert.equal(verify(REQUEST, headers).sessionToken, 'a+b/c==')
    assert.match(headers.authorization ?? '', /;x-amz-security-token;/)
    assert.throws(() => verify(REQUEST, { ...headers, 'x-amz-security-token': 'other' }), /does not match/)
  })

  test('keeps a host of its own, and has the port of its URL otherwise', () => {
    const request = { ...REQUEST, url: new URL('http://localhost:4566/') }
    assert.equal(signRequest(request, OPTIONS).host, 'localhost:4566')
    const named = { ...request, headers: { ...REQUEST.headers, Host: 'secrets.example' } }
    const headers = signRequest(named, OPTIONS)
    assert.deepEqual([headers.Host, headers.host], ['secrets.example', undefined])
    verify(named, headers)
  })

  test('that was signed before is signed anew', () => {
    const stale = Object.entries(signRequest(REQUEST, { ...OPTIONS, now: NOW - 3_600_000 }))
    const upper = Object.fromEntries(stale.map(([name, value]) => [name.toUpperCase(), value]))
    const request = { ...REQUEST, headers: upper }
    verify(request, signRequest(request, OPTIONS))
  })

  test('has its time without milliseconds', () => {
    assert.equal(signRequest(REQUEST, { ...OPTIONS, now: NOW + 999 })['x-amz-date'], '20150830T123600Z')
  })

  test('verifies whatever its path, query, headers and body are', () => {
    // What a header can carry: one character for each byte, no line ends.
    const characters = fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f)
    const value = fc.string({ unit: characters.map((code) => String.fromCharCode(code)) })
    const query = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })))
    fc.assert(
      fc.property(fc.webPath(), query, value, fc.uint8Array(), (path, parameters, note, bytes) => {
        const url = new URL(`http://localhost:4566/`)
        url.pathname = path
        url.search = new URLSearchParams(parameters).toString()
        const request = { method: 'PUT', url, headers: { 'X-Note': note }, body: Buffer.from(bytes) }
        assert.equal(verify(request, signRequest(request, OPTIONS)).form, 'header')
      }),
      { numRuns: 300 },
    )
  })
})

/** The hash that the signer of the AWS SDK for JavaScript wants to be handed. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Uint8Array)
  }

  update(data: Uint8Array): void {
    this.#hash.update(data)
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {}
}

describe("AWS's own signer", () => {
  const bodies = ['', '{"SecretId":"ä"}', 'Action=GetCallerIdentity&Version=2011-06-15']
  const queries: Record<string, string>[] = [{}, { Action: 'GetUser', "it's (a) *!~": 'ä+ /?=&%' }]

  for (const path of ['/', '/a/b/', '/a%20b', '/a//b/c'])
    for (const sessionToken of [undefined, 'EXAMPLETOKEN/+=='])
      test(`makes the same signature: ${path}, ${sessionToken ? 'with' : 'without'} a session token`, async () => {
        const credentials = { ...OPTIONS.credentials, ...(sessionToken !== undefined && { sessionToken }) }
        const { service, region } = OPTIONS
        const official = new SignatureV4({ service, region, credentials, sha256: Sha256 })
        for (const body of bodies)
          for (const query of queries) {
            const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-note': ' a   b ' }
            const url = new URL(`http://localhost:4566${path}?${new URLSearchParams(query)}`)
            const ours = signRequest(
              { method: 'POST', url, headers, body: Buffer.from(body) },
              { ...OPTIONS, credentials },
            )
            const place = { protocol: 'http:', hostname: 'localhost', port: 4566 }
            const request = {
              ...place,
              method: 'POST',
              path,
              query,
              headers: { ...headers, host: 'localhost:4566' },
              body,
            }
            const theirs = await official.sign(request, { signingDate: new Date(NOW) })
            assert.equal(ours.authorization, theirs.headers.authorization)
          }
      })
})
