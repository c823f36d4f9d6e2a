import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { KMS } from '@aws-sdk/client-kms'
import { REGION, startApp } from '../../start-app.ts'

const THERE = 'eu-west-1'

const app = await startApp()
after(() => app.close())
const { kms, account } = app
const there = app.kmsFor({ region: THERE })

const DENIED = { name: 'AccessDeniedException' }
const UNSUPPORTED = { name: 'UnsupportedOperationException' }
const allow = (Action: string | string[], more = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })
const deny = (Action: string | string[], more = {}) => ({ ...allow(Action, more), Effect: 'Deny' })

async function primary(members: Parameters<KMS['createKey']>[0] = {}) {
  const { KeyMetadata } = await kms.createKey({ MultiRegion: true, ...members })
  return { KeyId: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' }
}

async function replicated() {
  const { KeyId } = await primary()
  await kms.replicateKey({ KeyId, ReplicaRegion: THERE })
  return KeyId
}

const metadata = async (KeyId: string, client = kms) => (await client.describeKey({ KeyId })).KeyMetadata
const regionsOf = async (KeyId: string, client = kms) => {
  const { PrimaryKey, ReplicaKeys = [] } = (await metadata(KeyId, client))?.MultiRegionConfiguration ?? {}
  return [PrimaryKey?.Region, ReplicaKeys.map(({ Region }) => Region)]
}

describe('ReplicateKey', () => {
  test('gives the replica a description, tags and a policy of its own', async () => {
    const { KeyId } = await primary({ Description: 'first', Tags: [{ TagKey: 'a', TagValue: '1' }] })
    await kms.createAlias({ AliasName: 'alias/first', TargetKeyId: KeyId })
    const { ReplicaKeyMetadata, ReplicaTags } = await kms.replicateKey({ KeyId, ReplicaRegion: THERE })
    assert.deepEqual([ReplicaKeyMetadata?.Description, ReplicaTags], ['', undefined])
    assert.deepEqual((await there.listAliases({ KeyId })).Aliases, [])
    await there.updateKeyDescription({ KeyId, Description: 'second' })
    await there.tagResource({ KeyId, Tags: [{ TagKey: 'b', TagValue: '2' }] })
    assert.deepEqual((await kms.listResourceTags({ KeyId })).Tags, [{ TagKey: 'a', TagValue: '1' }])
    assert.equal((await metadata(KeyId))?.Description, 'first')
  })

  test('lists the replicas of a key in order of their Regions', async () => {
    const { KeyId } = await primary()
    for (const ReplicaRegion of ['us-west-2', 'ap-south-1', THERE]) await kms.replicateKey({ KeyId, ReplicaRegion })
    const expected = [REGION, ['ap-south-1', THERE, 'us-west-2']]
    assert.deepEqual(await regionsOf(KeyId), expected)
    assert.deepEqual(await regionsOf(KeyId, there), expected)
  })

  test('does not leave the partition', async () => {
    const { KeyId } = await primary()
    await assert.rejects(kms.replicateKey({ KeyId, ReplicaRegion: 'cn-north-1' }), UNSUPPORTED)
    await assert.rejects(kms.replicateKey({ KeyId, ReplicaRegion: 'us-gov-west-1' }), UNSUPPORTED)
  })

  test('has nothing to copy of an imported key without material', async () => {
    const { KeyId } = await primary({ Origin: 'EXTERNAL' })
    await assert.rejects(kms.replicateKey({ KeyId, ReplicaRegion: THERE }), {
      name: 'KMSInvalidStateException',
      message: / is pending import\.$/,
    })
  })

  test('checks the policy for the replica, for who makes it', async () => {
    const { KeyId } = await primary()
    const locked = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ ...allow('kms:Describe*'), Principal: { AWS: account } }],
    })
    const request = { KeyId, ReplicaRegion: THERE, Policy: locked }
    await assert.rejects(kms.replicateKey(request), { name: 'MalformedPolicyDocumentException' })
    const made = await kms.replicateKey({ ...request, BypassPolicyLockoutSafetyCheck: true })
    assert.equal(made.ReplicaPolicy, locked)
    await assert.rejects(there.getKeyPolicy({ KeyId }), DENIED)
    assert.ok((await kms.getKeyPolicy({ KeyId })).Policy)
  })

  test('needs the permission to make such a key in that Region', async () => {
    const { KeyId } = await primary()
    const request = { KeyId, ReplicaRegion: THERE }
    const all = allow(['kms:ReplicateKey', 'kms:CreateKey', 'kms:TagResource'])
    const clients = {
      otherRegion: await app.kmsAs('stays-here', [
        [all, deny('*', { Condition: { StringNotEquals: { 'aws:RequestedRegion': REGION } } })],
      ]),
      replicaRegion: await app.kmsAs('elsewhere', [
        [all, deny('*', { Condition: { StringEquals: { 'kms:ReplicaRegion': THERE } } })],
      ]),
      noMultiRegion: await app.kmsAs('one-region', [
        [all, deny('kms:CreateKey', { Condition: { Bool: { 'kms:MultiRegion': 'true' } } })],
      ]),
      noReplicas: await app.kmsAs('no-replicas', [
        [all, deny('kms:CreateKey', { Condition: { StringEquals: { 'kms:MultiRegionKeyType': 'REPLICA' } } })],
      ]),
    }
    for (const [who, client] of Object.entries(clients)) await assert.rejects(client.replicateKey(request), DENIED, who)
    const untagging = await app.kmsAs('untagging', [[allow(['kms:ReplicateKey', 'kms:CreateKey'])]])
    await assert.rejects(untagging.replicateKey({ ...request, Tags: [{ TagKey: 'a', TagValue: 'b' }] }), DENIED)
    await untagging.replicateKey(request)
  })
})

