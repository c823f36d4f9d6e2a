import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SqlRotationLeases } from '../../../src/storage/rotation-leases.ts'
import { NOW, type OpenEngine } from '../engine-under-test.ts'

/** Leases: one holder at a time, whoever asks and when. */
export function rotationLeasesSuite(open: OpenEngine): void {
  describe('rotation leases', () => {
    test('belong to one owner until their time is over or they are given back', async () => {
      await using store = await open()
      const leases = new SqlRotationLeases(store.engine)
      assert.equal(await leases.take(1, 'a', NOW, NOW + 10), true)
      assert.equal(await leases.take(1, 'b', NOW + 9, NOW + 19), false)
      assert.equal(await leases.take(2, 'b', NOW + 9, NOW + 19), true)
      // The owner makes its own longer.
      assert.equal(await leases.take(1, 'a', NOW + 9, NOW + 19), true)
      assert.equal(await leases.take(1, 'b', NOW + 18, NOW + 28), false)
      assert.equal(await leases.take(1, 'b', NOW + 19, NOW + 29), true)
      // Who has lost one gives nothing back.
      await leases.release(1, 'a')
      assert.equal(await leases.take(1, 'a', NOW + 20, NOW + 30), false)
      await leases.release(1, 'b')
      assert.equal(await leases.take(1, 'a', NOW + 20, NOW + 30), true)
    })

    test('go to one of many who ask at once', async () => {
      await using store = await open()
      const leases = new SqlRotationLeases(store.engine)
      const owners = Array.from({ length: 20 }, (_, index) => `owner ${index}`)
      const taken = await Promise.all(owners.map((owner) => leases.take(1, owner, NOW, NOW + 10)))
      assert.equal(taken.filter(Boolean).length, 1)
    })
  })
}
