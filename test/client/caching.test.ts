import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { SecretReaderOptions } from '../../src/client/create-secret-reader.ts'
import { numbered, startReaderApp } from './start-reader.ts'
import { testClock } from './test-clock.ts'

const BATCH = 'BatchGetSecretValue'
const SECOND = 1000

describe('a value that was read', async () => {
  const app = await startReaderApp()
  after(() => app.close())
  const put = async (id: string, value: string) => {
    await app.client.putSecretValue({ SecretId: id, SecretString: value })
    await app.calls()
  }
  /** A secret with the value `one`, and a reader with a clock of the test. */
  const start = async (id: string, options: Partial<SecretReaderOptions> = {}) => {
    await app.fill({ [id]: 'one' })
    const clock = testClock()
    const settings = { timeToLive: 100 * SECOND, refreshAhead: 0.2, jitter: 0, clock }
    return { clock, reader: app.reader({ ...settings, ...options }) }
  }

  test('is served without a call for its time to live, and then asked for', async () => {
    const { clock, reader } = await start('ttl', { refreshAhead: 0 })
    assert.equal(await reader.getString('ttl'), 'one')
    await put('ttl', 'two')
    clock.advance(100 * SECOND - 1)
    assert.equal(await reader.getString('ttl'), 'one')
    assert.deepEqual(await app.calls(), [])
    clock.advance(1)
    assert.equal(await reader.getString('ttl'), 'two')
    assert.deepEqual(await app.calls(), [BATCH])
  })

  test('lives shorter at random, by no more than the jitter', async () => {
    const { clock, reader } = await start('jitter', { jitter: 0.5, refreshAhead: 0, random: () => 0.5 })
    await reader.get('jitter')
    await put('jitter', 'two')
    clock.advance(75 * SECOND - 1)
    assert.equal(await reader.getString('jitter'), 'one')
    clock.advance(1)
    assert.equal(await reader.getString('jitter'), 'two')
  })

  test('is renewed in the background by a read near its end', async () => {
    const { clock, reader } = await start('ahead')
    await reader.get('ahead')
    await put('ahead', 'two')
    clock.advance(80 * SECOND)
    assert.equal(await reader.getString('ahead'), 'one')
    // This one waits for the call that the read before it caused.
    assert.equal(await reader.getString('ahead', { maxAge: 0 }), 'two')
    assert.equal(await reader.getString('ahead'), 'two')
    assert.deepEqual(await app.calls(), [BATCH])
  })

  test('is not taken by who wants a younger one', async () => {
    const { clock, reader } = await start('age')
    await reader.get('age')
    await put('age', 'two')
    clock.advance(10 * SECOND)
    assert.equal(await reader.getString('age', { maxAge: 11 * SECOND }), 'one')
    assert.equal(await reader.getString('age', { maxAge: 10 * SECOND }), 'two')
  })

  test('is not kept with a time to live of nothing, while reads of one turn still share a call', async () => {
    const { reader } = await start('none', { timeToLive: 0 })
    await Promise.all([reader.get('none'), reader.get('none')])
    await reader.get('none')
    assert.deepEqual(await app.calls(), [BATCH, BATCH])
  })

  test('is asked for anew by refresh, which many may call at once', async () => {
    const { reader } = await start('refresh')
    await reader.get('refresh')
    await put('refresh', 'two')
    const refreshed = await Promise.all(Array.from({ length: 50 }, () => reader.refresh('refresh')))
    assert.ok(refreshed.every(({ string }) => string === 'two'))
    assert.equal(await reader.getString('refresh'), 'two')
    assert.deepEqual(await app.calls(), [BATCH])
  })

  test('is asked for anew by refresh no more often than the floor allows', async () => {
    const { clock, reader } = await start('floor', { refreshFloor: 10 * SECOND })
    await reader.get('floor')
    assert.equal((await reader.refresh('floor')).string, 'one')
    await put('floor', 'two')
    clock.advance(10 * SECOND - 1)
    assert.equal((await reader.refresh('floor')).string, 'one')
    assert.deepEqual(await app.calls(), [])
    clock.advance(1)
    assert.equal((await reader.refresh('floor')).string, 'two')
    assert.deepEqual(await app.calls(), [BATCH])
  })

  test('is asked for anew by refresh also while an earlier call is in flight', async () => {
    const { reader } = await start('order', { timeToLive: 0 })
    const earlier = reader.getString('order')
    await new Promise((resolve) => setImmediate(resolve))
    const refreshed = reader.refresh('order')
    assert.equal(await earlier, 'one')
    assert.equal((await refreshed).string, 'one')
    assert.deepEqual(await app.calls(), [BATCH, BATCH])
  })

  const refusals: [title: string, refuse: (id: string) => Promise<unknown>, code: string][] = [
    ['deleted', (SecretId) => app.client.deleteSecret({ SecretId }), 'InvalidRequestException'],
    [
      'gone',
      (SecretId) => app.client.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true }),
      'ResourceNotFoundException',
    ],
    [
      'denied',
      (SecretId) =>
        app.client.putResourcePolicy({
          SecretId,
          ResourcePolicy: JSON.stringify({
            Version: '2012-10-17',
            Statement: { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' },
          }),
        }),
      'AccessDeniedException',
    ],
    [
      'undecryptable',
      async (SecretId) => {
        const { KeyMetadata } = await app.kms.createKey({})
        await app.client.updateSecret({ SecretId, KmsKeyId: KeyMetadata?.KeyId, SecretString: 'one' })
        await app.kms.disableKey({ KeyId: KeyMetadata?.KeyId })
      },
      'DecryptionFailure',
    ],
  ]
  for (const [title, refuse, code] of refusals)
    test(`is dropped at once when it is ${title}, though its time to live goes on`, async () => {
      const id = `drop-${title}`
      const { clock, reader } = await start(id)
      await reader.get(id)
      await refuse(id)
      assert.equal(await reader.getString(id), 'one')
      await assert.rejects(reader.refresh(id), { code })
      await assert.rejects(reader.get(id), { code })
      clock.advance(2 * SECOND)
      await assert.rejects(reader.get(id), { code })
    })
})

