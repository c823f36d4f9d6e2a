import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { removeAged } from '../../src/audit/retention.ts'
import { verifyTrail } from '../../src/audit/verify-trail.ts'
import { openTrail } from '../../src/storage/read-chain.ts'
import { durableApp } from './durable-app.ts'

const DAY = 86_400_000
const KEPT_DAYS = 90

type Store = Awaited<ReturnType<typeof durableApp>>

/** Records now and then, a head behind each time. */
const STEP_DAYS = 5

async function days(store: Store, count: number): Promise<void> {
  const { app } = store
  for (let day = 0; day < count; day += STEP_DAYS) {
    const name = `secret-${app.clock.now()}`
    await app.client.createSecret({ Name: name, SecretString: 'value' })
    for (let call = 0; call < 3; call++) await app.client.getSecretValue({ SecretId: name })
    await app.running.installation.heads.signHead()
    app.clock.advance(STEP_DAYS * DAY)
  }
}

function age({ app }: Store, neededAfter?: number, signal?: AbortSignal): Promise<void> {
  const { trail, heads } = app.running.installation
  const parts = { trail, heads, now: app.clock.now, keepMs: KEPT_DAYS * DAY, neededAfter: async () => neededAfter }
  return removeAged(parts, signal)
}

function verify({ app, dataDir }: Store) {
  const { keyring, id: installation } = app.running.installation
  using trail = openTrail(dataDir)
  const publicKeys = keyring.current.publicKeys('trail')
  return verifyTrail(trail, { installation, publicKeys, isWholeKeyring: true, heads: [] })
}

const rowsOf = async ({ app }: Store) => app.running.installation.trail.rows({ limit: 10_000 })

describe('the age of records', () => {
  test('removes what is older, leaves all that is younger, and the trail is proven as before', async () => {
    await using store = await durableApp()
    await days(store, 120)
    const before = await rowsOf(store)
    const oldest = store.app.clock.now() - KEPT_DAYS * DAY
    await age(store)
    const after = await rowsOf(store)
    assert.ok(after.length < before.length)
    const kept = before.filter(({ at }) => at >= oldest)
    assert.deepEqual(after.slice(-kept.length), kept, 'nothing that is younger is missing')
    assert.ok(after.length - kept.length <= 6, 'little that is older is left')
    const { outcome, proven, cut, rows } = verify(store)
    assert.equal(outcome, 'proven')
    assert.equal(proven?.seq, before.at(-1)?.seq)
    assert.deepEqual([cut?.seq, rows], [after[0]!.seq - 1, after.length])
    assert.equal((await store.app.running.installation.trail.heads({ after: 0, limit: 1 }))[0]?.seq, cut?.seq)
  })

  test('the trail goes on behind a cut, after a restart too, and is cut again', async () => {
    await using store = await durableApp()
    await days(store, 100)
    await age(store)
    await store.reopen()
    store.app.clock.advance(200 * DAY)
    await days(store, 30)
    assert.equal(verify(store).outcome, 'proven')
    await age(store)
    const { outcome, cut } = verify(store)
    assert.equal(outcome, 'proven')
    assert.ok((cut?.seq ?? 0) > 40, `cut at ${cut?.seq}`)
    assert.deepEqual(
      store.app.logged.filter(({ level }) => level === 'error'),
      [],
    )
  })

  test('a removal that was interrupted is proven where it stands, and goes on', async () => {
    await using store = await durableApp()
    await days(store, 120)
    const { trail, heads } = store.app.running.installation
    const stop = new AbortController()
    const interrupted = {
      newestStatement: () => trail.newestStatement('cut'),
      headsAfter: (number: number, limit: number) => trail.headsAfter(number, limit),
      neededFrom: () => trail.neededFrom(),
      async removeSome() {
        stop.abort()
        return true
      },
    }
    const parts = { trail: interrupted, heads, now: store.app.clock.now, keepMs: KEPT_DAYS * DAY }
    await removeAged({ ...parts, neededAfter: async () => undefined }, stop.signal)
    assert.ok(stop.signal.aborted)
    assert.deepEqual(
      { outcome: verify(store).outcome, first: (await rowsOf(store))[0]?.seq },
      { outcome: 'proven', first: 1 },
    )
    await age(store)
    assert.equal(verify(store).outcome, 'proven')
    assert.equal((await rowsOf(store))[0]?.seq, (verify(store).cut?.seq ?? 0) + 1)
  })

  test('what a sink has not taken stays, and so does everything where nothing is old', async () => {
    await using store = await durableApp()
    await days(store, 50)
    const before = await rowsOf(store)
    await age(store)
    assert.deepEqual(await rowsOf(store), before)
    store.app.clock.advance(200 * DAY)
    await age(store, 0)
    assert.deepEqual(await rowsOf(store), before)
    await age(store, 7)
    const [first] = await rowsOf(store)
    assert.ok(first && first.seq > 1 && first.seq <= 8, `begins at ${first?.seq}`)
  })

  test('where all is old, the row stays by which the outbox is known, and records neither come twice nor get lost', async () => {
    await using store = await durableApp()
    await days(store, 25)
    store.app.clock.advance(200 * DAY)
    await age(store)
    const kept = await rowsOf(store)
    assert.ok(kept.length > 0 && kept.length < 6)
    await store.app.client.createSecret({ Name: 'later', SecretString: 'value' })
    await store.reopen()
    await store.app.client.listSecrets({})
    await store.app.running.installation.heads.signHead()
    const ids = (await rowsOf(store)).flatMap(({ entries }) => entries.map(({ id }) => id))
    assert.equal(new Set(ids).size, ids.length)
    assert.deepEqual(
      (await rowsOf(store)).flatMap(({ entries }) => entries.map(({ operation }) => operation)).slice(-2),
      ['CreateSecret', 'ListSecrets'],
    )
    assert.equal(verify(store).outcome, 'proven')
  })

  test('nothing is removed from a trail that was altered: what is left may be evidence', async () => {
    await using store = await durableApp()
    await days(store, 120)
    await store.reopen((trail) =>
      trail.exec('update trail set hash = zeroblob(32) where seq = (select max(seq) from trail)'),
    )
    store.app.clock.advance(120 * DAY)
    const before = await rowsOf(store)
    await assert.rejects(age(store), /The trail was altered/)
    assert.deepEqual(await rowsOf(store), before)
  })

  test('the place that is free is used again: a trail at its age does not grow', async () => {
    await using store = await durableApp()
    const pages = () => {
      using db = new DatabaseSync(store.trailPath, { readOnly: true })
      return Number(db.prepare('pragma page_count').get()?.page_count)
    }
    await days(store, 100)
    await age(store)
    const before = pages()
    for (let round = 0; round < 4; round++) {
      await days(store, 30)
      await age(store)
    }
    assert.ok(pages() < before * 1.5, `${pages()} pages after ${before}`)
  })
})
