import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { filesOf } from '../../src/storage/data-directory.ts'
import { type Sql, sql } from '../../src/storage/sql.ts'
import { SqliteEngine } from '../../src/storage/sqlite.ts'
import { prepareFiles } from '../../src/storage/sqlite-files.ts'
import { newEntry } from './engine-under-test.ts'

// Run by sqlite-full-disk.test.ts on a small file system of its own: something else fills it, and what was kept of it is for records alone.

const folder = process.argv[2]!
const ballast = join(folder, 'ballast')
const data = join(folder, 'data')
const reserve = join(data, 'trail.reserve')
const KB = 1024

mkdirSync(data)
const files = filesOf(data)
prepareFiles(files.storePath, files.trailPath)
const told: string[] = []
const options = { ...files, durable: true, node: 'test', reserve: { path: reserve, bytes: 1_024 * KB } }
const engine = new SqliteEngine(options, (state) => told.push(state))
const written: string[] = []
const recorded: string[] = []
let count = 0

async function append(kind: 'change' | 'read' | 'touch'): Promise<true | string> {
  const id = `${kind}.${count++}`
  const value = randomBytes(2_000).toString('hex')
  const insert: Sql = sql`insert into meta (name, value) values (${id}, ${value})`
  const writes = kind === 'read' ? [] : [{ statement: insert, expendable: kind === 'touch' }]
  try {
    await engine.append({ ...newEntry(id), agent: value }, writes)
    recorded.push(id)
    if (kind === 'change') written.push(id)
    return true
  } catch (error) {
    return (error as Error).message
  }
}

async function until(what: string, holds: () => boolean) {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 400, what)
    await pause(50)
  }
}

/** Another program takes all that is left. */
function fillDisk() {
  const { bavail, bsize } = statfsSync(folder)
  const chunks: Buffer[] = []
  for (let free = bavail * bsize; free > 0; free -= 64 * KB) chunks.push(Buffer.alloc(64 * KB))
  try {
    writeFileSync(ballast, Buffer.concat(chunks))
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  }
}

await engine.ping()
await until('the reserve is filled', () => (statSync(reserve, { throwIfNoEntry: false })?.size ?? 0) > 500 * KB)
assert.equal(await append('change'), true)
fillDisk()

// Changes fill what is left of the log, until one finds the disk full; from then on they are refused.
const outcomes: (true | string)[] = []
for (let tries = 0; tries < 2_000 && outcomes.at(-1) !== 'refused'; tries++) {
  const outcome = await append('change')
  outcomes.push(outcome === true ? true : 'refused')
}
assert.equal(outcomes.at(-1), 'refused')
await until('the operator is told', () => told.length > 0)
assert.deepEqual(told, ['spent'])
assert.match(String(await append('change')), /what is left of it is kept for the records of reads/)

let reads = 0
while ((await append('read')) === true) {
  reads++
  if (reads === 5) assert.equal(await append('touch'), true, 'a read whose last use cannot be noted is answered')
  assert.ok(reads < 10_000)
}
assert.ok(reads > 20, `${reads} reads were recorded in the reserve`)
assert.match(String(await append('change')), /could not be written/)
assert.match(String(await append('read')), /could not be written/)

rmSync(ballast)
await until('there is room again', () => told.length > 1)
assert.deepEqual(told, ['spent', 'whole'])
for (const kind of ['change', 'read', 'touch'] as const) assert.equal(await append(kind), true)

const { results } = await engine.read([sql`select name from meta where name like 'change.%'`])
assert.deepEqual(results[0]?.map(({ name }) => String(name)).toSorted(), written.toSorted())
const entries = await engine.newestEntries(100_000)
assert.deepEqual(entries.map(({ id }) => id).toSorted(), recorded.toSorted())
await engine.close()
