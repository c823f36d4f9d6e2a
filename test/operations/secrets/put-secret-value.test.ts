import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { PutSecretValueCommandInput } from '@aws-sdk/client-secrets-manager'
import {
  BOTH_VALUES,
  denied,
  ENCRYPTION_FAILURE,
  INVALID_NAME,
  LIMIT_EXCEEDED,
  MARKED,
  NO_TOKEN,
  NO_VALUE,
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
const labels = (count: number, prefix = 'label') => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

describe('constraints', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const token = randomUUID()
  await client.createSecret({ Name: 's', SecretString: 'first', ClientRequestToken: token })
  const put = (input: Partial<PutSecretValueCommandInput>) =>
    client.putSecretValue({ SecretId: 's', SecretString: 'x', ...input })

  const combined =
    'satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 1]'
  const refused: [what: string, input: Partial<PutSecretValueCommandInput>, expected: object][] = [
    ['no SecretId', { SecretId: undefined }, violations([null, 'secretId', 'not be null'])],
    ['an empty SecretId', { SecretId: '' }, violations(['', 'secretId', tooShort(1)])],
    ['a SecretId of 2049 characters', { SecretId: text(2049) }, violations([text(2049), 'secretId', tooLong(2048)])],
    ['a short token', { ClientRequestToken: 'abc' }, violations(['abc', 'clientRequestToken', tooShort(32)])],
    ['a long token', { ClientRequestToken: text(65) }, violations([text(65), 'clientRequestToken', tooLong(64)])],
    ['an empty text', { SecretString: '' }, violations([undefined, 'secretString', tooShort(1)])],
    ['a text over 65,536', { SecretString: text(65_537) }, violations([undefined, 'secretString', tooLong(65_536)])],
    [
      'a text over 65,536 bytes',
      { SecretString: text(21_846, '€') },
      violations([undefined, 'secretString', tooLong(65_536)]),
    ],
    [
      'bytes over 65,536',
      { SecretString: undefined, SecretBinary: new Uint8Array(65_537) },
      violations([undefined, 'secretBinary', tooLong(65_536)]),
    ],
    ['no label in a list', { VersionStages: [] }, violations(['[]', 'versionStages', tooShort(1)])],
    [
      '21 labels',
      { VersionStages: labels(21) },
      violations([`[${labels(21).join(', ')}]`, 'versionStages', tooLong(20)]),
    ],
    ['an empty label', { VersionStages: ['a', ''] }, violations(['[a, ]', 'versionStages', combined])],
    ['a label of 257', { VersionStages: [text(257)] }, violations([`[${text(257)}]`, 'versionStages', combined])],
    ['a short rotation token', { RotationToken: 'abc' }, violations([undefined, 'rotationToken', tooShort(36)])],
    [
      'a rotation token with other characters',
      { RotationToken: text(36, '_') },
      violations([undefined, 'rotationToken', 'satisfy regular expression pattern: ^[a-zA-Z0-9\\-]+$']),
    ],
    ['no value', { SecretString: undefined }, NO_VALUE],
    ['both values', { SecretBinary: new Uint8Array(1) }, BOTH_VALUES],
    ['no value for what does not exist', { SecretId: 'none', SecretString: undefined }, NO_VALUE],
    ['an invalid name', { SecretId: 'Inv Name' }, INVALID_NAME],
  ]
  for (const [what, input, expected] of refused) test(`${what} is refused`, () => assert.rejects(put(input), expected))

  test('nothing of what was refused was stored', async () => {
    const { VersionIdsToStages } = await client.describeSecret({ SecretId: 's' })
    assert.deepEqual(VersionIdsToStages, { [token]: ['AWSCURRENT'] })
  })

  for (const [what, value] of [
    ['65,536 characters', text(65_536)],
    ['21,845 characters of three bytes and one more', `${text(21_845, '€')}x`],
  ] as const)
    test(`a text of ${what} is taken`, async () => {
      await put({ SecretString: value })
      assert.equal((await client.getSecretValue({ SecretId: 's' })).SecretString, value)
    })

  test('a label of 256 characters and a rotation token are taken', async () => {
    const label = text(256, 'ß')
    await put({ VersionStages: [label], RotationToken: randomUUID() })
    assert.equal((await client.getSecretValue({ SecretId: 's', VersionStage: label })).SecretString, 'x')
  })
})

