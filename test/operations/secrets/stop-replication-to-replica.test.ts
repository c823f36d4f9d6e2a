import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { MARKED, NOT_FOUND } from '../../expected-errors.ts'
import { REGION, startApp } from '../../start-app.ts'
import { createReplicated, nameTaken, SUCCEEDED, statesOf } from './replicas.ts'

const THERE = 'eu-west-1'
const FAR = 'us-east-1'
const ON_PRIMARY = {
  name: 'InvalidParameterException',
  message: "Operation not permitted on a primary secret. Call must be made in replica secret's region.",
}

const app = await startApp()
after(() => app.close())
const { client } = app
const there = app.clientFor({ region: THERE })

test('a replica becomes a secret of its own, and its primary no longer has it', async () => {
  const ARN = await createReplicated(client, 'promoted', THERE, FAR)
  const arn = ARN.replace(REGION, THERE)
  const { $metadata: _metadata, ...answer } = await there.stopReplicationToReplica({ SecretId: 'promoted' })
  assert.deepEqual(answer, { ARN: arn })
  const { PrimaryRegion, ReplicationStatus } = await there.describeSecret({ SecretId: arn })
  assert.deepEqual([PrimaryRegion, ReplicationStatus], [undefined, undefined])
  assert.deepEqual(await statesOf(client, 'promoted'), [[FAR, 'InSync', SUCCEEDED]])

  await client.putSecretValue({ SecretId: 'promoted', SecretString: 'of the primary' })
  await there.putSecretValue({ SecretId: 'promoted', SecretString: 'its own' })
  assert.equal((await there.getSecretValue({ SecretId: 'promoted' })).SecretString, 'its own')
  await there.deleteSecret({ SecretId: 'promoted' })
  await assert.rejects(there.stopReplicationToReplica({ SecretId: 'promoted' }), MARKED)
})

test('the primary that lost its last replica is not replicated, and may be deleted', async () => {
  await createReplicated(client, 'last', THERE)
  await there.stopReplicationToReplica({ SecretId: 'last' })
  assert.equal((await client.describeSecret({ SecretId: 'last' })).PrimaryRegion, undefined)
  await client.deleteSecret({ SecretId: 'last', ForceDeleteWithoutRecovery: true })
  assert.equal((await there.getSecretValue({ SecretId: 'last' })).SecretString, 'value of last')
})

test('a promoted secret has a name like any other: it is not made a replica again without being overwritten', async () => {
  const ARN = await createReplicated(client, 'again', THERE)
  await there.stopReplicationToReplica({ SecretId: 'again' })
  const AddReplicaRegions = [{ Region: THERE }]
  await client.replicateSecretToRegions({ SecretId: ARN, AddReplicaRegions })
  assert.deepEqual(await statesOf(client, ARN), [[THERE, 'Failed', nameTaken('again', THERE)]])
  await client.replicateSecretToRegions({ SecretId: ARN, AddReplicaRegions, ForceOverwriteReplicaSecret: true })
  assert.deepEqual(await statesOf(client, ARN), [[THERE, 'InSync', SUCCEEDED]])
  assert.equal((await there.describeSecret({ SecretId: 'again' })).PrimaryRegion, REGION)
})

test('a promoted secret may have replicas of its own', async () => {
  await createReplicated(client, 'onward', THERE)
  await there.stopReplicationToReplica({ SecretId: 'onward' })
  await there.replicateSecretToRegions({ SecretId: 'onward', AddReplicaRegions: [{ Region: FAR }] })
  const { PrimaryRegion } = await app.clientFor({ region: FAR }).describeSecret({ SecretId: 'onward' })
  assert.equal(PrimaryRegion, THERE)
})

test('what is no replica is refused', async () => {
  await createReplicated(client, 'primary', THERE)
  await client.createSecret({ Name: 'alone' })
  for (const SecretId of ['primary', 'alone'])
    await assert.rejects(client.stopReplicationToReplica({ SecretId }), ON_PRIMARY)
  await assert.rejects(client.stopReplicationToReplica({ SecretId: 'missing' }), NOT_FOUND)
})
