import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { UpdateSecretCommandInput } from '@aws-sdk/client-secrets-manager'
import { readCiphertext } from '../../../src/kms/ciphertext.ts'
import {
  BOTH_VALUES,
  DECRYPTION_FAILURE,
  denied,
  ENCRYPTION_FAILURE,
  INVALID_NAME,
  INVALID_PARAMETER,
  KMS_DENIED,
  MARKED,
  NO_TOKEN,
  NOT_FOUND,
  tokenInUse,
  tooLong,
  tooShort,
  violations,
} from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { rawCall } from '../../raw-call.ts'
import { REGION, startApp } from '../../start-app.ts'
import { storeKey, storeUnderKey } from '../../stored-data.ts'

const text = (length: number, character = 'x') => character.repeat(length)

describe('constraints', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  await client.createSecret({ Name: 's', SecretString: 'first', Description: 'd' })
  const before = await members(client.describeSecret({ SecretId: 's' }))

  const refused: [what: string, input: Partial<UpdateSecretCommandInput>, expected: object][] = [
    ['no SecretId', { SecretId: undefined }, violations([null, 'secretId', 'not be null'])],
    ['an empty SecretId', { SecretId: '' }, violations(['', 'secretId', tooShort(1)])],
    ['a SecretId of 2049 characters', { SecretId: text(2049) }, violations([text(2049), 'secretId', tooLong(2048)])],
    ['a short token', { ClientRequestToken: 'abc' }, violations(['abc', 'clientRequestToken', tooShort(32)])],
    [
      'a description of 2049 characters',
      { Description: text(2049) },
      violations([text(2049), 'description', tooLong(2048)]),
    ],
    ['a key id of 2049 characters', { KmsKeyId: text(2049) }, violations([text(2049), 'kmsKeyId', tooLong(2048)])],
    ['an empty text', { SecretString: '' }, violations([undefined, 'secretString', tooShort(1)])],
    [
      'a text over 65,536 bytes',
      { SecretString: text(32_769, 'ä') },
      violations([undefined, 'secretString', tooLong(65_536)]),
    ],
    ['no bytes', { SecretBinary: new Uint8Array() }, violations([undefined, 'secretBinary', tooShort(1)])],
    [
      'bytes over 65,536',
      { SecretBinary: new Uint8Array(65_537) },
      violations([undefined, 'secretBinary', tooLong(65_536)]),
    ],
    ['a type of 257 characters', { Type: text(257) }, violations([text(257), 'type', tooLong(256)])],
    ['both values', { SecretString: 'x', SecretBinary: new Uint8Array(1) }, BOTH_VALUES],
    ['an invalid name', { SecretId: 'Inv Name' }, INVALID_NAME],
  ]
  for (const [what, input, expected] of refused)
    test(`${what} is refused`, () =>
      assert.rejects(
        client.updateSecret({ SecretId: 's', ...input, Description: input.Description ?? 'new' }),
        expected,
      ))

  test('nothing of what was refused was stored', async () => {
    assert.deepEqual(await members(client.describeSecret({ SecretId: 's' })), before)
  })

  test('a raw request without a token is refused, with a value and without', async () => {
    await using raw = await startApp({ verify: false })
    for (const body of [
      { SecretId: 'none', SecretString: 'x', Description: 'd' },
      { SecretId: 'none', Description: 'd' },
      { SecretId: 'Inv Name' },
    ]) {
      const { status, json } = await rawCall(raw, 'UpdateSecret', body)
      assert.deepEqual([status, json], [400, { __type: NO_TOKEN.name, Message: NO_TOKEN.message }])
    }
  })
})

