import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { recordsOf } from './cloudtrail.ts'
import type { Entry } from './entry.ts'

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const entry = (parts: Partial<Entry> = {}): Entry => ({
  v: 1,
  id: '6a2b1c9e-0f0e-4d55-8f2c-0d1e2f3a4b5c',
  at: Date.UTC(2026, 4, 3, 17, 51, 2, 999),
  service: 'secretsmanager',
  operation: 'GetSecretValue',
  access: 'read',
  region: 'eu-central-1',
  caller: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE',
    arn: 'arn:aws:iam::111122223333:user/administrator',
    account: '111122223333',
    accessKeyId: 'AKIAEXAMPLE',
    userName: 'administrator',
  },
  address: '192.0.2.7',
  agent: 'aws-cli/2',
  parameters: { SecretId: 'db', VersionStage: 'AWSCURRENT' },
  arn: ARN,
  ...parts,
})

/** The first record, whatever follows. */
const recordOf = (parts: Partial<Entry> = {}) => recordsOf(entry(parts))[0]

test('a read is a record with every member that CloudTrail writes', () => {
  const [record, ...others] = recordsOf(entry())
  assert.deepEqual(others, [])
  assert.match(record?.eventID ?? '', UUID)
  assert.deepEqual(record, {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: 'arn:aws:iam::111122223333:user/administrator',
      accountId: '111122223333',
      accessKeyId: 'AKIAEXAMPLE',
      userName: 'administrator',
    },
    eventTime: '2026-05-03T17:51:02Z',
    eventSource: 'secretsmanager.amazonaws.com',
    eventName: 'GetSecretValue',
    awsRegion: 'eu-central-1',
    sourceIPAddress: '192.0.2.7',
    userAgent: 'aws-cli/2',
    requestParameters: { secretId: 'db', versionStage: 'AWSCURRENT' },
    responseElements: null,
    requestID: '6a2b1c9e-0f0e-4d55-8f2c-0d1e2f3a4b5c',
    eventID: record?.eventID,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
  })
})

describe('a batch', () => {
  const batch = entry({
    operation: 'BatchGetSecretValue',
    parameters: { SecretIdList: ['db', 'gone', 'secret'] },
    arn: undefined,
    items: [
      { id: 'db', arn: ARN },
      { id: 'gone', error: { code: 'ResourceNotFoundException', message: 'not there' } },
      { id: 'secret', error: { code: 'AccessDeniedException', message: 'User: x is not authorized' } },
    ],
  })

  test('is its own record and one for each secret', () => {
    const seen = recordsOf(batch).map(({ eventName, requestParameters, errorCode, errorMessage }) => [
      eventName,
      requestParameters,
      errorCode,
      errorMessage,
    ])
    assert.deepEqual(seen, [
      ['BatchGetSecretValue', { secretIdList: ['db', 'gone', 'secret'] }, undefined, undefined],
      ['GetSecretValue', { secretId: 'db' }, undefined, undefined],
      ['GetSecretValue', { secretId: 'gone' }, 'ResourceNotFoundException', 'not there'],
      ['GetSecretValue', { secretId: 'secret' }, 'AccessDenied', 'User: x is not authorized'],
    ])
  })

  test('has one request id, and an event id for each record that is always the same', () => {
    const records = recordsOf(batch)
    assert.equal(new Set(records.map(({ requestID }) => requestID)).size, 1)
    assert.equal(new Set(records.map(({ eventID }) => eventID)).size, records.length)
    assert.deepEqual(recordsOf(JSON.parse(JSON.stringify(batch))), records)
    for (const { eventID } of records) assert.match(eventID, UUID)
  })

  test('of a page without values is one record', () => {
    assert.equal(recordsOf(entry({ operation: 'BatchGetSecretValue', items: undefined })).length, 1)
  })

  test('names members of filters as CloudTrail does', () => {
    const parameters = { Filters: [{ Key: 'tag-key', Values: ['Team'] }], MaxResults: 20 }
    assert.deepEqual(recordOf({ operation: 'BatchGetSecretValue', parameters })?.requestParameters, {
      filters: [{ key: 'tag-key', values: ['Team'] }],
      maxResults: 20,
    })
  })
})

describe('a change', () => {
  test('answers with the ARN it made', () => {
    const record = recordOf({ operation: 'CreateSecret', access: 'write', parameters: { Name: 'db' } })
    assert.deepEqual(record?.responseElements, { arn: ARN })
    assert.equal(record?.readOnly, false)
  })

  test('that was refused answers nothing', () => {
    const error = { code: 'ResourceExistsException', message: 'there already' }
    const record = recordOf({ operation: 'CreateSecret', access: 'write', error })
    assert.equal(record?.responseElements, null)
    assert.equal(record?.errorCode, 'ResourceExistsException')
  })
})

describe('an error', () => {
  test('without a text has no message', () => {
    const record = recordOf({ error: { code: 'InternalServiceError', message: '' } })
    assert.equal(record?.errorCode, 'InternalServiceError')
    assert.equal(record && 'errorMessage' in record, false)
  })

  test('of an input that nobody understood comes without parameters', () => {
    const record = recordOf({ parameters: undefined, error: { code: 'SerializationException', message: '' } })
    assert.equal(record?.requestParameters, null)
  })
})

describe('a service', () => {
  const caller = {
    type: 'AWSService',
    principalId: 'secretsmanager.amazonaws.com',
    arn: 'secretsmanager.amazonaws.com',
    account: '111122223333',
  } as const

  test('acts by itself: a service event that names the secret', () => {
    const record = recordOf({ caller, operation: 'EndSecretVersionDelete', access: 'write', parameters: undefined })
    assert.deepEqual(record?.userIdentity, { accountId: '111122223333', invokedBy: 'secretsmanager.amazonaws.com' })
    assert.equal(record?.eventType, 'AwsServiceEvent')
    assert.equal(record?.requestParameters, null)
    assert.equal(record?.responseElements, null)
    assert.deepEqual(record?.additionalEventData, { SecretId: ARN })
  })

  test('of another kind names its resource', () => {
    const arn = 'arn:aws:iam::111122223333:user/administrator'
    const record = recordOf({ caller, service: 'iam', operation: 'CreateUser', access: 'write', arn })
    assert.deepEqual(record?.resources, [{ ARN: arn, accountId: '111122223333' }])
    assert.equal(record && 'additionalEventData' in record, false)
  })
})

test('root has no user name', () => {
  const caller = {
    type: 'Root',
    principalId: '111122223333',
    arn: 'arn:aws:iam::111122223333:root',
    account: '111122223333',
  }
  assert.deepEqual(recordOf({ caller: caller as Entry['caller'] })?.userIdentity, {
    type: 'Root',
    principalId: '111122223333',
    arn: 'arn:aws:iam::111122223333:root',
    accountId: '111122223333',
  })
})

test('an encryption context is data, not names of ours', () => {
  const parameters = { KeyId: 'k', EncryptionContext: { SecretARN: ARN } }
  assert.deepEqual(recordOf({ service: 'kms', operation: 'Decrypt', parameters })?.requestParameters, {
    keyId: 'k',
    encryptionContext: { SecretARN: ARN },
  })
})
