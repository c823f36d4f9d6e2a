import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { paginateListSecretVersionIds, type SecretsManager } from '@aws-sdk/client-secrets-manager'
import { alreadyExists, MARKED, NOT_FOUND, ON_REPLICA, tokenInUse } from '../expected-errors.ts'
import { startApp } from '../start-app.ts'

// Harm prevented: of writes that come at the same time one is lost, or done by half.

const app = await startApp()
after(() => app.close())
const { client } = app

const WRITERS = 32
const times = <T>(count: number, call: (index: number) => Promise<T>) =>
  Promise.allSettled(Array.from({ length: count }, (_, index) => call(index)))

type Outcomes = readonly PromiseSettledResult<unknown>[]
const won = (outcomes: Outcomes) => outcomes.filter(({ status }) => status === 'fulfilled').length

/** Every call that failed did so with one of these. */
function assertFailures(outcomes: Outcomes, ...expected: readonly { name: string; message?: string }[]): void {
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue
    const { name, message } = outcome.reason
    const fits = expected.some((one) => one.name === name && (one.message ?? message) === message)
    assert.ok(fits, `${name}: ${message}`)
  }
}

async function labelsOf(SecretId: string) {
  const { VersionIdsToStages = {} } = await client.describeSecret({ SecretId })
  return Object.values(VersionIdsToStages).flat().sort()
}

async function countVersions(SecretId: string): Promise<number> {
  let count = 0
  for await (const page of paginateListSecretVersionIds({ client }, { SecretId, IncludeDeprecated: true }))
    count += page.Versions?.length ?? 0
  return count
}

describe('writers of one secret', () => {
  test(`${WRITERS} values all become versions, and one is the current one`, async () => {
    await client.createSecret({ Name: 'puts', SecretString: 'first' })
    const outcomes = await times(WRITERS, (index) =>
      client.putSecretValue({ SecretId: 'puts', SecretString: `value ${index}` }),
    )
    assertFailures(outcomes)
    assert.equal(await countVersions('puts'), WRITERS + 1)
    assert.deepEqual(await labelsOf('puts'), ['AWSCURRENT', 'AWSPREVIOUS'])
    assert.match((await client.getSecretValue({ SecretId: 'puts' })).SecretString ?? '', /^value \d+$/)
    assert.equal((await app.trail()).filter(({ operation }) => operation === 'PutSecretValue').length, WRITERS)
  })

  test('no tag is lost when each adds its own', async () => {
    await client.createSecret({ Name: 'tags' })
    const outcomes = await times(WRITERS, (index) =>
      client.tagResource({ SecretId: 'tags', Tags: [{ Key: `k${index}`, Value: 'v' }] }),
    )
    assertFailures(outcomes)
    assert.equal((await client.describeSecret({ SecretId: 'tags' })).Tags?.length, WRITERS)
  })

  test('members that different operations write do not undo each other', async () => {
    const { VersionId } = await client.createSecret({ Name: 'mixed', SecretString: 'a' })
    const SecretId = 'mixed'
    const ResourcePolicy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'secretsmanager:GetSecretValue', Resource: '*' },
    })
    const outcomes = await times(15, async (index) => {
      if (index % 5 === 4) await client.putResourcePolicy({ SecretId, ResourcePolicy })
      if (index % 5 === 0) await client.updateSecret({ SecretId, Description: `d${index}` })
      if (index % 5 === 1) await client.tagResource({ SecretId, Tags: [{ Key: `k${index}`, Value: 'v' }] })
      if (index % 5 === 2) await client.putSecretValue({ SecretId, SecretString: 'b', VersionStages: [`l${index}`] })
      if (index % 5 === 3)
        await client.updateSecretVersionStage({ SecretId, VersionStage: `m${index}`, MoveToVersionId: VersionId })
    })
    assertFailures(outcomes)
    const { Description, Tags } = await client.describeSecret({ SecretId })
    assert.match(Description ?? '', /^d(0|5|10)$/)
    assert.equal(Tags?.length, 3)
    assert.deepEqual(await labelsOf(SecretId), ['AWSCURRENT', 'l12', 'l2', 'l7', 'm13', 'm3', 'm8'])
    assert.equal((await client.getResourcePolicy({ SecretId })).ResourcePolicy, ResourcePolicy)
  })

  test('the limit of labels holds', async () => {
    await client.createSecret({ Name: 'limit', SecretString: 'a' })
    const outcomes = await times(24, (index) =>
      client.putSecretValue({ SecretId: 'limit', SecretString: 'b', VersionStages: [`l${index}`] }),
    )
    assert.equal(won(outcomes), 19)
    assertFailures(outcomes, { name: 'LimitExceededException' })
    assert.equal((await labelsOf('limit')).length, 20)
    assert.equal(await countVersions('limit'), 20)
  })

  test('a reader sees one whole value at any time', async () => {
    const whole = (index: number) => `${index}:${'x'.repeat(2_000)}:${index}`
    await client.createSecret({ Name: 'whole', SecretString: whole(0) })
    const writing = times(16, (index) => client.putSecretValue({ SecretId: 'whole', SecretString: whole(index) }))
    const reading = times(48, () => client.getSecretValue({ SecretId: 'whole' }))
    assertFailures(await writing)
    for (const outcome of await reading) {
      assert.ok(outcome.status === 'fulfilled')
      const { SecretString = '', VersionStages = [] } = outcome.value
      assert.equal(SecretString, whole(Number(SecretString.split(':')[0])))
      assert.ok(VersionStages.includes('AWSCURRENT'))
    }
  })
})

