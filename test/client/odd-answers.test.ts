import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createSecretReader } from '../../src/client/create-secret-reader.ts'

/** What a server, or somebody in front of it, may answer for a secret in place of what it should. The SDK passes all of it on. */
const ODD: readonly object[] = [
  { VersionStages: 5 },
  { VersionId: 5 },
  { SecretString: 7 },
  { SecretString: { password: 'horse' } },
  { Name: ['a'] },
  { ARN: 5 },
]

const entryOf = (name: string) => ({
  ARN: `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-abcdef`,
  Name: name,
  SecretString: `value of ${name}`,
  VersionId: 'v'.repeat(32),
  VersionStages: ['AWSCURRENT'],
})

/** A server, and a reader of it, whose answers for the secret `a` are another one's. */
async function startOdd(odd: object) {
  const server = createServer((request, response) => {
    const a = { ...entryOf('a'), ...odd }
    const isBatch = request.headers['x-amz-target'] === 'secretsmanager.BatchGetSecretValue'
    response.end(JSON.stringify(isBatch ? { SecretValues: [a, entryOf('b')] } : a))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new SecretsManagerClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  })
  const reader = createSecretReader({ client })
  const close = async () => {
    await reader.close()
    client.destroy()
    server.closeAllConnections()
    await server[Symbol.asyncDispose]()
  }
  return { reader, [Symbol.asyncDispose]: close }
}

describe('an answer of another form fails its secret alone, and shows nothing of it', () => {
  for (const odd of ODD)
    test(JSON.stringify(odd), { timeout: 30_000 }, async () => {
      await using app = await startOdd(odd)
      const [a, b] = await app.reader.getMany(['a', 'b'])
      assert.equal(b?.value?.string, 'value of b')
      assert.equal(a?.error?.code, 'UnknownError')
      assert.doesNotMatch(`${a?.error?.message}`, /horse|value of/)
    })
})

test('an id that is no text at all fails alone', async () => {
  await using app = await startOdd({})
  const [odd, b] = await app.reader.getMany([Symbol('id') as unknown as string, 'b'])
  assert.equal(odd?.error?.code, 'ValidationException')
  assert.equal(b?.value?.string, 'value of b')
})
