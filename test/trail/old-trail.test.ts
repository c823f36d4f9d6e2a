import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { FIRST_ROW_FORMAT, NO_HASH, rowHash } from '../../src/audit/chain.ts'
import { durableApp } from './durable-app.ts'
import { verified } from './verified.ts'

/** Makes a trail, and its store, what the first version would have made of the same entries. */
function makeOld(trail: DatabaseSync, store: DatabaseSync): void {
  let previous = NO_HASH
  for (const row of trail.prepare('select seq, node, entries from trail order by seq').all()) {
    const [seq, node, entries] = [Number(row.seq), String(row.node), String(row.entries)]
    const old = { format: FIRST_ROW_FORMAT, seq, node, entries, at: 0, count: 0, outboxMark: undefined, previous }
    const hash = rowHash('', old)
    trail.prepare('update trail set previous = ?, hash = ? where seq = ?').run(previous, hash, seq)
    previous = hash
  }
  trail.exec('drop table statements; alter table trail drop column format; pragma user_version = 1')
  store.exec(`drop table trail_mark; delete from generations where name = 'commits'; pragma user_version = 7`)
}

async function withOldTrail() {
  const store = await durableApp()
  for (const name of ['a', 'b', 'c']) {
    await store.app.client.createSecret({ Name: name, SecretString: 'value' })
    await store.app.client.getSecretValue({ SecretId: name })
  }
  await store.close()
  rmSync(store.highWaterPath)
  await store.reopen(makeOld)
  await store.app.client.getSecretValue({ SecretId: 'a' })
  await store.app.running.installation.heads.signHead()
  return { store, verify: () => verified(store.app) }
}

test('a trail from before heads keeps its rows, goes on behind them, and its first head covers them too', async () => {
  const { store, verify } = await withOldTrail()
  await using _ = store
  const { outcome, proven, rows, entries } = verify()
  assert.deepEqual({ outcome, proven: proven?.seq }, { outcome: 'proven', proven: rows })
  assert.ok(entries >= 8)
  const operations = (await store.app.trail()).map(({ operation }) => operation)
  assert.deepEqual(operations.slice(-3), ['CreateSecret', 'GetSecretValue', 'GetSecretValue'])
})

for (const [what, alteration] of Object.entries({
  'an entry': `update trail set entries = replace(entries, '"id":"', '"id":"0') where seq = 2`,
  'the time': 'update trail set at = at + 1 where seq = 2',
  'the count': 'update trail set count = count + 1 where seq = 2',
  'the node': `update trail set node = 'other' where seq = 2`,
  'the place': 'update trail set seq = -3 where seq = 2; update trail set seq = 2 where seq = 1',
}))
  test(`${what} of a row from before heads cannot be altered unseen`, async () => {
    const { store, verify } = await withOldTrail()
    await using _ = store
    await store.reopen((trail) => trail.exec(alteration))
    assert.equal(verify().outcome, 'altered')
  })
