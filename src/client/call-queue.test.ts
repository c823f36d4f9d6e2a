import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextCall } from './call-queue.ts'
import { newFlight } from './flight.ts'

const PREFIX = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:'
const flight = (id: string, version = {}) => newFlight(id, { id, ...version }, false)
const ids = (flights: Iterable<ReturnType<typeof flight>>) => Array.from(flights, ({ request }) => request.id)

test('a call takes twenty, in order', () => {
  const queued = Array.from({ length: 25 }, (_, index) => flight(`s${index}`))
  assert.deepEqual(ids(nextCall(queued, false)), ids(queued.slice(0, 20)))
})

test('what may be the same secret travels in another call', () => {
  const queued = [flight('a'), flight(`${PREFIX}a-abcdef`), flight('b'), flight(`${PREFIX}a`)]
  assert.deepEqual(ids(nextCall(queued, false)), ['a', 'b'])
})

test('what cannot travel in a batch travels alone, in its turn', () => {
  const [old, a, b] = [flight('old', { versionStage: 'AWSPREVIOUS' }), flight('a'), flight('b')]
  assert.deepEqual(nextCall([old, a, b], false), [old])
  assert.deepEqual(nextCall([a, old, b], false), [a, b])
})

test('everything travels alone where batches are denied', () => {
  assert.deepEqual(ids(nextCall([flight('a'), flight('b')], true)), ['a'])
})
