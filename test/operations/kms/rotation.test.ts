import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startApp } from '../../start-app.ts'

const DAY = 86_400_000

const app = await startApp()
after(() => app.close())
const { kms } = app

const makeKey = async (members = {}) => {
  const { KeyMetadata } = await kms.createKey(members)
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' }
}
const status = async (KeyId: string) => {
  const { KeyRotationEnabled, RotationPeriodInDays, NextRotationDate } = await kms.getKeyRotationStatus({ KeyId })
  const days = NextRotationDate && Math.round((NextRotationDate.getTime() - app.clock.now()) / DAY)
  return [KeyRotationEnabled, RotationPeriodInDays, days]
}

describe('automatic rotation', () => {
  test('is off, on every 365 days or as often as wanted, and off again', async () => {
    const { id: KeyId } = await makeKey()
    assert.deepEqual(await status(KeyId), [false, undefined, undefined])
    await kms.enableKeyRotation({ KeyId })
    assert.deepEqual(await status(KeyId), [true, 365, 365])
    app.clock.advance(10 * DAY)
    await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
    // Another period counts from where the last one began.
    assert.deepEqual(await status(KeyId), [true, 90, 80])
    await kms.enableKeyRotation({ KeyId })
    assert.deepEqual(await status(KeyId), [true, 90, 80])
    await kms.disableKeyRotation({ KeyId })
    assert.deepEqual(await status(KeyId), [false, undefined, undefined])
  })

  for (const RotationPeriodInDays of [89, 2561])
    test(`every ${RotationPeriodInDays} days is refused`, async () => {
      const { id: KeyId } = await makeKey()
      await assert.rejects(kms.enableKeyRotation({ KeyId, RotationPeriodInDays }), { name: 'ValidationException' })
    })

  test('can be allowed for some periods alone', async () => {
    const { id: KeyId } = await makeKey()
    const client = await app.kmsAs('rotation-enabler', [
      [
        {
          Effect: 'Allow',
          Action: 'kms:EnableKeyRotation',
          Resource: '*',
          Condition: { NumericLessThanEquals: { 'kms:RotationPeriodInDays': '180' } },
        },
      ],
    ])
    await assert.rejects(client.enableKeyRotation({ KeyId }), { name: 'AccessDeniedException' })
    await client.enableKeyRotation({ KeyId, RotationPeriodInDays: 180 })
  })

  test('is not for imported keys', async () => {
    const { id: KeyId, arn } = await makeKey({ Origin: 'EXTERNAL' })
    const attempts = [kms.enableKeyRotation({ KeyId }), kms.disableKeyRotation({ KeyId })]
    // Without material it is pending import, which comes first.
    const refused = { name: 'KMSInvalidStateException', message: `${arn} is pending import.` }
    await Promise.all(attempts.map((attempt) => assert.rejects(attempt, refused)))
  })
})

