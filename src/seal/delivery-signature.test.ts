import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { deliverySigner } from './delivery-signature.ts'

test('a delivery is signed with its time', () => {
  const sign = deliverySigner('a key that both sides know')
  const expected = createHmac('sha256', 'a key that both sides know').update('1700000000.{"é":1}').digest('hex')
  assert.equal(sign('{"é":1}', 1_700_000_000), `t=1700000000,v1=${expected}`)
  assert.notEqual(sign('{"é":1}', 1_700_000_001).split(',')[1], `v1=${expected}`)
})
