import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signatureErrors } from './errors.ts'
import {
  MAX_AUTHORIZATION_LENGTH,
  MAX_REMEMBERED_CLAIMS,
  parseAuthorization,
  parseQueryProof,
} from './parse-authorization.ts'

const SIGNATURE = 'a'.repeat(64)
const CREDENTIAL = 'AKID/20150830/us-east-1/kms/aws4_request'
const parse = (authorization: string, date = '20150830T123600Z') =>
  parseAuthorization(
    new Map([
      ['authorization', authorization],
      ['x-amz-date', date],
    ]),
  )

const spellings: Record<string, string> = {
  'a comma and a space': `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature=${SIGNATURE}`,
  'a comma': `AWS4-HMAC-SHA256 Credential=${CREDENTIAL},SignedHeaders=host;x-amz-date,Signature=${SIGNATURE}`,
  'white space': `AWS4-HMAC-SHA256 Credential=${CREDENTIAL} SignedHeaders=host;x-amz-date Signature=${SIGNATURE}`,
  'another order': `AWS4-HMAC-SHA256 Signature=${SIGNATURE}, SignedHeaders=host;x-amz-date, Credential=${CREDENTIAL}`,
  'a closing comma': `AWS4-HMAC-SHA256 Credential=${CREDENTIAL},SignedHeaders=host;x-amz-date,Signature=${SIGNATURE},`,
  'slashes after the credential': `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}//, SignedHeaders=host;x-amz-date, Signature=${SIGNATURE}`,
}

for (const [name, header] of Object.entries(spellings))
  test(`a header with ${name} is read the same, also the second time`, () => {
    for (const proof of [parse(header), parse(header)]) {
      assert.equal(proof.algorithm, 'AWS4-HMAC-SHA256')
      assert.deepEqual(proof.credential.elements, ['AKID', '20150830', 'us-east-1', 'kms', 'aws4_request'])
      assert.deepEqual(proof.signedHeaders.names, ['host', 'x-amz-date'])
      assert.equal(proof.signature, SIGNATURE)
    }
  })

test('remembering more clients than the bound allows changes no answer', () => {
  for (let index = 0; index < MAX_REMEMBERED_CLAIMS + 10; index++) {
    const proof = parse(
      `AWS4-HMAC-SHA256 Credential=KEY${index}/20150830/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=${SIGNATURE}`,
    )
    assert.equal(proof.credential.elements[0], `KEY${index}`)
  }
})

test('a header as long as the bound is read, a longer one is refused without being repeated', () => {
  const start = `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host, Signature=`
  assert.equal(parse(start.padEnd(MAX_AUTHORIZATION_LENGTH, 'a')).credential.text, CREDENTIAL)
  assert.throws(() => parse(start.padEnd(MAX_AUTHORIZATION_LENGTH + 1, 'a')), {
    code: 'IncompleteSignatureException',
    message: signatureErrors.tooLong('Authorization header', MAX_AUTHORIZATION_LENGTH).message,
  })
})

test('a remembered header still needs its date', () => {
  const header = `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host, Signature=${SIGNATURE}`
  parse(header)
  assert.throws(() => parse(header, ''), { message: signatureErrors.missingParts([], true, header).message })
})

test('a query proof is read whatever else the query holds', () => {
  const proof = parseQueryProof([
    ['Action', 'GetCallerIdentity'],
    ['Action', 'again'],
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', CREDENTIAL],
    ['X-Amz-Date', '20150830T123600Z'],
    ['X-Amz-SignedHeaders', 'host'],
    ['X-Amz-Signature', SIGNATURE],
    ['X-Amz-Security-Token', 'token'],
  ])
  assert.equal(proof.credential.text, CREDENTIAL)
  assert.equal(proof.sessionToken, 'token')
  assert.equal(proof.expires, undefined)
})
