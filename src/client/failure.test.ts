import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type FailureKind, failureOf, failureOfEntry } from './failure.ts'

const service = (name: string, httpStatusCode: number) => ({
  name,
  message: `${name}!`,
  $fault: httpStatusCode < 500 ? 'client' : 'server',
  $metadata: { httpStatusCode, requestId: 'r' },
  $response: { body: 'SECRET' },
})

describe('an error of the SDK', () => {
  const kinds: [title: string, error: unknown, kind: FailureKind, code: string][] = [
    ['a refused connection', { name: 'Error', code: 'ECONNREFUSED' }, 'unreachable', 'ECONNREFUSED'],
    ['a name that resolves to nothing', { name: 'Error', code: 'ENOTFOUND' }, 'unreachable', 'ENOTFOUND'],
    [
      'a connection that failed below fetch',
      { name: 'TypeError', cause: { code: 'ECONNRESET' } },
      'unreachable',
      'TypeError',
    ],
    ['a time-out of the SDK', { name: 'TimeoutError' }, 'unreachable', 'TimeoutError'],
    ['throttling', service('ThrottlingException', 400), 'unreachable', 'ThrottlingException'],
    ['throttling by status', service('Slow', 429), 'unreachable', 'Slow'],
    ['a fault of the service', service('InternalServiceError', 500), 'unreachable', 'InternalServiceError'],
    ['a gateway', { name: 'SyntaxError', $metadata: { httpStatusCode: 502 } }, 'unreachable', 'SyntaxError'],
    ['denied access', service('AccessDeniedException', 400), 'refused', 'AccessDeniedException'],
    ['no secret', service('ResourceNotFoundException', 400), 'refused', 'ResourceNotFoundException'],
    ['expired credentials', service('ExpiredTokenException', 400), 'refused', 'ExpiredTokenException'],
    ['no credentials', { name: 'CredentialsProviderError', message: 'none' }, 'other', 'CredentialsProviderError'],
    [
      'credentials from a place that cannot be reached',
      { name: 'X', cause: { code: 'EHOSTUNREACH' } },
      'unreachable',
      'X',
    ],
    ['an answer that is not JSON', { name: 'SyntaxError', $metadata: { httpStatusCode: 200 } }, 'other', 'SyntaxError'],
    ['a certificate', { name: 'Error', code: 'CERT_HAS_EXPIRED' }, 'other', 'CERT_HAS_EXPIRED'],
    ['nothing at all', undefined, 'other', 'UnknownError'],
    ['a text', 'oops', 'other', 'UnknownError'],
  ]
  for (const [title, error, kind, code] of kinds)
    test(`${title}: ${kind}`, () => {
      const failure = failureOf(error)
      assert.deepEqual([failure.kind, failure.code], [kind, code])
    })

  test('whose causes go round in a circle has an end', () => {
    const error = { name: 'X', cause: {} }
    error.cause = error
    assert.equal(failureOf(error).kind, 'other')
  })

  test('gives its text only where it cannot quote from an answer', () => {
    assert.deepEqual(failureOf(service('DecryptionFailure', 400)), {
      kind: 'refused',
      code: 'DecryptionFailure',
      text: 'DecryptionFailure!',
      status: 400,
      requestId: 'r',
    })
    const message = 'Unexpected token in SECRET'
    for (const error of [
      { name: 'SyntaxError', message, $response: {} },
      { name: 'SyntaxError', message, $metadata: { httpStatusCode: 200 } },
    ])
      assert.equal(failureOf(error).text, 'the answer could not be understood')
    assert.equal(failureOf(new Error('Region is missing')).text, 'Region is missing')
  })
})

describe('an entry of Errors', () => {
  test('is refused, but for the trouble of the service itself', () => {
    assert.deepEqual(failureOfEntry('AccessDeniedException', 'no'), {
      kind: 'refused',
      code: 'AccessDeniedException',
      text: 'no',
    })
    assert.equal(failureOfEntry('InternalServiceError', 'oh').kind, 'unreachable')
    assert.equal(failureOfEntry('ThrottlingException').kind, 'unreachable')
    assert.equal(failureOfEntry().code, 'UnknownError')
  })
})
