import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Credentials } from '../../../src/identity/access-key.ts'
import { askCoffer } from '../../ask-coffer.ts'
import { REGION, startApp } from '../../start-app.ts'

const GET = 'secretsmanager:GetSecretValue'
const allow = (Action: string | string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })
const viaSecretsManager = {
  Condition: { StringEquals: { 'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com` } },
}

describe('an explanation about a secret under a customer key', async () => {
  const app = await startApp()
  after(() => app.close())
  const root = `arn:aws:iam::${app.account}:root`
  const user = (name: string) => `arn:aws:iam::${app.account}:user/${name}`
  await app.user('with-key', [[allow(GET), { Sid: 'Open', ...allow('kms:Decrypt', viaSecretsManager) }]])
  await app.user('without-key', [[allow(GET)]])
  await app.user('granted', [[allow(GET)]])
  await app.user('writer', [[allow('secretsmanager:*'), allow('kms:GenerateDataKey')]])
  await app.user('full-writer', [[allow('secretsmanager:*'), allow('kms:*')]])
  await app.user('reader', [[allow(GET)]])

  async function newSecret(name: string, statements: readonly object[] = []) {
    const administration = { Sid: 'Account', ...allow('kms:*'), Principal: { AWS: root } }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [administration, ...statements] })
    const key = (await app.kms.createKey({ Policy })).KeyMetadata?.Arn ?? ''
    const { ARN = '' } = await app.client.createSecret({ Name: name, SecretString: 'x', KmsKeyId: key })
    return { key, secret: ARN }
  }
  const why = async (who: string, Action: string, ResourceArn: string, context: Record<string, string> = {}) => {
    const Context = Object.entries(context).map(([Key, value]) => ({ Key, Values: [value] }))
    return (await askCoffer(app, 'ExplainAccess', { PrincipalArn: user(who), Action, ResourceArn, Context })).json
  }
  const readers = async (SecretId: string) => {
    let NextToken: string | undefined
    const pages = []
    do {
      const { json } = await askCoffer(app, 'ListSecretReaders', { SecretId, NextToken })
      pages.push(json)
      NextToken = json.NextToken
    } while (NextToken)
    const names = pages.flatMap(({ Readers }) =>
      Readers.map(({ PrincipalArn }: { PrincipalArn: string }) => PrincipalArn.split('/').at(-1)),
    )
    return { names, refusal: pages.find(({ Refusal }) => Refusal)?.Refusal, pages }
  }

  test('denies a read to a caller without kms:Decrypt, and names the key', async () => {
    const { key, secret } = await newSecret('plain')
    const denied = await why('without-key', GET, secret)
    assert.equal(denied.Allowed, false)
    assert.equal(denied.Reason, 'because no identity-based policy allows the kms:Decrypt action')
    const [further] = denied.Further
    assert.deepEqual([further.Action, further.Resource, further.Allowed], ['kms:Decrypt', key, false])
    const allowed = await why('with-key', GET, secret)
    assert.equal(allowed.Allowed, true)
    assert.deepEqual(
      allowed.Further[0].DecidedBy.map(({ Name }: { Name: string }) => Name),
      [`statement Account of the key policy of ${key}`, 'statement Open of policy policy-1'],
    )
  })

  test('refuses a read while the key is disabled, and nobody is a reader then', async () => {
    const { key, secret } = await newSecret('disabled')
    assert.ok((await readers(secret)).names.includes('with-key'))
    await app.kms.disableKey({ KeyId: key })
    const json = await why('with-key', GET, secret)
    assert.deepEqual([json.Allowed, json.Reason], [false, undefined])
    assert.match(json.Refusal, new RegExp(`${key} is disabled\\.`))
    const { names, refusal } = await readers(secret)
    assert.deepEqual(names, [])
    assert.match(refusal, /is disabled\./)
    await app.kms.enableKey({ KeyId: key })
    assert.equal((await why('with-key', GET, secret)).Allowed, true)
  })

  test('refuses KMS itself while the key is disabled', async () => {
    const { key } = await newSecret('direct')
    assert.equal((await why('full-writer', 'kms:Decrypt', key)).Allowed, true)
    await app.kms.disableKey({ KeyId: key })
    assert.match((await why('full-writer', 'kms:Decrypt', key)).Refusal, /is disabled\./)
    assert.equal((await why('full-writer', 'kms:EnableKey', key)).Allowed, true)
  })

  test('counts grants and their constraints', async () => {
    const { key, secret } = await newSecret('by-grant')
    const grant = (SecretARN: string) =>
      app.kms.createGrant({
        KeyId: key,
        GranteePrincipal: user('granted'),
        Operations: ['Decrypt'],
        Constraints: { EncryptionContextSubset: { SecretARN } },
      })
    await grant('arn:of:another')
    assert.equal((await why('granted', GET, secret)).Allowed, false)
    await grant(secret)
    const json = await why('granted', GET, secret)
    assert.equal(json.Allowed, true)
    assert.equal(json.Further[0].DecidedBy[0].Name, `a grant on ${key}`)
    assert.ok((await readers(secret)).names.includes('granted'))
  })

  test('asks for the keys of a write', async () => {
    const { key, secret } = await newSecret('written')
    assert.equal((await why('reader', 'secretsmanager:PutSecretValue', secret)).Allowed, false)
    const put = await why('writer', 'secretsmanager:PutSecretValue', secret)
    assert.deepEqual([put.Allowed, put.Further[0].Action], [true, 'kms:GenerateDataKey'])
    // Whoever chooses a key must be able to open what it seals.
    for (const [action, resource] of [
      ['CreateSecret', 'another'],
      ['UpdateSecret', 'default-key'],
    ] as const) {
      if (action === 'UpdateSecret') await app.client.createSecret({ Name: 'default-key', SecretString: 'x' })
      const underKey = { 'secretsmanager:KmsKeyArn': key }
      assert.equal((await why('writer', `secretsmanager:${action}`, resource)).Allowed, true)
      const json = await why('writer', `secretsmanager:${action}`, resource, underKey)
      assert.deepEqual([json.Allowed, json.Reason?.match(/kms:\w+/)?.[0]], [false, 'kms:Decrypt'])
      assert.equal((await why('full-writer', `secretsmanager:${action}`, resource, underKey)).Allowed, true)
    }
    await app.kms.disableKey({ KeyId: key })
    assert.match((await why('writer', 'secretsmanager:PutSecretValue', secret)).Refusal, /is disabled\./)
  })

  test('says which key a replica goes without', async () => {
    const { secret } = await newSecret('replicated')
    await app.user('no-opening', [[allow('secretsmanager:*')]])
    const region = { 'secretsmanager:AddReplicaRegions': 'eu-west-1' }
    const json = await why('no-opening', 'secretsmanager:ReplicateSecretToRegions', secret, region)
    assert.equal(json.Allowed, true)
    assert.deepEqual(
      json.Further.map(({ Action, Allowed }: { Action: string; Allowed: boolean }) => [Action, Allowed]),
      [['kms:Decrypt', false]],
    )
    const before = await app.client.describeSecret({ SecretId: secret })
    assert.equal(before.ReplicationStatus, undefined)
  })

  test('refuses what the state of the secret refuses', async () => {
    const { secret } = await newSecret('going')
    assert.match((await why('full-writer', 'secretsmanager:RotateSecret', secret)).Refusal, /rotation function/i)
    await app.client.deleteSecret({ SecretId: secret })
    assert.match((await why('with-key', GET, secret)).Refusal, /marked for deletion/)
    assert.equal((await why('full-writer', 'secretsmanager:RestoreSecret', secret)).Allowed, true)
    assert.deepEqual((await readers(secret)).names, [])
  })

  test('is about the version that the request names', async () => {
    const { key, secret } = await newSecret('versions')
    const { VersionId = '' } = await app.client.getSecretValue({ SecretId: secret })
    for (const SecretString of ['y', 'z']) await app.client.putSecretValue({ SecretId: secret, SecretString })
    // A version without a label stays under the key that it had.
    await app.client.updateSecret({ SecretId: secret, KmsKeyId: 'alias/aws/secretsmanager' })
    assert.equal((await why('without-key', GET, secret)).Allowed, true)
    const older = await why('without-key', GET, secret, { 'secretsmanager:VersionId': VersionId })
    assert.deepEqual([older.Allowed, older.Further[0].Resource], [false, key])
    const unknown = await why('without-key', GET, secret, { 'secretsmanager:VersionStage': 'NONE' })
    assert.match(unknown.Refusal, /staging label: NONE/)
  })

  test('is given only to a caller who may describe the key', async () => {
    const { secret } = await newSecret('hidden')
    const auditor = await app.user('auditor', [
      [allow(['iam:GetAccountAuthorizationDetails', 'secretsmanager:DescribeSecret'])],
    ])
    const ask = (who: string, credentials: Credentials) =>
      askCoffer(app, 'ExplainAccess', { PrincipalArn: user(who), Action: GET, ResourceArn: secret }, credentials)
    const { status, json } = await ask('with-key', auditor)
    assert.deepEqual([status, json.__type], [400, 'AccessDeniedException'])
    assert.match(json.Message, /not authorized to perform: kms:DescribeKey on resource/)
    // Where the first decision is a denial, no key is asked about.
    await app.user('nobody')
    assert.equal((await ask('nobody', auditor)).json.Allowed, false)
  })

  test('lists a role by the session that a policy names', async () => {
    const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement })
    const trust = document({ Effect: 'Allow', Principal: { AWS: app.account }, Action: 'sts:AssumeRole' })
    await app.iam.createRole({ RoleName: 'batch', AssumeRolePolicyDocument: trust })
    const session = `arn:aws:sts::${app.account}:assumed-role/batch/nightly`
    const { ARN: secret = '' } = await app.client.createSecret({ Name: 'by-session', SecretString: 'x' })
    assert.ok(!(await readers(secret)).names.includes('batch'))
    const ResourcePolicy = document({ ...allow(GET), Principal: { AWS: session } })
    await app.client.putResourcePolicy({ SecretId: secret, ResourcePolicy })
    const { pages } = await readers(secret)
    const [batch] = pages.flatMap(({ Readers }) => Readers).filter(({ PrincipalArn }) => /batch/.test(PrincipalArn))
    assert.equal(batch.Access, 'conditional')
    assert.deepEqual(
      batch.Through.map(({ Name }: { Name: string }) => Name),
      [`statement 1 of the resource policy of ${secret}`],
    )
  })

  test('changes nothing and leaves no record but its own', async () => {
    const { secret } = await newSecret('untouched')
    const region = 'ap-south-1'
    const client = app.clientFor({ region })
    const before = await app.client.listSecretVersionIds({ SecretId: secret, IncludeDeprecated: true })
    const [last] = await app.trail(1)
    for (const action of ['PutSecretValue', 'UpdateSecret', 'GetSecretValue', 'RestoreSecret', 'BatchGetSecretValue'])
      await why('full-writer', `secretsmanager:${action}`, secret)
    await why('full-writer', 'secretsmanager:CreateSecret', 'never-made')
    const entries = await app.trail(7)
    assert.equal(entries[0]?.id, last?.id)
    for (const { operation, uses, versions } of entries.slice(1))
      assert.deepEqual([operation, uses, versions], ['ExplainAccess', undefined, undefined])
    const after = await app.client.listSecretVersionIds({ SecretId: secret, IncludeDeprecated: true })
    assert.deepEqual(after.Versions, before.Versions)
    await assert.rejects(app.client.describeSecret({ SecretId: 'never-made' }), { name: 'ResourceNotFoundException' })
    assert.deepEqual((await client.listSecrets({})).SecretList, [])
    assert.deepEqual((await app.kmsFor({ region }).listAliases({})).Aliases, [])
  })
})

