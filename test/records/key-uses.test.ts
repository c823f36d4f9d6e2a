import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type CloudTrailRecord, recordsOf } from '../../src/audit/cloudtrail.ts'
import { startApp, type TestApp } from '../start-app.ts'
import { storeAccount } from '../stored-data.ts'

const OTHER = '444455556666'
const HOST = 'secretsmanager.amazonaws.com'

let app: TestApp
before(async () => {
  app = await startApp()
})
after(() => app.close())

/** Records of the newest requests. */
const records = async (requests = 1) => (await app.trail(requests)).flatMap(recordsOf)

/** What a record says that matters here. */
const said = ({ eventName, errorCode, requestParameters }: CloudTrailRecord) => {
  const { SecretVersionId } = (requestParameters?.encryptionContext ?? {}) as Record<string, string>
  return [eventName, errorCode, SecretVersionId ?? requestParameters?.secretId ?? requestParameters?.name]
}

const allow = (Action: string, Principal?: object) => ({ Effect: 'Allow', Action, Resource: '*', Principal })
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })

async function newKey(statements?: readonly object[], kms = app.kms) {
  const Policy = statements && document(...statements)
  const { KeyMetadata } = await kms.createKey({ Policy, BypassPolicyLockoutSafetyCheck: true })
  return KeyMetadata?.Arn ?? ''
}

describe('what KMS is asked for a caller', () => {
  test('has a record of its own, as the same caller by Secrets Manager', async () => {
    const KmsKeyId = await newKey()
    const { ARN: SecretARN, VersionId: SecretVersionId } = await app.client.createSecret({
      Name: 'one',
      SecretString: 'x',
      KmsKeyId,
    })
    const [own, probe, opened, sealed, ...others] = await records()
    assert.equal(others.length, 0)
    assert.deepEqual(own && said(own), ['CreateSecret', undefined, 'one'])
    assert.deepEqual(
      [probe, opened, sealed].map((record) => record && said(record)),
      [
        ['GenerateDataKey', undefined, 'RequestToValidateKeyAccess'],
        ['Decrypt', undefined, 'RequestToValidateKeyAccess'],
        ['GenerateDataKey', undefined, SecretVersionId],
      ],
    )
    await app.client.getSecretValue({ SecretId: 'one' })
    const [read, use] = await records()
    assert.ok(read && use)
    const { eventID, ...record } = use
    assert.notEqual(eventID, read.eventID)
    assert.deepEqual(record, {
      ...record,
      userIdentity: { ...read.userIdentity, invokedBy: HOST },
      eventSource: 'kms.amazonaws.com',
      eventName: 'Decrypt',
      sourceIPAddress: HOST,
      userAgent: HOST,
      requestParameters: {
        keyId: KmsKeyId,
        encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        encryptionContext: { SecretARN, SecretVersionId },
      },
      responseElements: null,
      requestID: read.requestID,
      readOnly: true,
      resources: [{ ARN: KmsKeyId, accountId: app.account, type: 'AWS::KMS::Key' }],
      eventType: 'AwsApiCall',
    })
  })

  test('has none under the key of Secrets Manager itself', async () => {
    await app.client.createSecret({ Name: 'default', SecretString: 'x' })
    await app.client.getSecretValue({ SecretId: 'default' })
    assert.deepEqual((await records(2)).map(said), [
      ['CreateSecret', undefined, 'default'],
      ['GetSecretValue', undefined, 'default'],
    ])
  })

  test('has one for each secret of a batch, denied and failed ones included', async () => {
    const [usable, disabled, closed] = [await newKey(), await newKey(), await newKey()]
    const make = async (Name: string, KmsKeyId?: string) =>
      (await app.client.createSecret({ Name, KmsKeyId, SecretString: 'x' })).VersionId
    const v1 = await make('batch-1', usable)
    const v2 = await make('batch-2', disabled)
    const v3 = await make('batch-3', closed)
    await make('batch-4')
    const v5 = await make('batch-5', usable)
    await app.kms.disableKey({ KeyId: disabled })
    const denied = { ...allow('kms:Decrypt'), Effect: 'Deny', Resource: closed }
    const client = await app.as('reader', [[allow('*'), denied]])
    const SecretIdList = ['batch-1', 'batch-2', 'batch-3', 'batch-4', 'batch-5', 'batch-missing']
    await client.batchGetSecretValue({ SecretIdList })
    const all = await records()
    assert.deepEqual(all.map(said), [
      ['BatchGetSecretValue', undefined, undefined],
      ['GetSecretValue', undefined, 'batch-1'],
      ['Decrypt', undefined, v1],
      ['GetSecretValue', 'DecryptionFailure', 'batch-2'],
      ['Decrypt', 'DisabledException', v2],
      ['GetSecretValue', 'AccessDenied', 'batch-3'],
      ['Decrypt', 'AccessDenied', v3],
      ['GetSecretValue', undefined, 'batch-4'],
      ['GetSecretValue', undefined, 'batch-5'],
      ['Decrypt', undefined, v5],
      ['GetSecretValue', 'ResourceNotFoundException', 'batch-missing'],
    ])
    const keys = all.filter(({ eventName }) => eventName === 'Decrypt').map(({ resources }) => resources?.[0]?.ARN)
    assert.deepEqual(keys, [usable, disabled, closed, usable])
    assert.equal(new Set(all.map(({ eventID }) => eventID)).size, all.length)
    const [stored] = await app.trail(1)
    assert.equal(JSON.stringify(stored).split(usable).length, 2, 'a key that is used twice is named once')
  })

  test('has one where the key is not there', async () => {
    await assert.rejects(app.client.createSecret({ Name: 'none', SecretString: 'x', KmsKeyId: 'alias/none' }))
    assert.deepEqual((await records()).map(said), [
      ['CreateSecret', 'InvalidParameterException', 'none'],
      ['GenerateDataKey', 'NotFoundException', 'RequestToValidateKeyAccess'],
    ])
  })

  test('says what became of versions that follow their secret to another key', async () => {
    const [from, to] = [await newKey(), await newKey()]
    const { VersionId } = await app.client.createSecret({ Name: 'moved', SecretString: 'x', KmsKeyId: from })
    await app.client.updateSecret({ SecretId: 'moved', KmsKeyId: to })
    const [, ...uses] = await records()
    assert.deepEqual(
      uses.map((use) => [...said(use).slice(0, 1), use.resources?.[0]?.ARN, said(use)[2]]),
      [
        ['GenerateDataKey', to, 'RequestToValidateKeyAccess'],
        ['Decrypt', to, 'RequestToValidateKeyAccess'],
        ['Decrypt', from, VersionId],
        ['Encrypt', to, VersionId],
      ],
    )
  })

  test('is of the Region of the key', async () => {
    const there = app.kmsFor({ region: 'eu-west-1' })
    const KmsKeyId = await newKey(undefined, there)
    const { ARN = '' } = await app.client.createSecret({ Name: 'replicated', SecretString: 'x' })
    await app.client.replicateSecretToRegions({
      SecretId: 'replicated',
      AddReplicaRegions: [{ Region: 'eu-west-1', KmsKeyId }],
    })
    const [own, ...uses] = await records()
    assert.equal(own?.awsRegion, 'eu-central-1')
    assert.deepEqual(
      uses.map(({ eventName, awsRegion }) => [eventName, awsRegion]),
      ['GenerateDataKey', 'Encrypt', 'GenerateDataKey'].map((name) => [name, 'eu-west-1']),
    )
    const contexts = uses.map(({ requestParameters }) => requestParameters?.encryptionContext as Record<string, string>)
    for (const { SecretARN } of contexts) assert.equal(SecretARN, ARN.replace('eu-central-1', 'eu-west-1'))
  })
})