describe('a raw request', async () => {
  const app = await startApp({ verify: false })
  after(() => app.close())
  await app.client.createSecret({ Name: 'raw', SecretString: 'x' })

  test('without a token is refused before its name, its value and what exists are looked at', async () => {
    for (const body of [
      { SecretId: 'raw', SecretString: 'y' },
      { SecretId: 'none', SecretString: 'y' },
      { SecretId: 'Inv Name' },
      { SecretId: 'raw', ClientRequestToken: null },
    ]) {
      const { status, json } = await rawCall(app, 'PutSecretValue', body)
      assert.deepEqual([status, json], [400, { __type: NO_TOKEN.name, Message: NO_TOKEN.message }])
    }
  })

  test('may hold members that PutSecretValue does not know', async () => {
    const body = { SecretId: 'raw', SecretString: 'z', ClientRequestToken: text(32), Description: 'd', KmsKeyId: 1 }
    assert.equal((await rawCall(app, 'PutSecretValue', body)).status, 200)
    const { Description, KmsKeyId } = await app.client.describeSecret({ SecretId: 'raw' })
    assert.deepEqual([Description, KmsKeyId], [undefined, undefined])
  })
})

describe('behaviour', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const stagesOf = async (SecretId: string) => (await client.describeSecret({ SecretId })).VersionIdsToStages

  test('the answer has ARN, name, the token as version, and its labels', async () => {
    const { ARN } = await client.createSecret({ Name: 'answer', SecretString: 'a' })
    const ClientRequestToken = randomUUID()
    const put = client.putSecretValue({ SecretId: 'answer', SecretString: 'b', ClientRequestToken })
    const expected = { ARN, Name: 'answer', VersionId: ClientRequestToken, VersionStages: ['AWSCURRENT'] }
    assert.deepEqual(await members(put), expected)
  })

  test('the secret is found by name, ARN and partial ARN', async () => {
    const { ARN = '' } = await client.createSecret({ Name: 'ids', SecretString: 'a' })
    for (const SecretId of ['ids', ARN, ARN.slice(0, -7)]) {
      await client.putSecretValue({ SecretId, SecretString: SecretId })
      assert.equal((await client.getSecretValue({ SecretId: 'ids' })).SecretString, SecretId)
    }
  })

  test('a secret that does not exist is not found', async () => {
    await assert.rejects(client.putSecretValue({ SecretId: 'none', SecretString: 'x' }), NOT_FOUND)
  })

  test('a secret that is marked for deletion takes no value', async () => {
    await client.createSecret({ Name: 'marked', SecretString: 'a' })
    await client.deleteSecret({ SecretId: 'marked' })
    await assert.rejects(client.putSecretValue({ SecretId: 'marked', SecretString: 'b' }), MARKED)
    await client.restoreSecret({ SecretId: 'marked' })
    assert.equal((await client.getSecretValue({ SecretId: 'marked' })).SecretString, 'a')
  })

  test('the first version becomes the current one, whatever its labels', async () => {
    await client.createSecret({ Name: 'first' })
    const { VersionId = '', VersionStages = [] } = await client.putSecretValue({
      SecretId: 'first',
      SecretString: 'a',
      VersionStages: ['AWSPENDING', 'mine'],
    })
    assert.deepEqual(new Set(VersionStages), new Set(['AWSPENDING', 'mine', 'AWSCURRENT']))
    assert.deepEqual(await stagesOf('first'), { [VersionId]: VersionStages })
  })

  test('labels given twice are given once', async () => {
    await client.createSecret({ Name: 'twice', SecretString: 'a' })
    const VersionStages = ['x', 'x', 'AWSPENDING', 'x']
    const put = await client.putSecretValue({ SecretId: 'twice', SecretString: 'b', VersionStages })
    assert.deepEqual(put.VersionStages, ['x', 'AWSPENDING'])
  })

  test('text and bytes may follow each other', async () => {
    await client.createSecret({ Name: 'kinds', SecretString: 'text' })
    await client.putSecretValue({ SecretId: 'kinds', SecretBinary: new Uint8Array([0, 255]) })
    const bytes = await client.getSecretValue({ SecretId: 'kinds' })
    assert.deepEqual([bytes.SecretString, Buffer.from(bytes.SecretBinary ?? [])], [undefined, Buffer.from([0, 255])])
    await client.putSecretValue({ SecretId: 'kinds', SecretString: 'text' })
    const read = await client.getSecretValue({ SecretId: 'kinds' })
    assert.deepEqual([read.SecretString, read.SecretBinary], ['text', undefined])
  })

  test('an identical value under a new token is a version like any other', async () => {
    await client.createSecret({ Name: 'same', SecretString: 'a' })
    const { VersionId = '' } = await client.putSecretValue({ SecretId: 'same', SecretString: 'a' })
    assert.deepEqual((await stagesOf('same'))?.[VersionId], ['AWSCURRENT'])
    assert.equal(Object.keys((await stagesOf('same')) ?? {}).length, 2)
  })

  test('a key that is disabled takes no value, and nothing is stored', async () => {
    await storeUnderKey(app, 'disabled', await storeKey(app, 'alias/disabled', 'Disabled'))
    const before = await members(client.describeSecret({ SecretId: 'disabled' }))
    await assert.rejects(client.putSecretValue({ SecretId: 'disabled', SecretString: 'b' }), ENCRYPTION_FAILURE)
    assert.deepEqual(await members(client.describeSecret({ SecretId: 'disabled' })), before)
  })

  test('the version is dated by its own creation, and the secret was changed then', async () => {
    await client.createSecret({ Name: 'dated', SecretString: 'a' })
    const before = await client.describeSecret({ SecretId: 'dated' })
    app.clock.advance(60_000)
    await client.putSecretValue({ SecretId: 'dated', SecretString: 'b' })
    const after = await client.describeSecret({ SecretId: 'dated' })
    const { CreatedDate } = await client.getSecretValue({ SecretId: 'dated' })
    assert.deepEqual(after.CreatedDate, before.CreatedDate)
    assert.ok(after.LastChangedDate && before.LastChangedDate)
    assert.ok(after.LastChangedDate.getTime() - before.LastChangedDate.getTime() >= 60_000)
    assert.deepEqual(CreatedDate, after.LastChangedDate)
  })

  test('the versions of a secret have at most 20 labels together', async () => {
    await client.createSecret({ Name: 'labels', SecretString: 'a' })
    // One is AWSCURRENT already.
    await client.putSecretValue({ SecretId: 'labels', SecretString: 'b', VersionStages: labels(19) })
    const before = await members(client.describeSecret({ SecretId: 'labels' }))
    const more = { SecretId: 'labels', SecretString: 'c' }
    await assert.rejects(client.putSecretValue({ ...more, VersionStages: ['another'] }), LIMIT_EXCEEDED)
    await assert.rejects(client.putSecretValue({ ...more, VersionStages: labels(20, 'x') }), LIMIT_EXCEEDED)
    // A new current value would add AWSPREVIOUS.
    await assert.rejects(client.putSecretValue(more), LIMIT_EXCEEDED)
    assert.deepEqual(await members(client.describeSecret({ SecretId: 'labels' })), before)
    await client.putSecretValue({ ...more, VersionStages: labels(19) })
  })
})