describe('rotation on demand', () => {
  test('gives a key other material, keeps the older, and tells of both', async () => {
    const { id: KeyId, arn } = await makeKey()
    const before = await kms.encrypt({ KeyId, Plaintext: Buffer.from('before') })
    assert.equal((await kms.rotateKeyOnDemand({ KeyId })).KeyId, arn)
    const after_ = await kms.encrypt({ KeyId, Plaintext: Buffer.from('after') })
    const opened = []
    for (const { CiphertextBlob } of [before, after_]) opened.push(await kms.decrypt({ CiphertextBlob }))
    assert.deepEqual(
      opened.map(({ Plaintext = [] }) => Buffer.from(Plaintext).toString()),
      ['before', 'after'],
    )
    const [first, second] = opened.map(({ KeyMaterialId }) => KeyMaterialId)
    assert.notEqual(first, second)
    assert.equal((await kms.describeKey({ KeyId })).KeyMetadata?.CurrentKeyMaterialId, second)
    const { Rotations = [] } = await kms.listKeyRotations({ KeyId })
    assert.deepEqual(
      Rotations.map(({ KeyId: of, KeyMaterialId, RotationType }) => [of, KeyMaterialId, RotationType]),
      [[arn, second, 'ON_DEMAND']],
    )
    const all = await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
    assert.deepEqual(
      all.Rotations?.map(({ KeyMaterialId, KeyMaterialState, RotationDate }) => [
        KeyMaterialId,
        KeyMaterialState,
        RotationDate !== undefined,
      ]),
      [
        [first, 'NON_CURRENT', false],
        [second, 'CURRENT', true],
      ],
    )
  })

  test('is done ten times at most, and lists them page by page', async () => {
    const { id: KeyId, arn } = await makeKey()
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: Buffer.from('oldest') })
    for (let round = 0; round < 10; round++) await kms.rotateKeyOnDemand({ KeyId })
    await assert.rejects(kms.rotateKeyOnDemand({ KeyId }), {
      name: 'LimitExceededException',
      message: `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`,
    })
    const first = await kms.listKeyRotations({ KeyId, Limit: 7 })
    const second = await kms.listKeyRotations({ KeyId, Limit: 7, Marker: first.NextMarker })
    assert.deepEqual([first.Rotations?.length, first.Truncated], [7, true])
    assert.deepEqual([second.Rotations?.length, second.Truncated], [3, false])
    const { Plaintext = [] } = await kms.decrypt({ CiphertextBlob })
    assert.equal(Buffer.from(Plaintext).toString(), 'oldest')
  })

  test('by several at once happens as often as was answered', async () => {
    const { id: KeyId } = await makeKey()
    await Promise.all(Array.from({ length: 5 }, () => kms.rotateKeyOnDemand({ KeyId })))
    assert.equal((await kms.listKeyRotations({ KeyId })).Rotations?.length, 5)
  })
})

