import assert from 'node:assert/strict'
import { createHash, createHmac, type Hmac } from 'node:crypto'
import { test } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import { type PresentedSignature, readSignature, verifySignature } from './verify.ts'

const DATE = new Date('2015-08-30T12:36:00Z')
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const OPTIONS = { service: 'secretsmanager', now: DATE.getTime(), windowMinutes: 5, allowQuery: true }

/** The hash that the signer of the AWS SDK for JavaScript wants to be handed. */
class Sha256 {
  readonly #hash: Hmac | ReturnType<typeof createHash>

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : bytes(secret))
  }

  update(data: Uint8Array): void {
    this.#hash.update(data)
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {}
}

const bytes = (data: ArrayBuffer | ArrayBufferView) =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)

const signer = (sessionToken?: string) =>
  new SignatureV4({
    service: 'secretsmanager',
    region: 'eu-central-1',
    sha256: Sha256,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, ...(sessionToken && { sessionToken }) },
  })

const request = (path: string, query: Record<string, string | string[]>, body = '') => ({
  method: 'POST',
  protocol: 'http:',
  hostname: 'localhost',
  port: 4566,
  path,
  query,
  headers: { host: 'localhost:4566', 'x-amz-target': 'secretsmanager.GetSecretValue', 'x-note': ' a   b ' },
  body,
})
type Signed = Awaited<ReturnType<SignatureV4['presign']>>

/** Sends what the signer made as an HTTP client would, and verifies it. */
function verify(signed: Signed, body: string): PresentedSignature {
  const query = Object.entries(signed.query ?? {})
    .flatMap(([name, values]) => [values ?? ''].flat().map((value) => `${encode(name)}=${encode(value)}`))
    .join('&')
  const url = query === '' ? signed.path : `${signed.path}?${query}`
  const head = { method: signed.method, url, rawHeaders: Object.entries(signed.headers).flat() }
  const presented = readSignature(head, OPTIONS)
  verifySignature(presented, head, Buffer.from(body), SECRET)
  assert.throws(() => verifySignature(presented, head, Buffer.from(`${body} `), SECRET), /does not match/)
  return presented
}

const encode = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)

const queries: Record<string, string | string[]>[] = [
  {},
  { Action: 'GetCallerIdentity', b: ['2', '1', ''], "it's (a) *!~": 'ä+ /?=&%' },
]
const paths = ['/', '/a/b/', '/a%20b/%2Fc', '/a//b/../c/.', "/it's(*)!"]

for (const path of paths)
  for (const query of queries)
    test(`the SDK's signer is understood: ${path} with ${Object.keys(query).length} query parameters`, async () => {
      const headers = await signer().sign(request(path, query, '{"a":"ä"}'), { signingDate: DATE })
      assert.equal(verify(headers, '{"a":"ä"}').form, 'header')

      const presigned = await signer('a+b/c==').presign(request(path, query), { signingDate: DATE, expiresIn: 60 })
      assert.partialDeepStrictEqual(verify(presigned, ''), { form: 'query', sessionToken: 'a+b/c==' })
    })

test("the SDK's signer signs its session token", async () => {
  const signed = await signer('token').sign(request('/', {}, '{}'), { signingDate: DATE })
  assert.equal(verify(signed, '{}').sessionToken, 'token')
})