describe('creators of one name', () => {
  test('one wins, the others hear that it exists', async () => {
    const outcomes = await times(WRITERS, (index) =>
      client.createSecret({ Name: 'created', SecretString: `value ${index}` }),
    )
    assert.equal(won(outcomes), 1)
    assertFailures(outcomes, alreadyExists('created'))
    assert.equal(await countVersions('created'), 1)
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    assert.equal((await client.getSecretValue({ SecretId: 'created' })).SecretString, `value ${winner}`)
  })

  test('all get the same answer with the same token and value', async () => {
    const input = { Name: 'same', SecretString: 'value', ClientRequestToken: randomUUID() }
    const outcomes = await times(WRITERS, () => client.createSecret(input))
    assertFailures(outcomes)
    const arns = outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value.ARN)
    assert.equal(new Set(arns).size, 1)
    assert.equal(await countVersions('same'), 1)
  })

  test('one wins with the same token and other values, and the others hear that the token is in use', async () => {
    const input = { Name: 'token', ClientRequestToken: randomUUID() }
    const outcomes = await times(8, (index) => client.createSecret({ ...input, SecretString: `value ${index}` }))
    assert.equal(won(outcomes), 1)
    const { ARN } = await client.describeSecret({ SecretId: 'token' })
    assertFailures(outcomes, tokenInUse(input.ClientRequestToken, ARN))
  })

  test('the first secrets of a Region share one default key', async () => {
    const there = app.clientFor({ region: 'ap-south-1' })
    assertFailures(await times(16, (index) => there.createSecret({ Name: `s${index}`, SecretString: `${index}` })))
    for (let index = 0; index < 16; index++)
      assert.equal((await there.getSecretValue({ SecretId: `s${index}` })).SecretString, `${index}`)
    const made = (await app.trail()).filter(
      ({ operation, region }) => operation === 'CreateKey' && region === 'ap-south-1',
    )
    assert.equal(made.length, 1)
  })
})

describe('deletion beside writes', () => {
  test('a value is written before the secret is marked, or refused after', async () => {
    for (let round = 0; round < 5; round++) {
      const SecretId = `marked-${round}`
      await client.createSecret({ Name: SecretId, SecretString: 'first' })
      const puts = times(8, (index) => client.putSecretValue({ SecretId, SecretString: `value ${index}` }))
      await client.deleteSecret({ SecretId })
      const outcomes = await puts
      assertFailures(outcomes, MARKED)
      assert.equal(await countVersions(SecretId), won(outcomes) + 1)
      assert.ok((await client.describeSecret({ SecretId })).DeletedDate)
      await client.restoreSecret({ SecretId })
      assert.ok((await client.getSecretValue({ SecretId })).SecretString)
    }
  })

  test('a secret that is deleted by force comes back with no write', async () => {
    for (let round = 0; round < 5; round++) {
      const SecretId = `forced-${round}`
      await client.createSecret({ Name: SecretId, SecretString: 'first' })
      const puts = times(8, (index) => client.putSecretValue({ SecretId, SecretString: `value ${index}` }))
      await client.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true })
      assertFailures(await puts, NOT_FOUND)
      await assert.rejects(client.describeSecret({ SecretId }), NOT_FOUND)
    }
  })

  test('a name that is deleted by force and created at the same time is one secret or none', async () => {
    const Name = 'churn'
    const outcomes = await times(24, (index) =>
      index % 2 === 0
        ? client.createSecret({ Name, SecretString: `value ${index}` })
        : client.deleteSecret({ SecretId: Name, ForceDeleteWithoutRecovery: true }),
    )
    assertFailures(outcomes, alreadyExists(Name))
    const { SecretList = [] } = await client.listSecrets({ Filters: [{ Key: 'name', Values: [Name] }] })
    assert.ok(SecretList.length <= 1)
    for (const { ARN } of SecretList) assert.ok((await client.getSecretValue({ SecretId: ARN })).SecretString)
  })

  test('of two deletions one marks, and restoring ends the same for all', async () => {
    await client.createSecret({ Name: 'both', SecretString: 'x' })
    const deletions = await times(8, () => client.deleteSecret({ SecretId: 'both' }))
    assert.equal(won(deletions), 1)
    assertFailures(deletions, MARKED)
    assertFailures(await times(8, () => client.restoreSecret({ SecretId: 'both' })))
    assert.equal((await client.getSecretValue({ SecretId: 'both' })).SecretString, 'x')
  })
})

