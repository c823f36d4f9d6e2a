import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Failure } from './failure.ts'
import { type HeldSecret, SecretCache } from './secret-cache.ts'

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-abcdef'
const REFUSED: Failure = { kind: 'refused', code: 'AccessDeniedException', text: 'no' }
const UNREACHABLE: Failure = { kind: 'unreachable', code: 'ECONNREFUSED', text: 'no' }

function held(content: string | Uint8Array, sentAt: number): HeldSecret {
  return {
    arn: ARN,
    name: 'db',
    versionId: `${sentAt}`,
    versionStages: ['AWSCURRENT'],
    createdDate: undefined,
    content,
    life: { sentAt, refreshAt: sentAt + 90, expiresAt: sentAt + 100 },
  }
}

const start = (limits = {}) => new SecretCache({ maxEntries: 10, maxBytes: 1000, ...limits })

describe('a value', () => {
  test('is found under its name and its ARN', () => {
    const cache = start()
    const value = held('one', 1)
    assert.deepEqual(cache.keep('db', ARN, value), { newest: value, unkept: undefined })
    assert.equal(cache.resolve('db'), ARN)
    assert.equal(cache.find(cache.resolve('db')).held, value)
    assert.equal(cache.find('db').held, undefined)
    assert.deepEqual([cache.size, cache.bytes], [1, 6])
  })

  test('of an older call does not replace that of a newer one, nor overwrite it', () => {
    const cache = start()
    const newer = held(Uint8Array.of(2), 2)
    const older = held(Uint8Array.of(1), 1)
    cache.keep('db', ARN, newer)
    assert.deepEqual(cache.keep(ARN, ARN, older), { newest: newer, unkept: older })
    assert.deepEqual(newer.content, Uint8Array.of(2))
    assert.deepEqual(older.content, Uint8Array.of(1))
  })

  test('that is replaced is overwritten', () => {
    const cache = start()
    const older = held(Uint8Array.of(1, 1), 1)
    cache.keep(ARN, ARN, older)
    cache.keep(ARN, ARN, held(Uint8Array.of(2, 2), 2))
    assert.deepEqual(older.content, Uint8Array.of(0, 0))
    assert.equal(cache.bytes, 2)
  })

  test('from before a refusal is not kept, also when the refusal was of its name', () => {
    for (const refusedId of ['db', ARN]) {
      const cache = start()
      cache.fail(refusedId, REFUSED, 2, 10)
      const older = held('one', 1)
      assert.deepEqual(cache.keep('db', ARN, older), { newest: older, unkept: older })
      assert.equal(cache.resolve('db'), 'db')
      assert.equal(cache.find(ARN).held, undefined)
    }
  })

  test('too large for the whole cache is not kept, and what was there before is gone', () => {
    const cache = start({ maxBytes: 4 })
    cache.keep(ARN, ARN, held('xx', 1))
    const large = held('xxx', 2)
    assert.deepEqual(cache.keep(ARN, ARN, large), { newest: large, unkept: large })
    assert.equal(cache.find(ARN).held, undefined)
    assert.equal(cache.bytes, 0)
  })
})

describe('a failure', () => {
  test('that the server meant drops the value and overwrites it; another does not', () => {
    const cache = start()
    const value = held(Uint8Array.of(7), 1)
    cache.keep(ARN, ARN, value)
    cache.fail(ARN, UNREACHABLE, 2, 10)
    assert.equal(cache.find(ARN).held, value)
    assert.deepEqual(cache.find(ARN).failed, { failure: UNREACHABLE, until: 10, sentAt: 2 })
    cache.fail(ARN, REFUSED, 3, 11)
    assert.equal(cache.find(ARN).held, undefined)
    assert.deepEqual(value.content, Uint8Array.of(0))
  })

  test('of an older call takes nothing away from a newer value', () => {
    const cache = start()
    const value = held('one', 2)
    cache.keep(ARN, ARN, value)
    cache.fail(ARN, REFUSED, 1, 10)
    assert.equal(cache.find(ARN).held, value)
    assert.equal(cache.find(ARN).failed, undefined)
  })

  test('that the server meant counts, though a newer call heard nothing', () => {
    const cache = start()
    cache.keep(ARN, ARN, held('one', 1))
    cache.fail(ARN, UNREACHABLE, 3, 10)
    cache.fail(ARN, REFUSED, 2, 10)
    assert.equal(cache.find(ARN).held, undefined)
    assert.equal(cache.find(ARN).failed?.failure, REFUSED)
    cache.fail(ARN, UNREACHABLE, 1, 10)
    assert.equal(cache.find(ARN).failed?.failure, REFUSED)
  })
})

describe('the floor of refreshes', () => {
  test('goes with a name to its ARN', () => {
    const cache = start()
    cache.refreshed('db', 5)
    cache.keep('db', ARN, held('one', 6))
    assert.equal(cache.find(ARN).refreshedAt, 5)
    assert.equal(cache.size, 1)
  })
})

describe('what goes', () => {
  test('is what was not used for longest, with the names that led to it', () => {
    const cache = start({ maxEntries: 2 })
    const value = held(Uint8Array.of(1), 1)
    cache.keep('db', ARN, value)
    cache.keep('b', 'b', held('b', 1))
    cache.find('b')
    cache.keep('c', 'c', held('c', 1))
    assert.deepEqual([cache.size, cache.resolve('db')], [2, 'db'])
    assert.deepEqual(value.content, Uint8Array.of(0))
  })

  test('is everything, in the end', () => {
    const cache = start()
    const value = held(Uint8Array.of(1), 1)
    cache.keep('db', ARN, value)
    cache.clear()
    assert.deepEqual([cache.size, cache.bytes, cache.resolve('db')], [0, 0, 'db'])
    assert.deepEqual(value.content, Uint8Array.of(0))
  })
})
