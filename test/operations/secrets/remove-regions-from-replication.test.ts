import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { hasReplicas, NOT_FOUND, ON_REPLICA, tooShort, violations } from '../../expected-errors.ts'
import { startApp } from '../../start-app.ts'
import { createReplicated, nameTaken, SUCCEEDED, statesOf } from './replicas.ts'

const THERE = 'eu-west-1'
const FAR = 'us-east-1'

const app = await startApp()
after(() => app.close())
const { client } = app
const there = app.clientFor({ region: THERE })
const far = app.clientFor({ region: FAR })

const remove = (SecretId: string, ...RemoveReplicaRegions: string[]) =>
  client.removeRegionsFromReplication({ SecretId, RemoveReplicaRegions })

test('replicas are gone at once and for good, and the others stay', async () => {
  const ARN = await createReplicated(client, 'one', THERE, FAR)
  const answer = await remove('one', THERE)
  assert.equal(answer.ARN, ARN)
  assert.deepEqual(
    answer.ReplicationStatus?.map(({ Region }) => Region),
    [FAR],
  )
  await assert.rejects(there.describeSecret({ SecretId: 'one' }), NOT_FOUND)
  assert.deepEqual((await there.listSecrets({ IncludePlannedDeletion: true })).SecretList, [])
  assert.equal((await far.getSecretValue({ SecretId: 'one' })).SecretString, 'value of one')
  assert.equal((await there.createSecret({ Name: 'one' })).Name, 'one')
})

test('a secret without its last replica is not replicated', async () => {
  await createReplicated(client, 'last', THERE)
  assert.deepEqual((await remove('last', THERE)).ReplicationStatus, [])
  const { ReplicationStatus, PrimaryRegion } = await client.describeSecret({ SecretId: 'last' })
  assert.deepEqual([ReplicationStatus, PrimaryRegion], [undefined, undefined])
  await client.deleteSecret({ SecretId: 'last' })
})

test('Regions without a replica are passed over', async () => {
  await createReplicated(client, 'partly', THERE)
  await remove('partly', FAR, 'eu-central-1')
  assert.deepEqual(await statesOf(client, 'partly'), [[THERE, 'InSync', SUCCEEDED]])
})

test('a replica that failed leaves the secret whose name it wanted', async () => {
  await there.createSecret({ Name: 'theirs', SecretString: 'theirs' })
  await createReplicated(client, 'theirs', THERE)
  assert.deepEqual(await statesOf(client, 'theirs'), [[THERE, 'Failed', nameTaken('theirs', THERE)]])
  await remove('theirs', THERE)
  assert.equal((await there.getSecretValue({ SecretId: 'theirs' })).SecretString, 'theirs')
})

describe('deletion', () => {
  test('of a secret with replicas is refused, whether forced or not, and names their Regions in order', async () => {
    const ARN = await createReplicated(client, 'kept', FAR, 'ap-northeast-2', THERE)
    for (const how of [{}, { ForceDeleteWithoutRecovery: true }, { RecoveryWindowInDays: 7 }])
      await assert.rejects(
        client.deleteSecret({ SecretId: 'kept', ...how }),
        hasReplicas(ARN, 'ap-northeast-2', THERE, FAR),
      )
    await remove('kept', FAR, 'ap-northeast-2', THERE)
    await client.deleteSecret({ SecretId: 'kept', ForceDeleteWithoutRecovery: true })
  })
})

describe('constraints', () => {
  test('of the model are held', async () => {
    await assert.rejects(remove('none'), violations(['[]', 'removeReplicaRegions', tooShort(1)]))
    await assert.rejects(remove('none', 'Mars'), {
      name: 'ValidationException',
      message: /'removeReplicaRegions' failed to satisfy constraint: .*\^\(\[a-z\]\+-\)\+\\d\+\$/,
    })
    await assert.rejects(remove('none', THERE), NOT_FOUND)
  })

  test('a replica is refused', async () => {
    await createReplicated(client, 'chained', THERE)
    const input = { SecretId: 'chained', RemoveReplicaRegions: [THERE] }
    await assert.rejects(there.removeRegionsFromReplication(input), ON_REPLICA)
  })
})
