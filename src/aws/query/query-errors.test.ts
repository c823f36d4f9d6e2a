import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AwsError, frameworkError } from '../error.ts'
import { signatureErrors } from '../sigv4/errors.ts'
import { queryError } from './query-errors.ts'

const spelt = (error: AwsError) => {
  const { code, status } = queryError(error)
  return `${code} ${status}`
}

describe('a refusal', () => {
  /** Security facts 1.6 and 1.9, with U-05. */
  const refusals: readonly [error: AwsError, spelling: string][] = [
    [signatureErrors.missingToken(), 'MissingAuthenticationToken 403'],
    [signatureErrors.hostNotSigned(), 'SignatureDoesNotMatch 403'],
    [signatureErrors.mismatch(), 'SignatureDoesNotMatch 403'],
    [signatureErrors.expired('a', 'b', 'c', '15 min'), 'SignatureDoesNotMatch 403'],
    [signatureErrors.dateSyntax('x'), 'IncompleteSignature 400'],
    [signatureErrors.unrecognizedClient(), 'InvalidClientTokenId 403'],
    [signatureErrors.foreignSessionToken(), 'InvalidClientTokenId 403'],
    [signatureErrors.expiredSessionToken(), 'ExpiredToken 403'],
    [new AwsError('AccessDeniedException', 'x'), 'AccessDenied 403'],
    [frameworkError('ValidationException', 'x'), 'ValidationError 400'],
    [frameworkError('SerializationException'), 'MalformedInput 400'],
    [frameworkError('UnknownOperationException'), 'InvalidAction 400'],
    [frameworkError('ThrottlingException', 'x'), 'Throttling 400'],
    [frameworkError('RequestEntityTooLargeException', 'x', 413), 'RequestEntityTooLarge 413'],
    [new AwsError('InternalServiceError', 'x', { status: 500 }), 'InternalFailure 500'],
  ]
  for (const [error, spelling] of refusals)
    test(`that JSON services call ${error.code} is ${spelling}: ${error.message.slice(0, 40)}`, () => {
      assert.equal(spelt(error), spelling)
    })

  test('keeps its text, or has none', () => {
    assert.equal(queryError(signatureErrors.missingToken()).message, 'Request is missing Authentication Token')
    assert.equal(queryError(frameworkError('UnknownOperationException')).message, '')
    assert.equal(queryError(frameworkError('UnknownOperationException', '')).message, '')
  })

  test('that is spelt as Query services do already stays as it is', () => {
    for (const code of ['MalformedQueryString', 'MalformedInput', 'ValidationError', 'InvalidAction', 'MissingAction'])
      assert.equal(spelt(frameworkError(code, 'x')), `${code} 400`)
  })
})

describe('an error of a service', () => {
  test('keeps its code and status', () => {
    assert.equal(spelt(new AwsError('NoSuchEntity', 'x', { status: 404 })), 'NoSuchEntity 404')
    assert.equal(spelt(new AwsError('IDPRejectedClaim', 'x', { status: 403 })), 'IDPRejectedClaim 403')
    assert.equal(spelt(new AwsError('ServiceFailure', 'x', { status: 500 })), 'ServiceFailure 500')
  })

  test('keeps its code also where a refusal has the same: a web token that expired is no session that expired', () => {
    assert.equal(spelt(new AwsError('ExpiredTokenException', 'Token expired')), 'ExpiredTokenException 400')
  })

  test('may be named like something of the prototype', () => {
    for (const code of ['constructor', '__proto__', 'toString'])
      assert.equal(spelt(frameworkError(code)), `${code} 400`)
  })
})