describe('a failure', async () => {
  const app = await startReaderApp()
  after(() => app.close())

  test('is remembered briefly', async () => {
    const clock = testClock()
    const reader = app.reader({ clock, failureTimeToLive: 3 * SECOND })
    const read = () => assert.rejects(reader.get('missing'), { code: 'ResourceNotFoundException' })
    await read()
    await app.fill({ missing: 'here' })
    clock.advance(3 * SECOND - 1)
    await read()
    assert.deepEqual(await app.calls(), [])
    clock.advance(1)
    assert.equal(await reader.getString('missing'), 'here')
    assert.deepEqual(await app.calls(), [BATCH])
  })
})

describe('what is kept', async () => {
  const app = await startReaderApp()
  after(() => app.close())
  await app.fill({ ...numbered(4), large: 'x'.repeat(3000), bytes: Uint8Array.of(1, 2, 3) })

  test('is bounded in number: what was not read for longest goes first', async () => {
    const reader = app.reader({ maxEntries: 3 })
    await reader.getMany(['s0', 's1', 's2'])
    await reader.get('s0')
    await reader.get('s3')
    await app.calls()
    await reader.getMany(['s0', 's2', 's3'])
    assert.deepEqual(await app.calls(), [])
    await reader.get('s1')
    assert.deepEqual(await app.calls(), [BATCH])
  })

  test('is bounded in bytes, and what is larger than all of them is read each time', async () => {
    const reader = app.reader({ maxBytes: 5000 })
    await reader.get('s0')
    await reader.get('large')
    await app.calls()
    await reader.get('s0')
    assert.deepEqual(await app.calls(), [])
    assert.equal((await reader.getString('large')).length, 3000)
    assert.deepEqual(await app.calls(), [BATCH])
  })

  test('may be nothing', async () => {
    const reader = app.reader({ maxEntries: 0 })
    const results = await reader.getMany(['s0', 'bytes'])
    assert.deepEqual(results[0]?.value?.string, 'value of s0')
    assert.deepEqual(results[1]?.value?.binary, Uint8Array.of(1, 2, 3))
    await reader.get('s0')
    assert.deepEqual(await app.calls(), [BATCH, BATCH])
  })

  test('is not what callers hold: overwriting one copy changes no other', async () => {
    const reader = app.reader()
    const first = await reader.getBinary('bytes')
    first.fill(9)
    assert.deepEqual(await reader.getBinary('bytes'), Uint8Array.of(1, 2, 3))
  })
})
