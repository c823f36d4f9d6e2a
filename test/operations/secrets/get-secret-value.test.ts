import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../start-app.ts'

test('a secret comes back as it was stored', async () => {
  await using app = await startApp()
  const created = await app.client.createSecret({ Name: 'db/app', SecretString: 'pässword' })
  const read = await app.client.getSecretValue({ SecretId: 'db/app' })
  assert.equal(read.SecretString, 'pässword')
  assert.equal(read.ARN, created.ARN)
  assert.deepEqual(read.VersionStages, ['AWSCURRENT'])
})