describe('a multi-Region key', () => {
  const there = app.kmsFor({ region: 'eu-west-1' })
  const text = ({ Plaintext = new Uint8Array() }: { readonly Plaintext?: Uint8Array | undefined }) =>
    Buffer.from(Plaintext).toString()

  test('has one id in all its Regions, and opens in one what it sealed in another', async () => {
    const { id: KeyId, arn } = await makeKey({ MultiRegion: true })
    assert.match(KeyId, /^mrk-[0-9a-f]{32}$/)
    const { CiphertextBlob: early } = await kms.encrypt({ KeyId, Plaintext: Buffer.from('early') })
    await kms.rotateKeyOnDemand({ KeyId })
    const replica = await kms.replicateKey({
      KeyId,
      ReplicaRegion: 'eu-west-1',
      Description: 'the other',
      Tags: [{ TagKey: 'a', TagValue: 'b' }],
    })
    const replicaArn = arn.replace(':eu-central-1:', ':eu-west-1:')
    assert.deepEqual(replica.ReplicaTags, [{ TagKey: 'a', TagValue: 'b' }])
    assert.match(replica.ReplicaPolicy ?? '', /key-default-1/)
    const { KeyMetadata } = await there.describeKey({ KeyId })
    assert.ok(KeyMetadata)
    const { CurrentKeyMaterialId, ...described } = KeyMetadata
    assert.deepEqual(replica.ReplicaKeyMetadata, { ...described, Enabled: false, KeyState: 'Creating' })
    assert.deepEqual([described.Enabled, described.KeyState], [true, 'Enabled'])
    assert.equal(CurrentKeyMaterialId, (await kms.describeKey({ KeyId })).KeyMetadata?.CurrentKeyMaterialId)
    assert.deepEqual(replica.ReplicaKeyMetadata?.MultiRegionConfiguration, {
      MultiRegionKeyType: 'REPLICA',
      PrimaryKey: { Arn: arn, Region: 'eu-central-1' },
      ReplicaKeys: [{ Arn: replicaArn, Region: 'eu-west-1' }],
    })
    const configuration = (await kms.describeKey({ KeyId })).KeyMetadata?.MultiRegionConfiguration
    assert.deepEqual([configuration?.MultiRegionKeyType, configuration?.ReplicaKeys?.length], ['PRIMARY', 1])
    const { CiphertextBlob: late } = await there.encrypt({ KeyId, Plaintext: Buffer.from('late') })
    const context = { CiphertextBlob: early }
    assert.equal(text(await there.decrypt(context)), 'early')
    assert.equal(text(await kms.decrypt({ CiphertextBlob: late })), 'late')
    // What an ordinary key sealed opens in its Region alone.
    const { id } = await makeKey()
    const { CiphertextBlob: local } = await kms.encrypt({ KeyId: id, Plaintext: Buffer.from('x') })
    await assert.rejects(there.decrypt({ CiphertextBlob: local }), {
      name: 'AccessDeniedException',
      message: /on the resource associated with this ciphertext because the resource does not exist in this Region/,
    })
  })

  test('is disabled in one Region alone, and rotated in all, by its primary', async () => {
    const { id: KeyId } = await makeKey({ MultiRegion: true })
    await kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })
    await kms.disableKey({ KeyId })
    await there.encrypt({ KeyId, Plaintext: Buffer.from('x') })
    await kms.enableKey({ KeyId })
    await kms.rotateKeyOnDemand({ KeyId })
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: Buffer.from('young') })
    assert.equal(text(await there.decrypt({ CiphertextBlob })), 'young')
    await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 100 })
    assert.equal((await there.getKeyRotationStatus({ KeyId })).RotationPeriodInDays, 100)
    await Promise.all(
      [there.rotateKeyOnDemand({ KeyId }), there.enableKeyRotation({ KeyId })].map((attempt) =>
        assert.rejects(attempt, { name: 'UnsupportedOperationException' }),
      ),
    )
  })

  test('gets another primary, which then has its rights', async () => {
    const { id: KeyId } = await makeKey({ MultiRegion: true })
    await kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })
    await assert.rejects(kms.updatePrimaryRegion({ KeyId, PrimaryRegion: 'us-east-1' }), { name: 'NotFoundException' })
    await kms.updatePrimaryRegion({ KeyId, PrimaryRegion: 'eu-west-1' })
    await assert.rejects(kms.rotateKeyOnDemand({ KeyId }), { name: 'UnsupportedOperationException' })
    await there.rotateKeyOnDemand({ KeyId })
    const type = async (client = kms) =>
      (await client.describeKey({ KeyId })).KeyMetadata?.MultiRegionConfiguration?.MultiRegionKeyType
    assert.deepEqual([await type(), await type(there)], ['REPLICA', 'PRIMARY'])
  })

  test('is replicated once to a Region, and only if it is one', async () => {
    const { id: KeyId, arn } = await makeKey({ MultiRegion: true })
    const { id: ordinary, arn: ordinaryArn } = await makeKey()
    await kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })
    await assert.rejects(kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' }), { name: 'AlreadyExistsException' })
    await assert.rejects(kms.replicateKey({ KeyId, ReplicaRegion: 'eu-central-1' }), { name: 'AlreadyExistsException' })
    const unsupported = (message: string) => ({ name: 'UnsupportedOperationException', message })
    await assert.rejects(
      kms.replicateKey({ KeyId: ordinary, ReplicaRegion: 'eu-west-1' }),
      unsupported(`${ordinaryArn} is not a multi-region key.`),
    )
    await assert.rejects(
      there.replicateKey({ KeyId, ReplicaRegion: 'eu-west-2' }),
      unsupported(`${arn.replace(':eu-central-1:', ':eu-west-1:')} is not a multi-region primary key.`),
    )
    await assert.rejects(
      kms.updatePrimaryRegion({ KeyId: ordinary, PrimaryRegion: 'eu-west-1' }),
      unsupported(`${ordinaryArn} is not a multi-region key.`),
    )
  })

  test('is replicated by who may make keys too', async () => {
    const { id: KeyId } = await makeKey({ MultiRegion: true })
    const allow = (...Action: string[]) => [[{ Effect: 'Allow', Action, Resource: '*' }]]
    const half = await app.kmsAs('replicates', allow('kms:ReplicateKey'))
    const whole = await app.kmsAs('replicates-and-makes', allow('kms:ReplicateKey', 'kms:CreateKey'))
    const request = { KeyId, ReplicaRegion: 'eu-west-1' }
    await assert.rejects(half.replicateKey(request), { name: 'AccessDeniedException' })
    await whole.replicateKey(request)
  })
})
