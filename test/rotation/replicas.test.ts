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