describe('the account that has what a call is about', () => {
  test('has a record of it too, which says of whom no more than whence', async () => {
    const credentials = await storeAccount(app, OTHER)
    const theirs = { client: app.clientFor({ credentials }), kms: app.kmsFor({ credentials }) }
    const us = { AWS: app.account }
    const KmsKeyId = await newKey([allow('kms:*', { AWS: OTHER }), allow('kms:Decrypt', us)], theirs.kms)
    const { ARN = '' } = await theirs.client.createSecret({ Name: 'shared', SecretString: 'x', KmsKeyId })
    const ResourcePolicy = document(allow('secretsmanager:GetSecretValue', us))
    await theirs.client.putResourcePolicy({ SecretId: 'shared', ResourcePolicy })

    await app.client.batchGetSecretValue({ SecretIdList: [ARN, 'missing'] })
    const all = await records()
    assert.deepEqual(
      all.map(({ eventName, recipientAccountId }) => [eventName, recipientAccountId]),
      [
        ['BatchGetSecretValue', app.account],
        ['GetSecretValue', app.account],
        ['GetSecretValue', OTHER],
        ['Decrypt', app.account],
        ['Decrypt', OTHER],
        ['GetSecretValue', app.account],
      ],
    )
    const [batch, read, readTheirs, use, useTheirs] = all
    const { principalId } = read?.userIdentity ?? {}
    assert.deepEqual(readTheirs?.userIdentity, { type: 'AWSAccount', principalId, accountId: app.account })
    assert.deepEqual(useTheirs?.userIdentity, { ...readTheirs?.userIdentity, invokedBy: HOST })
    for (const [ours, other] of [
      [read, readTheirs],
      [use, useTheirs],
    ]) {
      assert.ok(ours?.sharedEventID && ours.sharedEventID === other?.sharedEventID)
      assert.notEqual(ours.eventID, other?.eventID)
      assert.deepEqual(ours.requestParameters, other?.requestParameters)
    }
    assert.equal(batch?.sharedEventID, undefined)
    assert.notEqual(read?.sharedEventID, use?.sharedEventID)
  })

  test('has none of a caller who was denied', async () => {
    const credentials = await storeAccount(app, '444455556667')
    const { ARN } = await app.clientFor({ credentials }).createSecret({ Name: 'closed', SecretString: 'x' })
    await assert.rejects(app.client.getSecretValue({ SecretId: ARN }))
    assert.deepEqual(
      (await records()).map(({ errorCode, recipientAccountId }) => [errorCode, recipientAccountId]),
      [['AccessDenied', app.account]],
    )
  })

  test('has one of its key, and none once it has closed the key: the caller is then not told which it was', async () => {
    const kms = app.kmsFor({ credentials: await storeAccount(app, '444455556669') })
    const owner = allow('kms:*', { AWS: '444455556669' })
    const KmsKeyId = await newKey([owner, allow('kms:*', { AWS: app.account })], kms)
    await app.kms.encrypt({ KeyId: KmsKeyId, Plaintext: Buffer.from('x') })
    assert.deepEqual(
      (await records()).map(({ eventName, recipientAccountId, resources }) => [
        eventName,
        recipientAccountId,
        resources?.[0]?.ARN,
      ]),
      [
        ['Encrypt', app.account, KmsKeyId],
        ['Encrypt', '444455556669', KmsKeyId],
      ],
    )
    await app.client.createSecret({ Name: 'under-theirs', SecretString: 'x', KmsKeyId })
    const made = await records()
    assert.equal(made.filter(({ recipientAccountId }) => recipientAccountId === '444455556669').length, 3)
    await kms.putKeyPolicy({ KeyId: KmsKeyId, Policy: document(owner) })
    await assert.rejects(app.client.getSecretValue({ SecretId: 'under-theirs' }))
    const [, use, ...others] = await records()
    assert.deepEqual([use?.eventName, use?.errorCode, others], ['Decrypt', 'AccessDenied', []])
    assert.deepEqual([use?.requestParameters?.keyId, use?.resources], [undefined, undefined])
    assert.ok(!JSON.stringify(use).includes(KmsKeyId))
  })

  test('has one of a role that was assumed', async () => {
    const iam = app.iamFor({ credentials: await storeAccount(app, '444455556668') })
    const AssumeRolePolicyDocument = document({
      Effect: 'Allow',
      Principal: { AWS: app.account },
      Action: 'sts:AssumeRole',
    })
    const { Role } = await iam.createRole({ RoleName: 'guest', AssumeRolePolicyDocument })
    const user = await app.user('guest', [[allow('sts:AssumeRole')]])
    await app.stsFor({ credentials: user }).assumeRole({ RoleArn: Role?.Arn, RoleSessionName: 'visit' })
    const [ours, theirs] = await records()
    assert.deepEqual([ours?.recipientAccountId, theirs?.recipientAccountId], [app.account, '444455556668'])
    assert.deepEqual(theirs?.userIdentity.type, 'AWSAccount')
    assert.deepEqual(theirs?.responseElements, ours?.responseElements)
    assert.deepEqual(theirs?.resources, [{ ARN: Role?.Arn, accountId: '444455556668', type: 'AWS::IAM::Role' }])
    assert.ok(theirs && theirs.sharedEventID === ours?.sharedEventID)
  })
})

