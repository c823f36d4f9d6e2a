import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Engine } from '../../../src/storage/engine.ts'
import { sql } from '../../../src/storage/sql.ts'
import { newEntry, type OpenEngine } from '../engine-under-test.ts'

/** Records: in order, none lost, none twice, wherever they stand at the moment. */
export function trailSuite(open: OpenEngine): void {
  describe('trail', () => {
    test('records of reads and of changes come back in the order of their acknowledgement', async () => {
      await using store = await open()
      const ids = await appendMixed(store.engine, 60)
      assert.deepEqual(await newest(store.engine, 1_000), ids)
    })

    test('the newest are asked for by number, oldest of them first', async () => {
      await using store = await open()
      const { engine } = store
      const ids: string[] = []
      for (let round = 0; round < 12; round++) {
        ids.push(...(await appendMixed(engine, 5, `r${round}`)))
        for (const limit of [1, 2, 3, 7, 1_000]) assert.deepEqual(await newest(engine, limit), ids.slice(-limit))
      }
      assert.deepEqual(await newest(engine, 0), [])
    })

    test('nothing is lost and nothing is there twice after the store was opened again, any number of times', async () => {
      await using store = await open()
      const ids: string[] = []
      for (let round = 0; round < 5; round++) {
        ids.push(...(await appendMixed(store.engine, 7, `r${round}`)))
        await store.reopen()
        assert.deepEqual(await newest(store.engine, 1_000), ids)
      }
    })

    test('records of changes are there while they are moved on', async () => {
      await using store = await open()
      const { engine } = store
      const ids = await appendMixed(engine, 40, 'first')
      // The writer rests meanwhile, and moves them.
      const until = Date.now() + 600
      while (Date.now() < until) {
        assert.deepEqual(await newest(engine, 1_000), ids)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      assert.deepEqual(await newest(engine, 3), ids.slice(-3))
    })

    test('thousands of changes without a read between them leave their records in order', async () => {
      await using store = await open()
      const ids = Array.from({ length: 3_000 }, (_, index) => `change ${index}`)
      await Promise.all(ids.map((id) => store.engine.append(newEntry(id), [change(id)])))
      assert.deepEqual(await newest(store.engine, 10_000), ids)
      const engine = await store.reopen()
      assert.deepEqual(await newest(engine, 10_000), ids)
      assert.deepEqual(await newest(engine, 700), ids.slice(-700))
    })

    test('a record comes back as it was given, whatever characters it holds', async () => {
      await using store = await open()
      const entry = {
        ...newEntry(),
        agent: 'a\nb\r\u2028"\\\u0000é😀',
        parameters: { SecretId: 'x\ny', list: [1, null] },
      }
      await store.engine.append(entry, [])
      await store.engine.append(entry, [change('one')])
      assert.deepEqual(await store.engine.newestEntries(10), [entry, entry])
    })
  })
}

const change = (name: string) => ({ statement: sql`insert into meta (name, value) values (${name}, '')` })

/** Every third record belongs to a change; one after the other, so that their order is known. */
async function appendMixed(engine: Engine, count: number, prefix = 'e'): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${prefix}.${index}`)
  for (const [index, id] of ids.entries()) await engine.append(newEntry(id), index % 3 === 2 ? [] : [change(id)])
  return ids
}

const newest = async (engine: Engine, limit: number) => (await engine.newestEntries(limit)).map(({ id }) => id)