describe('a question', async () => {
  const app = await startApp()
  after(() => app.close())
  const { ARN: secret = '' } = await app.client.createSecret({ Name: 'db', SecretString: 'x' })
  await app.user('app', [[allow(GET)]])
  await app.iam.createUser({ UserName: 'deep', Path: '/team/' })
  const trust = { Effect: 'Allow', Principal: { AWS: app.account }, Action: 'sts:AssumeRole' }
  await app.iam.createRole({
    RoleName: 'app',
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
  })
  const ask = (PrincipalArn: string, Action = GET) =>
    askCoffer(app, 'ExplainAccess', { PrincipalArn, Action, ResourceArn: secret })

  for (const [principal, allowed] of [
    ['user/app', true],
    ['user/administrator', true],
    ['user/deep', false],
    ['user/team/deep', false],
    ['role/app', false],
    ['assumed-role/app/nightly', false],
    ['root', true],
  ] as const)
    test(`may name its principal ${principal}`, async () => {
      const { status, json } = await ask(principal)
      assert.deepEqual([status, json.Allowed], [200, allowed])
    })

  for (const principal of ['user/other/app', 'role/none', 'user/', 'app', 'group/app', 'rooted'])
    test(`about the principal ${principal} is an error`, async () => {
      assert.equal((await ask(principal)).status, 400)
    })

  for (const action of [
    'secretsmanager:GetSecretValues',
    'secretmanager:GetSecretValue',
    's3:GetObject',
    'kms:Decrypts',
  ])
    test(`about the action ${action}, which does not exist, is an error`, async () => {
      const { status, json } = await ask('user/app', action)
      assert.deepEqual([status, json.__type], [400, 'InvalidParameterException'])
      assert.match(json.Message, new RegExp(`^Cannot explain the action: ${action}: Coffer has no such action\\.`))
    })

  for (const action of [
    'iam:PassRole',
    'iam:CreateServiceLinkedRole',
    'kms:ReEncryptTo',
    'SECRETSMANAGER:getsecretvalue',
    'coffer:RotateKeyring',
  ])
    test(`about ${action} is answered: other operations ask for it, or case differs`, async () => {
      assert.equal((await ask('user/app', action)).status, 200)
    })
})
