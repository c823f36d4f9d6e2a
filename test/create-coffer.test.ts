import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { createCoffer } from '../src/create-coffer.ts'

const credentials = { accessKeyId: '111122223333', secretAccessKey: 'any' }

test('closing lets requests in progress end, and later ones are told that it is closed', async () => {
  const coffer = await createCoffer()
  const { requestHandler } = coffer
  const client = new SecretsManager({ region: 'eu-central-1', credentials, requestHandler, maxAttempts: 1 })
  const created = client.createSecret({ Name: 'a', SecretString: 'x' })
  const [{ Name }] = await Promise.all([created, created.then(() => coffer.close())])
  assert.equal(Name, 'a')
  await assert.rejects(client.getSecretValue({ SecretId: 'a' }), { message: 'This Coffer is closed' })
})
