import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NewSecret } from '../../src/secrets/secrets-store.ts'
import { ERASURE_MARK } from '../../src/storage/engine.ts'
import { sql } from '../../src/storage/sql.ts'
import { create, find, newEntry, newSecret, SCOPE, storesOn } from './engine-under-test.ts'
import { aliasOf, newGrant, newStoredKey } from './new-keys.ts'
import { openSqlite, type SqliteUnderTest } from './open-sqlite.ts'

test('of removed secrets nothing is left in the files, however pages were split and merged before', async () => {
  await using store = await openSqlite()
  const stores = storesOn(store.engine)
  const live = new Set<string>()
  const dead: string[] = []
  for (let round = 0; round < 40; round++) {
    const marks = Array.from({ length: 50 }, () => `mark${randomBytes(8).toString('hex')}`)
    const changes = marks.map((mark) => stores.secrets.create(...marked(mark)))
    await stores.trail.append(newEntry(), changes)
    for (const mark of marks) live.add(mark)
    for (const mark of sample([...live], 15)) {
      const { secret } = await find(stores, mark)
      const tags = secret.tags?.concat({ Key: `grown${randomInt(1e9)}`, Value: 'x'.repeat(randomInt(200)) })
      await stores.trail.append(newEntry(), [stores.secrets.update({ ...secret, tags })])
    }
    for (const mark of sample([...live], 20)) {
      const { secret } = await find(stores, mark)
      await stores.trail.append(newEntry(), [stores.secrets.remove(secret)])
      live.delete(mark)
      dead.push(mark)
    }
  }
  await store.engine.erase()
  const left = marksIn(store)
  assert.deepEqual(
    dead.filter((mark) => left.has(mark)),
    [],
  )
  assert.deepEqual(
    [...live].filter((mark) => !left.has(mark)),
    [],
  )
  assert.equal(statSync(`${store.storePath}-wal`).size, 0)

  // What is left is whole, now and after everything was written anew.
  for (const mark of live) {
    const { secret } = await find(stores, mark)
    await stores.trail.append(newEntry(), [stores.secrets.update({ ...secret, description: `${secret.description}!` })])
  }
  await store.engine.erase()
  const leftAgain = marksIn(store)
  assert.deepEqual(
    dead.filter((mark) => leftAgain.has(mark)),
    [],
  )
  assert.equal(integrityOf(store), 'ok')
})

test('what an update replaced is gone too once removed content was asked to go', async () => {
  await using store = await openSqlite()
  const stores = storesOn(store.engine)
  await stores.trail.append(newEntry(), [stores.secrets.create(...marked('marked-before'))])
  const { secret } = await find(stores, 'marked-before')
  const after = { ...secret, description: 'other', tags: [], stages: new Map() }
  await stores.trail.append(newEntry(), [stores.secrets.update(after, { remove: ['marked-before-version'] })])
  await store.engine.erase()
  const raw = rawStore(store)
  for (const gone of ['described marked-before', 'marked-before-value', 'marked-before-version', 'tag marked-before'])
    assert.ok(!raw.includes(gone), gone)
})

test('of keys that were destroyed, and of material that was taken away, nothing is left in the files', async () => {
  await using store = await openSqlite()
  const { keys, trail } = storesOn(store.engine)
  const live = new Map<string, Set<string>>()
  const dead: string[] = []
  const mark = () => `mark${randomBytes(8).toString('hex')}`
  const material = (version: number, sealed: string) => ({
    version,
    id: String(version).repeat(64),
    sealed: Buffer.from(`${sealed}${'x'.repeat(randomInt(200))}`),
  })
  const find = async (keyId: string) => (await keys.find({ region: SCOPE.region, keyId }))!
  for (let round = 0; round < 20; round++) {
    for (let count = 0; count < 20; count++) {
      const [first, second, other] = [mark(), mark(), mark()]
      const made = newStoredKey({
        description: other,
        tags: [{ Key: other, Value: 'x'.repeat(randomInt(200)) }],
        policy: { document: `"${other}"`, bindings: {} },
        materials: [material(1, first), material(2, second)],
      })
      await trail.append(newEntry(), [
        keys.create(made),
        keys.addAlias(aliasOf(made, `alias/${other}`)),
        keys.addGrant(newGrant(made, { name: other })),
      ])
      live.set(made.keyId, new Set([first, second, other]))
    }
    for (const keyId of sample([...live.keys()], 6)) {
      const key = await find(keyId)
      const [gone] = /mark[0-9a-f]{16}/.exec(Buffer.from(key.materials[0]?.sealed ?? []).toString('latin1')) ?? []
      const materials = key.materials.map((one) => (one.version === 1 ? { ...one, sealed: undefined } : one))
      await trail.append(newEntry(), [keys.update({ ...key, materials })])
      if (gone !== undefined && live.get(keyId)?.delete(gone)) dead.push(gone)
    }
    for (const keyId of sample([...live.keys()], 10)) {
      await trail.append(newEntry(), [keys.remove(await find(keyId))])
      dead.push(...(live.get(keyId) ?? []))
      live.delete(keyId)
    }
  }
  await keys.erase()
  const left = marksIn(store)
  assert.ok(dead.length > 300)
  assert.deepEqual(
    dead.filter((each) => left.has(each)),
    [],
  )
  assert.deepEqual(
    [...live.values()].flatMap((each) => [...each]).filter((each) => !left.has(each)),
    [],
  )
})

