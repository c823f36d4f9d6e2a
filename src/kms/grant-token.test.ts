import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeGrantToken, readGrantToken } from './grant-token.ts'

const place = { account: '111122223333', region: 'eu-central-1', keyId: 'mrk-1', grantId: 'f'.repeat(64) }
const INVALID = { name: 'AwsError', code: 'InvalidGrantTokenException' }

test('a token tells where its grant is, and is never the same twice', () => {
  const [one, other] = [makeGrantToken(place), makeGrantToken(place)]
  assert.deepEqual([readGrantToken(one), readGrantToken(other)], [place, place])
  assert.notEqual(one, other)
})

test('a token that was cut or altered anywhere is none', () => {
  const bytes = Buffer.from(makeGrantToken(place), 'base64url')
  for (const [at, byte] of bytes.entries()) {
    const altered = Buffer.from(bytes)
    altered[at] = byte ^ 1
    for (const token of [altered, bytes.subarray(0, at)])
      assert.throws(() => readGrantToken(token.toString('base64url')), INVALID, `${at}`)
  }
})
