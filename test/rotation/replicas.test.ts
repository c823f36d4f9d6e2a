import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { LAMBDA, startRotatingApp } from './rotating-function.ts'

const REPLICA_REGION = 'eu-west-1'

const app = await startRotatingApp()
after(() => app.close())
const { client } = app
const there = app.clientFor({ region: REPLICA_REGION })

test('a rotation reaches the replicas, values and labels', async () => {
  const SecretId = 'rotated'
  await client.createSecret({ Name: SecretId, SecretString: 'old', AddReplicaRegions: [{ Region: REPLICA_REGION }] })
  await client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA, RotationRules: { AutomaticallyAfterDays: 10 } })
  await app.running.rotate()
  const primary = await client.describeSecret({ SecretId })
  assert.deepEqual(
    primary.ReplicationStatus?.map(({ Status }) => Status),
    ['InSync'],
  )
  const replica = await there.describeSecret({ SecretId })
  assert.deepEqual(replica.VersionIdsToStages, primary.VersionIdsToStages)
  assert.deepEqual(
    Object.values(primary.VersionIdsToStages ?? {})
      .flat()
      .sort(),
    ['AWSCURRENT', 'AWSPREVIOUS'],
  )
  const [here, copied] = await Promise.all([client, there].map((one) => one.getSecretValue({ SecretId })))
  assert.notEqual(here?.SecretString, 'old')
  assert.equal(copied?.SecretString, here?.SecretString)
  // It is rotated where its primary is.
  assert.equal(replica.RotationEnabled, undefined)
  const closed = { name: 'InvalidParameterException' }
  await assert.rejects(there.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA }), closed)
  await assert.rejects(there.cancelRotateSecret({ SecretId }), closed)
})

test('a copy that is only tested leaves nothing in the replicas, and these cannot be rotated', async () => {
  await using app = await startRotatingApp()
  const { client } = app
  const AddReplicaRegions = [{ Region: 'eu-west-1' }]
  await client.createSecret({ Name: 's', SecretString: 'first', AddReplicaRegions })
  await client.rotateSecret({ SecretId: 's', RotationLambdaARN: LAMBDA, RotateImmediately: false })
  await app.running.rotate()
  const replica = app.clientFor({ region: 'eu-west-1' })
  const [there, here] = await Promise.all([replica, client].map((one) => one.describeSecret({ SecretId: 's' })))
  assert.deepEqual(there?.VersionIdsToStages, here?.VersionIdsToStages)
  const all = await replica.listSecretVersionIds({ SecretId: 's', IncludeDeprecated: true })
  assert.equal(all.Versions?.length, 1)
  assert.equal(there?.RotationEnabled, undefined)
  await assert.rejects(replica.rotateSecret({ SecretId: 's', RotationLambdaARN: LAMBDA }), {
    name: 'InvalidParameterException',
    message: /^Operation not permitted on a replica secret\./,
  })
})
