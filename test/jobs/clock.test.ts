import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { durableApp } from '../trail/durable-app.ts'

const DAY = 86_400_000
const MINUTE = 60_000
const FAR = 200 * DAY

type Store = Awaited<ReturnType<typeof durableApp>>

/** A secret, and a key with imported material that does not expire, that are waiting for the end of their windows. */
async function withDeletions({ app }: Store): Promise<string> {
  await app.client.createSecret({ Name: 'waiting', SecretString: 'value' })
  await app.client.deleteSecret({ SecretId: 'waiting', RecoveryWindowInDays: 7 })
  const { KeyMetadata } = await app.kms.createKey()
  await app.kms.scheduleKeyDeletion({ KeyId: KeyMetadata?.KeyId, PendingWindowInDays: 7 })
  return KeyMetadata?.KeyId ?? ''
}

/** What is left of them, once every job of the start and of the time since has ended. */
async function left(store: Store, keyId: string): Promise<string[]> {
  const { kms, client } = await store.reopen(undefined, { behind: 0 })
  const found: string[] = []
  const gone = (error: Error) => assert.match(error.name, /^(ResourceNotFoundException|NotFoundException)$/)
  await client.describeSecret({ SecretId: 'waiting' }).then(() => found.push('secret'), gone)
  await kms.describeKey({ KeyId: keyId }).then(() => found.push('key'), gone)
  return found
}

const dateIn = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString().slice(0, 10)

describe('deletions after the wall clock has jumped far ahead', () => {
  test('wait when it jumped while the server was off, and the log says how to confirm the clock', async () => {
    await using store = await durableApp()
    const keyId = await withDeletions(store)
    const app = await store.reopen(undefined, { behind: -FAR })
    const line = app.logged.find(({ message }) => message.startsWith('the clock is ahead of the time that has passed'))
    assert.deepEqual(line?.details, { aheadHours: FAR / 3_600_000 })
    assert.match(line?.message ?? '', new RegExp(`restart with --confirm-clock ${dateIn(FAR)}$`))
    assert.deepEqual(await left(store, keyId), ['secret', 'key'])
  })

  test('wait over every restart, although the trail has records of the later time', async () => {
    await using store = await durableApp()
    const keyId = await withDeletions(store)
    for (let start = 0; start < 3; start++) {
      const app = await store.reopen(undefined, { behind: -FAR })
      await app.client.listSecrets()
    }
    assert.deepEqual(await left(store, keyId), ['secret', 'key'])
  })

  test('are carried out once the clock is confirmed by its date, which leaves a record', async () => {
    await using store = await durableApp()
    const keyId = await withDeletions(store)
    const wrong = await store.reopen(undefined, { behind: -FAR, confirmClock: dateIn(FAR - DAY) })
    assert.ok(wrong.logged.some(({ message }) => message.includes('is not today: it confirms nothing')))
    await store.reopen(undefined, { behind: -FAR, confirmClock: dateIn(FAR) })
    assert.deepEqual(await left(store, keyId), [])
    const records = (await store.app.trail()).filter(({ operation }) => operation === 'ConfirmClock')
    assert.deepEqual(
      records.map(({ parameters }) => parameters),
      [{ Date: dateIn(FAR) }],
    )
  })

  test('wait when it jumped while the server ran', async (t: TestContext) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    await using store = await durableApp()
    const keyId = await withDeletions(store)
    store.app.clock.jump(FAR)
    t.mock.timers.tick(MINUTE)
    assert.deepEqual(await left(store, keyId), ['secret', 'key'])
  })

  test('are carried out when the time has really passed', async (t: TestContext) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    await using store = await durableApp()
    const keyId = await withDeletions(store)
    store.app.clock.advance(8 * DAY)
    t.mock.timers.tick(MINUTE)
    assert.deepEqual(await left(store, keyId), [])
  })
})

test('records of the trail are not removed by a clock that has jumped ahead', async () => {
  await using store = await durableApp({ trail: { retentionDays: 90, reserveBytes: 0 } })
  await store.app.client.createSecret({ Name: 'kept', SecretString: 'value' })
  await store.reopen(undefined, { behind: -FAR })
  const { app } = { app: await store.reopen(undefined, { behind: -FAR }) }
  assert.ok((await app.trail()).some(({ operation }) => operation === 'CreateSecret'))
})
