import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { KMS } from '@aws-sdk/client-kms'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { type CofferOptions, createCoffer } from '../src/create-coffer.ts'
import { rotateStep } from './rotation/rotate-step.ts'

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

describe('rotation', () => {
  const LAMBDA = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate'

  test('is done by a function of this process', async () => {
    const steps: string[] = []
    await using coffer = await createCoffer({
      rotationFunctions: {
        async [LAMBDA](event) {
          steps.push(event.Step)
          await rotateStep(event, client)
        },
      },
    })
    const { requestHandler } = coffer
    const client = new SecretsManager({ region: 'eu-central-1', credentials, requestHandler, maxAttempts: 1 })
    await client.createSecret({ Name: 'a', SecretString: 'first' })
    await client.rotateSecret({ SecretId: 'a', RotationLambdaARN: LAMBDA })
    await coffer.rotate()
    assert.deepEqual(steps, ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
    assert.match((await client.getSecretValue({ SecretId: 'a' })).SecretString ?? '', /^password /)
  })

  test('has names that are ARNs, and functions', async () => {
    const wrong: [CofferOptions, RegExp][] = [
      [{ rotationFunctions: { rotate: async () => {} } }, /^Cannot use the rotation function: rotate: wanted the ARN/],
      [{ rotationFunctions: { [LAMBDA]: 'rotate' as never } }, /: it is no function$/],
      [{ rotationHosts: ['a b'] }, /^Cannot use the rotation host: a b/],
      [{ rotationRoles: ['a'] }, /^Cannot use the rotation role: a/],
    ]
    for (const [options, message] of wrong) await assert.rejects(createCoffer(options), { message })
  })
})

describe('callers', () => {
  /** How a Coffer answers the operation that may be called least often, 50 times at once. */
  async function answers(options: CofferOptions): Promise<string[]> {
    await using coffer = await createCoffer(options)
    const { requestHandler } = coffer
    const client = new KMS({
      region: 'eu-central-1',
      credentials: coffer.credentials ?? credentials,
      requestHandler,
      maxAttempts: 1,
    })
    const request = {
      KeyId: 'alias/none',
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    } as const
    const asked = Array.from({ length: 50 }, () => client.getParametersForImport(request).catch(({ name }) => name))
    return [...new Set(await Promise.all(asked))].sort()
  }

  async function withData(options: CofferOptions): Promise<string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'coffer-throttle-'))
    try {
      return await answers({ dataDir: join(folder, 'data'), ...options })
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  test('are throttled where there is a data directory, unless told otherwise', async () => {
    assert.deepEqual(await withData({}), ['NotFoundException', 'ThrottlingException'])
    assert.deepEqual(await withData({ throttle: 'off' }), ['NotFoundException'])
  })

  test('are not where there is none, unless told otherwise', async () => {
    assert.deepEqual(await answers({}), ['NotFoundException'])
    assert.deepEqual(await answers({ throttle: 1 }), ['NotFoundException', 'ThrottlingException'])
  })

  test('are throttled by a number that makes sense', async () => {
    for (const throttle of [0, -1, Number.NaN, 1e-7, 1e6])
      await assert.rejects(createCoffer({ throttle }), {
        message: /^Cannot use the throttle: .*: wanted off, or a number/,
      })
  })
})
