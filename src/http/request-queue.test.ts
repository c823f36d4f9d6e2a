import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { RequestQueue } from './request-queue.ts'

/** A queue, the names of the requests that it has started, and what ends each of them. */
function queueOf(weightAtOnce: number, withoutRoom = new Set<string>()) {
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const queue = new RequestQueue({ weightAtOnce, hasRoom: (network) => !withoutRoom.has(network) })
  /** The first letter of the name is the network. */
  const add = (name: string, weight = 1) =>
    queue.add({
      network: name.charAt(0),
      weight,
      perform: () => {
        started.push(name)
        return new Promise((resolve) => ends.set(name, resolve))
      },
    })
  const end = async (name: string) => {
    ends.get(name)?.()
    await setImmediate()
    await setImmediate()
  }
  return { queue, started, add, end, withoutRoom }
}

describe('waiting requests', () => {
  test('start together, in the turns of their networks', async () => {
    const { started, add } = queueOf(10)
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) add(name)
    assert.deepEqual(started, [])
    await setImmediate()
    assert.deepEqual(started, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  test('start up to a weight, and those without a weight beyond it', async () => {
    const { queue, started, add, end } = queueOf(3)
    add('a1', 2)
    add('b1', 2)
    add('c1', 1)
    add('d1', 0)
    await setImmediate()
    assert.deepEqual(started, ['a1', 'd1'], 'the lighter c1 does not overtake b1')
    assert.equal(queue.length, 2)
    await end('a1')
    assert.deepEqual(started, ['a1', 'd1', 'b1', 'c1'])
  })

  test('start alone when they are heavier than the bound', async () => {
    const { started, add, end } = queueOf(3)
    add('a1', 1)
    add('a2', 9)
    await setImmediate()
    assert.deepEqual(started, ['a1'])
    await end('a1')
    assert.deepEqual(started, ['a1', 'a2'])
  })

  test('wait while their network has no room, and hold up no other', async () => {
    const { queue, started, add, withoutRoom } = queueOf(3, new Set(['a']))
    add('a1')
    add('b1')
    await setImmediate()
    assert.deepEqual(started, ['b1'])
    withoutRoom.clear()
    queue.wake()
    await setImmediate()
    assert.deepEqual(started, ['b1', 'a1'])
  })

  test('are waited for until all have ended', async () => {
    const { queue, add, end } = queueOf(1)
    await queue.done()
    add('a1')
    add('a2', 0)
    let done = false
    const all = queue.done().then(() => {
      done = true
    })
    await setImmediate()
    await end('a1')
    assert.equal(done, false)
    await end('a2')
    await all
  })
})
