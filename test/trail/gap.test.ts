import assert from 'node:assert/strict'
import { cpSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { UnacknowledgedGapError } from '../../src/audit/gap.ts'
import { acknowledge } from '../../src/commands/acknowledge-gap.ts'
import type { TestApp } from '../start-app.ts'
import { crashCopy } from './crash-copy.ts'
import { durableApp } from './durable-app.ts'
import { verified } from './verified.ts'

type Store = Awaited<ReturnType<typeof durableApp>>

const sign = ({ running }: TestApp) => running.installation.heads.signHead()
const write = (app: TestApp, name: string) => app.client.createSecret({ Name: name, SecretString: 'value' })
const read = (app: TestApp, name: string) => app.client.getSecretValue({ SecretId: name })

/** What the log says is missing. */
function missingIn({ logged }: TestApp): readonly string[] {
  return logged.flatMap(({ level, details }) => {
    const { missing = [] } = details as { missing?: readonly string[] }
    assert.ok(missing.length === 0 || level === 'error')
    return missing
  })
}

/** A store with some history, of which copies were kept half way. */
async function withHistory() {
  const store = await durableApp()
  await write(store.app, 'first')
  await read(store.app, 'first')
  await store.close()
  const older = (path: string) => `${path}.older`
  for (const path of [store.storePath, store.trailPath]) cpSync(path, older(path))
  const app = await store.reopen()
  await write(app, 'second')
  await read(app, 'second')
  await sign(app)
  return { store, putOlderBack: (path: string) => cpSync(older(path), path) }
}

/** What somebody does to the files of a stopped installation, and what the next start says of it. */
const lostFiles: Readonly<
  Record<string, { lose(files: Store, putOlderBack: (path: string) => void): void; says: RegExp }>
> = {
  'a trail that was removed': {
    lose: ({ trailPath }) => rmSync(trailPath),
    says: /^head \d+ of 2\S+, which covers the rows up to \d+, is missing from trail.db: there is no statement in it\nrows 1 to \d+ are missing from trail.db$/,
  },
  'a trail that was emptied': {
    lose: ({ trailPath }) => truncateSync(trailPath),
    says: /^head \d+ of 2\S+, which covers the rows up to \d+, is missing from trail.db: there is no statement in it\nrows 1 to/,
  },
  'a trail that was exchanged for an older copy': {
    lose: ({ trailPath }, putOlderBack) => putOlderBack(trailPath),
    says: /^head \d+ .* is missing from trail.db: the last statement there is \d+, of 2\S+\nrows \d+ to \d+ are missing from trail.db/,
  },
  'a trail and a high-water mark that are both gone': {
    lose({ trailPath, highWaterPath }) {
      rmSync(trailPath)
      rmSync(highWaterPath)
    },
    says: /^head \d+ of 2\S+, which covers/,
  },
  'a store that was exchanged for an older copy': {
    lose: ({ storePath }, putOlderBack) => putOlderBack(storePath),
    says: /^store.db is behind trail.db: head \d+ of 2\S+ counts \d+ commits, store.db has \d+\nstore.db has lost changes whose records stand in trail.db, from row \d+ of 2\S+ on$/,
  },
}

describe('a gap between the store and the trail', () => {
  for (const [what, { lose, says }] of Object.entries(lostFiles))
    test(`${what} is reported at every start, and no head is signed until the operator acknowledges it`, async () => {
      const { store, putOlderBack } = await withHistory()
      await using _ = store
      await store.close()
      lose(store, putOlderBack)
      const first = await store.reopen()
      assert.match(missingIn(first).join('\n'), says)
      await assert.rejects(sign(first), UnacknowledgedGapError)
      await write(first, 'meanwhile')
      await read(first, 'meanwhile')
      const operations = (await first.trail(2)).map(({ operation }) => operation)
      assert.deepEqual(operations, ['CreateSecret', 'GetSecretValue'], 'calls are still recorded')
      for (let index = 0; index < 10; index++) await write(first, `more ${index}`.replace(' ', '-'))
      const second = await store.reopen()
      assert.deepEqual(missingIn(second), missingIn(first), 'also once both files have gone on')
      await assert.rejects(sign(second), UnacknowledgedGapError)
    })

  for (const [what, { lose }] of Object.entries(lostFiles))
    test(`${what} can be acknowledged: a record and signed statements say so, and the trail is proven again`, async () => {
      const { store, putOlderBack } = await withHistory()
      await using _ = store
      const { seq: end } = await store.app.running.installation.trail.end()
      await store.close()
      lose(store, putOlderBack)
      const app = await store.reopen()
      for (const name of ['meanwhile', 'too']) {
        await write(app, name)
        await app.running.installation.trail.settle()
      }
      const { installation } = app.running
      const gap = await acknowledge(installation, 'the disk was exchanged')
      assert.ok(gap)
      const { outcome, proven, gaps, faults } = verified(app)
      assert.deepEqual(faults, [])
      assert.equal(outcome, 'proven')
      assert.equal(proven?.seq, (await installation.trail.end()).seq)
      if (what.startsWith('a trail')) assert.equal(gaps.length, 1)
      assert.ok(proven.seq > end, 'no number of a row is given twice')
      const [record] = await app.trail(1)
      assert.equal(record?.operation, 'AcknowledgeTrailGap')
      assert.deepEqual(
        record?.parameters?.Missing,
        gap.findings.map(({ message }) => message),
      )
      assert.equal(record?.parameters?.Reason, 'the disk was exchanged')
      const again = await store.reopen()
      assert.deepEqual(missingIn(again), [])
      await read(again, 'meanwhile')
      await sign(again)
      assert.equal(verified(again).outcome, 'proven')
      assert.equal(await acknowledge(again.running.installation, undefined), undefined)
    })

  test('what an acknowledged gap explains is exactly what was missing: more that is taken away is found', async () => {
    const { store, putOlderBack } = await withHistory()
    await using _ = store
    await store.close()
    putOlderBack(store.trailPath)
    const app = await store.reopen()
    for (const name of ['a', 'b', 'c']) await write(app, name)
    await acknowledge(app.running.installation, undefined)
    const [gap] = verified(app).gaps
    assert.ok(gap)
    const takings = [
      `delete from trail where seq = ${gap.after}`,
      `delete from trail where seq = ${gap.to + 1}`,
      `delete from statements where number = ${gap.statement}`,
      `update statements set detail = detail - 1 where kind = 'gap'`,
      `update statements set seq = seq + 1 where number = ${gap.number + 1}`,
      `delete from statements where kind = 'gap'`,
    ]
    await store.close()
    for (const taking of takings) {
      const kept = `${store.trailPath}.kept`
      cpSync(store.trailPath, kept)
      const altered = await store.reopen((trail) => trail.exec(taking))
      assert.equal(verified(altered).outcome, 'altered', taking)
      await store.close()
      cpSync(kept, store.trailPath)
    }
  })

  test('a trail in which something was altered cannot be acknowledged', async () => {
    const { store } = await withHistory()
    await using _ = store
    await store.close()
    const app = await store.reopen((trail) => {
      trail.exec(`update trail set entries = replace(entries, 'GetSecretValue', 'ListSecrets')`)
      trail.exec('delete from statements where number > 3')
    })
    assert.match(missingIn(app).join(), /is missing from trail\.db/)
    await assert.rejects(
      acknowledge(app.running.installation, undefined),
      /something in the trail was altered as well: row \d+ was altered/,
    )
  })

  test('a trail that was emptied is reported although the mark was removed and what would excuse that was forged', async () => {
    for (const forgery of [
      `update generations set value = 0 where name = 'commits'`,
      `insert into meta (name, value) values ('first_start', '{"account":"111122223333","rootKey":"x"}')`,
    ]) {
      const { store } = await withHistory()
      await using _ = store
      await store.close()
      rmSync(store.highWaterPath, { force: true })
      const app = await store.reopen((trail, db) => {
        trail.exec('delete from trail; delete from statements')
        db.exec(`delete from trail_mark; ${forgery}`)
      })
      assert.match(missingIn(app).join(), /are missing from trail\.db/)
    }
  })

  test('a mark that was removed or altered is reported', async () => {
    for (const [statement, says] of [
      ['delete from trail_mark', 'store.db has lost its mark of the trail'],
      ['update trail_mark set seq = seq - 1', 'the mark of the trail in store.db was altered: its MAC does not fit'],
    ] as const) {
      const { store } = await withHistory()
      await using _ = store
      const app = await store.reopen((_trail, db) => db.exec(statement))
      assert.deepEqual(missingIn(app), [says])
      await acknowledge(app.running.installation, undefined)
      assert.deepEqual(missingIn(await store.reopen()), [])
    }
  })

  for (const file of ['storePath', 'trailPath'] as const)
    test(`a truncated write-ahead log of ${file === 'storePath' ? 'the store' : 'the trail'} of a killed server is reported, though no head counts what was in it`, async () => {
      const { store } = await withHistory()
      await using _ = store
      await write(store.app, 'unsigned')
      await store.app.running.installation.trail.settle()
      await read(store.app, 'unsigned')
      await using copy = await crashCopy(store)
      truncateSync(`${copy[file]}-wal`)
      const app = await copy.open()
      assert.notDeepEqual(missingIn(app), [])
    })

  test('a copy of the files at any moment, as a crash leaves them, has no gap', async () => {
    await using store = await durableApp()
    for (let round = 0; round < 12; round++) {
      await write(store.app, `s${round}`)
      if (round % 2) await read(store.app, `s${round}`)
      if (round % 3 === 0) await sign(store.app)
      const writing = write(store.app, `t${round}`)
      await using copy = await crashCopy(store)
      await writing
      const app = await copy.open()
      assert.deepEqual(missingIn(app), [])
      await sign(app)
      assert.equal(verified(app).outcome, 'proven')
    }
  })

  test('an installation from before the two vouched for each other is taken as it is, and vouches from then on', async () => {
    const { store } = await withHistory()
    await using _ = store
    await store.close()
    rmSync(store.highWaterPath)
    const upgraded = await store.reopen((trail, db) => {
      // As the version before left them; its heads did not count the store's commits.
      db.exec(`drop table trail_mark; delete from generations where name = 'commits'; pragma user_version = 7`)
      trail.exec('delete from statements')
    })
    assert.deepEqual(missingIn(upgraded), [])
    await store.close()
    cpSync(store.trailPath, `${store.trailPath}.older`)
    const app = await store.reopen()
    await write(app, 'after')
    await sign(app)
    assert.equal(verified(app).outcome, 'proven')
    await store.close()
    cpSync(`${store.trailPath}.older`, store.trailPath)
    assert.match(missingIn(await store.reopen()).join('\n'), /^head \d+ of .* is missing from trail\.db/)
  })

  test('a high-water mark that is torn, older or of another installation raises no alarm', async () => {
    const { store } = await withHistory()
    await using _ = store
    await store.close()
    cpSync(store.highWaterPath, `${store.highWaterPath}.older`)
    await write(await store.reopen(), 'third')
    await store.close()
    const marks = {
      older: () => cpSync(`${store.highWaterPath}.older`, store.highWaterPath),
      torn: () => truncateSync(store.highWaterPath, 100),
      empty: () => writeFileSync(store.highWaterPath, ''),
      removed: () => rmSync(store.highWaterPath),
    }
    for (const [what, put] of Object.entries(marks)) {
      put()
      assert.deepEqual(missingIn(await store.reopen()), [], what)
      await store.close()
    }
    await using other = await durableApp()
    await other.close()
    cpSync(store.highWaterPath, other.highWaterPath)
    assert.deepEqual(missingIn(await other.reopen()), [])
  })

  test('every commit of the store is counted, and each head says how many there were', async () => {
    await using store = await durableApp()
    // Makes the account's key, notes the first use of the access key, and lets the first head be signed.
    await write(store.app, 'before')
    await sign(store.app)
    using db = new DatabaseSync(store.storePath, { readOnly: true })
    const commits = () => Number(db.prepare(`select value from generations where name = 'commits'`).get()?.value)
    const before = commits()
    await write(store.app, 'a')
    assert.equal(commits(), before + 1)
    await read(store.app, 'a')
    const counted = commits()
    await sign(store.app)
    const [head] = (await store.app.running.installation.trail.heads({ after: 0, limit: 100 })).slice(-1)
    assert.equal(head?.storeCommits, counted)
  })
})