describe('behaviour', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const described = (SecretId: string) => members(client.describeSecret({ SecretId }))

  test('a value makes a new current version, and the answer names it', async () => {
    const first = randomUUID()
    const { ARN } = await client.createSecret({ Name: 'value', SecretString: 'a', ClientRequestToken: first })
    const ClientRequestToken = randomUUID()
    const update = client.updateSecret({ SecretId: 'value', SecretString: 'b', ClientRequestToken })
    assert.deepEqual(await members(update), { ARN, Name: 'value', VersionId: ClientRequestToken })
    const { VersionIdsToStages } = await described('value')
    assert.deepEqual(VersionIdsToStages, { [ClientRequestToken]: ['AWSCURRENT'], [first]: ['AWSPREVIOUS'] })
    assert.equal((await client.getSecretValue({ SecretId: 'value' })).SecretString, 'b')
  })

  test('bytes may follow a text', async () => {
    await client.createSecret({ Name: 'bytes', SecretString: 'a' })
    await client.updateSecret({ SecretId: 'bytes', SecretBinary: new Uint8Array([1, 2]) })
    const { SecretString, SecretBinary } = await client.getSecretValue({ SecretId: 'bytes' })
    assert.deepEqual([SecretString, Buffer.from(SecretBinary ?? [])], [undefined, Buffer.from([1, 2])])
  })

  test('a value abandons a rotation: AWSPENDING goes, wherever it is', async () => {
    await client.createSecret({ Name: 'pending', SecretString: 'a' })
    await client.putSecretValue({ SecretId: 'pending', SecretString: 'b', VersionStages: ['AWSPENDING'] })
    await client.updateSecret({ SecretId: 'pending', SecretString: 'c' })
    const labels = Object.values((await described('pending')).VersionIdsToStages ?? {}).flat()
    assert.deepEqual(labels.sort(), ['AWSCURRENT', 'AWSPREVIOUS'])
  })

  test('without a value there is no version, in the answer or in the secret', async () => {
    const { ARN } = await client.createSecret({ Name: 'meta', SecretString: 'a', Description: 'old', Type: 't1' })
    const before = await described('meta')
    for (const input of [{ Description: 'new' }, { Type: 't2' }, {}]) {
      app.clock.advance(1_000)
      assert.deepEqual(await members(client.updateSecret({ SecretId: 'meta', ...input })), { ARN, Name: 'meta' })
    }
    const after = await described('meta')
    assert.deepEqual(after.VersionIdsToStages, before.VersionIdsToStages)
    assert.deepEqual([after.Description, after.Type], ['new', 't2'])
  })

  test('an empty description and an empty type disappear', async () => {
    await client.createSecret({ Name: 'cleared', Description: 'd', Type: 't' })
    await client.updateSecret({ SecretId: 'cleared', Description: '', Type: '' })
    const after = await described('cleared')
    assert.ok(!('Description' in after) && !('Type' in after))
  })

  test('members that are not given stay as they are, null included', async () => {
    await client.createSecret({ Name: 'kept', Description: 'd', Type: 't', Tags: [{ Key: 'a', Value: 'b' }] })
    const before = await described('kept')
    await client.updateSecret({ SecretId: 'kept', Description: null as unknown as undefined })
    const { LastChangedDate: _, ...after } = await described('kept')
    assert.deepEqual({ ...after, LastChangedDate: before.LastChangedDate }, before)
  })

  test('every update moves LastChangedDate, an identical value and nothing at all included', async () => {
    await client.createSecret({ Name: 'dated', SecretString: 'a', Description: 'd' })
    let before = (await described('dated')).LastChangedDate?.getTime() ?? Number.NaN
    for (const input of [{ SecretString: 'a' }, { Description: 'd' }, {}]) {
      app.clock.advance(5_000)
      await client.updateSecret({ SecretId: 'dated', ...input })
      const after = (await described('dated')).LastChangedDate?.getTime() ?? Number.NaN
      assert.ok(after - before >= 5_000)
      before = after
    }
  })

  test('a secret that does not exist is not found', async () => {
    await assert.rejects(client.updateSecret({ SecretId: 'none', Description: 'd' }), NOT_FOUND)
  })

  test('a secret that is marked for deletion is not updated', async () => {
    await client.createSecret({ Name: 'marked' })
    await client.deleteSecret({ SecretId: 'marked' })
    const before = await described('marked')
    for (const input of [{ Description: 'd' }, { SecretString: 'x' }, {}])
      await assert.rejects(client.updateSecret({ SecretId: 'marked', ...input }), MARKED)
    assert.deepEqual(await described('marked'), before)
  })

  test('the first value of a secret becomes its current version', async () => {
    await client.createSecret({ Name: 'empty' })
    const { VersionId = '' } = await client.updateSecret({ SecretId: 'empty', SecretString: 'a' })
    assert.deepEqual((await described('empty')).VersionIdsToStages, { [VersionId]: ['AWSCURRENT'] })
  })
})

