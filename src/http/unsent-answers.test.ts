import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { UnsentAnswers } from './unsent-answers.ts'

const answers = () =>
  new UnsentAnswers<string>({
    unsentBytes: 100,
    unsentBytesPerAddress: 60,
    answerMs: 60,
    answerBytesPerSecond: 1000,
    stuckMs: 10,
    slowMs: 20,
  })

describe('a network has room for answers', () => {
  test('until its own unsent answers reach its share, and again once enough of them was taken', () => {
    const unsent = answers()
    unsent.add('a1', 'a', 59, 0)
    assert.equal(unsent.hasRoom('a'), true)
    unsent.add('a2', 'a', 1, 0)
    assert.equal(unsent.hasRoom('a'), false)
    assert.equal(unsent.hasRoom('b'), true, 'another network is not affected')
    unsent.taken('a1', 30, 1)
    assert.equal(unsent.hasRoom('a'), true)
    unsent.remove('a1')
    unsent.remove('a1')
    unsent.taken('a1', 30, 2)
    unsent.add('a3', 'a', 58, 2)
    assert.equal(unsent.hasRoom('a'), true)
    unsent.add('a4', 'a', 1, 2)
    assert.equal(unsent.hasRoom('a'), false)
  })

  test('until all unsent answers together reach the budget', () => {
    const unsent = answers()
    unsent.add('a', 'a', 50, 0)
    unsent.add('b', 'b', 50, 0)
    assert.equal(unsent.hasRoom('c'), false)
    unsent.remove('a')
    assert.equal(unsent.hasRoom('c'), true)
  })
})

describe('answers are given up', () => {
  test('when their time is over, which is longer the longer they are', () => {
    const unsent = answers()
    unsent.add('short', 'a', 10, 0)
    unsent.add('long', 'b', 20, 0)
    unsent.taken('short', 9, 30)
    assert.deepEqual(unsent.giveUp(true, 69), [])
    assert.deepEqual(unsent.giveUp(true, 70), ['short'])
    assert.deepEqual(unsent.giveUp(false, 79), [])
    assert.deepEqual(unsent.giveUp(false, 80), ['long'])
  })

  test('when requests wait for room and their client takes nothing', () => {
    const unsent = answers()
    for (const name of ['a1', 'a2', 'a3']) unsent.add(name, 'a', 30, 0)
    unsent.add('b1', 'b', 5, 0)
    assert.deepEqual(unsent.giveUp(false, 20), [], 'while no request waits, nothing is given up')
    assert.deepEqual(unsent.giveUp(true, 9), [], 'every client has some time')
    unsent.taken('a3', 1, 9)
    assert.deepEqual(unsent.giveUp(true, 12), ['a1', 'a2'], 'other networks keep theirs')
  })

  test('of slow clients until there is room, the slowest first', () => {
    const unsent = answers()
    for (const name of ['a1', 'a2', 'a3']) unsent.add(name, 'a', 31, 0)
    for (const name of ['a2', 'a3', 'a1']) unsent.taken(name, 1, 8)
    unsent.add('a4', 'a', 20, 8)
    for (const name of ['a2', 'a3', 'a1', 'a4']) unsent.taken(name, 1, 17)
    assert.deepEqual(unsent.giveUp(true, 19), [])
    assert.deepEqual(unsent.giveUp(true, 20), ['a2', 'a3'])
    assert.equal(unsent.hasRoom('a'), true)
  })
})
