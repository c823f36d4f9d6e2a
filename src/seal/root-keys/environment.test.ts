import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { RootKeyError } from '../root-key-error.ts'
import { formatRootKey, RootKeyMaterial } from '../root-key-material.ts'
import { parseRootKeyVariable } from './environment.ts'

test('32 bytes are read in each of their spellings', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (array) => {
      const bytes = Buffer.from(array)
      const spellings = [
        formatRootKey(new RootKeyMaterial(bytes)),
        bytes.toString('hex'),
        bytes.toString('hex').toUpperCase(),
        bytes.toString('base64'),
        bytes.toString('base64').replace('=', ''),
        bytes.toString('base64url'),
        ` ${bytes.toString('base64')}\n`,
      ]
      for (const text of spellings) assert.deepEqual(parseRootKeyVariable(text).bytes, bytes)
    }),
  )
})

test('anything but 32 bytes is refused without being shown', () => {
  const bytes = randomBytes(33)
  const values = [
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.subarray(0, 31).toString('hex'),
    bytes.subarray(0, 31).toString('base64'),
    bytes.subarray(0, 32).toString('latin1'),
    `coffer-root-key:v1:${bytes.toString('base64url')}`,
    `coffer-root-key:v9:${bytes.toString('base64url')}`,
    `coffer-root-key:${bytes.toString('base64url')}:v1`,
    `${bytes.toString('hex').slice(0, 63)}g`,
    'correct horse battery staple',
  ]
  for (const value of values) {
    assert.throws(
      () => parseRootKeyVariable(value),
      (error) => {
        assert.ok(error instanceof RootKeyError)
        assert.ok(error.message.startsWith('Cannot use the root key of the environment: COFFER_ROOT_KEY '))
        assert.ok(!error.message.includes('\n'))
        for (let start = 0; start + 8 <= value.length; start++) {
          const piece = value.slice(start, start + 8)
          assert.ok('coffer-root-key:v1:'.includes(piece) || !error.message.includes(piece), error.message)
        }
        return true
      },
    )
  }
})

test('an empty variable is named as such', () => {
  assert.throws(() => parseRootKeyVariable(' \n'), { code: 'malformed', message: /COFFER_ROOT_KEY is empty, wanted / })
})