describe('a token that is repeated', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const { ARN } = await client.createSecret({ Name: 's', SecretString: 'first' })
  const token = randomUUID()
  const update = { SecretId: 's', SecretString: 'second', ClientRequestToken: token }
  const answer = await members(client.updateSecret(update))

  test('answers as if done for the same value', async () => {
    const before = (await client.describeSecret({ SecretId: 's' })).VersionIdsToStages
    assert.deepEqual(await members(client.updateSecret(update)), answer)
    assert.deepEqual((await client.describeSecret({ SecretId: 's' })).VersionIdsToStages, before)
  })

  test('does not make an older version the current one again', async () => {
    const { VersionId } = await client.updateSecret({ SecretId: 's', SecretString: 'third' })
    assert.deepEqual(await members(client.updateSecret(update)), answer)
    assert.equal((await client.getSecretValue({ SecretId: 's' })).VersionId, VersionId)
  })

  test('is refused for another value, and the other members are not taken either', async () => {
    const { SecretString: _, ...binary } = { ...update, SecretBinary: Buffer.from('second') }
    for (const input of [{ ...update, SecretString: 'other' }, binary])
      await assert.rejects(client.updateSecret({ ...input, Description: 'd' }), tokenInUse(token, ARN))
    assert.equal((await client.describeSecret({ SecretId: 's' })).Description, undefined)
  })

  test('is one version also when the calls come at the same time', async () => {
    await client.createSecret({ Name: 'at-once', SecretString: 'a' })
    const same = { SecretId: 'at-once', SecretString: 'b', ClientRequestToken: randomUUID() }
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.updateSecret(same)))
    for (const { VersionId } of answers) assert.equal(VersionId, same.ClientRequestToken)
    const { Versions = [] } = await client.listSecretVersionIds({ SecretId: 'at-once', IncludeDeprecated: true })
    assert.equal(Versions.length, 2)
  })

  test('means nothing without a value', async () => {
    const { Description: _, ...valueless } = { SecretId: 's', ClientRequestToken: token, Description: '' }
    assert.deepEqual(await members(client.updateSecret(valueless)), { ARN, Name: 's' })
  })
})

describe('keys', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const [one, two] = [await storeKey(app, 'alias/one'), await storeKey(app, 'alias/two')]
  const disabled = await storeKey(app, 'alias/disabled', 'Disabled')

  /** The key that each version's data key is sealed under, as the blob itself says. */
  async function keysOf(arn: string): Promise<Record<string, string>> {
    const { secrets } = app.running.installation
    const [found] = await secrets.findMany([{ arn }])
    assert.ok(found && 'secret' in found)
    const keys: Record<string, string> = {}
    for (const { versionId } of await secrets.versions(found.secret)) {
      const version = await secrets.version(found.secret, versionId)
      const { SecretString } = await client.getSecretValue({ SecretId: arn, VersionId: versionId })
      if (version) keys[SecretString ?? ''] = readCiphertext(version.value.dataKey).keyId
    }
    return keys
  }

  const listed = async (SecretId: string) =>
    (await client.listSecretVersionIds({ SecretId, IncludeDeprecated: true })).Versions?.map(
      ({ KmsKeyIds }) => KmsKeyIds?.[0],
    )

  test('another key takes over the versions with the three labels of AWS, the others stay', async () => {
    const { ARN = '' } = await client.createSecret({ Name: 'moving', SecretString: 'v1', KmsKeyId: 'alias/one' })
    await client.putSecretValue({ SecretId: 'moving', SecretString: 'v2', VersionStages: ['mine'] })
    await client.putSecretValue({ SecretId: 'moving', SecretString: 'v3' })
    await client.putSecretValue({ SecretId: 'moving', SecretString: 'v4', VersionStages: ['AWSPENDING'] })
    await client.putSecretValue({ SecretId: 'moving', SecretString: 'v5', VersionStages: ['gone'] })
    await client.putSecretValue({ SecretId: 'moving', SecretString: 'v6', VersionStages: ['gone'] })
    const before = (await client.describeSecret({ SecretId: ARN })).VersionIdsToStages
    await client.updateSecret({ SecretId: 'moving', KmsKeyId: two.arn })

    const [first, second] = [one.keyId, two.keyId]
    assert.deepEqual(await keysOf(ARN), { v1: second, v2: first, v3: second, v4: second, v5: first, v6: first })
    assert.deepEqual(await listed('moving'), [two.arn, 'alias/one', two.arn, two.arn, 'alias/one', 'alias/one'])
    const { KmsKeyId, VersionIdsToStages } = await client.describeSecret({ SecretId: ARN })
    assert.equal(KmsKeyId, two.arn)
    assert.deepEqual(VersionIdsToStages, before)
  })

  test('a value that comes with another key is sealed under that key', async () => {
    const { ARN = '' } = await client.createSecret({ Name: 'both', SecretString: 'v1', KmsKeyId: 'alias/one' })
    await client.putSecretValue({ SecretId: 'both', SecretString: 'v2' })
    await client.updateSecret({ SecretId: 'both', SecretString: 'v3', KmsKeyId: 'alias/two' })
    const { v2, v3 } = await keysOf(ARN)
    assert.deepEqual([v2, v3], [two.keyId, two.keyId])
  })

  test('an empty key is the default key again', async () => {
    const { ARN = '' } = await client.createSecret({ Name: 'back', SecretString: 'v1', KmsKeyId: 'alias/one' })
    await client.updateSecret({ SecretId: 'back', KmsKeyId: '' })
    assert.ok(!('KmsKeyId' in (await client.describeSecret({ SecretId: 'back' }))))
    assert.deepEqual(await listed('back'), ['DefaultEncryptionKey'])
    assert.notEqual((await keysOf(ARN)).v1, one.keyId)
  })

  test('the default key is echoed to who names it', async () => {
    await client.createSecret({ Name: 'named', SecretString: 'v1' })
    await client.updateSecret({ SecretId: 'named', KmsKeyId: 'alias/aws/secretsmanager' })
    assert.equal((await client.describeSecret({ SecretId: 'named' })).KmsKeyId, 'alias/aws/secretsmanager')
  })

  for (const [what, KmsKeyId, expected] of [
    ['does not exist', randomUUID(), INVALID_PARAMETER],
    ['is disabled', 'alias/disabled', ENCRYPTION_FAILURE],
    ['belongs to another account', one.arn.replace(app.account, '999988887777'), KMS_DENIED],
  ] as const)
    test(`a key that ${what} is refused, and nothing else of the update is stored`, async () => {
      const SecretId = `key-that-${what}`.replaceAll(' ', '-')
      const { ARN = '' } = await client.createSecret({ Name: SecretId, SecretString: 'v1', KmsKeyId: 'alias/one' })
      const before = await members(client.describeSecret({ SecretId }))
      for (const value of [{}, { SecretString: 'v2' }])
        await assert.rejects(client.updateSecret({ SecretId, KmsKeyId, Description: 'd', ...value }), expected)
      assert.deepEqual(await members(client.describeSecret({ SecretId })), before)
      assert.deepEqual(await keysOf(ARN), { v1: one.keyId })
    })

  test('versions under a key that is disabled cannot move to another one, and nothing is stored', async () => {
    await storeUnderKey(app, 'stuck', disabled)
    const before = await members(client.describeSecret({ SecretId: 'stuck' }))
    const update = { SecretId: 'stuck', KmsKeyId: 'alias/one', Description: 'd' }
    await assert.rejects(client.updateSecret(update), DECRYPTION_FAILURE)
    await assert.rejects(client.updateSecret({ SecretId: 'stuck', SecretString: 'v2' }), ENCRYPTION_FAILURE)
    assert.deepEqual(await members(client.describeSecret({ SecretId: 'stuck' })), before)
    await client.updateSecret({ SecretId: 'stuck', Description: 'd' })
  })

  test('a secret without a value takes another key too, when there is such a key', async () => {
    await client.createSecret({ Name: 'valueless' })
    await assert.rejects(client.updateSecret({ SecretId: 'valueless', KmsKeyId: 'alias/none' }), INVALID_PARAMETER)
    await client.updateSecret({ SecretId: 'valueless', KmsKeyId: 'alias/two' })
    await client.putSecretValue({ SecretId: 'valueless', SecretString: 'v1' })
    assert.deepEqual(await listed('valueless'), ['alias/two'])
  })
})

