import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { KMS } from '@aws-sdk/client-kms'
import { tooLong, tooShort, violations } from '../../expected-errors.ts'
import { REGION, startApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'

// What all operations that manage one key have in common.

const app = await startApp()
after(() => app.close())
const { kms, account } = app
const OTHER = '444455556666'
const stranger = app.kmsFor({ credentials: await storeAccount(app, OTHER) })

const Policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [account, OTHER].map((AWS) => ({ Effect: 'Allow', Principal: { AWS }, Action: 'kms:*', Resource: '*' })),
})

type Call = (client: KMS, KeyId: string) => Promise<unknown>
const alias = () => `alias/${randomUUID()}`

const changes: Readonly<Record<string, Call>> = {
  DisableKey: (client, KeyId) => client.disableKey({ KeyId }),
  EnableKey: (client, KeyId) => client.enableKey({ KeyId }),
  UpdateKeyDescription: (client, KeyId) => client.updateKeyDescription({ KeyId, Description: 'd' }),
  PutKeyPolicy: (client, KeyId) => client.putKeyPolicy({ KeyId, Policy }),
  EnableKeyRotation: (client, KeyId) => client.enableKeyRotation({ KeyId }),
  DisableKeyRotation: (client, KeyId) => client.disableKeyRotation({ KeyId }),
  RotateKeyOnDemand: (client, KeyId) => client.rotateKeyOnDemand({ KeyId }),
  TagResource: (client, KeyId) => client.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
  UntagResource: (client, KeyId) => client.untagResource({ KeyId, TagKeys: ['a'] }),
  CreateAlias: (client, TargetKeyId) => client.createAlias({ AliasName: alias(), TargetKeyId }),
  ReplicateKey: (client, KeyId) => client.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' }),
  UpdatePrimaryRegion: (client, KeyId) => client.updatePrimaryRegion({ KeyId, PrimaryRegion: 'eu-west-1' }),
  ScheduleKeyDeletion: (client, KeyId) => client.scheduleKeyDeletion({ KeyId }),
  CancelKeyDeletion: (client, KeyId) => client.cancelKeyDeletion({ KeyId }),
}
const looks: Readonly<Record<string, Call>> = {
  GetKeyPolicy: (client, KeyId) => client.getKeyPolicy({ KeyId }),
  ListKeyPolicies: (client, KeyId) => client.listKeyPolicies({ KeyId }),
  ListKeyRotations: (client, KeyId) => client.listKeyRotations({ KeyId }),
  ListResourceTags: (client, KeyId) => client.listResourceTags({ KeyId }),
}
/** These may be about the key of another account. */
const shared: Readonly<Record<string, Call>> = {
  DescribeKey: (client, KeyId) => client.describeKey({ KeyId }),
  GetKeyRotationStatus: (client, KeyId) => client.getKeyRotationStatus({ KeyId }),
}

async function makeKey(members: Parameters<KMS['createKey']>[0] = {}) {
  const { KeyMetadata } = await kms.createKey({ Policy, ...members })
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' }
}
/** A key on which every operation can be called. */
const multiRegion = () => makeKey({ MultiRegion: true })
const NONE = '00000000-0000-4000-8000-000000000000'
const keyArn = (id: string) => `arn:aws:kms:${REGION}:${account}:key/${id}`
const newest = async () => (await app.trail(1))[0]

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => assert.fail('it was done'),
    (reason: Error) => reason,
  )
  return `${error.name}: ${error.message}`
}

