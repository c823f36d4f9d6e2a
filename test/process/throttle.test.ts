import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { KMS } from '@aws-sdk/client-kms'
import { REGION, readCredentials, type Server, serve, startCoffer, temporaryFolder } from './coffer.ts'

type Keys = ReturnType<typeof readCredentials>

/** What 50 requests are answered that come at once, for an operation that AWS allows once in four seconds. */
async function answers(server: Server, credentials: Keys): Promise<string[]> {
  const client = new KMS({ region: REGION, endpoint: server.url, credentials, maxAttempts: 1 })
  const request = { KeyId: 'alias/none', WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' } as const
  const asked = Array.from({ length: 50 }, () => client.getParametersForImport(request).catch(({ name }) => name))
  const found = new Set(await Promise.all(asked))
  client.destroy()
  return [...found].sort()
}

describe('callers of coffer serve', () => {
  test('are throttled, and the security log says so', async () => {
    using folder = temporaryFolder()
    await using server = await serve(folder.path)
    assert.deepEqual(await answers(server, readCredentials(join(folder.path, 'data.credentials'))), [
      'NotFoundException',
      'ThrottlingException',
    ])
    await server.stop()
    const [line = '{}'] = readFileSync(join(folder.path, 'data', 'security.log'), 'utf8').split('\n')
    const { code, principal, operation } = JSON.parse(line)
    assert.equal(code, 'ThrottlingException')
    assert.match(principal, /^arn:aws:iam::\d{12}:user\/administrator$/)
    assert.equal(operation, 'kms:GetParametersForImport')
  })

  test('are not with --throttle off', async () => {
    using folder = temporaryFolder()
    await using server = await serve(folder.path, ['--throttle', 'off'])
    assert.deepEqual(await answers(server, readCredentials(join(folder.path, 'data.credentials'))), [
      'NotFoundException',
    ])
  })
})

describe('callers of coffer dev', () => {
  const any = { accessKeyId: '111122223333', secretAccessKey: 'any' }

  test('are not throttled', async () => {
    await using server = await startCoffer(['dev', '--port', '0'])
    assert.deepEqual(await answers(server, any), ['NotFoundException'])
  })

  test('are with --throttle', async () => {
    await using server = await startCoffer(['dev', '--port', '0', '--throttle', '1'])
    assert.deepEqual(await answers(server, any), ['NotFoundException', 'ThrottlingException'])
  })
})
