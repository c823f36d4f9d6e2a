import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSecretReader, type SecretReaderOptions } from '../../src/client/create-secret-reader.ts'
import { arnOf, ModelServer } from './model-server.ts'
import { testClock } from './test-clock.ts'

// Orders of events that once went wrong, or that random ones seldom hit.

const settled = async () => {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve))
}

function start(options: Partial<SecretReaderOptions> = {}) {
  const clock = testClock()
  const server = new ModelServer(clock, ['a'])
  const reader = createSecretReader({ client: server.client, clock, jitter: 0, refreshAhead: 0, ...options })
  const deliver = async (index = 0) => {
    server.deliver(index)
    await settled()
  }
  return { clock, server, reader, deliver }
}

/** The outcome of a read, whenever it comes. */
const outcome = (read: Promise<{ string: string | undefined }>) =>
  read.then(
    ({ string }) => string,
    ({ code }) => code,
  )

describe('calls that cross', () => {
  test('a refusal of a name drops what its ARN leads to', async () => {
    const { clock, server, reader, deliver } = start()
    const first = outcome(reader.get('a'))
    await settled()
    clock.advance(1)
    const second = outcome(reader.get('a', { maxAge: 0 }))
    await settled()
    await deliver()
    server.toggle('a')
    await deliver()
    assert.deepEqual(await Promise.all([first, second]), ['0', 'ResourceNotFoundException'])
    const third = outcome(reader.get('a'))
    await settled()
    if (server.waiting > 0) await deliver()
    assert.equal(await third, 'ResourceNotFoundException')
  })

  test('an older answer does not undo a newer refusal, or a newer value', async () => {
    for (const change of ['toggle', 'rotate'] as const) {
      const { clock, server, reader, deliver } = start()
      const older = outcome(reader.get('a'))
      await settled()
      server.decide(0)
      clock.advance(1)
      const newer = outcome(reader.refresh('a'))
      await settled()
      server[change]('a')
      await deliver(1)
      const expected = change === 'toggle' ? 'ResourceNotFoundException' : '1'
      assert.equal(await newer, expected)
      await deliver()
      // Who asked for the older one has its answer, unless a newer is known.
      assert.equal(await older, change === 'toggle' ? '0' : '1')
      for (const id of ['a', arnOf('a')]) {
        const next = outcome(reader.get(id))
        await settled()
        if (server.waiting > 0) await deliver()
        assert.equal(await next, expected)
      }
    }
  })

  test('a refusal counts, though a newer call has met with trouble before', async () => {
    const { clock, server, reader, deliver } = start({ failureTimeToLive: 0 })
    const before = outcome(reader.get('a'))
    await settled()
    await deliver()
    assert.equal(await before, '0')
    clock.advance(1)
    server.toggle('a')
    const refused = outcome(reader.get('a', { maxAge: 0 }))
    await settled()
    clock.advance(1)
    const troubled = outcome(reader.refresh('a'))
    await settled()
    server.trouble(1, 'connection')
    await settled()
    assert.equal(await troubled, '0')
    await deliver()
    await deliver()
    assert.equal(await refused, 'ResourceNotFoundException')
    const after = outcome(reader.get(arnOf('a')))
    await settled()
    server.trouble(0, 'connection')
    await settled()
    assert.equal(await after, 'ECONNREFUSED')
  })

  test('a caller waits no longer when the name has to be asked for anew', async () => {
    const { clock, server, reader, deliver } = start({ timeToLive: 10 })
    const before = outcome(reader.get('a'))
    await settled()
    await deliver()
    assert.equal(await before, '0')
    server.toggle('a')
    clock.advance(10)
    const read = outcome(reader.get('a', { timeout: 20 }))
    await settled()
    clock.advance(15)
    await deliver()
    assert.equal(server.waiting, 1)
    clock.advance(5)
    assert.equal(await read, 'TimeoutError')
  })
})
