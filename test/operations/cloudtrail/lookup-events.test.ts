import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CloudTrail, type LookupEventsCommandInput, paginateLookupEvents } from '@aws-sdk/client-cloudtrail'
import { recordsOf } from '../../../src/audit/cloudtrail.ts'
import { ADMINISTRATOR, startApp, type TestApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'

const DAY = 86_400_000

async function lookUp(client: CloudTrail, AttributeKey: string, AttributeValue: string) {
  const LookupAttributes = [{ AttributeKey, AttributeValue }] as LookupEventsCommandInput['LookupAttributes']
  const { Events = [] } = await client.lookupEvents({ LookupAttributes })
  return Events
}

const namesOf = (events: readonly { EventName?: string | undefined }[]) => events.map(({ EventName }) => EventName)

/** Two secrets, one of them read by its name, one read in a batch beside one that is not there. */
async function withReads(app: TestApp) {
  const { ARN = '' } = await app.client.createSecret({ Name: 'db', SecretString: 'x' })
  const { ARN: other = '' } = await app.client.createSecret({ Name: 'web', SecretString: 'y' })
  await app.client.getSecretValue({ SecretId: 'db' })
  await app.client.batchGetSecretValue({ SecretIdList: ['gone', other] })
  return { ARN, other }
}

describe('an event', () => {
  test('tells the record, and of it what CloudTrail tells beside it', async () => {
    await using app = await startApp()
    const { ARN } = await withReads(app)
    const [event] = await lookUp(app.cloudTrail, 'EventName', 'GetSecretValue').then((events) => events.slice(-1))
    const entry = (await app.trail()).find(({ operation }) => operation === 'GetSecretValue')
    assert.ok(entry && event)
    const [record] = recordsOf(entry)
    assert.deepEqual(JSON.parse(event.CloudTrailEvent ?? ''), JSON.parse(JSON.stringify(record)))
    const { CloudTrailEvent: _, EventTime, ...members } = event
    assert.deepEqual(members, {
      EventId: record?.eventID,
      EventName: 'GetSecretValue',
      ReadOnly: 'true',
      AccessKeyId: ADMINISTRATOR.accessKeyId,
      EventSource: 'secretsmanager.amazonaws.com',
      Username: 'administrator',
      Resources: [{ ResourceType: 'AWS::SecretsManager::Secret', ResourceName: ARN }],
    })
    assert.equal(EventTime?.toISOString(), record?.eventTime.replace('Z', '.000Z'))
  })

  test('names the session of a role, and root, as the user', async () => {
    await using app = await startApp()
    const { account, iam } = app
    const trust = { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }
    const document = JSON.stringify({ Version: '2012-10-17', Statement: trust })
    const { Role } = await iam.createRole({ RoleName: 'worker', AssumeRolePolicyDocument: document })
    const { Credentials: session } = await app.sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: 'night' })
    assert.ok(session?.AccessKeyId && session.SecretAccessKey)
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = session
    const credentials = { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? '' }
    await app
      .clientFor({ credentials })
      .listSecrets()
      .catch(() => {})
    const events = await lookUp(app.cloudTrail, 'Username', 'night')
    assert.deepEqual(namesOf(events), ['ListSecrets'])
    assert.deepEqual(await lookUp(app.cloudTrail, 'AccessKeyId', accessKeyId), events)
  })
})

