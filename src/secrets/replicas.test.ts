import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addReplicas, arnInRegion, isReplica, isReplicaOf, isReplicated, planCopies, withReplicas } from './replicas.ts'
import type { VersionInfo } from './secret.ts'

const arn = (region: string) => `arn:aws:secretsmanager:${region}:111122223333:secret:name-AbCdEf`
const HERE = 'eu-central-1'
const THERE = 'eu-west-1'
const inSync = (region: string, kmsKeyId?: string) => ({ region, kmsKeyId, status: 'InSync' as const })

describe('a secret', () => {
  test('is a replica when its primary is elsewhere', () => {
    assert.equal(isReplica({ region: HERE }), false)
    assert.equal(isReplica({ region: HERE, primaryRegion: HERE }), false)
    assert.equal(isReplica({ region: HERE, primaryRegion: THERE }), true)
  })

  test('takes part in replication as a replica and as a primary', () => {
    assert.equal(isReplicated({ region: HERE }), false)
    assert.equal(isReplicated({ region: HERE, primaryRegion: HERE, replicas: [inSync(THERE)] }), true)
    assert.equal(isReplicated({ region: HERE, primaryRegion: THERE }), true)
  })

  test('has the ARN of its primary in another Region', () => {
    assert.equal(arnInRegion({ arn: arn(HERE), region: HERE }, THERE), arn(THERE))
    const named = `arn:aws:secretsmanager:${HERE}:111122223333:secret:a/${HERE}/b-AbCdEf`
    assert.match(arnInRegion({ arn: named, region: HERE }, THERE), /:eu-west-1:111122223333:secret:a\/eu-central-1\/b-/)
  })

  test('is the replica of the primary whose ARN it has, and of no other', () => {
    const primary = { arn: arn(HERE), region: HERE }
    assert.equal(isReplicaOf({ arn: arn(THERE), region: THERE, primaryRegion: HERE }, primary), true)
    assert.equal(isReplicaOf({ arn: arn(THERE), region: THERE }, primary), false, 'it was promoted')
    assert.equal(isReplicaOf({ arn: arn(THERE), region: THERE, primaryRegion: 'us-east-1' }, primary), false)
    assert.equal(isReplicaOf({ arn: `${arn(THERE)}x`, region: THERE, primaryRegion: HERE }, primary), false)
  })

  test('is a primary as long as it has replicas', () => {
    const secret = withReplicas({ region: HERE }, [inSync(THERE)])
    assert.deepEqual(secret, { region: HERE, primaryRegion: HERE, replicas: [inSync(THERE)] })
    assert.deepEqual(withReplicas(secret, []), { region: HERE, primaryRegion: undefined, replicas: undefined })
  })
})

test('a Region that is named again keeps its place and takes the key that comes with it', () => {
  const replicas = [inSync('us-east-1', 'alias/a'), inSync(THERE)]
  assert.deepEqual(
    addReplicas({ region: HERE, replicas }, [{ Region: 'us-west-2', KmsKeyId: '' }, { Region: 'us-east-1' }]),
    [
      { region: 'us-east-1', kmsKeyId: undefined, status: 'InProgress' },
      inSync(THERE),
      { region: 'us-west-2', kmsKeyId: undefined, status: 'InProgress' },
    ],
  )
})

describe('the versions of a replica', () => {
  const version = (versionId: string, more: Partial<VersionInfo> = {}): VersionInfo => ({
    versionId,
    createdAt: 1,
    kmsKeyId: 'alias/there',
    ...more,
  })
  const plan = (labelled: string[], versions: VersionInfo[], present: VersionInfo[]) => {
    const stages = new Map(labelled.map((id) => [id, ['label']]))
    const { add, reseal, remove } = planCopies({ stages, versions }, present, 'alias/there')
    const ids = (list: readonly VersionInfo[]) => list.map(({ versionId }) => versionId)
    return { add: ids(add), reseal: ids(reseal), remove }
  }
  const nothing = { add: [], reseal: [], remove: [] }

  test('are those with labels at first', () =>
    assert.deepEqual(plan(['b', 'c'], [version('a'), version('b'), version('c')], []), { ...nothing, add: ['b', 'c'] }))

  test('stay when they lose their labels, as long as the primary has them', () => {
    assert.deepEqual(plan(['b'], [version('a'), version('b')], [version('a'), version('b')]), nothing)
    assert.deepEqual(plan(['b'], [version('b')], [version('a'), version('b')]), { ...nothing, remove: ['a'] })
  })

  test('come when they get a label', () =>
    assert.deepEqual(plan(['a', 'b'], [version('a'), version('b')], [version('b')]), { ...nothing, add: ['a'] }))

  test('are replaced where an id was given anew', () =>
    assert.deepEqual(plan(['a'], [version('a', { createdAt: 2 })], [version('a')]), {
      ...nothing,
      add: ['a'],
      remove: ['a'],
    }))

  test('are sealed anew under another key, those with labels', () => {
    const old = ['a', 'b'].map((id) => version(id, { kmsKeyId: undefined }))
    assert.deepEqual(plan(['b'], [version('a'), version('b')], old), { ...nothing, reseal: ['b'] })
  })
})
