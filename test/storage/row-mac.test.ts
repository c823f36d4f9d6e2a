import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createKeyring } from '../../src/seal/keyring.ts'
import { macFits, macOf } from '../../src/storage/row-mac.ts'

const mac = createKeyring().authenticator('row-mac')
const FIRST = { table: 't', named: ['a'], columns: ['a', 'b'] }
const GROWN = { ...FIRST, added: ['policy', 'note'] }
const row = { a: 'x', b: null, policy: null, note: null }

describe('the MAC of a row whose table has grown', () => {
  test('is that of before where the added columns are empty', () => {
    const before = macOf(mac, FIRST, row)
    assert.deepEqual(macOf(mac, GROWN, row), before)
    assert.ok(macFits(mac, GROWN, { ...row, mac: before }))
    assert.ok(macFits(mac, GROWN, { a: 'x', b: null, mac: before }))
  })

  test('fits no row in which an added column was set', () => {
    const before = macOf(mac, FIRST, row)
    for (const set of [{ policy: '{}' }, { policy: '' }, { note: 0 }, { policy: 'policy' }])
      assert.ok(!macFits(mac, GROWN, { ...row, ...set, mac: before }), JSON.stringify(set))
  })

  test('fits no row in which an added column was cleared, altered or moved', () => {
    const full = { ...row, policy: '{}', note: 'n' }
    const tag = macOf(mac, GROWN, full)
    assert.ok(macFits(mac, GROWN, { ...full, mac: tag }))
    const altered = [{ policy: null }, { note: null }, { policy: 'n', note: '{}' }, { policy: '{}\u0000' }, { a: null }]
    for (const change of altered)
      assert.ok(!macFits(mac, GROWN, { ...full, ...change, mac: tag }), JSON.stringify(change))
    const one = macOf(mac, GROWN, { ...row, policy: '{}' })
    assert.ok(!macFits(mac, GROWN, { ...row, note: '{}', mac: one }))
  })

  test('is never that of a table with more fixed columns', () => {
    const grown = macOf(mac, GROWN, { a: 'x', b: 'y', policy: 'p', note: null })
    const wide = { ...FIRST, columns: ['a', 'b', 'policy'] }
    assert.notDeepEqual(macOf(mac, wide, { a: 'x', b: 'y', policy: 'p' }), grown)
  })
})