describe('attributes', () => {
  test('find what has them, each of the eight', async () => {
    await using app = await startApp()
    const { ARN, other } = await withReads(app)
    const found = async (key: string, value: string) => namesOf(await lookUp(app.cloudTrail, key, value))
    assert.deepEqual(await found('EventName', 'GetSecretValue'), ['GetSecretValue', 'GetSecretValue', 'GetSecretValue'])
    assert.deepEqual(await found('EventName', 'BatchGetSecretValue'), ['BatchGetSecretValue'])
    assert.deepEqual(await found('EventName', 'batchgetsecretvalue'), [])
    assert.deepEqual(await found('ReadOnly', 'false'), ['CreateSecret', 'CreateSecret', 'CreateKey'])
    assert.deepEqual(await found('ResourceName', ARN), ['GetSecretValue', 'CreateSecret'])
    assert.deepEqual(await found('ResourceName', other), ['GetSecretValue', 'CreateSecret'])
    assert.deepEqual(await found('ResourceName', 'db'), ['GetSecretValue', 'CreateSecret'])
    assert.deepEqual(await found('ResourceName', 'gone'), ['GetSecretValue'])
    assert.equal((await found('ResourceType', 'AWS::SecretsManager::Secret')).length, 5)
    assert.equal((await found('EventSource', 'cloudtrail.amazonaws.com')).length, 9)
    assert.equal((await found('Username', 'administrator')).length, 16)
    assert.equal((await found('AccessKeyId', ADMINISTRATOR.accessKeyId)).length, 17)
    const events = await lookUp(app.cloudTrail, 'EventName', 'GetSecretValue')
    assert.equal(new Set(events.map(({ EventId }) => EventId)).size, 3)
    for (const event of events) assert.deepEqual(await lookUp(app.cloudTrail, 'EventId', event.EventId ?? ''), [event])
  })

  test('find every record of a resource by its name and by its ARN, whichever the caller sent', async () => {
    await using app = await startApp()
    const { client } = app
    const { ARN = '' } = await client.createSecret({ Name: 'app/db', SecretString: 'x' })
    await client.createSecret({ Name: 'app/db-other', SecretString: 'x' })
    for (const SecretId of ['app/db', ARN, ARN.slice(0, -7)]) await client.getSecretValue({ SecretId })
    await client.batchGetSecretValue({ SecretIdList: [ARN] })
    await client.batchGetSecretValue({ SecretIdList: ['app/db'] })
    const reads = ['GetSecretValue', 'GetSecretValue', 'GetSecretValue', 'GetSecretValue', 'GetSecretValue']
    for (const id of ['app/db', ARN])
      assert.deepEqual(namesOf(await lookUp(app.cloudTrail, 'ResourceName', id)), [...reads, 'CreateSecret'])
    await client.deleteSecret({ SecretId: 'arn:aws:constructor:::x' }).catch(() => {})
    await app.iam.createUser({ UserName: 'eve', Path: '/staff/' })
    await app.iam.listAttachedUserPolicies({ UserName: 'eve' })
    const global = app.cloudTrailFor({ region: 'us-east-1' })
    for (const id of ['eve', `arn:aws:iam::${app.account}:user/staff/eve`])
      assert.deepEqual(namesOf(await lookUp(global, 'ResourceName', id)), ['ListAttachedUserPolicies', 'CreateUser'])
  })

  test('are one at most, with a key that is known', async () => {
    await using app = await startApp()
    const one = { AttributeKey: 'EventName' as const, AttributeValue: 'GetSecretValue' }
    const unknown = { AttributeKey: 'toString' as never, AttributeValue: 'x' }
    for (const LookupAttributes of [[one, one], [unknown], [{ ...one, AttributeValue: '' }]])
      await assert.rejects(app.cloudTrail.lookupEvents({ LookupAttributes }), {
        name: 'InvalidLookupAttributesException',
      })
    assert.equal((await app.cloudTrail.lookupEvents({ LookupAttributes: [] })).Events?.length, 3)
  })
})

describe('events', () => {
  test('are those of the account and of the Region; IAM is in us-east-1', async () => {
    await using app = await startApp()
    await app.iam.createUser({ UserName: 'eve' })
    await app.client.listSecrets()
    const credentials = await storeAccount(app, '999988887777')
    await app.clientFor({ credentials }).listSecrets()
    const here = (await app.cloudTrail.lookupEvents()).Events ?? []
    assert.deepEqual(namesOf(here), ['TestData', 'ListSecrets'])
    const global = await lookUp(app.cloudTrailFor({ region: 'us-east-1' }), 'ReadOnly', 'false')
    assert.deepEqual(namesOf(global), ['CreateUser', 'CreateUser'])
    assert.equal(global[0]?.EventSource, 'iam.amazonaws.com')
    assert.deepEqual(global[0]?.Resources, [
      { ResourceType: 'AWS::IAM::User', ResourceName: `arn:aws:iam::${app.account}:user/eve` },
    ])
    const theirs = (await app.cloudTrailFor({ credentials }).lookupEvents()).Events ?? []
    assert.deepEqual(namesOf(theirs), ['ListSecrets'])
    assert.match(theirs[0]?.CloudTrailEvent ?? '', /999988887777/)
  })

  test('are of the last 90 days, between the times that are given', async () => {
    await using app = await startApp({ stopped: true })
    await app.client.listSecrets()
    app.clock.advance(10 * DAY)
    const middle = new Date(app.clock.now())
    await app.client.getRandomPassword()
    app.clock.advance(DAY)
    const names = async (input: LookupEventsCommandInput) =>
      namesOf((await app.cloudTrail.lookupEvents(input)).Events ?? [])
    assert.deepEqual(await names({ EndTime: new Date(+middle - DAY) }), ['ListSecrets'])
    assert.deepEqual(await names({ StartTime: middle, EndTime: middle }), ['GetRandomPassword'])
    assert.deepEqual(await names({ StartTime: new Date(+middle + 1) }), ['LookupEvents', 'LookupEvents'])
    assert.deepEqual((await names({})).slice(-2), ['GetRandomPassword', 'ListSecrets'])
    app.clock.advance(85 * DAY)
    assert.deepEqual((await names({ StartTime: new Date(0) })).slice(-1), ['GetRandomPassword'])
    for (const StartTime of [new Date(+middle + 1), new Date(8.64e15)])
      await assert.rejects(app.cloudTrail.lookupEvents({ StartTime, EndTime: middle }), {
        name: 'InvalidTimeRangeException',
      })
  })

  test('are what policies allow, and the look itself is recorded', async () => {
    await using app = await startApp()
    const none = app.cloudTrailFor({ credentials: await app.user('nobody') })
    await assert.rejects(none.lookupEvents(), {
      name: 'AccessDeniedException',
      message: /is not authorized to perform: cloudtrail:LookupEvents/,
    })
    const allow = { Effect: 'Allow', Action: 'cloudtrail:LookupEvents', Resource: '*' }
    const reader = app.cloudTrailFor({ credentials: await app.user('reader', [[allow]]) })
    const [denied] = (await reader.lookupEvents()).Events ?? []
    const { errorCode, eventSource, readOnly } = JSON.parse(denied?.CloudTrailEvent ?? '')
    assert.deepEqual([errorCode, eventSource, readOnly], ['AccessDenied', 'cloudtrail.amazonaws.com', true])
    const [own] = (await reader.lookupEvents()).Events ?? []
    assert.deepEqual([own?.EventName, own?.Username], ['LookupEvents', 'reader'])
  })
})

