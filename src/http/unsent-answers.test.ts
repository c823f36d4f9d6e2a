import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Connection } from './connections.ts'
import { UnsentAnswers } from './unsent-answers.ts'

const LIMITS = { unsentBytes: 100, answerMs: 1_000, answerBytesPerSecond: 10 }

/** Connections by name, of which those that are cut off are known. */
function connections() {
  const cut: string[] = []
  const named = (name: string) => ({ cut: () => cut.push(name) }) as unknown as Connection
  return { cut, named }
}

describe('answers that clients do not take', () => {
  test('are bounded together: beyond it, the connection that waits longest is cut off', () => {
    const { cut, named } = connections()
    const [a, b, c] = [named('a'), named('b'), named('c')]
    const unsent = new UnsentAnswers(LIMITS)
    unsent.add(a, 40)
    unsent.add(b, 40)
    unsent.remove(a)
    unsent.add(a, 40)
    assert.deepEqual(cut, [])
    unsent.add(c, 50)
    assert.deepEqual(cut, ['b'])
    unsent.add(c, 90)
    assert.deepEqual(cut, ['b', 'a'])
  })

  test('never cost the connection whose answer is given now', () => {
    const { cut, named } = connections()
    const unsent = new UnsentAnswers(LIMITS)
    unsent.add(named('large'), 1_000)
    assert.deepEqual(cut, [])
    unsent.add(named('next'), 1)
    assert.deepEqual(cut, ['large'])
  })

  test('may take a while, and longer the longer they are', () => {
    const { cut, named } = connections()
    const unsent = new UnsentAnswers(LIMITS)
    unsent.add(named('short'), 0, 0)
    unsent.add(named('long'), 20, 0)
    unsent.cutSlow(1_000)
    assert.deepEqual(cut, [])
    unsent.cutSlow(1_001)
    assert.deepEqual(cut, ['short'])
    unsent.cutSlow(3_001)
    assert.deepEqual(cut, ['short', 'long'])
  })
})