test('while somebody else reads, the log stays for now, and is emptied later by itself', async () => {
  await using store = await openSqlite()
  const stores = storesOn(store.engine)
  await create(stores, newSecret('removed'))
  const reader = new DatabaseSync(store.storePath, { readOnly: true })
  reader.exec('begin')
  reader.prepare('select * from secrets').all()
  const { secret } = await find(stores, 'removed')
  await stores.trail.append(newEntry(), [stores.secrets.remove(secret)])
  await store.engine.erase()
  assert.ok(statSync(`${store.storePath}-wal`).size > 0)
  await stores.trail.append(newEntry(), [])
  reader.exec('commit')
  reader.close()
  const until = Date.now() + 10_000
  while (statSync(`${store.storePath}-wal`).size > 0 && Date.now() < until) await sleep(50)
  assert.equal(statSync(`${store.storePath}-wal`).size, 0)
  assert.ok(!rawStore(store).includes('removed'))
})

test('an erasure that never came is made up for after the next start', async () => {
  await using store = await openSqlite()
  const stores = storesOn(store.engine)
  await create(stores, newSecret('removed'))
  const { secret } = await find(stores, 'removed')
  await stores.trail.append(newEntry(), [stores.secrets.remove(secret)])
  const marks = async () => {
    const { results } = await store.engine.read([sql`select value from meta where name = ${ERASURE_MARK}`])
    return (results[0] ?? []).map(({ value }) => value)
  }
  assert.deepEqual(await marks(), ['1'])
  await store.reopen()
  const until = Date.now() + 10_000
  while ((await marks()).length > 0 && Date.now() < until) await sleep(50)
  assert.deepEqual(await marks(), [])
})

/** A secret whose every part carries a mark. */
function marked(mark: string): Parameters<ReturnType<typeof storesOn>['secrets']['create']> {
  const secret: NewSecret = newSecret(mark, {
    description: `described ${mark}`,
    tags: [{ Key: `tag ${mark}`, Value: mark }],
    stages: new Map([[`${mark}-version`, ['AWSCURRENT']]]),
  })
  const bytes = (what: string) => Buffer.from(`${mark}-${what}${'x'.repeat(randomInt(400))}`)
  const value = { ciphertext: bytes('value'), dataKey: bytes('key'), binary: false }
  return [secret, { versionId: `${mark}-version`, createdAt: 1, value }]
}

const sample = (from: readonly string[], count: number) =>
  Array.from({ length: count }, () => from[randomInt(from.length)]!).filter((each, i, all) => all.indexOf(each) === i)

/** Both files as they stand, read by another process. */
function rawStore({ storePath }: SqliteUnderTest): string {
  const files = [storePath, `${storePath}-wal`]
  return execFileSync('cat', files, { maxBuffer: 1e9 }).toString('latin1')
}

const marksIn = (store: SqliteUnderTest) =>
  new Set(
    rawStore(store)
      .match(/mark[0-9a-f]{16}/gi)
      ?.map((mark) => mark.toLowerCase()),
  )

function integrityOf({ storePath }: SqliteUnderTest): unknown {
  const db = new DatabaseSync(storePath, { readOnly: true })
  try {
    return db.prepare('pragma integrity_check').get()?.integrity_check
  } finally {
    db.close()
  }
}
