import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { claimDataDirectory, DataDirectoryError, filesOf } from '../../src/storage/data-directory.ts'
import { NewerStoreError } from '../../src/storage/migrate.ts'
import { sql } from '../../src/storage/sql.ts'
import { prepareFiles } from '../../src/storage/sqlite-files.ts'
import { create, find, newEntry, newSecret, storesOn } from './engine-under-test.ts'
import { openSqlite } from './open-sqlite.ts'

const change = (name: string) => ({ statement: sql`insert into meta (name, value) values (${name}, '')` })

test('only the owner can read any of the files, while the store is open and afterwards', async () => {
  await using store = await openSqlite()
  await store.engine.append(newEntry(), [change('a')])
  await store.engine.append(newEntry(), [])
  const files = readdirSync(store.folder)
  assert.deepEqual(files.toSorted(), [
    'high-water',
    'store.db',
    'store.db-shm',
    'store.db-wal',
    'trail.db',
    'trail.db-shm',
    'trail.db-wal',
  ])
  for (const file of files) assert.equal(statSync(join(store.folder, file)).mode & 0o777, 0o600, file)
  await store.engine.close()
  assert.deepEqual(readdirSync(store.folder).toSorted(), ['high-water', 'store.db', 'trail.db'])
})

test('preparing files that are prepared changes nothing', async () => {
  await using folder = temporaryFolder()
  const { storePath, trailPath } = filesOf(folder.path)
  prepareFiles(storePath, trailPath)
  const before = [readFileSync(storePath), readFileSync(trailPath)]
  prepareFiles(storePath, trailPath)
  assert.deepEqual([readFileSync(storePath), readFileSync(trailPath)], before)
})

for (const [what, name, known] of [
  ['store', 'store.db', 8],
  ['trail', 'trail.db', 2],
] as const)
  test(`a ${what} that a newer Coffer wrote is refused in one clear line, and nothing is changed`, async () => {
    await using folder = temporaryFolder()
    const { storePath, trailPath } = filesOf(folder.path)
    prepareFiles(storePath, trailPath)
    // The other file is older, so that there would be something to do in it.
    for (const path of [storePath, trailPath]) alter(path, `pragma user_version = ${path.endsWith(name) ? 9 : 0}`)
    const before = [readFileSync(storePath), readFileSync(trailPath)]
    assert.throws(
      () => prepareFiles(storePath, trailPath),
      (error) =>
        error instanceof NewerStoreError &&
        error.message ===
          `The ${what} has version 9, and this Coffer knows versions up to ${known}: it was written by a newer Coffer. Start that one.`,
    )
    assert.deepEqual([readFileSync(storePath), readFileSync(trailPath)], before)
  })

test('secrets of a store from before replication keep their MACs, and take replicas', async () => {
  await using store = await openSqlite()
  await create(storesOn(store.engine), newSecret('old', { tags: [{ Key: 'a', Value: 'b' }] }))
  await store.engine.close()
  // As version 4 left it.
  await store.alter(`
    drop table trail_mark;
    delete from generations where name = 'commits';
    drop table sink_positions;
    drop table rotation_leases;
    drop index secrets_by_rotation;
    alter table secrets drop column rotate_at;
    alter table secrets drop column rotation;
    alter table secrets drop column replicas;
    pragma user_version = 4`)
  const stores = storesOn(await store.reopen())
  const { secret } = await find(stores, 'old')
  assert.deepEqual([secret.replicas, secret.tags], [undefined, [{ Key: 'a', Value: 'b' }]])
  const replicas = [{ region: 'eu-west-1', status: 'InSync' }] as const
  await stores.trail.append(newEntry(), [stores.secrets.update({ ...secret, replicas })])
  assert.deepEqual((await find(stores, 'old')).secret.replicas, replicas)
})

test('a data directory belongs to one process, also after this one has tried to have it twice', async () => {
  await using folder = temporaryFolder()
  const claimed = claimDataDirectory(folder.path)
  assert.throws(() => claimDataDirectory(folder.path), DataDirectoryError)
  assert.match(claimElsewhere(folder.path), /another Coffer is using it/)
  claimed.release()
  assert.equal(claimElsewhere(folder.path), '')
  claimDataDirectory(folder.path).release()
})

test('a change whose record still waits has it once after a crash', async () => {
  await using store = await openSqlite()
  await store.engine.append(newEntry('read'), [])
  await store.engine.append(newEntry('change'), [change('a')])
  await using copy = crashCopy(store.folder)
  await using after = await openSqlite(copy.path)
  assert.deepEqual(await ids(after), ['read', 'change'])
  await after.engine.append(newEntry('later'), [])
  assert.deepEqual(await ids(after), ['read', 'change', 'later'])
})