describe('a token that is repeated', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const { ARN } = await client.createSecret({ Name: 's', SecretString: 'first' })
  const token = randomUUID()
  const put = {
    SecretId: 's',
    SecretString: 'second',
    ClientRequestToken: token,
    VersionStages: ['AWSPENDING', 'mine'],
  }
  const answer = await members(client.putSecretValue(put))

  test('answers as if done for the same value, and changes nothing', async () => {
    const before = await members(client.describeSecret({ SecretId: 's' }))
    app.clock.advance(1_000)
    assert.deepEqual(await members(client.putSecretValue(put)), answer)
    assert.deepEqual(await members(client.describeSecret({ SecretId: 's' })), before)
  })

  test('does not move labels, and returns those the version has', async () => {
    const before = await members(client.describeSecret({ SecretId: 's' }))
    for (const VersionStages of [undefined, ['AWSCURRENT'], ['another']])
      assert.deepEqual(await members(client.putSecretValue({ ...put, VersionStages })), answer)
    assert.deepEqual(await members(client.describeSecret({ SecretId: 's' })), before)
  })

  test('is refused for another value, the same bytes included', async () => {
    const { SecretString: _, ...binary } = { ...put, SecretBinary: Buffer.from('second') }
    for (const input of [{ ...put, SecretString: 'other' }, binary])
      await assert.rejects(client.putSecretValue(input), tokenInUse(token, ARN))
    const read = await client.getSecretValue({ SecretId: 's', VersionId: token })
    assert.equal(read.SecretString, 'second')
  })

  test('is refused where CreateSecret used it for another value', async () => {
    const ClientRequestToken = randomUUID()
    const { ARN } = await client.createSecret({ Name: 'created', SecretString: 'a', ClientRequestToken })
    const again = { SecretId: 'created', ClientRequestToken }
    await assert.rejects(client.putSecretValue({ ...again, SecretString: 'b' }), tokenInUse(ClientRequestToken, ARN))
    const same = await client.putSecretValue({ ...again, SecretString: 'a' })
    assert.deepEqual([same.VersionId, same.VersionStages], [ClientRequestToken, ['AWSCURRENT']])
  })

  test('has no labels to return once its version has lost them', async () => {
    await client.updateSecretVersionStage({ SecretId: 's', VersionStage: 'AWSPENDING', RemoveFromVersionId: token })
    await client.updateSecretVersionStage({ SecretId: 's', VersionStage: 'mine', RemoveFromVersionId: token })
    const late = await client.putSecretValue(put)
    assert.deepEqual([late.VersionId, late.VersionStages], [token, undefined])
  })

  test('is one version also when the calls come at the same time', async () => {
    await client.createSecret({ Name: 'at-once', SecretString: 'a' })
    const same = { SecretId: 'at-once', SecretString: 'b', ClientRequestToken: randomUUID() }
    const answers = await Promise.all(Array.from({ length: 8 }, () => members(client.putSecretValue(same))))
    for (const answer of answers) assert.deepEqual(answer.VersionStages, ['AWSCURRENT'])
    const { Versions = [] } = await client.listSecretVersionIds({ SecretId: 'at-once', IncludeDeprecated: true })
    assert.equal(Versions.length, 2)
  })

  test('is the first to come when the values differ at the same time', async () => {
    const { ARN } = await client.createSecret({ Name: 'differ', SecretString: 'a' })
    const ClientRequestToken = randomUUID()
    const calls = ['b', 'c', 'd', 'e'].map((SecretString) =>
      client.putSecretValue({ SecretId: 'differ', SecretString, ClientRequestToken }),
    )
    const outcomes = await Promise.allSettled(calls)
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        assert.equal(outcome.reason.message, tokenInUse(ClientRequestToken, ARN).message)
  })
})

