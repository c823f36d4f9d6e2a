import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { recordsOf } from './cloudtrail.ts'
import type { Entry } from './entry.ts'
import { eventIdBeginning } from './event-id.ts'

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const entry: Entry = {
  v: 1,
  id: '0d0f3a4c-9e4e-4a32-8a52-3b1cf1a9e001',
  at: Date.UTC(2026, 6, 1, 12, 30, 15, 999),
  service: 'secretsmanager',
  operation: 'GetSecretValue',
  access: 'read',
  region: 'eu-central-1',
  caller: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE',
    arn: 'arn:aws:iam::111122223333:user/alice',
    account: '111122223333',
    accessKeyId: 'AKIAEXAMPLE',
    userName: 'alice',
  },
  address: '192.0.2.7',
  agent: 'aws-cli/2',
  parameters: { SecretId: 'prod/db' },
  arn: ARN,
}

const batch: Entry = {
  ...entry,
  operation: 'BatchGetSecretValue',
  parameters: { SecretIdList: ['prod/db', 'gone', 'closed'] },
  arn: undefined,
  items: [
    { id: 'prod/db', arn: ARN },
    { id: 'gone', error: { code: 'ResourceNotFoundException', message: "Secrets Manager can't find it." } },
    { id: 'closed', error: { code: 'AccessDeniedException', message: 'not authorized' } },
  ],
}

const only = (one: Entry) => {
  const [record, ...others] = recordsOf(one)
  assert.equal(others.length, 0)
  assert.ok(record)
  return record
}

describe('the record of one request', () => {
  test('has the members that CloudTrail has', () => {
    const { eventID, ...record } = only(entry)
    assert.match(eventID, UUID)
    assert.deepEqual(record, {
      eventVersion: '1.11',
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDAEXAMPLE',
        arn: 'arn:aws:iam::111122223333:user/alice',
        accountId: '111122223333',
        accessKeyId: 'AKIAEXAMPLE',
        userName: 'alice',
      },
      eventTime: '2026-07-01T12:30:15Z',
      eventSource: 'secretsmanager.amazonaws.com',
      eventName: 'GetSecretValue',
      awsRegion: 'eu-central-1',
      sourceIPAddress: '192.0.2.7',
      userAgent: 'aws-cli/2',
      requestParameters: { secretId: 'prod/db' },
      responseElements: null,
      requestID: entry.id,
      readOnly: true,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: '111122223333',
      eventCategory: 'Management',
    })
  })

  test('names the resource that a change made', () => {
    const record = only({ ...entry, operation: 'CreateSecret', access: 'write' })
    assert.deepEqual(record.responseElements, { arn: ARN })
    assert.equal(record.readOnly, false)
  })

  test('has no answer where a change failed', () => {
    const error = { code: 'ResourceExistsException', message: 'It exists.' }
    assert.equal(only({ ...entry, access: 'write', error }).responseElements, null)
  })

  test('writes the names of parameters small, at every depth, and leaves the caller’s own names', () => {
    const parameters = {
      Name: 'A',
      Tags: [{ Key: 'Team', Value: 'Blue' }],
      EncryptionContext: { SecretARN: ARN, SecretVersionId: '1' },
      ForceOverwriteReplicaSecret: false,
    }
    assert.deepEqual(only({ ...entry, parameters }).requestParameters, {
      name: 'A',
      tags: [{ key: 'Team', value: 'Blue' }],
      encryptionContext: { SecretARN: ARN, SecretVersionId: '1' },
      forceOverwriteReplicaSecret: false,
    })
  })

  test('leaves names in the encryption contexts of KMS as they are', () => {
    const context = { Team: 'Blue' }
    const parameters = {
      SourceEncryptionContext: context,
      DestinationEncryptionContext: context,
      Constraints: { EncryptionContextSubset: context, EncryptionContextEquals: context },
    }
    assert.deepEqual(only({ ...entry, parameters }).requestParameters, {
      sourceEncryptionContext: context,
      destinationEncryptionContext: context,
      constraints: { encryptionContextSubset: context, encryptionContextEquals: context },
    })
  })

  test('names the key or the alias of a call of KMS, and the account that has it', () => {
    const kms = { ...entry, service: 'kms', operation: 'DescribeKey', parameters: undefined }
    for (const [resource, type] of [
      ['key/00000000-0000-4000-8000-000000000000', 'AWS::KMS::Key'],
      ['alias/mine', 'AWS::KMS::Alias'],
    ]) {
      const arn = `arn:aws:kms:eu-central-1:444455556666:${resource}`
      for (const { resources } of recordsOf({ ...kms, arn }))
        assert.deepEqual(resources, [{ ARN: arn, accountId: '444455556666', type }])
    }
    assert.equal(only({ ...kms, arn: undefined }).resources, undefined)
  })

  test('tells what else there is to tell of its resource', () =>
    assert.deepEqual(only({ ...entry, additional: { grantId: 'g' } }).additionalEventData, { grantId: 'g' }))

  test('calls an ARN that was answered arn', () => {
    const response = { ARN, ReplicationStatus: [{ Region: 'eu-west-1' }] }
    assert.deepEqual(only({ ...entry, access: 'write', response }).responseElements, {
      arn: ARN,
      replicationStatus: [{ region: 'eu-west-1' }],
    })
  })

  test('has null for parameters that could not be understood', () =>
    assert.equal(only({ ...entry, parameters: undefined }).requestParameters, null))

  test('leaves out what is not known of the caller', () => {
    const caller = { type: 'Root', principalId: '1', arn: 'arn:aws:iam::1:root', account: '1' } as const
    const { userIdentity } = only({ ...entry, caller, arn: undefined })
    assert.deepEqual(userIdentity, { type: 'Root', principalId: '1', arn: 'arn:aws:iam::1:root', accountId: '1' })
  })
})

