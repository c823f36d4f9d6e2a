import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { rowHash } from '../../src/audit/chain.ts'
import { AlteredTrailError } from '../../src/audit/head-signer.ts'
import { signedBytes } from '../../src/audit/statement.ts'
import { statementOfHead } from '../../src/audit/trail-head.ts'
import { resealJob } from '../../src/reseal-job.ts'
import { isSignatureOf } from '../../src/seal/sign.ts'
import { askCoffer } from '../ask-coffer.ts'
import { startApp, type TestApp } from '../start-app.ts'
import { durableApp } from './durable-app.ts'
import { verified } from './verified.ts'

const silent = { info() {}, warn() {}, error() {} }
const ALL = { after: 0, limit: 1_000 }
const trailOf = ({ running }: TestApp) => running.installation.trail
const sign = ({ running }: TestApp) => running.installation.heads.signHead()

describe('heads of the trail', () => {
  test('cover every record that was acknowledged, those of changes too', async () => {
    await using app = await startApp()
    await app.client.createSecret({ Name: 'a', SecretString: 'value' })
    await app.client.getSecretValue({ SecretId: 'a' })
    await app.client.createSecret({ Name: 'b', SecretString: 'value' })
    await sign(app)
    const [rows, heads] = [await trailOf(app).rows({ limit: 1_000 }), await trailOf(app).heads(ALL)]
    const ids = rows.flatMap(({ entries }) => entries).map(({ operation }) => operation)
    assert.deepEqual(ids.slice(-3), ['CreateSecret', 'GetSecretValue', 'CreateSecret'])
    const head = heads.at(-1)
    assert.equal(head?.seq, rows.at(-1)?.seq)
    assert.equal(head?.installation, app.running.installation.id)
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      rows.map((_, index) => index + 1),
    )
  })

  test('are signed by the key of the trail, and prove exactly what they say', async () => {
    await using app = await startApp()
    await sign(app)
    const [head] = await trailOf(app).heads(ALL)
    assert.ok(head)
    const statement = statementOfHead(head)
    const publicKey = app.running.installation.keyring.current.publicKeys('trail').get(head.keyVersion)!
    const isProven = (what: typeof statement) => isSignatureOf(publicKey, signedBytes(what), what.signature)
    assert.ok(isProven(statement))
    assert.ok(!isProven({ ...statement, seq: statement.seq + 1 }))
    assert.ok(!isProven({ ...statement, kind: 'cut' }))
  })

  test('come only when there is something new, each after the one before', async () => {
    await using app = await startApp()
    const count = async () => (await trailOf(app).heads(ALL)).length
    await sign(app)
    const before = await count()
    await sign(app)
    await sign(app)
    assert.equal(await count(), before)
    await app.client.listSecrets({})
    await Promise.all([sign(app), sign(app), sign(app)])
    assert.equal(await count(), before + 1)
    const heads = await trailOf(app).heads(ALL)
    assert.deepEqual(await trailOf(app).heads({ after: heads[0]?.number ?? 0, limit: 1_000 }), heads.slice(1))
    assert.deepEqual(await trailOf(app).heads({ after: 0, limit: 1 }), heads.slice(0, 1))
  })

  test('closing leaves one that covers everything, and the next start goes on behind it', async () => {
    await using store = await durableApp()
    await store.app.client.createSecret({ Name: 'a', SecretString: 'value' })
    let end = 0
    const app = await store.reopen((trail) => {
      end = Number(trail.prepare('select max(seq) as seq from trail').get()?.seq)
      const head = trail.prepare('select seq, kind from statements order by number desc limit 1').get()
      assert.deepEqual({ ...head }, { seq: end, kind: 'head' })
    })
    await app.client.listSecrets({})
    await sign(app)
    const [first, second] = (await trailOf(app).rows({ after: end - 1, limit: 2 })).map(({ seq }) => seq)
    assert.deepEqual([first, second], [end, end + 1])
    assert.equal((await trailOf(app).heads(ALL)).at(-1)?.seq, end + 1)
  })

  test('a new key of the trail vouches for what the old one signed, and the old one can go', async () => {
    await using store = await durableApp({ stopped: true })
    const { app } = store
    await app.client.createSecret({ Name: 'a', SecretString: 'value' })
    await sign(app)
    const oldKeys = app.running.installation.keyring.current.publicKeys('trail')
    assert.equal((await askCoffer(app, 'RotateKeyring', { Purposes: ['trail'] })).status, 200)
    const { installation } = app.running
    const reseal = resealJob(installation, { account: app.account, now: app.clock.now, log: silent })
    await reseal.run(new AbortController().signal)
    app.clock.advance(16 * 60_000)
    await reseal.run(new AbortController().signal)
    assert.deepEqual(installation.keyring.current.versions('trail'), [2])
    const versions = (await trailOf(app).heads(ALL)).map(({ keyVersion }) => keyVersion)
    assert.deepEqual([versions[0], versions.at(-1)], [1, 2])
    assert.equal(verified(app).outcome, 'proven')
    const again = await store.reopen()
    await again.client.getSecretValue({ SecretId: 'a' })
    await sign(again)
    for (const publicKeys of [again.running.installation.keyring.current.publicKeys('trail'), oldKeys]) {
      const { outcome, proven, rows } = verified(again, publicKeys)
      assert.deepEqual({ outcome, proven: proven?.seq }, { outcome: 'proven', proven: rows })
    }
  })

  const alterations = {
    'an altered last head': `update statements set at = at + 1 where number = (select max(number) from statements)`,
    'a last head that nobody signed': `insert into statements select number + 1, installation, kind, node, seq, hash, at + 1, detail, hash, key_version, signature from statements order by number desc limit 1`,
    'another hash of the last row': `update trail set hash = zeroblob(32) where seq = (select max(seq) from trail)`,
    'a last row that is gone': `delete from trail where seq = (select max(seq) from trail)`,
    'a head of another installation': `update statements set installation = 'other'`,
  }
  for (const [what, statement] of Object.entries(alterations))
    test(`none is signed on top of ${what}, and the operator is told`, async () => {
      await using store = await durableApp()
      await store.app.client.createSecret({ Name: 'a', SecretString: 'value' })
      const app = await store.reopen((trail) => trail.exec(statement))
      const before = await trailOf(app).heads(ALL)
      await app.client.listSecrets({})
      await assert.rejects(sign(app), AlteredTrailError)
      assert.deepEqual(await trailOf(app).heads(ALL), before)
      assert.equal(app.logged.filter(({ message }) => message === 'the trail was altered').length, 1)
    })

  test('what is altered behind a running server is not signed: the next head says what was written', async () => {
    await using store = await durableApp()
    const { app } = store
    await app.client.createSecret({ Name: 'a', SecretString: 'value' })
    await app.client.getSecretValue({ SecretId: 'a' })
    await app.client.listSecrets({})
    await trailOf(app).settle()
    using trail = new DatabaseSync(store.trailPath, { timeout: 5_000 })
    const last = trail.prepare('select * from trail order by seq desc limit 1').get()!
    const forged = {
      format: Number(last.format),
      seq: Number(last.seq),
      node: String(last.node),
      at: Number(last.at),
      count: Number(last.count),
      entries: String(last.entries).replace('ListSecrets', 'GetRandomPassword'),
      outboxMark: last.outbox_id === null ? undefined : Number(last.outbox_id),
      previous: last.previous as Uint8Array,
    }
    const hash = rowHash(app.running.installation.id, forged)
    trail.prepare('update trail set entries = ?, hash = ? where seq = ?').run(forged.entries, hash, forged.seq)
    await sign(app)
    const { outcome, faults } = verified(app)
    assert.equal(outcome, 'altered')
    assert.match(faults[0]?.message ?? '', /were written anew with hashes that fit/)
  })
})