test('a record that was moved on but still stands in the outbox is there once after a crash', async () => {
  await using store = await openSqlite()
  await store.engine.append(newEntry('change'), [change('a')])
  await store.engine.append(newEntry('read'), [])
  await using copy = crashCopy(store.folder)
  assert.equal(count(filesOf(copy.path).storePath, 'outbox'), 1)
  assert.equal(count(filesOf(copy.path).trailPath, 'trail'), 1)
  await using after = await openSqlite(copy.path)
  assert.deepEqual(await ids(after), ['change', 'read'])
  await after.engine.append(newEntry('second change'), [change('b')])
  await after.reopen()
  assert.deepEqual(await ids(after), ['change', 'read', 'second change'])
})

test('records keep their order and number through crashes at any moment', async () => {
  await using store = await openSqlite()
  let folder = store.folder
  const expected: string[] = []
  const copies: Disposable[] = []
  for (let round = 0; round < 6; round++) {
    const each = round === 0 ? store : await openSqlite(folder)
    for (let step = 0; step <= round; step++) {
      const id = `${round}.${step}`
      expected.push(id)
      await each.engine.append(newEntry(id), (round + step) % 2 ? [change(id)] : [])
    }
    const copy = crashCopy(folder)
    copies.push(copy)
    if (round > 0) await each.engine.close()
    folder = copy.path
  }
  const last = await openSqlite(folder)
  assert.deepEqual(await ids(last), expected)
  await last.engine.close()
  for (const copy of copies) copy[Symbol.dispose]()
})

test('a store put back from before its trail loses no record of what comes', async () => {
  await using store = await openSqlite()
  await store.engine.append(newEntry('first'), [change('a')])
  await store.reopen()
  await using old = crashCopy(store.folder)
  for (const name of ['b', 'c', 'd']) await store.engine.append(newEntry(name), [change(name)])
  await store.engine.close()
  cpSync(join(old.path, 'store.db'), store.storePath)
  await store.reopen()
  await store.engine.append(newEntry('again'), [change('b')])
  await store.reopen()
  assert.deepEqual(await ids(store), ['first', 'b', 'c', 'd', 'again'])
})

function temporaryFolder(): { path: string } & AsyncDisposable & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'coffer-files-'))
  const remove = () => rmSync(path, { recursive: true, force: true })
  return { path, [Symbol.dispose]: remove, [Symbol.asyncDispose]: async () => remove() }
}

/** The files as a crash at this moment would leave them: another process copies them, without what only lives in memory. */
function crashCopy(folder: string) {
  const copy = temporaryFolder()
  for (const name of ['store.db', 'store.db-wal', 'trail.db', 'trail.db-wal'])
    if (readdirSync(folder).includes(name)) execFileSync('cp', [join(folder, name), copy.path])
  return copy
}

function claimElsewhere(path: string): string {
  const program = `
    import { claimDataDirectory } from ${JSON.stringify(import.meta.resolve('../../src/storage/data-directory.ts'))}
    claimDataDirectory(${JSON.stringify(path)}).release()`
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }).stderr
}

function alter(path: string, statement: string): void {
  const db = new DatabaseSync(path)
  db.exec(statement)
  db.close()
}

function count(path: string, table: string): number {
  const db = new DatabaseSync(path)
  const rows = db.prepare(`select count(*) as count from ${table}`).get()
  db.close()
  return Number(rows?.count)
}

const ids = async ({ engine }: Awaited<ReturnType<typeof openSqlite>>) =>
  (await engine.newestEntries(1_000)).map(({ id }) => id)

for (const [file, table] of [
  ['store', 'outbox'],
  ['trail', 'trail'],
] as const)
  test(`a ${file} with a trigger is refused: it would take records away before they are chained`, async () => {
    await using folder = temporaryFolder()
    const { storePath, trailPath } = filesOf(folder.path)
    prepareFiles(storePath, trailPath)
    const path = file === 'store' ? storePath : trailPath
    alter(path, `create trigger hide after insert on ${table} begin delete from ${table} where rowid = new.rowid; end`)
    assert.throws(
      () => prepareFiles(storePath, trailPath),
      (error) =>
        error instanceof DataDirectoryError &&
        error.message.startsWith(`Cannot use ${path}: it holds the trigger "hide"`),
    )
  })

test('a forged row of the trail, with a time that no number holds, keeps no other from being read', async () => {
  await using store = await openSqlite()
  for (let count = 0; count < 3; count++) await store.engine.append(newEntry(), [])
  await store.engine.settleTrail()
  alter(filesOf(store.folder).trailPath, 'update trail set at = 9223372036854775807 where seq = 2')
  const rows = await store.engine.trailRows({ limit: 10 })
  assert.deepEqual(
    rows.map(({ seq }) => seq),
    [1, 2, 3],
  )
})