describe('UpdatePrimaryRegion', () => {
  test('is refused by a replica that cannot be used, or is in no state to', async () => {
    const KeyId = await replicated()
    await there.disableKey({ KeyId })
    const request = { KeyId, PrimaryRegion: THERE }
    await assert.rejects(kms.updatePrimaryRegion(request), { name: 'DisabledException' })
    await there.scheduleKeyDeletion({ KeyId })
    await assert.rejects(kms.updatePrimaryRegion(request), { name: 'KMSInvalidStateException' })
    assert.deepEqual(await regionsOf(KeyId), [REGION, [THERE]])
  })

  test('is asked of the primary, and changes all alike', async () => {
    const KeyId = await replicated()
    await kms.replicateKey({ KeyId, ReplicaRegion: 'us-west-2' })
    await assert.rejects(there.updatePrimaryRegion({ KeyId, PrimaryRegion: 'us-west-2' }), UNSUPPORTED)
    await kms.updatePrimaryRegion({ KeyId, PrimaryRegion: THERE })
    for (const client of [kms, there, app.kmsFor({ region: 'us-west-2' })])
      assert.deepEqual(await regionsOf(KeyId, client), [THERE, [REGION, 'us-west-2']])
  })

  test('needs permission on both keys', async () => {
    const KeyId = await replicated()
    const request = { KeyId, PrimaryRegion: THERE }
    const all = allow('kms:UpdatePrimaryRegion')
    const arn = (region: string) => `arn:aws:kms:${region}:${account}:key/${KeyId}`
    for (const [who, statements] of Object.entries({
      'primary-alone': [{ ...all, Resource: arn(REGION) }],
      'replica-alone': [{ ...all, Resource: arn(THERE) }],
      'other-primary': [
        allow('kms:UpdatePrimaryRegion', { Condition: { StringEquals: { 'kms:PrimaryRegion': 'x' } } }),
      ],
      'replica-elsewhere': [
        { ...all, Resource: arn(REGION) },
        { ...all, Resource: arn(THERE), Condition: { StringEquals: { 'kms:PrimaryRegion': 'us-west-2' } } },
      ],
    }))
      await assert.rejects((await app.kmsAs(who, [statements])).updatePrimaryRegion(request), DENIED, who)
    const both = await app.kmsAs('both-keys', [
      [
        { ...all, Resource: arn(REGION) },
        { ...all, Resource: arn(THERE), Condition: { StringEquals: { 'kms:PrimaryRegion': THERE } } },
      ],
    ])
    await both.updatePrimaryRegion(request)
  })
})

