import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { createSecretReader, type SecretReaderOptions } from '../../src/client/create-secret-reader.ts'
import { startReaderApp } from './start-reader.ts'
import { testClock } from './test-clock.ts'

const SECOND = 1000

/** Holds every call of a client back until it is let go, on its way to the server. */
function gate(client: SecretsManager) {
  let open = true
  const waiting: (() => void)[] = []
  const signals: (AbortSignal | undefined)[] = []
  client.middlewareStack.add(
    (next) => async (args) => {
      if (!open) await new Promise<void>((resolve) => waiting.push(resolve))
      return next(args)
    },
    { step: 'initialize' },
  )
  const send = client.send.bind(client)
  client.send = ((command: never, options: { abortSignal?: AbortSignal }) => {
    signals.push(options.abortSignal)
    return send(command, options as never)
  }) as typeof client.send
  return {
    signals,
    shut() {
      open = false
    },
    letGo() {
      open = true
      for (const go of waiting.splice(0)) go()
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

describe('waiting for an answer', async () => {
  const app = await startReaderApp()
  after(() => app.close())
  await app.fill({ db: 'one', other: 'two', bytes: Uint8Array.of(1, 2, 3) })
  const start = (options: Partial<SecretReaderOptions> = {}) => {
    const client = app.clientFor()
    const clock = testClock()
    return { clock, gate: gate(client), reader: createSecretReader({ client, clock, ...options }) }
  }

  test('ends for who aborts it, and for nobody else', async () => {
    const { gate, reader, clock } = start()
    gate.shut()
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const aborted = reader.get('db', { signal: controller.signal })
    const many = reader.getMany(['db', 'other'], { signal: controller.signal })
    const patient = reader.getString('db')
    await settled()
    controller.abort(reason)
    await assert.rejects(aborted, reason)
    await assert.rejects(many, reason)
    gate.letGo()
    assert.equal(await patient, 'one')
    await assert.rejects(reader.get('db', { signal: controller.signal }), reason)
    // Nor is the answer lost on the reader.
    await app.calls()
    assert.equal(await reader.getString('other'), 'two')
    assert.deepEqual(await app.calls(), [])
    assert.equal(clock.timers, 0)
  })

  test('ends for who does not wait longer, and for nobody else', async () => {
    const { gate, reader, clock } = start()
    gate.shut()
    const hasty = reader.get('db', { timeout: SECOND })
    const patient = reader.getString('db', { timeout: 2 * SECOND })
    await settled()
    clock.advance(SECOND)
    await assert.rejects(hasty, { code: 'TimeoutError', unreachable: true })
    gate.letGo()
    assert.equal(await patient, 'one')
    assert.equal(clock.timers, 0)
  })

  test('ends with the last good value, if there is one', async () => {
    const { gate, reader, clock } = start({ timeToLive: 10 * SECOND })
    await reader.get('db')
    gate.shut()
    clock.advance(10 * SECOND)
    const hasty = reader.get('db', { timeout: SECOND })
    await settled()
    clock.advance(SECOND)
    const { string, stale } = await hasty
    assert.deepEqual([string, stale], ['one', true])
    gate.letGo()
  })

  test('ends for all when a call takes too long, and its request is aborted', async () => {
    const { gate, reader, clock } = start({ timeout: 5 * SECOND })
    gate.shut()
    const read = reader.get('db')
    await settled()
    clock.advance(5 * SECOND)
    await assert.rejects(read, { code: 'TimeoutError', unreachable: true })
    assert.deepEqual(
      gate.signals.map((signal) => signal?.aborted),
      [true],
    )
    gate.letGo()
    clock.advance(SECOND)
    assert.equal(await reader.getString('db'), 'one')
  })

  test('ends when the reader is closed, whatever it waits for; nothing can be read then', async () => {
    const { gate, reader, clock } = start({ maxCallsInFlight: 1 })
    await reader.get('db')
    gate.shut()
    const inFlight = reader.get('other')
    await settled()
    const queued = reader.get('bytes')
    const closed = { name: 'SecretReadError', code: 'ReaderClosed', unreachable: false }
    await Promise.all([
      assert.rejects(inFlight, closed),
      assert.rejects(queued, closed),
      assert.rejects(reader.get('db', { maxAge: 0 }), closed),
      reader.close(),
    ])
    await assert.rejects(reader.get('db'), closed)
    await assert.rejects(reader.refresh('db'), closed)
    assert.equal((await reader.getMany(['db']))[0]?.error?.code, 'ReaderClosed')
    await reader.close()
    assert.equal(clock.timers, 0)
    assert.equal(gate.signals.at(-1)?.aborted, true)
    gate.letGo()
  })

  test('on a closed reader overwrites the binary values that it kept, and not those that callers hold', async () => {
    const client = app.clientFor()
    const answered: Uint8Array[] = []
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        const { SecretValues = [] } = result.output as { SecretValues?: { SecretBinary?: Uint8Array }[] }
        for (const { SecretBinary } of SecretValues) if (SecretBinary) answered.push(SecretBinary)
        return result
      },
      { step: 'initialize' },
    )
    let held: Uint8Array
    {
      await using reader = createSecretReader({ client, refreshFloor: 0 })
      held = await reader.getBinary('bytes')
      await reader.refresh('bytes')
      assert.deepEqual(
        answered.map((bytes) => [...bytes]),
        [
          [0, 0, 0],
          [1, 2, 3],
        ],
      )
    }
    assert.deepEqual(
      answered.map((bytes) => [...bytes]),
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    )
    assert.deepEqual([...held], [1, 2, 3])
  })
})

describe('options', () => {
  const client = { send: () => assert.fail() } as never
  const refused: [options: object, error: object][] = [
    [{}, { name: 'TypeError', message: /client: a client of @aws-sdk\/client-secrets-manager is needed/ }],
    [
      { client, timeToLive: -1 },
      { name: 'RangeError', message: /timeToLive: -1: it takes milliseconds/ },
    ],
    [{ client, timeToLive: Number.NaN }, { name: 'RangeError' }],
    [{ client, timeToLive: '5m' }, { name: 'RangeError' }],
    [
      { client, jitter: 1.1 },
      { name: 'RangeError', message: /jitter: 1\.1: it takes a number from 0 to 1/ },
    ],
    [{ client, refreshAhead: -0.1 }, { name: 'RangeError' }],
    [
      { client, maxEntries: 1.5 },
      { name: 'RangeError', message: /maxEntries: 1\.5: it takes a whole number from 0/ },
    ],
    [
      { client, maxCallsInFlight: 0 },
      { name: 'RangeError', message: /it takes a whole number from 1/ },
    ],
  ]
  for (const [options, error] of refused)
    test(`${Object.entries(options).at(-1)?.join(' ')} is refused`, () => {
      assert.throws(() => createSecretReader(options as never), error)
    })

  test('of a read that cannot be are refused', async () => {
    const reader = createSecretReader({ client })
    await assert.rejects(reader.get('a', { timeout: -1 }), RangeError)
    await assert.rejects(reader.getMany(['a'], { maxAge: Number.NaN }), RangeError)
  })
})
