import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { whyUnreachable } from './unreachable.ts'

const failed = (cause: unknown) => new TypeError('fetch failed', { cause })

describe('why there is no answer', () => {
  test('is what the system says, in words', () => {
    assert.equal(whyUnreachable(failed(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))), 'is it running?')
  })

  test('is that time has passed', () => {
    assert.equal(whyUnreachable(new DOMException('aborted', 'TimeoutError')), 'it does not answer in time')
  })

  test('is the first line of what nobody has words for, or the code', () => {
    assert.equal(whyUnreachable(failed(new Error('odd\nmore'))), 'odd')
    assert.equal(whyUnreachable(failed(undefined)), 'fetch failed')
  })
})
