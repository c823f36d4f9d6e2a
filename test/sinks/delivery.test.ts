import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BATCH_RECORDS } from '../../src/audit/sinks/batches.ts'
import type { Batch, Sink } from '../../src/audit/sinks/sink.ts'
import { newEntry } from '../storage/engine-under-test.ts'
import { AT_ONCE, HEAD, IN_TIME, openTrail } from './open-trail.ts'

/** A receiver of the world outside: it takes what it is sent, or fails as the next of `faults` says. */
function scriptedSink(faults: ('refuses' | 'takes and fails')[], from: Sink['from'] = 'beginning') {
  const batches: Batch[] = []
  const sink: Sink = {
    name: 'scripted',
    from,
    prepare: async (batch) => async () => {
      const fault = faults.shift()
      if (fault !== 'refuses') batches.push(batch)
      if (fault) throw new Error('down')
    },
  }
  const requests = () => batches.flatMap(({ records }) => records.map(({ record }) => record.requestID))
  return { sink, batches, requests }
}

const once = (texts: readonly string[]) => [...new Set(texts)]

test('any sequence of outages and crashes delivers every record at least once, in order', async () => {
  const fault = fc.constantFrom('refuses' as const, 'takes and fails' as const)
  const step = fc.oneof(
    fc.record({ kind: fc.constant('record' as const), requests: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('deliver' as const), faults: fc.array(fault, { maxLength: 4 }) }),
    // The receiver has it, and the position is not saved.
    fc.record({ kind: fc.constant('crash' as const), faults: fc.array(fault, { maxLength: 2 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      await using trail = await openTrail()
      const faults: ('refuses' | 'takes and fails')[] = []
      const { sink, requests } = scriptedSink(faults)
      for (const one of steps) {
        if (one.kind === 'record') {
          await trail.record(one.requests)
          continue
        }
        faults.splice(0, faults.length, ...one.faults)
        const save = one.kind === 'crash' ? async () => Promise.reject(new Error('crash')) : undefined
        const positions = save && { find: trail.positions.find.bind(trail.positions), save }
        if (positions && !(await trail.positions.find(sink.name))) continue
        const { delivery } = trail.deliver(sink, positions && { positions, wait: async () => {} })
        await delivery.start()
        if (positions) await delivery.close(IN_TIME)
        else {
          await delivery.flush()
          await delivery.close(AT_ONCE)
        }
      }
      faults.length = 0
      const { delivery } = trail.deliver(sink)
      await delivery.start()
      await delivery.flush()
      await delivery.close(AT_ONCE)
      assert.deepEqual(once(requests()), trail.recorded)
    }),
    { numRuns: 25 },
  )
})

describe('a sink', () => {
  test('of a new name begins with everything that is kept, or with what comes', async () => {
    await using trail = await openTrail()
    await trail.record(3)
    await trail.trail.settle()
    const all = scriptedSink([])
    const coming = scriptedSink([], 'end')
    for (const { sink } of [all, coming]) {
      const { delivery } = trail.deliver({ ...sink, name: sink.from })
      await delivery.start()
      await trail.record(1)
      await delivery.flush()
      await delivery.close(AT_ONCE)
    }
    assert.deepEqual(all.requests(), trail.recorded.slice(0, 4))
    assert.deepEqual(coming.requests(), trail.recorded.slice(4))
  })

  test('goes on where it was', async () => {
    await using trail = await openTrail()
    const { sink, requests } = scriptedSink([])
    for (let start = 0; start < 3; start++) {
      await trail.record(2)
      const { delivery } = trail.deliver(sink)
      await delivery.start()
      await delivery.close(IN_TIME)
    }
    assert.deepEqual(requests(), trail.recorded)
  })

  test('that fails is said once, and once when it takes records again', async () => {
    await using trail = await openTrail()
    const { sink } = scriptedSink(['refuses', 'refuses', 'refuses'])
    const { delivery, events, waits } = trail.deliver(sink)
    await trail.record(1)
    await delivery.start()
    await delivery.flush()
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['failing', 'delivering again'],
    )
    // Each wait is longer than the one before.
    const [first = 0, second = 0, third = 0] = waits
    assert.ok(first >= 250 && second >= 500 && third >= 1000 && third <= 2000, `${waits}`)
    await delivery.close(AT_ONCE)
  })

  test('says how far it is behind, and holds what it still needs', async () => {
    await using trail = await openTrail()
    const { sink } = scriptedSink(Array.from({ length: 2 }, () => 'refuses'))
    let failed = () => {}
    const failing = new Promise<void>((resolve) => {
      failed = resolve
    })
    const held = Promise.withResolvers<void>()
    const { delivery } = trail.deliver(sink, {
      onEvent: ({ kind }) => kind === 'failing' && failed(),
      wait: () => held.promise,
    })
    await trail.record(1)
    await trail.trail.settle()
    await delivery.start()
    await failing
    assert.deepEqual(await delivery.lag(), { sink: 'scripted', delivered: 0, last: 1, failing: true })
    assert.equal(delivery.delivered, 0)
    held.resolve()
    await delivery.close(AT_ONCE)
  })

  test('whose trail was put back from an older copy gets what comes', async () => {
    await using trail = await openTrail()
    await trail.record(1)
    await trail.trail.settle()
    await trail.positions.save('scripted', { seq: 70, head: 9 })
    const { sink, requests } = scriptedSink([])
    const { delivery, events } = trail.deliver(sink)
    await delivery.start()
    assert.deepEqual(events, [{ kind: 'trail put back', last: 1 }])
    await trail.record(1)
    await delivery.flush()
    assert.deepEqual(requests(), trail.recorded.slice(1))
    await delivery.close(AT_ONCE)
  })

  test('gets heads behind the rows that they cover', async () => {
    await using trail = await openTrail()
    const head = (number: number, seq: number) => ({ ...HEAD, number, seq })
    await trail.record(1)
    await trail.trail.settle()
    trail.heads.push(head(1, 1), head(2, 2))
    const { sink, batches } = scriptedSink([])
    const { delivery } = trail.deliver(sink)
    await delivery.start()
    await delivery.flush()
    assert.deepEqual(
      batches.map(({ heads }) => heads.map(({ number }) => number)),
      [[1]],
    )
    await trail.record(1)
    await delivery.flush()
    assert.deepEqual(
      batches.map(({ heads }) => heads.map(({ number }) => number)),
      [[1], [2]],
    )
    assert.deepEqual(await trail.positions.find('scripted'), { seq: 2, head: 2, memory: undefined })
    await delivery.close(AT_ONCE)
  })

  test('gets a large group in pieces of a bounded size', async () => {
    await using trail = await openTrail()
    const items = Array.from({ length: 20 }, (_, index) => ({ id: `secret ${index}` }))
    const entries = Array.from({ length: 30 }, (_, index) => ({ ...newEntry(`batch ${index}`), items }))
    await Promise.all(entries.map((entry) => trail.trail.append(entry)))
    const { sink, batches } = scriptedSink([])
    const { delivery } = trail.deliver(sink)
    await delivery.start()
    await delivery.flush()
    const sizes = batches.map(({ records }) => records.length)
    assert.equal(
      sizes.reduce((sum, size) => sum + size),
      30 * 21,
    )
    assert.ok(
      sizes.every((size) => size <= BATCH_RECORDS),
      `${sizes}`,
    )
    await delivery.close(AT_ONCE)
  })

  test('that never answers does not hold up the end', async () => {
    await using trail = await openTrail()
    await trail.record(1)
    const begun = Promise.withResolvers<AbortSignal>()
    const sink: Sink = {
      name: 'hangs',
      from: 'beginning',
      prepare: async () => (signal) => {
        begun.resolve(signal)
        return new Promise(() => {})
      },
    }
    const { delivery } = trail.deliver(sink)
    await delivery.start()
    const signal = await begun.promise
    const deadline = new AbortController()
    const closed = delivery.close(deadline.signal)
    assert.equal(signal.aborted, false)
    deadline.abort()
    await closed
    assert.equal(signal.aborted, true)
  })
})