describe('errors', () => {
  const failed = (code: string, message: string) => {
    const { errorCode, errorMessage, ...others } = only({ ...entry, error: { code, message } })
    return {
      errorCode,
      errorMessage,
      hasMessage: 'errorMessage' in { ...others, ...(errorMessage && { errorMessage }) },
    }
  }

  test('a refusal has CloudTrail’s own word', () =>
    assert.equal(failed('AccessDeniedException', 'no').errorCode, 'AccessDenied'))

  test('any other error has the name of its exception', () => {
    for (const code of ['ResourceNotFoundException', 'InvalidRequestException', 'InternalServiceError'])
      assert.equal(failed(code, 'no').errorCode, code)
  })

  test('an error without a text has no member for it', () => {
    assert.equal(failed('InternalServiceError', '').hasMessage, false)
    assert.equal(failed('InternalServiceError', 'words').errorMessage, 'words')
  })

  test('a success has neither code nor text', () => {
    const record = only(entry)
    assert.ok(!('errorCode' in record) && !('errorMessage' in record))
  })
})

describe('a batch', () => {
  const records = recordsOf(batch)

  test('has its own record, then one of GetSecretValue for each secret in order', () => {
    assert.deepEqual(
      records.map(({ eventName, requestParameters }) => [eventName, requestParameters]),
      [
        ['BatchGetSecretValue', { secretIdList: ['prod/db', 'gone', 'closed'] }],
        ['GetSecretValue', { secretId: 'prod/db' }],
        ['GetSecretValue', { secretId: 'gone' }],
        ['GetSecretValue', { secretId: 'closed' }],
      ],
    )
  })

  test('says of each secret what became of it', () => {
    assert.deepEqual(
      records.map(({ errorCode }) => errorCode),
      [undefined, undefined, 'ResourceNotFoundException', 'AccessDenied'],
    )
    assert.equal(records[2]?.errorMessage, "Secrets Manager can't find it.")
  })

  test('has the same request, caller and time in all its records', () => {
    const shared = records.map(({ requestID, userIdentity, eventTime, sourceIPAddress, userAgent }) => ({
      ...{ requestID, userIdentity, eventTime, sourceIPAddress, userAgent },
    }))
    for (const one of shared) assert.deepEqual(one, shared[0])
  })

  test('has an event id of its own for each record', () => {
    const ids = records.map(({ eventID }) => eventID)
    assert.equal(new Set(ids).size, records.length)
    for (const id of ids) assert.match(id, UUID)
  })

  test('has event ids that begin like the id of the request, whatever that is', () => {
    for (const id of [batch.id, 'no UUID']) {
      const ids = recordsOf({ ...batch, id }).map(({ eventID }) => eventID)
      for (const one of ids) assert.ok(one.startsWith(eventIdBeginning(id)) && UUID.test(one), one)
    }
    assert.equal(eventIdBeginning(batch.id), '0d0f3a4c')
  })

  test('reads the same at every reading, also from its stored text', () => {
    assert.deepEqual(recordsOf(batch), records)
    assert.deepEqual(recordsOf(JSON.parse(JSON.stringify(batch))), records)
  })

  test('has other event ids than another batch', () => {
    const others = recordsOf({ ...batch, id: '0d0f3a4c-9e4e-4a32-8a52-3b1cf1a9e002' }).map(({ eventID }) => eventID)
    assert.equal(new Set([...records.map(({ eventID }) => eventID), ...others]).size, 2 * records.length)
  })

  test('tells one secret that was asked for twice by two records', () => {
    const twice = recordsOf({ ...batch, items: [{ id: 'a' }, { id: 'a' }] })
    assert.equal(new Set(twice.map(({ eventID }) => eventID)).size, 3)
  })

  test('of a page without values is one record, which names the filters as CloudTrail does', () => {
    const parameters = { Filters: [{ Key: 'tag-key', Values: ['Team'] }], MaxResults: 20 }
    assert.deepEqual(only({ ...batch, items: undefined, parameters }).requestParameters, {
      filters: [{ key: 'tag-key', values: ['Team'] }],
      maxResults: 20,
    })
  })

  test('that was refused as a whole has its own record only', () => {
    const error = { code: 'AccessDeniedException', message: 'no' }
    assert.equal(only({ ...batch, items: undefined, error }).errorCode, 'AccessDenied')
  })
})

