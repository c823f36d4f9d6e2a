import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { TokenBuckets } from './token-buckets.ts'

const START = 1_800_000_000_000
const SECOND = 1000

/** One bucket, and how many of a number of draughts it lets through. */
function start(perSecond: number) {
  const buckets = new TokenBuckets()
  const take = (now: number, tokens = 1) => buckets.take('caller', { perSecond, tokens, now })
  const takeMany = (times: number, now: number) => Array.from({ length: times }, () => take(now)).filter(Boolean).length
  return { take, takeMany }
}

describe('a bucket', () => {
  test('is full at first, and holds what flows in within a second', () => {
    assert.equal(start(50).takeMany(200, START), 50)
  })

  test('holds at least one, however slowly it fills', () => {
    const { take } = start(0.25)
    const answers = [0, 1, 3.999, 4, 4].map((seconds) => take(START + seconds * SECOND))
    assert.deepEqual(answers, [true, false, false, true, false])
  })

  test('fills as time passes, bit by bit', () => {
    const { takeMany } = start(50)
    takeMany(50, START)
    assert.equal(takeMany(10, START + 19), 0)
    assert.equal(takeMany(10, START + 20), 1)
    assert.equal(takeMany(100, START + 520), 25)
  })

  test('fills by what is asked in vain too', () => {
    const { take, takeMany } = start(1)
    takeMany(1, START)
    for (let tenth = 1; tenth < 10; tenth++) assert.equal(take(START + tenth * 100), false)
    assert.equal(take(START + SECOND), true)
  })

  test('never holds more, however long it is left alone', () => {
    const { takeMany } = start(50)
    takeMany(50, START)
    assert.equal(takeMany(200, START + 86_400 * SECOND), 50)
  })

  test('gives all that is asked, or nothing', () => {
    const { take } = start(50)
    assert.equal(take(START, 40), true)
    assert.equal(take(START, 20), false)
    assert.equal(take(START, 10), true)
    assert.equal(take(START), false)
  })

  test('that is full lets through what is larger than it, and owes the rest', () => {
    const { take } = start(5)
    assert.equal(take(START, 20), true)
    assert.equal(take(START + 3 * SECOND), false)
    assert.equal(take(START + 3 * SECOND + 200), true)
    assert.equal(take(START + 3 * SECOND + 200, 20), false)
    assert.equal(take(START + 4 * SECOND + 200, 20), true)
  })

  test('gains nothing by a clock that is set back, and loses nothing for long', () => {
    const { takeMany } = start(50)
    takeMany(50, START)
    assert.equal(takeMany(50, START - 3600 * SECOND), 0)
    assert.equal(takeMany(50, START - 3599 * SECOND), 50)
  })

  test('gives in the long run no more than flows in, and keeps nobody waiting for ever', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(2000), tokens: fc.integer({ min: 1, max: 20 }) }), {
      maxLength: 200,
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), steps, (perSecond, wanted) => {
        const { take } = start(perSecond)
        let now = START
        let taken = 0
        for (const { wait, tokens } of wanted) {
          now += wait
          if (take(now, tokens)) taken += tokens
        }
        // What a bucket holds at first, what flowed in, and what the last draught may have owed.
        assert.ok(taken <= perSecond + ((now - START) / SECOND) * perSecond + 20)
        assert.equal(take(now + 22 * SECOND, 20), true)
      }),
    )
  })
})

describe('buckets', () => {
  const draught = { perSecond: 1, tokens: 1, now: START }

  test('of two keys know nothing of each other', () => {
    const buckets = new TokenBuckets()
    assert.deepEqual(
      ['a', 'a', 'b', 'b'].map((key) => buckets.take(key, draught)),
      [true, false, true, false],
    )
  })

  test('are bounded in number: the one that was used least lately is forgotten', () => {
    const buckets = new TokenBuckets(2)
    buckets.take('a', draught)
    buckets.take('b', draught)
    assert.equal(buckets.take('a', draught), false)
    buckets.take('c', draught)
    assert.equal(buckets.take('a', draught), false, 'a was used after b')
    assert.equal(buckets.take('b', draught), true, 'b had to go')
  })
})
