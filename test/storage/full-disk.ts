import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConflictError } from '../../src/aws/change.ts'
import { sql } from '../../src/storage/sql.ts'
import { newEntry } from './engine-under-test.ts'
import { openSqlite } from './open-sqlite.ts'

// Run by sqlite-full-disk.test.ts on a small file system of its own: fills it, shows what is refused, makes room, shows that all is well.

const folder = process.argv[2]!
const ballast = join(folder, 'ballast')
const KB = 1024
/** What a log holds before it is moved into its file (1,000 pages and a change): making room means as much as that. */
const BALLAST = 5_000 * KB

let count = 0
const written: string[] = []
const recorded: string[] = []

/** A change or a record of a read; true when it was acknowledged. */
async function append(store: Awaited<ReturnType<typeof openSqlite>>, kind: 'change' | 'read', bytes: number) {
  const id = `${kind}.${count++}`
  const value = randomBytes(bytes / 2).toString('hex')
  const writes = kind === 'change' ? [{ statement: sql`insert into meta (name, value) values (${id}, ${value})` }] : []
  try {
    await store.engine.append({ ...newEntry(id), agent: kind === 'read' ? value : '' }, writes)
    recorded.push(id)
    if (kind === 'change') written.push(id)
    return true
  } catch (error) {
    assert.ok(error instanceof Error && !(error instanceof ConflictError))
    assert.match(error.message, /^The store could not be written: .*(full|disk I\/O)/)
    return false
  }
}

async function assertComplete(store: Awaited<ReturnType<typeof openSqlite>>) {
  const { results } = await store.engine.read([sql`select name from meta`])
  assert.deepEqual(results[0]?.map(({ name }) => String(name)).toSorted(), written.toSorted())
  const entries = await store.engine.newestEntries(100_000)
  assert.deepEqual(entries.map(({ id }) => id).toSorted(), recorded.toSorted())
}

// Sizes differ from round to round, so that the disk is full at another place each time: within a change, at a commit, in either file.
for (const [round, kilobytes] of [16, 700, 30, 4, 120, 2, 60, 250].entries()) {
  const data = join(folder, 'data')
  mkdirSync(data)
  writeFileSync(ballast, Buffer.alloc(BALLAST))
  const store = await openSqlite(data)
  let refused = 0
  while (refused < 6) {
    const bytes = kilobytes * KB
    const outcomes = await Promise.all([
      append(store, round % 2 ? 'change' : 'read', bytes),
      append(store, 'change', bytes / 2),
      append(store, 'read', 512),
    ])
    if (outcomes.includes(false)) refused++
  }
  await assert.rejects(store.engine.ping(), /could not be written/)
  await assertComplete(store)
  if (round % 4 === 3) await store.reopen()
  rmSync(ballast)
  assert.ok(await append(store, 'read', 512), 'a record is written once there is room')
  assert.ok(await append(store, 'change', 512), 'a change is written once there is room')
  await store.engine.ping()
  await assertComplete(store)
  await store.reopen()
  await assertComplete(store)
  await store.engine.close()
  rmSync(data, { recursive: true })
  written.length = 0
  recorded.length = 0
}
