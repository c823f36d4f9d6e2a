import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trailConfig } from './trail-config.ts'

const RESERVE = 64 * 1024 * 1024
const configOf = (retention?: string, reserve?: string) => trailConfig({ retention, reserve })

test('the trail is kept for 90 days, for as long as somebody says, or for ever', () => {
  assert.deepEqual(configOf(), { retentionDays: 90, reserveBytes: RESERVE })
  assert.deepEqual(configOf('1'), { retentionDays: 1, reserveBytes: RESERVE })
  assert.deepEqual(configOf('36500'), { retentionDays: 36_500, reserveBytes: RESERVE })
  assert.deepEqual(configOf('forever'), { retentionDays: undefined, reserveBytes: RESERVE })
})

test('what is no number of days is refused', () => {
  for (const retention of ['', '0', '-1', '1.5', '36501', '90d', 'never', '٣'])
    assert.throws(() => configOf(retention), {
      name: 'ConfigError',
      message: `Cannot keep the trail for ${retention}: wanted a number of days from 1 to 36500, or forever`,
    })
})

test('the reserve is a number of megabytes, 0 for none', () => {
  assert.equal(configOf('1', '0').reserveBytes, 0)
  assert.equal(configOf('1', '2').reserveBytes, 2 * 1024 * 1024)
  for (const reserve of ['', '-1', '1.5', '100001', '64M'])
    assert.throws(() => configOf('1', reserve), {
      name: 'ConfigError',
      message: `Cannot use the reserve of the trail: ${reserve}: wanted a number of megabytes from 0 to 100000`,
    })
})
