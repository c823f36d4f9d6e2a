import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordsOf } from '../../src/audit/cloudtrail.ts'
import { startApp } from '../start-app.ts'

const TOKEN = 'a-grant-token-of-a-real-grant'

test('the refusal of a call that breaks the model tells no token that records leave out', async () => {
  await using app = await startApp()
  const GrantTokens = Array.from({ length: 11 }, () => TOKEN)
  await assert.rejects(app.kms.encrypt({ KeyId: 'alias/a', Plaintext: Buffer.from('text'), GrantTokens }))
  const records = (await app.trail()).flatMap(recordsOf).filter(({ eventName }) => eventName === 'Encrypt')
  assert.equal(records.length, 1)
  assert.match(records[0]?.errorMessage ?? '', /'grantTokens'/)
  assert.ok(!JSON.stringify(records).includes(TOKEN))
})
