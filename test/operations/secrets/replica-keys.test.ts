import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { REGION, startApp } from '../../start-app.ts'
import { SUCCEEDED, statesOf } from './replicas.ts'

const THERE = 'eu-west-1'
const KMS_DENIED = 'Replication failed: Access to KMS is not allowed'
const UNENCRYPTABLE =
  "Replication failed: Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state."

const app = await startApp()
after(() => app.close())
const { client } = app
const there = app.clientFor({ region: THERE })
const kmsThere = app.kmsFor({ region: THERE })

const allow = (Action: string | string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })

async function newKey(kms = kmsThere) {
  const { KeyMetadata } = await kms.createKey({})
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' }
}

const replicate = (SecretId: string, KmsKeyId?: string, on: SecretsManager = client) =>
  on.replicateSecretToRegions({ SecretId, AddReplicaRegions: [{ Region: THERE, KmsKeyId }] })

const valueThere = async (SecretId: string) => (await there.getSecretValue({ SecretId })).SecretString

describe('the key of a replica', () => {
  test('is its own, told by both as it was named, and needed to read it', async () => {
    const { id, arn } = await newKey()
    await client.createSecret({ Name: 'own', SecretString: 'x' })
    const { ReplicationStatus } = await replicate('own', arn)
    assert.equal(ReplicationStatus?.[0]?.KmsKeyId, arn)
    assert.equal((await there.describeSecret({ SecretId: 'own' })).KmsKeyId, arn)
    assert.equal((await client.describeSecret({ SecretId: 'own' })).KmsKeyId, undefined)
    assert.equal(await valueThere('own'), 'x')
    await kmsThere.disableKey({ KeyId: id })
    await assert.rejects(valueThere('own'), { name: 'DecryptionFailure' })
    assert.equal((await client.getSecretValue({ SecretId: 'own' })).SecretString, 'x')
  })

  test('may be a replica of the primary’s key', async () => {
    const { KeyMetadata } = await app.kms.createKey({ MultiRegion: true })
    const KmsKeyId = KeyMetadata?.KeyId ?? ''
    await app.kms.replicateKey({ KeyId: KmsKeyId, ReplicaRegion: THERE })
    await client.createSecret({
      Name: 'multi',
      SecretString: 'x',
      KmsKeyId,
      AddReplicaRegions: [{ Region: THERE, KmsKeyId }],
    })
    assert.equal(await valueThere('multi'), 'x')
  })

  test('that does not exist, or is of another Region, fails and makes nothing', async () => {
    const here = await newKey(app.kms)
    const alias = `arn:aws:kms:${THERE}:${app.account}:alias/none`
    for (const [Name, KmsKeyId, text] of [
      ['keyless-alias', 'alias/none', `Invalid keyId Alias ${alias} is not found.`],
      ['keyless-region', here.arn, `Invalid arn ${REGION}`],
    ] as const) {
      await client.createSecret({ Name, AddReplicaRegions: [{ Region: THERE, KmsKeyId }] })
      const message = `Replication failed: The operation failed because of an invalid KMS key: ${text}`
      assert.deepEqual(await statesOf(client, Name), [[THERE, 'Failed', message]])
      await assert.rejects(there.describeSecret({ SecretId: Name }), { name: 'ResourceNotFoundException' })
      await replicate(Name)
      assert.deepEqual(await statesOf(client, Name), [[THERE, 'InSync', SUCCEEDED]])
    }
  })

  test('is changed by naming the Region again: what has labels is sealed anew', async () => {
    const [first, second] = [await newKey(), await newKey()]
    await client.createSecret({ Name: 'moved', SecretString: 'one' })
    await client.putSecretValue({ SecretId: 'moved', SecretString: 'two' })
    await replicate('moved', first.arn)
    await replicate('moved', second.arn)
    await kmsThere.disableKey({ KeyId: first.id })
    assert.equal(await valueThere('moved'), 'two')
    const previous = await there.getSecretValue({ SecretId: 'moved', VersionStage: 'AWSPREVIOUS' })
    assert.equal(previous.SecretString, 'one')
    const { Versions = [] } = await there.listSecretVersionIds({ SecretId: 'moved' })
    assert.deepEqual(
      Versions.map(({ KmsKeyIds }) => KmsKeyIds),
      [[second.arn], [second.arn]],
    )
  })

  test('that stops working fails the replica and not the primary, and the next change brings it into step', async () => {
    const { id, arn } = await newKey()
    await client.createSecret({
      Name: 'stopped',
      SecretString: 'one',
      AddReplicaRegions: [{ Region: THERE, KmsKeyId: arn }],
    })
    await kmsThere.disableKey({ KeyId: id })
    await client.putSecretValue({ SecretId: 'stopped', SecretString: 'two' })
    await client.tagResource({ SecretId: 'stopped', Tags: [{ Key: 'a', Value: 'b' }] })
    assert.deepEqual(await statesOf(client, 'stopped'), [[THERE, 'Failed', UNENCRYPTABLE]])
    assert.equal((await client.getSecretValue({ SecretId: 'stopped' })).SecretString, 'two')
    await kmsThere.enableKey({ KeyId: id })
    // Its value and labels are those of before; what needs no key has reached it.
    assert.equal(await valueThere('stopped'), 'one')
    assert.deepEqual((await there.describeSecret({ SecretId: 'stopped' })).Tags, [{ Key: 'a', Value: 'b' }])
    await client.updateSecret({ SecretId: 'stopped', Description: 'again' })
    assert.deepEqual(await statesOf(client, 'stopped'), [[THERE, 'InSync', SUCCEEDED]])
    assert.equal(await valueThere('stopped'), 'two')
    const previous = await there.getSecretValue({ SecretId: 'stopped', VersionStage: 'AWSPREVIOUS' })
    assert.equal(previous.SecretString, 'one')
  })

  test('of the primary that refuses fails the replica as well', async () => {
    const { id } = await newKey(app.kms)
    await client.createSecret({ Name: 'locked', SecretString: 'x', KmsKeyId: id })
    await app.kms.disableKey({ KeyId: id })
    await replicate('locked')
    const failed =
      "Replication failed: Secrets Manager can't decrypt the protected secret text using the provided KMS key."
    assert.deepEqual(await statesOf(client, 'locked'), [[THERE, 'Failed', failed]])
    await app.kms.enableKey({ KeyId: id })
    await replicate('locked')
    assert.equal(await valueThere('locked'), 'x')
  })
})

