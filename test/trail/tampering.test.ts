import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import type { TrailAnchor } from '../../src/audit/fault.ts'
import type { TrailHead } from '../../src/audit/trail.ts'
import { headOf } from '../../src/audit/trail-head.ts'
import { verifyTrail } from '../../src/audit/verify-trail.ts'
import { openTrail } from '../../src/storage/read-chain.ts'
import { durableApp } from './durable-app.ts'
import { hashAnew, SeededRandom, tamperings } from './tamper.ts'

const SEED = 20_261_124
const TAMPERINGS = 100

/** Reads, changes, refused calls, several at once; with heads now and then. */
async function fill({ app }: Awaited<ReturnType<typeof durableApp>>, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const name = `secret-${round}-${app.clock.now()}`
    await app.client.createSecret({ Name: name, SecretString: 'value' })
    await app.client.batchGetSecretValue({ SecretIdList: [name, 'missing'] })
    await Promise.all(Array.from({ length: 4 }, () => app.client.getSecretValue({ SecretId: name })))
    await assert.rejects(app.client.getSecretValue({ SecretId: `no-${name}` }))
    if (round % 2) await app.running.installation.heads.signHead()
  }
}

describe('a trail that somebody tampered with', () => {
  let store: Awaited<ReturnType<typeof durableApp>>
  let other: Awaited<ReturnType<typeof durableApp>>
  let keys: TrailAnchor
  let last: TrailHead
  const pathOf = (name: string) => join(store.folder, name)

  before(async () => {
    store = await durableApp()
    other = await durableApp()
    await fill(store, 6)
    await store.reopen(() => cpSync(store.trailPath, pathOf('older.db')))
    await fill(store, 6)
    await fill(other, 12)
    const { keyring, id: installation } = store.app.running.installation
    keys = { installation, publicKeys: keyring.current.publicKeys('trail'), isWholeKeyring: true, heads: [] }
    await other.close()
    await store.close()
    // The signature of the last head is that of the file as it stands now.
    using trail = openTrail(store.dataDir)
    last = headOf([...trail.heads()].at(-1)!)
    cpSync(store.trailPath, pathOf('intact.db'))
  })

  after(async () => {
    await store[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
  })

  const verify = (anchor: TrailAnchor) => {
    using trail = openTrail(store.dataDir)
    return verifyTrail(trail, anchor)
  }

  function tamper(index: number, name: string, isHashedAnew: boolean) {
    cpSync(pathOf('intact.db'), store.trailPath)
    using db = new DatabaseSync(store.trailPath)
    const number = (text: string) => Number(db.prepare(text).get()?.number)
    tamperings[name]!.tamper({
      db,
      random: new SeededRandom(SEED + index),
      end: number('select max(seq) as number from trail'),
      statements: number('select max(number) as number from statements'),
      otherTrail: other.trailPath,
      olderTrail: pathOf('older.db'),
    })
    if (isHashedAnew) hashAnew(db, keys.installation!)
  }

  test('untouched, is proven to its end, by the keyring, a public key or a head kept elsewhere', () => {
    const { outcome, proven, rows, entries, entriesAfter } = verify(keys)
    assert.deepEqual(
      { outcome, proven: proven?.seq, entriesAfter },
      { outcome: 'proven', proven: rows, entriesAfter: 0 },
    )
    assert.ok(rows > 20 && entries > rows)
    const anchors = [
      { ...keys, isWholeKeyring: false },
      { ...keys, heads: [last] },
      { ...keys, publicKeys: new Map(), isWholeKeyring: false, heads: [last] },
    ]
    for (const anchor of anchors) assert.equal(verify(anchor).outcome, 'proven')
  })

  const names = Object.keys(tamperings)
  for (let index = 0; index < TAMPERINGS; index++) {
    const name = names[Math.floor(index / 2) % names.length]!
    const isHashedAnew = index % 2 === 1
    test(`${index}: is found out when somebody ${name}${isHashedAnew ? ', with hashes that fit' : ''}`, () => {
      tamper(index, name, isHashedAnew)
      const anchor = tamperings[name]!.needsHead ? { ...keys, heads: [last] } : keys
      const { outcome, faults, proven } = verify(anchor)
      assert.equal(outcome, 'altered')
      assert.equal(proven, undefined)
      assert.ok(faults.length > 0)
      for (const { message } of faults) assert.match(message, /\b(row|rows|statement|statements) \d+/)
    })
  }

  test('has hashes that fit where it was hashed anew: nobody without a key or a head sees it', () => {
    tamper(1, 'alters an entry', true)
    const nothing = { installation: undefined, publicKeys: new Map(), isWholeKeyring: false, heads: [] }
    assert.equal(verify(nothing).outcome, 'hashes')
    assert.equal(verify(keys).outcome, 'altered')
  })

  test('names the row that was altered, and the requests in it', () => {
    cpSync(pathOf('intact.db'), store.trailPath)
    using db = new DatabaseSync(store.trailPath)
    db.exec(`update trail set entries = replace(entries, 'GetSecretValue', 'ListSecrets') where seq = 20`)
    const { faults } = verify(keys)
    assert.equal(faults.length, 1)
    const [id = ''] = /(?<="id":")[^"]+/.exec(
      String(db.prepare('select entries from trail where seq = 20').get()?.entries),
    )!
    assert.deepEqual({ from: faults[0]?.from, to: faults[0]?.to }, { from: 20, to: 20 })
    assert.ok(faults[0]?.message.startsWith(`row 20 was altered; requests in it: ${id}`))
  })

  test('names the heads between which rows were written anew', () => {
    cpSync(pathOf('intact.db'), store.trailPath)
    using db = new DatabaseSync(store.trailPath)
    const heads = db.prepare(`select seq, number from statements where kind = 'head' order by number`).all()
    const [before, behind] = [Number(heads[1]?.seq), Number(heads[2]?.seq)]
    db.exec(`update trail set entries = replace(entries, '"address":"', '"address":"6') where seq = ${before + 1}`)
    const kept = db.prepare('select * from statements').all().length
    hashAnew(db, keys.installation!)
    // Statements as they were: only the rows are anew.
    db.exec(
      `attach '${pathOf('intact.db')}' as intact; delete from statements; insert into statements select * from intact.statements`,
    )
    assert.equal(db.prepare('select * from statements').all().length, kept)
    const { faults } = verify(keys)
    assert.deepEqual(
      faults.map(({ from, to }) => ({ from, to })),
      [{ from: before + 1, to: behind }],
    )
  })

  const absurd = [
    'update trail set at = 9223372036854775807 where seq = 3',
    `insert into trail (seq, ${'node, at, count, entries, previous, hash'}) values (9223372036854775806, 'local', 1, 1, 'x', x'00', x'')`,
    `insert into trail (seq, node, at, count, entries, previous, hash) values (-9223372036854775807, 'local', 1, 1, 'x', x'00', x'')`,
    `update trail set entries = x'00ff' where seq = 3`,
    `update trail set hash = 'text' where seq = 3`,
    `update trail set format = 99 where seq = 3`,
    `update trail set format = 1 where seq = 3`,
    `update statements set signature = '' where number = 3`,
    `update statements set seq = 9223372036854775807 where number = 3`,
    `update statements set number = -number`,
    `update statements set seq = 'text' where number = 3`,
    `update statements set at = 9e999 where number = 3`,
    `update statements set detail = 'text', key_version = x'01' where number = 2`,
    `update statements set seq = 'text' where number = (select max(number) from statements)`,
    `update trail set seq = seq + 9007199254740993`,
    `update trail set outbox_id = unhex(printf('%02x', outbox_id)) where seq = (select min(seq) from trail where outbox_id between 1 and 9)`,
    `update trail set entries = entries || char(0) || 'x' where seq = 3`,
    `update trail set at = 9e999, node = x'00', outbox_id = 'text' where seq = 3`,
    `delete from statements`,
  ]
  for (const statement of absurd)
    test(`is found out, whatever stands in it: ${statement}`, () => {
      cpSync(pathOf('intact.db'), store.trailPath)
      using db = new DatabaseSync(store.trailPath)
      db.exec(statement)
      assert.equal(verify({ ...keys, heads: [last] }).outcome, 'altered')
    })
})
