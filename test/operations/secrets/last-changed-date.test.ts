import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startApp } from '../../start-app.ts'

// Facts 7.11: LastChangedDate moves with every change of a secret, and with nothing else.

const app = await startApp()
after(() => app.close())
const { client, clock } = app

const SecretId = 's'
const first = 'first'.padEnd(32, '-')
const second = { SecretId, SecretString: 'two', ClientRequestToken: 'second'.padEnd(32, '-') }
const ResourcePolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: app.account }, Action: '*', Resource: '*' },
})
await client.createSecret({ Name: SecretId, SecretString: 'one', ClientRequestToken: first })

const dateOf = async () => (await client.describeSecret({ SecretId })).LastChangedDate?.getTime() ?? Number.NaN

const steps: [what: string, moves: boolean, call: () => Promise<unknown>][] = [
  ['GetSecretValue', false, () => client.getSecretValue({ SecretId })],
  ['BatchGetSecretValue', false, () => client.batchGetSecretValue({ SecretIdList: [SecretId] })],
  ['DescribeSecret', false, () => client.describeSecret({ SecretId })],
  ['ListSecrets', false, () => client.listSecrets({})],
  ['ListSecretVersionIds', false, () => client.listSecretVersionIds({ SecretId })],
  ['PutSecretValue', true, () => client.putSecretValue(second)],
  ['PutSecretValue with the same token', false, () => client.putSecretValue(second)],
  [
    'PutSecretValue with a label',
    true,
    () => client.putSecretValue({ SecretId, SecretString: 'x', VersionStages: ['mine'] }),
  ],
  ['UpdateSecret with a value', true, () => client.updateSecret({ SecretId, SecretString: 'three' })],
  ['UpdateSecret with the same value', true, () => client.updateSecret({ SecretId, SecretString: 'three' })],
  ['UpdateSecret with a description', true, () => client.updateSecret({ SecretId, Description: 'd' })],
  ['UpdateSecret with a key', true, () => client.updateSecret({ SecretId, KmsKeyId: 'alias/aws/secretsmanager' })],
  ['UpdateSecret with nothing', true, () => client.updateSecret({ SecretId })],
  [
    'UpdateSecretVersionStage',
    true,
    () => client.updateSecretVersionStage({ SecretId, VersionStage: 'mine', MoveToVersionId: first }),
  ],
  [
    'UpdateSecretVersionStage to where the label is',
    false,
    () => client.updateSecretVersionStage({ SecretId, VersionStage: 'mine', MoveToVersionId: first }),
  ],
  ['TagResource', true, () => client.tagResource({ SecretId, Tags: [{ Key: 'a', Value: 'b' }] })],
  ['UntagResource of another key', false, () => client.untagResource({ SecretId, TagKeys: ['c'] })],
  ['UntagResource', true, () => client.untagResource({ SecretId, TagKeys: ['a'] })],
  ['GetResourcePolicy', false, () => client.getResourcePolicy({ SecretId })],
  ['ValidateResourcePolicy', false, () => client.validateResourcePolicy({ SecretId, ResourcePolicy })],
  ['DeleteResourcePolicy without a policy', false, () => client.deleteResourcePolicy({ SecretId })],
  ['PutResourcePolicy', true, () => client.putResourcePolicy({ SecretId, ResourcePolicy })],
  ['PutResourcePolicy with the same policy', true, () => client.putResourcePolicy({ SecretId, ResourcePolicy })],
  ['DeleteResourcePolicy', true, () => client.deleteResourcePolicy({ SecretId })],
  [
    'ReplicateSecretToRegions',
    true,
    () => client.replicateSecretToRegions({ SecretId, AddReplicaRegions: [{ Region: 'eu-west-1' }] }),
  ],
  [
    'RemoveRegionsFromReplication of another Region',
    false,
    () => client.removeRegionsFromReplication({ SecretId, RemoveReplicaRegions: ['eu-west-2'] }),
  ],
  [
    'RemoveRegionsFromReplication',
    true,
    () => client.removeRegionsFromReplication({ SecretId, RemoveReplicaRegions: ['eu-west-1'] }),
  ],
  ['DeleteSecret', true, () => client.deleteSecret({ SecretId })],
  ['RestoreSecret', true, () => client.restoreSecret({ SecretId })],
  ['RestoreSecret of a live secret', false, () => client.restoreSecret({ SecretId })],
  [
    'a refused PutSecretValue',
    false,
    () => assert.rejects(client.putSecretValue({ ...second, SecretString: 'another' })),
  ],
  ['a refused UpdateSecret', false, () => assert.rejects(client.updateSecret({ SecretId, KmsKeyId: 'alias/none' }))],
]
for (const [what, moves, call] of steps)
  test(`${what} ${moves ? 'moves it' : 'leaves it'}`, async () => {
    const before = await dateOf()
    clock.advance(10_000)
    await call()
    const after = await dateOf()
    if (moves) assert.ok(after - before >= 10_000)
    else assert.equal(after, before)
  })

test('the date of creation has never moved', async () => {
  const { CreatedDate, LastChangedDate } = await client.describeSecret({ SecretId })
  assert.ok(CreatedDate && LastChangedDate && LastChangedDate.getTime() - CreatedDate.getTime() >= 10_000)
})