describe('versions of a secret that goes', () => {
  test('have an event each when its window begins, and when it is restored', async () => {
    const { ARN: SecretId, VersionId: first } = await app.client.createSecret({ Name: 'going', SecretString: '1' })
    const { VersionId: second } = await app.client.putSecretValue({ SecretId, SecretString: '2' })
    const events = async () => {
      const [own, ...others] = await records()
      return { own, others }
    }
    for (const [call, name] of [
      [() => app.client.deleteSecret({ SecretId }), 'StartSecretVersionDelete'],
      [() => app.client.restoreSecret({ SecretId }), 'CancelSecretVersionDelete'],
      [() => app.client.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true }), 'EndSecretVersionDelete'],
    ] as const) {
      await call()
      const { own, others } = await events()
      assert.equal(own?.eventType, 'AwsApiCall')
      assert.deepEqual(
        new Set(others.map(({ additionalEventData }) => additionalEventData?.SecretVersionId)),
        new Set([first, second]),
      )
      for (const { eventName, eventType, userIdentity, additionalEventData, requestParameters } of others) {
        assert.deepEqual([eventName, eventType], [name, 'AwsServiceEvent'])
        assert.deepEqual(userIdentity, { accountId: app.account, invokedBy: HOST })
        assert.equal(additionalEventData?.SecretId, SecretId)
        assert.equal(requestParameters, null)
      }
    }
  })
})