describe('access', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const user = await app.as('reader')
  const principal = `arn:aws:iam::${app.account}:user/reader`
  const { ARN = '' } = await client.createSecret({ Name: 's', SecretString: 'a' })

  test('who may not write learns nothing of what exists', async () => {
    for (const SecretId of ['s', 'none', ARN])
      await assert.rejects(
        user.putSecretValue({ SecretId, SecretString: 'hunter2' }),
        denied(principal, 'PutSecretValue', SecretId),
      )
    assert.equal((await client.getSecretValue({ SecretId: 's' })).SecretString, 'a')
  })

  test('a write leaves a record with all but the value and the rotation token', async () => {
    const input = { SecretId: 's', ClientRequestToken: randomUUID(), VersionStages: ['AWSPENDING'] }
    const RotationToken = randomUUID()
    await client.putSecretValue({ ...input, SecretString: 'hunter2', RotationToken })
    const [entry] = await app.trail(1)
    assert.deepEqual(entry?.parameters, input)
    assert.deepEqual(
      [entry?.operation, entry?.access, entry?.region, entry?.arn, entry?.error],
      ['PutSecretValue', 'write', REGION, ARN, undefined],
    )
    const all = JSON.stringify(await app.trail())
    assert.ok(!all.includes('hunter2') && !all.includes(RotationToken))
  })

  test('a refused write leaves its record too', async () => {
    await assert.rejects(client.putSecretValue({ SecretId: 'none', SecretString: 'hunter2' }))
    const [missing] = await app.trail(1)
    assert.deepEqual([missing?.error, missing?.arn], [{ code: NOT_FOUND.name, message: NOT_FOUND.message }, undefined])
    await assert.rejects(client.putSecretValue({ SecretId: 's' }))
    const [invalid] = await app.trail(1)
    assert.deepEqual(invalid?.error, { code: NO_VALUE.name, message: NO_VALUE.message })
    await client.deleteSecret({ SecretId: 's' })
    await assert.rejects(client.putSecretValue({ SecretId: 's', SecretString: 'hunter2' }))
    const [marked] = await app.trail(1)
    assert.deepEqual([marked?.error?.message, marked?.arn], [MARKED.message, ARN])
    assert.ok(!JSON.stringify(await app.trail()).includes('hunter2'))
  })
})
