import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SqlSinkPositions } from '../../../src/storage/sink-positions.ts'
import type { OpenEngine } from '../engine-under-test.ts'

/** Positions: each sink's own, and there again after a restart. */
export function sinkPositionsSuite(open: OpenEngine): void {
  describe('positions of sinks', () => {
    test('are kept by name, the newest alone', async () => {
      await using store = await open()
      const positions = new SqlSinkPositions(store.engine)
      assert.equal(await positions.find('file /a'), undefined)
      await positions.save('file /a', { seq: 1, head: 0 })
      await positions.save('file /a', { seq: 5, head: 2, memory: '{"quiet":{}}' })
      await positions.save('file /b', { seq: 3, head: 1 })
      const again = new SqlSinkPositions(await store.reopen())
      assert.deepEqual(await again.find('file /a'), { seq: 5, head: 2, memory: '{"quiet":{}}' })
      assert.deepEqual(await again.find('file /b'), { seq: 3, head: 1, memory: undefined })
      await again.save('file /a', { seq: 6, head: 2 })
      assert.deepEqual(await again.find('file /a'), { seq: 6, head: 2, memory: undefined })
    })
  })
}