for (const [operation, call] of Object.entries({ ...changes, ...looks, ...shared }))
  describe(operation, () => {
    const path = operation === 'CreateAlias' ? 'targetKeyId' : 'keyId'
    const writes = Object.hasOwn(changes, operation)

    test('asks for a key id of 1 to 2,048 characters', async () => {
      await assert.rejects(call(kms, undefined as unknown as string), violations([null, path, 'not be null']))
      await assert.rejects(call(kms, ''), violations(['', path, tooShort(1)]))
      const long = 'x'.repeat(2049)
      await assert.rejects(call(kms, long), violations([long, path, tooLong(2048)]))
    })

    test('a key that there is not is told to who may ask, with the ARN it would have', async () => {
      const message = `Key '${keyArn(NONE)}' does not exist`
      for (const KeyId of [NONE, keyArn(NONE)])
        await assert.rejects(call(kms, KeyId), { name: 'NotFoundException', message })
      await assert.rejects(call(kms, 'none'), { name: 'NotFoundException', message: "Invalid keyId 'none'" })
      const elsewhere = `arn:aws:kms:us-east-1:${account}:key/${NONE}`
      await assert.rejects(call(kms, elsewhere), { name: 'NotFoundException', message: 'Invalid arn us-east-1' })
      assert.equal((await newest())?.arn, undefined)
    })

    test('who may not learns nothing of what there is, nor does his record', async () => {
      const nobody = await app.kmsAs(`nobody-${operation}`)
      const { id } = await makeKey()
      const refusals = []
      for (const one of [id, NONE]) {
        refusals.push((await refusal(call(nobody, one))).replace(keyArn(one), 'it'))
        const entry = await newest()
        assert.deepEqual([entry?.operation, entry?.error?.code], [operation, 'AccessDeniedException'])
        assert.equal(entry?.arn, undefined)
      }
      const reason = `because no identity-based policy allows the kms:${operation} action`
      const who = `arn:aws:iam::${account}:user/nobody-${operation}`
      const text = `AccessDeniedException: User: ${who} is not authorized to perform: kms:${operation} on resource: it ${reason}`
      assert.deepEqual(refusals, [text, text])
    })

    test('a key of another account is not told from none, by its ARN alone', async () => {
      const { id, arn } = await makeKey()
      const before = (await kms.describeKey({ KeyId: id })).KeyMetadata
      const none = await refusal(call(stranger, keyArn(NONE)))
      assert.match(
        none,
        new RegExp(`^AccessDeniedException: User: .* is not authorized to perform: kms:${operation} on this resource `),
      )
      if (Object.hasOwn(shared, operation)) assert.ok(await call(stranger, arn))
      else assert.equal(await refusal(call(stranger, arn)), none)
      assert.match(await refusal(call(stranger, id)), /^NotFoundException: Key 'arn:aws:kms:[^:]*:444455556666:key/)
      assert.deepEqual((await kms.describeKey({ KeyId: id })).KeyMetadata, before)
    })

    test('its record names the key, also where it could not be done', async () => {
      const { id, arn } = await multiRegion()
      if (operation === 'CancelKeyDeletion') await kms.scheduleKeyDeletion({ KeyId: id })
      if (operation === 'UpdatePrimaryRegion') await kms.replicateKey({ KeyId: id, ReplicaRegion: 'eu-west-1' })
      await call(kms, id)
      const done = await newest()
      assert.deepEqual(
        [done?.service, done?.operation, done?.access, done?.arn, done?.error],
        ['kms', operation, writes ? 'write' : 'read', arn, undefined],
      )
      assert.deepEqual(Object.values(done?.parameters ?? {}).includes(id), true)
      if (!writes || operation === 'PutKeyPolicy') return
      const pending = await makeKey()
      if (operation !== 'CancelKeyDeletion') await kms.scheduleKeyDeletion({ KeyId: pending.id })
      await refusal(call(kms, pending.id))
      const refused = await newest()
      assert.deepEqual(
        [refused?.operation, refused?.error?.code, refused?.arn],
        [operation, 'KMSInvalidStateException', pending.arn],
      )
    })
  })

describe('aliases in records', () => {
  test('are named where they are what is changed', async () => {
    const { id, arn } = await makeKey()
    const second = await makeKey()
    await kms.createAlias({ AliasName: 'alias/recorded', TargetKeyId: id })
    const created = await newest()
    assert.deepEqual([created?.arn, created?.parameters?.AliasName], [arn, 'alias/recorded'])
    await kms.updateAlias({ AliasName: 'alias/recorded', TargetKeyId: second.id })
    const moved = await newest()
    assert.deepEqual([moved?.operation, moved?.arn, moved?.access], ['UpdateAlias', second.arn, 'write'])
    await kms.deleteAlias({ AliasName: 'alias/recorded' })
    const removed = await newest()
    assert.deepEqual([removed?.operation, removed?.arn], ['DeleteAlias', arn.replace(/key\/.*/, 'alias/recorded')])
  })

  test('stay where they are when somebody else asks for them', async () => {
    const { arn } = await makeKey()
    const name = alias()
    await kms.createAlias({ AliasName: name, TargetKeyId: arn })
    // An alias is of the caller's account: theirs, of this name, does not exist.
    const message = `Alias arn:aws:kms:${REGION}:${OTHER}:${name} is not found.`
    await assert.rejects(stranger.deleteAlias({ AliasName: name }), { name: 'NotFoundException', message })
    await assert.rejects(stranger.updateAlias({ AliasName: name, TargetKeyId: arn }), { name: 'AccessDeniedException' })
    assert.equal((await kms.describeKey({ KeyId: name })).KeyMetadata?.Arn, arn)
  })
})