describe('access', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const user = await app.as('reader')
  const principal = `arn:aws:iam::${app.account}:user/reader`
  const { ARN = '' } = await client.createSecret({ Name: 's', SecretString: 'a' })

  test('who may not update learns nothing of what exists', async () => {
    for (const SecretId of ['s', 'none', ARN])
      await assert.rejects(
        user.updateSecret({ SecretId, SecretString: 'hunter2' }),
        denied(principal, 'UpdateSecret', SecretId),
      )
    assert.equal((await client.getSecretValue({ SecretId: 's' })).SecretString, 'a')
  })

  test('an update leaves a record with all but the value, a refused one too', async () => {
    const input = { SecretId: ARN, ClientRequestToken: randomUUID(), Description: 'd', Type: 't' }
    await client.updateSecret({ ...input, SecretString: 'hunter2' })
    const [entry] = await app.trail(1)
    assert.deepEqual(
      [entry?.operation, entry?.access, entry?.region, entry?.arn, entry?.parameters, entry?.error],
      ['UpdateSecret', 'write', REGION, ARN, input, undefined],
    )
    await assert.rejects(client.updateSecret({ SecretId: 's', KmsKeyId: 'alias/none', SecretString: 'hunter2' }))
    const [failed] = await app.trail(1)
    assert.deepEqual([failed?.error?.code, failed?.arn], ['InvalidParameterException', ARN])
    assert.ok(!JSON.stringify(await app.trail()).includes('hunter2'))
  })
})

test('a late repeat of a value puts nothing back', async () => {
  await using app = await startApp()
  const { client } = app
  await client.createSecret({ Name: 'late', SecretString: 'old' })
  const repeat = { SecretId: 'late', SecretString: 'new', Description: 'first', ClientRequestToken: 't'.repeat(32) }
  await client.updateSecret(repeat)
  await client.updateSecret({ SecretId: 'late', Description: 'second' })
  const before = await client.describeSecret({ SecretId: 'late' })
  assert.equal((await client.updateSecret(repeat)).VersionId, repeat.ClientRequestToken)
  const after = await client.describeSecret({ SecretId: 'late' })
  assert.equal(after.Description, 'second')
  assert.deepEqual(after.LastChangedDate, before.LastChangedDate)
})
