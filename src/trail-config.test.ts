import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trailConfig } from './trail-config.ts'

test('the trail is kept for 90 days, for as long as somebody says, or for ever', () => {
  assert.deepEqual(trailConfig({ retention: undefined }), { retentionDays: 90 })
  assert.deepEqual(trailConfig({ retention: '1' }), { retentionDays: 1 })
  assert.deepEqual(trailConfig({ retention: '36500' }), { retentionDays: 36_500 })
  assert.deepEqual(trailConfig({ retention: 'forever' }), { retentionDays: undefined })
})

test('what is no number of days is refused', () => {
  for (const retention of ['', '0', '-1', '1.5', '36501', '90d', 'never', '٣'])
    assert.throws(() => trailConfig({ retention }), {
      name: 'ConfigError',
      message: `Cannot keep the trail for ${retention}: wanted a number of days from 1 to 36500, or forever`,
    })
})