describe('writers of a secret with a replica', () => {
  const there = app.clientFor({ region: 'eu-west-1' })
  const AddReplicaRegions = [{ Region: 'eu-west-1' }]

  async function contentOf(on: SecretsManager, SecretId: string) {
    const { Tags, VersionIdsToStages, Description } = await on.describeSecret({ SecretId })
    const { VersionId, SecretString } = await on.getSecretValue({ SecretId })
    return { Tags, VersionIdsToStages, Description, VersionId, SecretString }
  }
  const write = (SecretId: string, index: number) =>
    index % 2
      ? client.tagResource({ SecretId, Tags: [{ Key: `k${index}`, Value: 'v' }] })
      : client.putSecretValue({ SecretId, SecretString: `value ${index}` })

  test('leave it as its primary is, also while it is made and read', async () => {
    const SecretId = 'replicated'
    await client.createSecret({ Name: SecretId, SecretString: 'first' })
    const [writes, replications] = await Promise.all([
      times(16, (index) => write(SecretId, index)),
      times(4, () => client.replicateSecretToRegions({ SecretId, AddReplicaRegions })),
    ])
    assertFailures([...writes, ...replications])
    const reads = times(16, () => there.getSecretValue({ SecretId }))
    assertFailures([...(await times(8, (index) => write(SecretId, index))), ...(await reads)])
    assert.deepEqual(await contentOf(there, SecretId), await contentOf(client, SecretId))
    assert.equal((await client.describeSecret({ SecretId })).ReplicationStatus?.[0]?.Status, 'InSync')
  })

  test('leave it alone from the moment it is promoted', async () => {
    for (let round = 0; round < 4; round++) {
      const SecretId = `promoted-${round}`
      await client.createSecret({ Name: SecretId, SecretString: 'first', AddReplicaRegions })
      const writing = times(8, (index) => write(SecretId, index))
      const promoted = await times(2, () => there.stopReplicationToReplica({ SecretId }))
      const then = await contentOf(there, SecretId)
      assertFailures([...(await writing)])
      assert.equal(won(promoted), 1)
      assert.deepEqual(await contentOf(there, SecretId), then)
      assert.equal((await client.describeSecret({ SecretId })).ReplicationStatus, undefined)
    }
  })

  test('of two Regions that replicate the same name to each other, each has its own or one follows the other', async () => {
    for (let round = 0; round < 4; round++) {
      const Name = `mutual-${round}`
      await client.createSecret({ Name, SecretString: 'here' })
      await there.createSecret({ Name, SecretString: 'there' })
      const over = (on: SecretsManager, Region: string) =>
        on.replicateSecretToRegions({
          SecretId: Name,
          AddReplicaRegions: [{ Region }],
          ForceOverwriteReplicaSecret: true,
        })
      const outcomes = await Promise.allSettled([over(client, 'eu-west-1'), over(there, 'eu-central-1')])
      assertFailures(outcomes, ON_REPLICA, NOT_FOUND)
      const [here, elsewhere] = await Promise.all([client, there].map((on) => on.describeSecret({ SecretId: Name })))
      const origins = [here?.PrimaryRegion, elsewhere?.PrimaryRegion]
      assert.equal(new Set(origins).size, 1, String(origins))
    }
  })
})

test('nothing of all this was a failure of the server', () => {
  assert.deepEqual(app.logged, [])
})
