import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LastUses } from './last-uses.ts'

const MINUTE = 60_000
const use = { id: 'AKIATEST', at: 1_800_000_000_000, service: 'secretsmanager', region: 'eu-central-1' }

test('a use is due when the last one is five minutes old, or of another service or Region', () => {
  const uses = new LastUses()
  assert.equal(uses.isDue(use), true)
  assert.equal(uses.isDue({ ...use, at: use.at + 5 * MINUTE - 1 }), false)
  assert.equal(uses.isDue({ ...use, at: use.at + 5 * MINUTE }), true)
  assert.equal(uses.isDue({ ...use, at: use.at + 6 * MINUTE, service: 'kms' }), true)
  assert.equal(uses.isDue({ ...use, at: use.at + 7 * MINUTE, service: 'kms', region: 'eu-west-1' }), true)
  assert.equal(uses.isDue({ ...use, id: 'AKIAOTHER' }), true)
})

test('a use that failed makes the next one due, unless another was remembered meanwhile', () => {
  const uses = new LastUses()
  uses.isDue(use)
  uses.failed(use)
  const next = { ...use, at: use.at + 1 }
  assert.equal(uses.isDue(next), true)
  uses.failed(use)
  assert.equal(uses.isDue({ ...use, at: use.at + 2 }), false)
})