describe('what a service does by itself', () => {
  const event: Entry = {
    ...entry,
    operation: 'EndSecretVersionDelete',
    access: 'write',
    caller: {
      type: 'AWSService',
      principalId: 'secretsmanager.amazonaws.com',
      arn: 'secretsmanager.amazonaws.com',
      account: '111122223333',
    },
    address: 'secretsmanager.amazonaws.com',
    agent: 'secretsmanager.amazonaws.com',
    parameters: undefined,
  }

  test('is a service event that says which service acted, and for which account', () => {
    const record = only(event)
    assert.equal(record.eventType, 'AwsServiceEvent')
    assert.deepEqual(record.userIdentity, { accountId: '111122223333', invokedBy: 'secretsmanager.amazonaws.com' })
    assert.equal(record.recipientAccountId, '111122223333')
    assert.equal(record.responseElements, null)
  })

  test('names a secret as Secrets Manager does', () => {
    const record = only(event)
    assert.deepEqual(record.additionalEventData, { SecretId: ARN })
    assert.equal(record.resources, undefined)
  })

  test('names a key that was rotated', () => {
    const keyId = '00000000-0000-4000-8000-000000000000'
    const arn = `arn:aws:kms:eu-central-1:111122223333:key/${keyId}`
    const rotated = only({ ...event, service: 'kms', operation: 'RotateKey', arn })
    assert.deepEqual(rotated.resources, [{ ARN: arn, accountId: '111122223333', type: 'AWS::KMS::Key' }])
    assert.deepEqual([rotated.serviceEventDetails, rotated.requestParameters], [{ keyId }, null])
    assert.equal(only({ ...event, service: 'kms', operation: 'DeleteKey', arn }).serviceEventDetails, undefined)
  })

  test('names any other resource as a resource', () => {
    const arn = 'arn:aws:iam::111122223333:user/administrator'
    const record = only({ ...event, service: 'iam', operation: 'CreateUser', arn })
    assert.deepEqual(record.resources, [{ ARN: arn, accountId: '111122223333' }])
    assert.equal(record.additionalEventData, undefined)
    assert.equal(record.eventSource, 'iam.amazonaws.com')
  })
})
