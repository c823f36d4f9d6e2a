import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { signRequest } from '../../../test/sign-request.ts'
import { AwsError } from '../error.ts'
import { canonicalRequest } from './canonical-request.ts'
import { type PresentedSignature, readSignature, type SignedRequestHead, verifySignature } from './verify.ts'

const DATE = new Date('2015-08-30T12:36:00Z')
const OPTIONS = { service: 'secretsmanager', now: DATE.getTime(), windowMinutes: 5, allowQuery: false }
const ACCESS_KEY_ID = 'AKIDEXAMPLE'
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'

interface Received {
  head: SignedRequestHead
  body: Uint8Array
}

const word = fc.stringMatching(/^[a-z0-9]{1,6}$/)
const value = fc.stringMatching(/^[!-~]([ -~]{0,10}[!-~])?$/)

const signedRequest: fc.Arbitrary<Received> = fc
  .record({
    method: fc.constantFrom('POST', 'GET', 'PUT'),
    path: fc.array(word, { maxLength: 2 }).map((segments) => `/${segments.join('/')}`),
    query: fc
      .array(fc.tuple(word, word), { maxLength: 2 })
      .map((pairs) => pairs.map((pair) => pair.join('=')).join('&')),
    headers: fc.dictionary(
      word.map((name) => `x-${name}`),
      value,
      { maxKeys: 3 },
    ),
    body: fc.uint8Array({ maxLength: 40 }),
    sendsHash: fc.boolean(),
  })
  .map(({ method, path, query, headers, body, sendsHash }) => {
    const url = query === '' ? path : `${path}?${query}`
    const all = {
      ...headers,
      host: 'localhost:4566',
      'X-Amz-Target': 'secretsmanager.GetSecretValue',
      ...(sendsHash && { 'x-amz-content-sha256': hash('sha256', body, 'hex') }),
    }
    const rawHeaders = signRequest({
      ...{ method, url, headers: all, body, date: DATE },
      ...{ accessKeyId: ACCESS_KEY_ID, secret: SECRET, region: 'us-east-1', service: 'secretsmanager' },
    })
    return { head: { method, url, rawHeaders }, body }
  })

/** What a server would do: the proof that was accepted, or undefined. Anything but a refusal fails the test. */
function accept({ head, body }: Received): PresentedSignature | undefined {
  try {
    const presented = readSignature(head, OPTIONS)
    verifySignature(presented, head, body, presented.accessKeyId === ACCESS_KEY_ID ? SECRET : undefined)
    return presented
  } catch (error) {
    if (error instanceof AwsError) return undefined
    throw error
  }
}

function canonicalText({ head, body }: Received, presented: PresentedSignature): string {
  return canonicalRequest(head, presented, hash('sha256', body, 'hex'))
}

/** A change of one character: put in, taken out, or put in another's place. */
const change = fc.record({
  kind: fc.constantFrom('insert', 'delete', 'replace'),
  at: fc.nat(),
  character: fc.oneof(fc.stringMatching(/^[ -~\t\n]$/), fc.constantFrom(...', =/;%+&.?ÿ\u0161')),
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function changed(text: string, { kind, at, character }: Change): string {
  const place = at % (text.length + 1)
  const rest = text.slice(kind === 'insert' ? place : place + 1)
  return text.slice(0, place) + (kind === 'delete' ? '' : character) + rest
}

test('a signed request is accepted as it is', () => {
  fc.assert(fc.property(signedRequest, (request) => assert.ok(accept(request))))
})

test('any change of the body is refused', () => {
  fc.assert(
    fc.property(signedRequest, change, (request, what) => {
      const text = changed(Buffer.from(request.body).toString('latin1'), what)
      const body = Buffer.from(text, 'latin1')
      fc.pre(!body.equals(request.body))
      assert.equal(accept({ ...request, body }), undefined)
    }),
  )
})

test('any change of the method is refused', () => {
  fc.assert(
    fc.property(signedRequest, change, (request, what) => {
      const method = changed(request.head.method, what)
      fc.pre(method !== request.head.method)
      assert.equal(accept({ ...request, head: { ...request.head, method } }), undefined)
    }),
  )
})

test('any change of the target is refused, unless it signs alike and means the same', () => {
  fc.assert(
    fc.property(signedRequest, change, (request, what) => {
      const mutant = { ...request, head: { ...request.head, url: changed(request.head.url, what) } }
      const presented = accept(mutant)
      if (!presented) return
      assert.equal(canonicalText(mutant, presented), canonicalText(request, presented))
      const [before, after] = [request, mutant].map(({ head }) => new URL(`http://host/${head.url}`))
      before?.searchParams.sort()
      after?.searchParams.sort()
      assert.equal(after?.search, before?.search)
    }),
    { numRuns: 2000 },
  )
})

test('any change of a header is refused, unless only white space or the case of its name is different', () => {
  fc.assert(
    fc.property(signedRequest, fc.nat(), change, (request, which, what) => {
      const { rawHeaders } = request.head
      const index = which % (rawHeaders.length - 2) // all but Authorization, which comes last
      const text = changed(rawHeaders[index]!, what)
      const presented = accept({ ...request, head: { ...request.head, rawHeaders: rawHeaders.with(index, text) } })
      if (!presented) return
      const isName = index % 2 === 0
      const bare = (header: string) => (isName ? header.toLowerCase() : header.trim().replace(/\s+/g, ' '))
      assert.equal(bare(text), bare(rawHeaders[index]!))
    }),
    { numRuns: 2000 },
  )
})

test('any change of the Authorization header is refused, unless only separators are different', () => {
  fc.assert(
    fc.property(signedRequest, change, (request, what) => {
      const { rawHeaders } = request.head
      const authorization = rawHeaders.at(-1)!
      const text = changed(authorization, what)
      if (!accept({ ...request, head: { ...request.head, rawHeaders: rawHeaders.with(-1, text) } })) return
      const bare = (header: string) =>
        header
          .trim()
          .split(/[,\s]+/)
          .filter((part) => part !== '')
          .map((part) => (part.startsWith('Credential=') ? part.replace(/\/+$/, '') : part))
      assert.deepEqual(bare(text), bare(authorization))
    }),
    { numRuns: 5000 },
  )
})

test('no header list, target or Authorization makes the verifier fail in another way than by refusing', () => {
  const piece = fc.oneof(
    fc.constantFrom('AWS4-HMAC-SHA256', ' ', ', ', 'Credential=', 'Signature=', 'SignedHeaders=', 'host', ';', '/'),
    fc.constantFrom('X-Amz-Algorithm=', '?', '&', '20150830T123600Z', 'us-east-1', 'aws4_request', '%'),
    fc.string({ unit: 'binary' }),
  )
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  const name = fc.oneof(fc.constantFrom('host', 'authorization', 'x-amz-date', 'date', 'x-amz-content-sha256'), text)
  const request = fc.record({
    method: text,
    url: text,
    rawHeaders: fc.array(fc.tuple(name, text)).map((all) => all.flat()),
  })
  fc.assert(
    fc.property(request, fc.boolean(), (head, allowQuery) => {
      assert.throws(() => readSignature(head, { ...OPTIONS, allowQuery }), AwsError)
    }),
    { numRuns: 1000 },
  )
})
