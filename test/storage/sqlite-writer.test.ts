import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { sql } from '../../src/storage/sql.ts'
import { SqliteEngine } from '../../src/storage/sqlite.ts'
import { newEntry } from './engine-under-test.ts'
import { openSqlite } from './open-sqlite.ts'

const MB = 1024 * 1024

const change = (name: string, value = '') => ({
  statement: sql`insert into meta (name, value) values (${name}, ${value})`,
})

test('when the writer is dead, everybody who waits and everybody who comes is told, and closing still works', async () => {
  await using store = await openSqlite()
  await store.engine.close()
  writeFileSync(store.trailPath, 'this is no database, and the writer cannot begin with it')
  const { storePath, trailPath } = store
  const engine = new SqliteEngine({ storePath, trailPath, durable: false, node: 'test' })
  const waiting = [
    engine.append(newEntry(), []),
    engine.append(undefined, [change('a')]),
    engine.erase(),
    engine.ping(),
  ]
  for (const outcome of await Promise.allSettled(waiting)) assert.equal(outcome.status, 'rejected')
  await assert.rejects(engine.append(newEntry(), []), /not a database/)
  await assert.rejects(engine.ping(), /not a database/)
  await assert.rejects(engine.erase(), /not a database/)
  await engine.close()
})

test('the logs stay small while changes and reads never pause', async () => {
  await using store = await openSqlite()
  const { engine } = store
  let writing = true
  const reads = (async () => {
    while (writing) {
      await engine.read([sql`select name, length(value) from meta order by name desc limit 50`])
      await new Promise(setImmediate)
    }
  })()
  const value = randomBytes(10_000).toString('hex')
  for (let round = 0; round < 120; round++)
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        engine.append({ ...newEntry(), agent: value }, index % 2 ? [] : [change(`${round}.${index}`, value)]),
      ),
    )
  writing = false
  await reads
  assert.ok(statSync(store.storePath).size + statSync(`${store.storePath}-wal`).size > 40 * MB)
  for (const path of [store.storePath, store.trailPath]) {
    const log = statSync(`${path}-wal`).size
    // Far less than went through it; how much less depends on who meets whom.
    assert.ok(log < 32 * MB, `${path}-wal has ${log} bytes`)
  }
})

test('a change larger than a group, and many of them, are written whole', async () => {
  await using store = await openSqlite()
  const value = 'v'.repeat(5 * MB)
  await Promise.all(
    Array.from({ length: 5 }, (_, index) => store.engine.append(newEntry(), [change(`n${index}`, value)])),
  )
  const { results } = await store.engine.read([sql`select length(value) as length from meta`])
  assert.deepEqual(
    results[0]?.map((row) => row.length),
    Array(5).fill(5 * MB),
  )
})
