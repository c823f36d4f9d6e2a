import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { INVALID_NAME, NOT_FOUND } from '../../expected-errors.ts'
import { namesIn } from '../../names.ts'
import { startApp } from '../../start-app.ts'

// Facts 3.5: the same text on every operation, before it is known whether anything exists, and before permission is asked.

const app = await startApp()
after(() => app.close())
const user = await app.as('nobody')
const invalid = namesIn('invalid.txt').filter((name) => name !== '')

type Call = (client: SecretsManager, SecretId: string) => Promise<unknown>

const token = randomUUID()
const calls: Record<string, Call> = {
  DeleteSecret: (client, SecretId) => client.deleteSecret({ SecretId }),
  'DeleteSecret, forced': (client, SecretId) => client.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true }),
  DescribeSecret: (client, SecretId) => client.describeSecret({ SecretId }),
  GetSecretValue: (client, SecretId) => client.getSecretValue({ SecretId }),
  ListSecretVersionIds: (client, SecretId) => client.listSecretVersionIds({ SecretId }),
  PutSecretValue: (client, SecretId) => client.putSecretValue({ SecretId, SecretString: 'x' }),
  RestoreSecret: (client, SecretId) => client.restoreSecret({ SecretId }),
  TagResource: (client, SecretId) => client.tagResource({ SecretId, Tags: [{ Key: 'a', Value: 'b' }] }),
  UntagResource: (client, SecretId) => client.untagResource({ SecretId, TagKeys: ['a'] }),
  UpdateSecret: (client, SecretId) => client.updateSecret({ SecretId, Description: 'd' }),
  UpdateSecretVersionStage: (client, SecretId) =>
    client.updateSecretVersionStage({ SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token }),
}

for (const [name, call] of Object.entries(calls))
  describe(name, () => {
    test('refuses what could not be the name of a secret', async () => {
      for (const SecretId of invalid.filter((id) => !id.startsWith('arn:')))
        await assert.rejects(call(app.client, SecretId), INVALID_NAME, JSON.stringify(SecretId))
    })

    test('refuses an ARN with characters that no ARN has', async () => {
      const start = `arn:aws:secretsmanager:eu-central-1:${app.account}:secret:`
      for (const end of ['my name-a1b2c3', 'näme-a1b2c3', 'name\n-a1b2c3'])
        await assert.rejects(call(app.client, start + end), INVALID_NAME, JSON.stringify(end))
    })

    test('refuses it to those who may do nothing, too', () => assert.rejects(call(user, 'Inv Name'), INVALID_NAME))

    test('does not find what is an ARN by its characters only', async () => {
      const ids = ['arn:', 'arn:aws:s3:::bucket', 'arn:aws:secretsmanager:eu-central-1:1:secret:name-a1b2c3']
      for (const SecretId of name === 'DeleteSecret, forced' ? [] : ids)
        await assert.rejects(call(app.client, SecretId), NOT_FOUND, SecretId)
    })
  })

describe('CreateSecret', () => {
  test('refuses every such name, ARNs included', async () => {
    for (const Name of invalid)
      await assert.rejects(app.client.createSecret({ Name, SecretString: 'x' }), INVALID_NAME, JSON.stringify(Name))
    assert.deepEqual((await app.client.listSecrets({})).SecretList, [])
  })
})