describe('pages', () => {
  test('hold every event once, newest first, also while more come', async () => {
    await using app = await startApp()
    for (let index = 0; index < 12; index++) await app.client.describeSecret({ SecretId: `s${index}` }).catch(() => {})
    const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'DescribeSecret' }]
    const found: (string | undefined)[] = []
    for await (const { Events = [] } of paginateLookupEvents(
      { client: app.cloudTrail, pageSize: 5 },
      { LookupAttributes },
    )) {
      assert.ok(Events.length <= 5)
      found.push(...Events.map(({ Resources }) => Resources?.[0]?.ResourceName))
      await app.client.describeSecret({ SecretId: 'new' }).catch(() => {})
    }
    assert.deepEqual(
      found,
      Array.from({ length: 12 }, (_, index) => `s${11 - index}`),
    )
  })

  test('end within a batch, and go on there', async () => {
    await using app = await startApp()
    await app.client.batchGetSecretValue({ SecretIdList: ['a', 'b', 'c', 'd', 'e'] })
    const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'GetSecretValue' }]
    const pages: unknown[] = []
    let token: string | undefined
    do {
      const page = await app.cloudTrail.lookupEvents({ LookupAttributes, MaxResults: 2, NextToken: token })
      pages.push(page.Events?.map(({ Resources }) => Resources?.[0]?.ResourceName))
      token = page.NextToken
    } while (token !== undefined)
    assert.deepEqual(pages, [['e', 'd'], ['c', 'b'], ['a']])
  })

  test('have tokens for the same look by the same caller alone', async () => {
    await using app = await startApp()
    for (let index = 0; index < 3; index++) await app.client.listSecrets()
    const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'ListSecrets' }]
    const { NextToken } = await app.cloudTrail.lookupEvents({ LookupAttributes, MaxResults: 1 })
    assert.ok(NextToken)
    const rejected = (client: CloudTrail, input: LookupEventsCommandInput) =>
      assert.rejects(client.lookupEvents(input), { name: 'InvalidNextTokenException' })
    await rejected(app.cloudTrail, { NextToken })
    await rejected(app.cloudTrail, { LookupAttributes, NextToken, StartTime: new Date(0) })
    await rejected(app.cloudTrail, { LookupAttributes, NextToken: `${NextToken.slice(0, -2)}AA` })
    await rejected(app.cloudTrailFor({ region: 'us-east-1' }), { LookupAttributes, NextToken })
    app.clock.advance(DAY + 1)
    await rejected(app.cloudTrail, { LookupAttributes, NextToken })
  })

  test('are as long as they may be', async () => {
    await using app = await startApp()
    for (const MaxResults of [0, 51])
      await assert.rejects(app.cloudTrail.lookupEvents({ MaxResults }), { name: 'InvalidMaxResultsException' })
    for (let index = 0; index < 52; index++) await app.client.listSecrets()
    const page = await app.cloudTrail.lookupEvents()
    assert.deepEqual([page.Events?.length, typeof page.NextToken], [50, 'string'])
  })

  test('end before their records have more than a mebibyte of text', async () => {
    await using app = await startApp()
    for (let index = 0; index < 50; index++)
      await app.client.validateResourcePolicy({ ResourcePolicy: '"'.repeat(20_480) }).catch(() => {})
    const seen = new Set<string | undefined>()
    for await (const { Events = [] } of paginateLookupEvents({ client: app.cloudTrail }, {})) {
      assert.ok(Events.map(({ CloudTrailEvent }) => CloudTrailEvent).join('').length < 1_048_576)
      for (const { EventId, EventName } of Events) if (EventName === 'ValidateResourcePolicy') seen.add(EventId)
    }
    assert.equal(seen.size, 50)
  })
})

test('there are no insights', async () => {
  await using app = await startApp()
  await app.client.listSecrets()
  assert.deepEqual((await app.cloudTrail.lookupEvents({ EventCategory: 'insight' })).Events, [])
  await assert.rejects(app.cloudTrail.lookupEvents({ EventCategory: 'data' as never }), {
    name: 'InvalidEventCategoryException',
  })
})

test('there are no trails', async () => {
  await using app = await startApp()
  assert.deepEqual((await app.cloudTrail.describeTrails()).trailList, [])
  assert.deepEqual((await app.cloudTrail.listTrails()).Trails, [])
  await assert.rejects(app.cloudTrail.getTrailStatus({ Name: 'any' }), { name: 'UnknownOperationException' })
})