describe('what is done at once', () => {
  const text = 'x'
  /** Whether each place opens what the other seals now. */
  async function agree(KeyId: string): Promise<void> {
    for (const [seals, opens] of [
      [kms, there],
      [there, kms],
    ] as const) {
      const { CiphertextBlob } = await seals.encrypt({ KeyId, Plaintext: Buffer.from(text) })
      const { Plaintext = [], KeyMaterialId } = await opens.decrypt({ CiphertextBlob })
      assert.equal(Buffer.from(Plaintext).toString(), text)
      assert.equal((await metadata(KeyId, seals))?.CurrentKeyMaterialId, KeyMaterialId)
    }
  }

  test('leaves the same material in all Regions', async () => {
    for (let round = 0; round < 5; round++) {
      const { KeyId } = await primary()
      const rotate = () => kms.rotateKeyOnDemand({ KeyId })
      await Promise.all([rotate(), kms.replicateKey({ KeyId, ReplicaRegion: THERE }), rotate()])
      await agree(KeyId)
      const tag = () => there.tagResource({ KeyId, Tags: [{ TagKey: 'round', TagValue: String(round) }] })
      await Promise.all([rotate(), tag(), there.updateKeyDescription({ KeyId, Description: 'x' }), rotate(), tag()])
      await agree(KeyId)
      assert.equal((await kms.listKeyRotations({ KeyId })).Rotations?.length, 4)
    }
  })

  test('leaves one primary, and a replica only where the key stays', async () => {
    for (let round = 0; round < 5; round++) {
      const { KeyId } = await primary()
      const outcomes = await Promise.allSettled([
        kms.scheduleKeyDeletion({ KeyId }),
        kms.replicateKey({ KeyId, ReplicaRegion: THERE }),
      ])
      const [scheduled, copied] = outcomes.map(({ status }) => status === 'fulfilled')
      assert.ok(scheduled)
      assert.equal((await metadata(KeyId))?.KeyState, copied ? 'PendingReplicaDeletion' : 'PendingDeletion')
      assert.equal((await regionsOf(KeyId))[1]?.length, copied ? 1 : 0)
    }
  })
})

describe('deletion', () => {
  test('of a primary waits for its replicas, and can be called off while it waits', async () => {
    const KeyId = await replicated()
    await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 9 })
    const waiting = await metadata(KeyId)
    assert.deepEqual(
      [waiting?.KeyState, waiting?.PendingDeletionWindowInDays, waiting?.DeletionDate],
      ['PendingReplicaDeletion', 9, undefined],
    )
    const refused = { name: 'KMSInvalidStateException', message: / is pending replica deletion\.$/ }
    const Plaintext = Buffer.from('x')
    for (const attempt of [
      () => kms.encrypt({ KeyId, Plaintext }),
      () => kms.enableKey({ KeyId }),
      () => kms.updateKeyDescription({ KeyId, Description: 'x' }),
      () => kms.scheduleKeyDeletion({ KeyId }),
      () => kms.replicateKey({ KeyId, ReplicaRegion: 'us-west-2' }),
      () => kms.updatePrimaryRegion({ KeyId, PrimaryRegion: THERE }),
    ])
      await assert.rejects(attempt(), refused, String(attempt))
    await there.encrypt({ KeyId, Plaintext })
    await kms.cancelKeyDeletion({ KeyId })
    const back = await metadata(KeyId)
    assert.deepEqual([back?.KeyState, back?.PendingDeletionWindowInDays], ['Disabled', undefined])
  })
})
