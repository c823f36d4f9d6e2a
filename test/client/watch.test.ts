import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { SecretReaderOptions } from '../../src/client/create-secret-reader.ts'
import { startReaderApp } from './start-reader.ts'
import { testClock } from './test-clock.ts'

const MINUTE = 60_000
const DONE = { done: true, value: undefined }

/** Until everything that the turn has set off, and that asks no server, has happened. */
const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

describe('a watch', async () => {
  const app = await startReaderApp()
  after(() => app.close())
  const start = async (id: string, options: Partial<SecretReaderOptions> = {}) => {
    await app.fill({ [id]: 'one' })
    const clock = testClock()
    const reader = app.reader({ clock, timeToLive: 10 * MINUTE, ...options })
    const put = (value: string) => app.client.putSecretValue({ SecretId: id, SecretString: value })
    return { clock, reader, put }
  }
  const stringOf = async (step: Promise<IteratorResult<{ string: string | undefined }, unknown>>) =>
    ((await step).value as { string: string }).string

  test('yields the current version, and each that replaces it, by asking after each interval', async () => {
    const { clock, reader, put } = await start('polled')
    const watch = reader.watch('polled', { interval: MINUTE })
    assert.equal(await stringOf(watch.next()), 'one')
    const second = stringOf(watch.next())
    await settled()
    assert.equal(clock.timers, 1)
    await put('two')
    clock.advance(MINUTE)
    assert.equal(await second, 'two')
    const third = stringOf(watch.next())
    await settled()
    // Nothing new: it goes on waiting.
    clock.advance(MINUTE)
    await reader.get('polled', { maxAge: 0 })
    await put('three')
    await settled()
    clock.advance(MINUTE)
    assert.equal(await third, 'three')
    await watch.return?.()
    assert.equal(clock.timers, 0)
  })

  test('yields at once what anybody else hears of, and to the slow only the newest', async () => {
    const { reader, put } = await start('heard', { refreshFloor: 0 })
    const watch = reader.watch('heard')
    assert.equal(await stringOf(watch.next()), 'one')
    const next = stringOf(watch.next())
    await settled()
    await put('two')
    await reader.refresh('heard')
    assert.equal(await next, 'two')
    for (const value of ['three', 'four']) {
      await put(value)
      await reader.refresh('heard')
    }
    assert.equal(await stringOf(watch.next()), 'four')
    await watch.return?.()
  })

  test('yields the secret that bears the name by now', async () => {
    const { clock, reader } = await start('renamed')
    const watch = reader.watch('renamed', { interval: MINUTE })
    assert.equal(await stringOf(watch.next()), 'one')
    await app.client.deleteSecret({ SecretId: 'renamed', ForceDeleteWithoutRecovery: true })
    await app.fill({ renamed: 'another' })
    clock.advance(MINUTE)
    assert.equal(await stringOf(watch.next()), 'another')
    await watch.return?.()
  })

  test('throws what the server refuses with, and is over', async () => {
    const { clock, reader } = await start('refused')
    const watch = reader.watch('refused', { interval: MINUTE })
    await watch.next()
    await app.client.deleteSecret({ SecretId: 'refused' })
    clock.advance(MINUTE)
    await assert.rejects(watch.next(), { code: 'InvalidRequestException' })
    assert.deepEqual(await watch.next(), DONE)
    await assert.rejects(reader.watch('missing').next(), { code: 'ResourceNotFoundException' })
  })

  test('waits out times without a server', async () => {
    await app.fill({ outage: 'one' })
    const clock = testClock()
    const client = app.clientFor()
    let down = false
    client.middlewareStack.add(
      (next) => async (args) => {
        if (down) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
        return next(args)
      },
      { step: 'initialize' },
    )
    const reader = app.reader({ client, clock, timeToLive: MINUTE, staleFor: 0, failureTimeToLive: 0 })
    const watch = reader.watch('outage', { interval: MINUTE })
    await watch.next()
    down = true
    const next = stringOf(watch.next())
    await settled()
    clock.advance(10 * MINUTE)
    await assert.rejects(reader.get('outage'), { code: 'ECONNREFUSED' })
    await settled()
    down = false
    await app.client.putSecretValue({ SecretId: 'outage', SecretString: 'two' })
    clock.advance(MINUTE)
    assert.equal(await next, 'two')
    await assert.doesNotReject(reader.close())
  })

  test('ends when it is left, also while it waits, and when the reader is closed', async () => {
    const { clock, reader } = await start('ended')
    const [left, closed] = [reader.watch('ended'), reader.watch('ended')]
    for (const watch of [left, closed]) await watch.next()
    const steps = [left.next(), closed.next(), closed.next()]
    await settled()
    assert.deepEqual(await left.return?.(), DONE)
    assert.deepEqual(await steps[0], DONE)
    await reader.close()
    assert.deepEqual(await Promise.all(steps), [DONE, DONE, DONE])
    assert.deepEqual(await closed.next(), DONE)
    assert.equal(clock.timers, 0)
  })

  test('throws the reason of an aborted signal', async () => {
    const { clock, reader } = await start('aborted')
    const controller = new AbortController()
    const watch = reader.watch('aborted', { signal: controller.signal })
    await watch.next()
    const next = watch.next()
    await settled()
    const reason = new Error('no more')
    controller.abort(reason)
    await assert.rejects(next, reason)
    assert.deepEqual(await watch.next(), DONE)
    assert.equal(clock.timers, 0)
  })

  test('takes no interval below a millisecond', () => {
    const reader = app.reader()
    assert.throws(() => reader.watch('x', { interval: 0 }), RangeError)
    assert.throws(() => reader.watch('x', { interval: Number.NaN }), RangeError)
  })
})
