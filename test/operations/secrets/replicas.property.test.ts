import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type SecretsManager, SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager'
import fc from 'fast-check'
import type { Secret } from '../../../src/secrets/secret.ts'
import { startApp } from '../../start-app.ts'

// Harm prevented: a replica that no longer is what its primary is, after some sequence of changes that nobody thought of.

const REGIONS = ['eu-west-1', 'us-east-1']

const app = await startApp()
after(() => app.close())
const { client } = app
const { KeyMetadata } = await app.kms.createKey({})
const keys = new Map<string, string>()
for (const region of REGIONS) keys.set(region, (await app.kmsFor({ region }).createKey({})).KeyMetadata?.KeyId ?? '')

const token = (number: number) => `version-${number}`.padEnd(32, '-')
const version = fc.integer({ min: 0, max: 4 })
const region = fc.constantFrom(...REGIONS)
const label = fc.constantFrom('AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING', 'mine')
const tag = fc.constantFrom('a', 'b')
const steps = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: version, labels: fc.option(fc.uniqueArray(label, { minLength: 1 })) }) },
  { weight: 2, arbitrary: fc.record({ update: version, described: fc.constantFrom('', 'one', 'two') }) },
  { weight: 1, arbitrary: fc.record({ key: fc.constantFrom('', KeyMetadata?.KeyId ?? '') }) },
  { weight: 4, arbitrary: fc.record({ move: label, from: fc.option(version), to: fc.option(version) }) },
  { weight: 2, arbitrary: fc.record({ tag, value: fc.constantFrom('x', 'y') }) },
  { weight: 1, arbitrary: fc.record({ untag: tag }) },
  { weight: 1, arbitrary: fc.record({ policy: fc.constantFrom('Allow', 'Deny') }) },
  { weight: 2, arbitrary: fc.record({ replicate: region, own: fc.boolean(), force: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ remove: region }) },
  { weight: 1, arbitrary: fc.record({ promote: region }) },
  { weight: 1, arbitrary: fc.record({ stop: region }) },
  { weight: 1, arbitrary: fc.record({ occupy: region }) },
  { weight: 1, arbitrary: fc.record({ days: fc.constant(2) }) },
)
type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never

const at = (region: string) => app.clientFor({ region })

async function take(SecretId: string, step: Step): Promise<unknown> {
  if ('put' in step) {
    const input = { SecretString: `v${step.put}`, ClientRequestToken: token(step.put) }
    return client.putSecretValue({ SecretId, ...input, VersionStages: step.labels ?? undefined })
  }
  if ('update' in step) {
    const input = { SecretString: `v${step.update}`, ClientRequestToken: token(step.update) }
    return client.updateSecret({ SecretId, ...input, Description: step.described })
  }
  if ('key' in step) return client.updateSecret({ SecretId, KmsKeyId: step.key })
  if ('move' in step)
    return client.updateSecretVersionStage({
      SecretId,
      VersionStage: step.move,
      RemoveFromVersionId: step.from === null ? undefined : token(step.from),
      MoveToVersionId: step.to === null ? undefined : token(step.to),
    })
  if ('tag' in step) return client.tagResource({ SecretId, Tags: [{ Key: step.tag, Value: step.value }] })
  if ('untag' in step) return client.untagResource({ SecretId, TagKeys: [step.untag] })
  if ('policy' in step) {
    const Condition = { StringEquals: { 'aws:username': 'nobody' } }
    const meant = { Principal: '*', Action: 'secretsmanager:TagResource', Resource: '*', Condition }
    const Statement = [{ Effect: step.policy, ...meant }]
    return client.putResourcePolicy({ SecretId, ResourcePolicy: JSON.stringify({ Version: '2012-10-17', Statement }) })
  }
  if ('replicate' in step) {
    const entry = { Region: step.replicate, KmsKeyId: step.own ? keys.get(step.replicate) : undefined }
    return client.replicateSecretToRegions({
      SecretId,
      AddReplicaRegions: [entry],
      ForceOverwriteReplicaSecret: step.force,
    })
  }
  if ('remove' in step) return client.removeRegionsFromReplication({ SecretId, RemoveReplicaRegions: [step.remove] })
  if ('promote' in step) return at(step.promote).stopReplicationToReplica({ SecretId })
  if ('occupy' in step) return at(step.occupy).createSecret({ Name: SecretId, SecretString: 'theirs' })
  // The key of a replica that stops for one change: the next step starts it again.
  if ('stop' in step) {
    const KeyId = keys.get(step.stop)
    await app.kmsFor({ region: step.stop }).disableKey({ KeyId })
    const change = client.putSecretValue({ SecretId, SecretString: 'vstopped' })
    await change.finally(() => app.kmsFor({ region: step.stop }).enableKey({ KeyId }))
    return
  }
  return app.clock.advance(step.days * 86_400_000)
}

/** What a replica has in common with its primary. */
async function shared(on: SecretsManager, SecretId: string) {
  const { Description, Tags, VersionIdsToStages = {}, PrimaryRegion } = await on.describeSecret({ SecretId })
  const values: [string, string | undefined][] = []
  for (const VersionId of Object.keys(VersionIdsToStages).sort())
    values.push([VersionId, (await on.getSecretValue({ SecretId, VersionId })).SecretString])
  return { Description, Tags, VersionIdsToStages, PrimaryRegion, values }
}

async function storedPolicy(arn: string | undefined): Promise<Secret['resourcePolicy']> {
  const [found] = await app.running.installation.secrets.findMany([{ arn: arn ?? '' }])
  return found && 'secret' in found ? found.secret.resourcePolicy : undefined
}

async function assertInStep(SecretId: string, isSettled: boolean): Promise<void> {
  const { ARN, ReplicationStatus = [] } = await client.describeSecret({ SecretId })
  const inSync = ReplicationStatus.filter(({ Status }) => Status === 'InSync')
  // Only a name that somebody has, or a key that stands still, keeps a replica from following.
  for (const { Status, StatusMessage = '' } of ReplicationStatus)
    if (Status !== 'InSync' && isSettled) assert.match(StatusMessage, /already exists in region/)
  const primary = inSync.length > 0 ? await shared(client, SecretId) : undefined
  for (const { Region = '', KmsKeyId } of inSync) {
    assert.deepEqual(await shared(at(Region), SecretId), primary)
    const { KmsKeyId: own = 'alias/aws/secretsmanager', ARN: arn } = await at(Region).describeSecret({ SecretId })
    assert.equal(own, KmsKeyId)
    assert.equal(arn, ARN?.replace('eu-central-1', Region))
    assert.deepEqual(await storedPolicy(arn), await storedPolicy(ARN))
  }
}

let secrets = 0
test('every replica that is in step equals its primary in value, labels, tags and policy, after any sequence of changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(steps, { minLength: 2, maxLength: 12 }), async (withValue, sequence) => {
      const SecretId = `s${secrets++}`
      const value = withValue ? { SecretString: 'v0', ClientRequestToken: token(0) } : {}
      const AddReplicaRegions = REGIONS.map((Region) => ({ Region, KmsKeyId: keys.get(Region) }))
      await client.createSecret({ Name: SecretId, ...value, AddReplicaRegions })
      await assertInStep(SecretId, true)
      for (const step of sequence) {
        try {
          await take(SecretId, step)
        } catch (error) {
          assert.ok(error instanceof SecretsManagerServiceException && error.$fault === 'client', String(error))
        }
        await assertInStep(SecretId, false)
      }
      await client.updateSecret({ SecretId, Description: 'settled' })
      await assertInStep(SecretId, true)
    }),
    { numRuns: 40 },
  )
})