describe('the caller’s permission on keys', () => {
  const SECRETS = allow('secretsmanager:*')

  test('is needed to open with the one and to seal with the other, in its Region', async () => {
    const source = await newKey(app.kms)
    const target = await newKey()
    const through = (region: string) => ({
      Condition: {
        StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com`, 'aws:RequestedRegion': region },
      },
    })
    const opens = { ...allow('kms:Decrypt', through('eu-central-1')), Resource: source.arn }
    const seals = { ...allow(['kms:GenerateDataKey', 'kms:Encrypt'], through(THERE)), Resource: target.arn }
    const makes = { ...seals, Action: 'kms:GenerateDataKey' }
    const cases: [name: string, statements: object[], state: unknown[]][] = [
      ['opens-only', [SECRETS, opens], ['Failed', KMS_DENIED]],
      ['seals-only', [SECRETS, seals], ['Failed', KMS_DENIED]],
      ['makes-only', [SECRETS, opens, makes], ['Failed', KMS_DENIED]],
      ['both', [SECRETS, opens, seals], ['InSync', SUCCEEDED]],
    ]
    for (const [name, statements, state] of cases) {
      await client.createSecret({ Name: name, SecretString: 'x', KmsKeyId: source.arn })
      await replicate(name, target.arn, await app.as(name, [statements]))
      assert.deepEqual(await statesOf(client, name), [[THERE, ...state]])
    }
  })

  test('to write a value is enough to give it to replicas: it is not opened again', async () => {
    const [source, target] = [await newKey(app.kms), await newKey()]
    await client.createSecret({ Name: 'written', SecretString: 'x', KmsKeyId: source.arn })
    await replicate('written', target.arn)
    const writer = await app.as('writer', [[SECRETS, allow('kms:GenerateDataKey')]])
    await writer.putSecretValue({ SecretId: 'written', SecretString: 'y' })
    assert.deepEqual(await statesOf(client, 'written'), [[THERE, 'InSync', SUCCEEDED]])
    assert.equal(await valueThere('written'), 'y')
  })

  test('may be withheld in a Region: the primary changes, its replica there does not', async () => {
    const target = await newKey()
    await client.createSecret({ Name: 'withheld', SecretString: 'x' })
    await replicate('withheld', target.arn)
    const deny = { ...allow('kms:*'), Effect: 'Deny', Condition: { StringEquals: { 'aws:RequestedRegion': THERE } } }
    const writer = await app.as('withheld', [[SECRETS, allow('kms:*'), deny]])
    await writer.putSecretValue({ SecretId: 'withheld', SecretString: 'y' })
    assert.deepEqual(await statesOf(client, 'withheld'), [[THERE, 'Failed', KMS_DENIED]])
    assert.deepEqual(
      [await valueThere('withheld'), (await client.getSecretValue({ SecretId: 'withheld' })).SecretString],
      ['x', 'y'],
    )
  })
})
