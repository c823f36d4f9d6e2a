import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { KMS } from '@aws-sdk/client-kms'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { type Coffer, type CofferOptions, createCoffer, type RotationEvent } from '../src/create-coffer.ts'
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

describe('options of createCoffer', () => {
  test('an unknown option is refused by its name, also when its value is undefined', async () => {
    const wrong = { dataDri: './data' } as CofferOptions
    await assert.rejects(createCoffer(wrong), {
      message: /^Cannot use the option dataDri: createCoffer knows dataDir, rootKey, .*account/,
    })
    await assert.rejects(createCoffer({ toString: undefined } as CofferOptions), { message: /option toString/ })
  })

  test('an existing data directory is opened with its own account and administrator, and refuses any other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coffer-options-'))
    try {
      const dataDir = join(folder, 'data')
      const account = '444455556666'
      const administrator = { accessKeyId: 'AKIAGIVENTOTHEFIRST1', secretAccessKey: 's'.repeat(40) }
      await (await createCoffer({ dataDir, account, administrator })).close()
      const refused: [CofferOptions, RegExp][] = [
        [{ account: '777788889999' }, /^Cannot use the given account: .*data holds the account 444455556666$/],
        [
          { administrator: { ...administrator, accessKeyId: 'AKIAGIVENTOTHEFIRST2' } },
          /^Cannot use the given administrator: .*data holds the account 444455556666, which has no such access key/,
        ],
        [
          { administrator: { ...administrator, secretAccessKey: 't'.repeat(40) } },
          /^Cannot use the given administrator: /,
        ],
      ]
      for (const [options, message] of refused)
        await assert.rejects(createCoffer({ dataDir, ...options }), (error: Error) => {
          assert.match(error.message, message)
          assert.doesNotMatch(error.message, /AKIA|ssss|tttt/)
          return true
        })
      // A refused start has left the directory.
      for (const options of [{}, { account, administrator }]) {
        await using coffer = await createCoffer({ dataDir, ...options })
        assert.equal(coffer.account, account)
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('where any credentials are taken, the given account is that of callers whose key id is no account', async () => {
    for (const [options, accessKeyId, expected] of [
      [{}, 'test', '000000000000'],
      [{ account: '444455556666' }, 'test', '444455556666'],
      [{ account: '444455556666' }, '111122223333', '111122223333'],
    ] as const) {
      await using coffer = await createCoffer(options)
      const { requestHandler } = coffer
      const credentials = { accessKeyId, secretAccessKey: 'any' }
      const client = new SecretsManager({ region: 'eu-central-1', credentials, requestHandler })
      const { ARN } = await client.createSecret({ Name: 'a', SecretString: 'x' })
      assert.equal(ARN?.split(':')[4], expected)
    }
  })
})

test('an empty store beside the files of an earlier one is refused, unless a new installation is asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-new-'))
  try {
    const dataDir = join(folder, 'data')
    const first = await createCoffer({ dataDir })
    await first.close()
    await assert.rejects(createCoffer({ dataDir, new: true }), {
      message: /: there is one in it already\. Start without new: true/,
    })
    await rm(join(dataDir, 'store.db'))
    await assert.rejects(createCoffer({ dataDir }), {
      message: /: the store is empty, and there are files of an earlier installation: .* start once with new: true\.$/,
    })
    await using second = await createCoffer({ dataDir, new: true })
    assert.notEqual(second.account, first.account)
  } finally {
    await rm(folder, { recursive: true })
  }
})

describe('rotation', () => {
  const LAMBDA = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate'

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

describe('rotation', () => {
  const SecretId = 'a'
  const RotationLambdaARN = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate'
  const clientOf = ({ requestHandler }: Coffer) =>
    new SecretsManager({ region: 'eu-central-1', credentials, requestHandler, maxAttempts: 1 })

  test('runs functions of this process', async () => {
    const done = Promise.withResolvers<RotationEvent>()
    await using coffer: Coffer = await createCoffer({
      rotationFunctions: {
        async [RotationLambdaARN](event) {
          await rotateStep(event, clientOf(coffer))
          if (event.Step === 'finishSecret') done.resolve(event)
        },
      },
    })
    const client = clientOf(coffer)
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    const { VersionId, ARN } = await client.rotateSecret({ SecretId, RotationLambdaARN })
    assert.deepEqual(await done.promise, { Step: 'finishSecret', SecretId: ARN, ClientRequestToken: VersionId })
    assert.match((await client.getSecretValue({ SecretId })).SecretString ?? '', /^password /)
  })

  test('ends with the Coffer: who asks is told, and nobody waits for a function that does not', async () => {
    const begun = Promise.withResolvers<AbortSignal>()
    const coffer = await createCoffer({
      rotationFunctions: {
        [RotationLambdaARN]: (_event, signal) => {
          begun.resolve(signal)
          return new Promise<void>(() => {})
        },
      },
    })
    const client = clientOf(coffer)
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    await client.rotateSecret({ SecretId, RotationLambdaARN })
    const signal = await begun.promise
    await coffer.close()
    assert.ok(signal.aborted)
  })

  test('knows built-in rotators once a host of databases is named', async () => {
    const name = RotationLambdaARN.replace('rotate', 'SecretsManagerRDSPostgreSQLRotationSingleUser')
    for (const rotationHosts of [[], ['db.example']]) {
      await using coffer = await createCoffer({ rotationHosts })
      const client = clientOf(coffer)
      await client.createSecret({ Name: SecretId, SecretString: 'first' })
      const asked = client.rotateSecret({ SecretId, RotationLambdaARN: name }).then(
        () => 'taken',
        (error) => error.name,
      )
      assert.equal(await asked, rotationHosts.length > 0 ? 'taken' : 'AccessDeniedException')
    }
  })

  test('takes names that make sense', async () => {
    const functions = { rotate: async () => {} }
    await assert.rejects(createCoffer({ rotationFunctions: functions }), {
      message: /^Cannot use the rotation function: rotate:/,
    })
    await assert.rejects(createCoffer({ rotationHosts: ['*'] }), { message: /^Cannot use the rotation host: \*:/ })
    await assert.rejects(createCoffer({ rotationRoles: ['x'] }), { message: /^Cannot use the rotation role: x:/ })
  })
})
