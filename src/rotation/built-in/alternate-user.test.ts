import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alternateUser } from './alternate-user.ts'

test('two users alternate', () => {
  assert.equal(alternateUser('app', 63), 'app_clone')
  assert.equal(alternateUser('app_clone', 63), 'app')
  assert.equal(alternateUser('app_clone_clone', 63), 'app_clone')
  assert.equal(alternateUser('_clone', 63), '_clone_clone')
})

test('a name is as long as the server takes, and no longer', () => {
  const longest = 'a'.repeat(57)
  assert.equal(alternateUser(longest, 63).length, 63)
  for (const user of [`${longest}a`, `${'a'.repeat(56)}é`])
    assert.throws(() => alternateUser(user, 63), { name: 'FunctionError' })
})
