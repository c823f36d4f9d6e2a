import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConflictError } from '../../../src/aws/change.ts'
import type { Engine } from '../../../src/storage/engine.ts'
import { sql } from '../../../src/storage/sql.ts'
import {
  create,
  find,
  newEntry,
  newSecret,
  newVersion,
  type OpenEngine,
  SCOPE,
  storesOn,
} from '../engine-under-test.ts'

/** Commits: read your own, all or nothing, and nobody harms anybody else. */
export function changesSuite(open: OpenEngine): void {
  describe('changes', () => {
    test('what was acknowledged is there for the next read', async () => {
      await using store = await open()
      const { engine } = store
      for (let count = 1; count <= 50; count++) {
        await engine.append(undefined, [note(`n${count}`)])
        assert.equal(await noteCount(engine), count)
      }
    })

    test('what was acknowledged is there after the store was opened again', async () => {
      await using store = await open()
      await store.engine.append(newEntry('kept'), [note('kept')])
      const engine = await store.reopen()
      assert.equal(await noteCount(engine), 1)
      assert.deepEqual(await entryIds(engine), ['kept'])
    })

    test('what was appended before the store was closed is written first', async () => {
      await using store = await open()
      const appended = Array.from({ length: 100 }, (_, index) => store.engine.append(newEntry(), [note(`n${index}`)]))
      const engine = await store.reopen()
      await Promise.all(appended)
      assert.equal(await noteCount(engine), 100)
      assert.equal((await entryIds(engine)).length, 100)
    })

    test('nothing is taken once the store is closed', async () => {
      await using store = await open()
      const { engine } = store
      await engine.close()
      await assert.rejects(engine.append(newEntry(), [note('late')]), /closed/)
      await assert.rejects(engine.append(newEntry(), []), /closed/)
      await assert.rejects(engine.erase(), /closed/)
      await engine.close()
    })

    test('a change that meets a unique index leaves nothing, nor does its record', async () => {
      await using store = await open()
      const { engine } = store
      await engine.append(newEntry('first'), [note('taken')])
      const change = [note('before'), note('taken'), note('behind')]
      await assert.rejects(engine.append(newEntry('second'), change), ConflictError)
      assert.equal(await noteCount(engine), 1)
      assert.deepEqual(await entryIds(engine), ['first'])
    })

    test('a change that touches another number of rows than it expects leaves nothing, nor does its record', async () => {
      await using store = await open()
      const { engine } = store
      await engine.append(undefined, [note('a')])
      const nobody = { statement: sql`update meta set value = 'x' where name = 'nobody'`, expect: 1 }
      await assert.rejects(engine.append(newEntry(), [note('before'), nobody]), ConflictError)
      const everybody = { statement: sql`update meta set value = 'x'`, expect: 0 }
      await assert.rejects(engine.append(newEntry(), [note('before'), everybody]), ConflictError)
      assert.equal(await noteCount(engine), 1)
      assert.deepEqual(await entryIds(engine), [])
    })

    test('a change that conflicts harms no other of the same moment', async () => {
      await using store = await open()
      const { engine } = store
      await engine.append(undefined, [note('taken')])
      const outcomes = await Promise.allSettled([
        engine.append(newEntry('1'), [note('a')]),
        engine.append(newEntry('2'), [note('b'), note('taken')]),
        engine.append(newEntry('3'), [note('c')]),
        engine.append(newEntry('4'), []),
      ])
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
      )
      assert.deepEqual(await notes(engine), ['a', 'c', 'taken'])
      assert.deepEqual(await entryIds(engine), ['1', '3', '4'])
    })

    test('a change whose statement the database refuses is no conflict and harms no other either', async () => {
      await using store = await open()
      const { engine } = store
      const refused = { statement: sql`insert into meta (name, value) values ('x', ${null})` }
      const [first, second, third] = await Promise.allSettled([
        engine.append(newEntry('1'), [note('a')]),
        engine.append(newEntry('2'), [note('b'), refused]),
        engine.append(newEntry('3'), [note('c')]),
      ])
      assert.equal(first?.status, 'fulfilled')
      assert.ok(second?.status === 'rejected' && !(second.reason instanceof ConflictError))
      assert.equal(third?.status, 'fulfilled')
      assert.deepEqual(await notes(engine), ['a', 'c'])
      assert.deepEqual(await entryIds(engine), ['1', '3'])
      await engine.ping()
    })

    test('a read sees whole changes only, in all of its statements', async () => {
      await using store = await open()
      const { engine } = store
      let writing = true
      const writes = (async () => {
        for (let index = 0; index < 100; index++) {
          const key = sql`insert into keyring (purpose, version, wrapped) values ('p', ${index}, ${new Uint8Array(1)})`
          await engine.append(undefined, [note(`n${index}`), { statement: key }])
        }
        writing = false
      })()
      while (writing) {
        const { results } = await engine.read([sql`select name from meta`, sql`select version from keyring`])
        assert.equal(results[0]?.length, results[1]?.length)
        await new Promise(setImmediate)
      }
      await writes
    })

    test('of twenty writers who start from one state of a secret, one wins', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, newSecret('contended'))
      const { secret } = await find(stores, 'contended')
      const attempts = Array.from({ length: 20 }, (_, index) => {
        const change = stores.secrets.update({ ...secret, description: `writer ${index}` })
        return stores.trail.append(newEntry(`writer ${index}`), [change])
      })
      const outcomes = await Promise.allSettled(attempts)
      const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [`writer ${index}`] : []))
      assert.equal(winners.length, 1)
      const { secret: after } = await find(stores, 'contended')
      assert.equal(after.description, winners[0])
      assert.equal(after.revision, secret.revision + 1)
      assert.equal((await entryIds(store.engine)).filter((id) => id.startsWith('writer')).join(), winners[0])
      for (const outcome of outcomes)
        assert.ok(outcome.status === 'fulfilled' || outcome.reason instanceof ConflictError)
    })

    test('a second secret of a name is a conflict, at once or at the same moment', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      const { secrets, trail } = stores
      const again = () => secrets.create({ ...newSecret('one'), arn: `arn:${Math.random()}` }, newVersion('v'))
      const outcomes = await Promise.allSettled([1, 2, 3].map(() => trail.append(newEntry(), [again()])))
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
      await assert.rejects(trail.append(newEntry(), [again()]), ConflictError)
      const elsewhere = newSecret('one', { region: 'eu-west-1' })
      await trail.append(newEntry(), [secrets.create(elsewhere)])
      const found = await secrets.findMany([
        { scope: SCOPE, name: 'one' },
        { scope: { ...SCOPE, region: 'eu-west-1' }, name: 'one' },
      ])
      assert.ok(found.every((secret) => secret && 'secret' in secret))
    })

    test('a thousand changes and records at once are all written', async () => {
      await using store = await open()
      const { engine } = store
      const text = 'x'.repeat(20_000)
      await Promise.all(
        Array.from({ length: 1_000 }, (_, index) =>
          engine.append(newEntry(), index % 2 ? [] : [note(`n${index}`, text)]),
        ),
      )
      assert.equal(await noteCount(engine), 500)
      assert.equal((await entryIds(engine)).length, 1_000)
    })

    test('asking for removed content to go is answered also while others keep writing', async () => {
      await using store = await open()
      const { engine } = store
      let writing = true
      let count = 0
      const writers = Array.from({ length: 8 }, async () => {
        while (writing) await engine.append(undefined, [note(`n${count++}`)])
      })
      await Promise.all([engine.erase(), engine.erase(), engine.ping()])
      writing = false
      await Promise.all(writers)
      assert.equal(await noteCount(engine), count)
    })
  })
}

/** A row in a table that has a unique index and means nothing here. */
const note = (name: string, value = '') => ({
  statement: sql`insert into meta (name, value) values (${name}, ${value})`,
})

async function notes(engine: Engine): Promise<unknown[]> {
  const { results } = await engine.read([sql`select name from meta order by name`])
  return (results[0] ?? []).map((row) => row.name)
}

const noteCount = async (engine: Engine) => (await notes(engine)).length

const entryIds = async (engine: Engine) => (await engine.newestEntries(10_000)).map((entry) => entry.id)
