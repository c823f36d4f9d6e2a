import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { type Credentials, newCredentials } from '../../../src/identity/access-key.ts'
import { askCoffer } from '../../ask-coffer.ts'
import { startApp } from '../../start-app.ts'
import { storeAccount, storeKey, storeUnderKey } from '../../stored-data.ts'

const allow = (Action: string, more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })

describe('an explanation', async () => {
  const app = await startApp()
  after(() => app.close())
  const { ARN: arn = '' } = await app.client.createSecret({
    Name: 'db',
    SecretString: 'x',
    Tags: [{ Key: 'team', Value: 'blue' }],
  })
  const user = (name: string) => `arn:aws:iam::${app.account}:user/${name}`
  const read = { Action: 'secretsmanager:GetSecretValue', ResourceArn: arn }
  await app.user('reader', [
    [
      { Sid: 'Red', ...allow('secretsmanager:*', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'red' } } }) },
      {
        Sid: 'Blue',
        ...allow('secretsmanager:Get*', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'blue' } } }),
      },
    ],
  ])
  const stranger = await app.user('stranger')

  test('names the statement that allows', async () => {
    const { status, json } = await askCoffer(app, 'ExplainAccess', { PrincipalArn: user('reader'), ...read })
    assert.equal(status, 200)
    assert.equal(json.Allowed, true)
    assert.deepEqual(json.DecidedBy, [
      {
        Layer: 'identity',
        Policy: 'policy-1',
        Statement: 2,
        Sid: 'Blue',
        Effect: 'Allow',
        Name: 'statement Blue of policy policy-1',
      },
    ])
    const [red] = json.Statements
    assert.deepEqual([red.Sid, red.Matched, red.Mismatch.Part], ['Red', false, 'condition'])
    assert.match(red.Mismatch.Detail, /aws:ResourceTag\/team: the request has blue; wanted red/)
  })

  test('says what was missing', async () => {
    const { json } = await askCoffer(app, 'ExplainAccess', { PrincipalArn: user('stranger'), ...read })
    assert.equal(json.Allowed, false)
    assert.equal(json.Reason, 'because no identity-based policy allows the secretsmanager:GetSecretValue action')
    assert.match(json.Missing, /^No identity-based policy allows secretsmanager:GetSecretValue on /)
    assert.deepEqual(json.DecidedBy, [])
  })

  test('agrees with what happens', async () => {
    const client = app.clientFor({ credentials: stranger })
    await assert.rejects(client.getSecretValue({ SecretId: arn }), /because no identity-based policy allows/)
  })

  test('supposes conditions', async () => {
    await app.user('at-home', [
      [allow('secretsmanager:*', { Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } })],
    ])
    const question = { PrincipalArn: user('at-home'), ...read }
    assert.equal((await askCoffer(app, 'ExplainAccess', question)).json.Allowed, false)
    const Context = [{ Key: 'aws:SourceIp', Values: ['192.0.2.7'] }]
    assert.equal((await askCoffer(app, 'ExplainAccess', { ...question, Context })).json.Allowed, true)
  })

  test('looks at the policy of the resource, a trust policy too', async () => {
    const { Role } = await app.iam.createRole({
      RoleName: 'deploy',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: user('stranger') }, Action: 'sts:AssumeRole' },
      }),
    })
    const question = { Action: 'sts:AssumeRole', ResourceArn: Role?.Arn ?? '' }
    const trusted = await askCoffer(app, 'ExplainAccess', { PrincipalArn: user('stranger'), ...question })
    assert.deepEqual([trusted.json.Allowed, trusted.json.DecidedBy[0].Layer], [true, 'trust'])
    const other = await askCoffer(app, 'ExplainAccess', { PrincipalArn: user('reader'), ...question })
    assert.deepEqual(
      [other.json.Allowed, other.json.Reason],
      [false, 'because no role trust policy allows the sts:AssumeRole action'],
    )
  })

  test('says when there is no such secret, and explains its name', async () => {
    const ResourceArn = 'missing'
    const { json } = await askCoffer(app, 'ExplainAccess', {
      PrincipalArn: user('administrator'),
      ...read,
      ResourceArn,
    })
    assert.deepEqual([json.Allowed, json.ResourceExists], [true, false])
  })

  const decidedOn: [action: string, ResourceArn: string, on: string | RegExp, allowed: boolean][] = [
    ['secretsmanager:BatchGetSecretValue', 'db', '*', false],
    ['secretsmanager:ListSecrets', 'db', '*', false],
    ['secretsmanager:GetSecretValue', 'db', /:secret:db-/, true],
    ['sts:GetCallerIdentity', '*', '*', true],
    ['sts:GetSessionToken', '*', '*', true],
  ]
  for (const [Action, ResourceArn, on, allowed] of decidedOn)
    test(`of ${Action} is about what it is decided on`, async () => {
      const name = `limited-${Action.split(':')[1]}`
      await app.user(name, [[allow('secretsmanager:*', { Resource: arn })]])
      const { json } = await askCoffer(app, 'ExplainAccess', { PrincipalArn: user(name), Action, ResourceArn })
      if (typeof on === 'string') assert.equal(json.DecidedOn, on)
      else assert.match(json.DecidedOn, on)
      assert.equal(json.Allowed, allowed)
    })

  test('of making a secret is about its name', async () => {
    await app.user('maker', [
      [allow('secretsmanager:CreateSecret', { Condition: { StringLike: { 'secretsmanager:Name': 'blue/*' } } })],
    ])
    const question = { PrincipalArn: user('maker'), Action: 'secretsmanager:CreateSecret' }
    const { json } = await askCoffer(app, 'ExplainAccess', { ...question, ResourceArn: 'blue/1' })
    assert.equal(json.Allowed, true)
    assert.equal((await askCoffer(app, 'ExplainAccess', { ...question, ResourceArn: 'red/1' })).json.Allowed, false)
  })

  test('looks at tags of identities, and says which are not there', async () => {
    await app.iam.tagUser({ UserName: 'reader', Tags: [{ Key: 'team', Value: 'blue' }] })
    const Condition = { StringEquals: { 'aws:ResourceTag/team': 'blue' } }
    await app.user('keeper', [[allow('iam:GetUser', { Condition })]])
    const question = { PrincipalArn: user('keeper'), Action: 'iam:GetUser' }
    const there = (await askCoffer(app, 'ExplainAccess', { ...question, ResourceArn: user('reader') })).json
    assert.deepEqual([there.Allowed, there.ResourceExists], [true, true])
    const missing = (await askCoffer(app, 'ExplainAccess', { ...question, ResourceArn: user('none') })).json
    assert.deepEqual([missing.Allowed, missing.ResourceExists], [false, false])
    const unknown = { ...question, Action: 's3:GetObject', ResourceArn: 'arn:aws:s3:::bucket/key' }
    assert.equal((await askCoffer(app, 'ExplainAccess', unknown)).json.ResourceExists, undefined)
  })

  test('shows no trust policy of a role that is not there', async () => {
    const { json } = await askCoffer(app, 'ExplainAccess', {
      PrincipalArn: user('reader'),
      Action: 'sts:AssumeRole',
      ResourceArn: `arn:aws:iam::${app.account}:role/none`,
    })
    assert.deepEqual([json.Allowed, json.ResourceExists], [false, false])
    assert.ok(json.Statements.every(({ Layer }: { Layer: string }) => Layer !== 'trust'))
  })

  test('says whether policies are enforced', async () => {
    const question = { PrincipalArn: user('reader'), ...read }
    assert.equal((await askCoffer(app, 'ExplainAccess', question)).json.Enforced, true)
    await using open = await startApp({ enforce: false })
    await open.user('reader')
    assert.equal((await askCoffer(open, 'ExplainAccess', question)).json.Enforced, false)
  })

  test('is not given to a session of a user, which could not read policies either', async () => {
    const { Credentials: made } = await app.sts.getSessionToken({})
    const credentials = { accessKeyId: made?.AccessKeyId ?? '', secretAccessKey: made?.SecretAccessKey ?? '' }
    const question = { PrincipalArn: user('reader'), ...read }
    const { json } = await askCoffer(app, 'ExplainAccess', question, credentials, made?.SessionToken)
    assert.equal(json.__type, 'UnrecognizedClientException')
  })

  test('is only for who may read all policies', async () => {
    const { status, json } = await askCoffer(app, 'ExplainAccess', { PrincipalArn: user('reader'), ...read }, stranger)
    assert.equal(status, 400)
    assert.equal(json.__type, 'AccessDeniedException')
    assert.match(json.Message, /not authorized to perform: iam:GetAccountAuthorizationDetails because/)
    const auditor = await app.user('auditor', [[allow('iam:GetAccountAuthorizationDetails')]])
    assert.equal(
      (await askCoffer(app, 'ExplainAccess', { PrincipalArn: user('reader'), ...read }, auditor)).status,
      200,
    )
  })

  test('tells of a secret no more than its reader may see', async () => {
    const auditor = await app.user('blind-auditor', [[allow('iam:GetAccountAuthorizationDetails')]])
    const question = { PrincipalArn: user('reader'), Action: read.Action, ResourceArn: 'db' }
    const { json } = await askCoffer(app, 'ExplainAccess', question, auditor)
    assert.equal(json.ResourceExists, undefined)
    assert.match(json.DecidedOn, /:secret:db-------$/)
    assert.doesNotMatch(JSON.stringify(json), /has blue/)
    const readers = await askCoffer(app, 'ListSecretReaders', { SecretId: 'db' }, auditor)
    assert.equal(readers.json.__type, 'ResourceNotFoundException')
  })

  test('of a secret that is not there is the same to who may not look at it', async () => {
    const auditor = await app.user('blinder-auditor', [[allow('iam:GetAccountAuthorizationDetails')]])
    const question = { PrincipalArn: user('reader'), Action: read.Action }
    const answer = async (ResourceArn: string) =>
      JSON.stringify((await askCoffer(app, 'ExplainAccess', { ...question, ResourceArn }, auditor)).json)
    assert.equal((await answer('missing')).replaceAll('missing', 'db'), await answer('db'))
  })

  test('tells of a key no more than its reader may see', async () => {
    const Statement = [
      { Sid: 'Hidden', ...allow('kms:Decrypt'), Principal: { AWS: user('reader') } },
      { ...allow('kms:*'), Principal: { AWS: app.account } },
    ]
    const key = await storeKey(app, 'alias/hidden', 'Enabled', { Version: '2012-10-17', Statement })
    const blind = await app.user('key-blind-auditor', [[allow('iam:GetAccountAuthorizationDetails')]])
    const seeing = await app.user('key-auditor', [
      [allow('iam:GetAccountAuthorizationDetails'), allow('kms:DescribeKey')],
    ])
    const aliasArn = key.arn.replace(/key\/.*/, 'alias/hidden')
    for (const [ResourceArn, named] of [
      [key.arn, key.arn],
      ['alias/hidden', aliasArn],
    ] as const) {
      const question = { PrincipalArn: user('reader'), Action: 'kms:Decrypt', ResourceArn }
      const { json: told } = await askCoffer(app, 'ExplainAccess', question, seeing)
      assert.deepEqual([told.Allowed, told.ResourceExists, told.DecidedBy[0].Sid], [true, true, 'Hidden'])
      const { json } = await askCoffer(app, 'ExplainAccess', question, blind)
      assert.deepEqual([json.Allowed, json.ResourceExists, json.DecidedOn], [false, undefined, named])
      assert.doesNotMatch(JSON.stringify(json), /Hidden/)
    }
  })

  test('takes the service in any case', async () => {
    const question = { PrincipalArn: user('reader'), Action: 'SecretsManager:GetSecretValue', ResourceArn: 'db' }
    const { json } = await askCoffer(app, 'ExplainAccess', question)
    assert.deepEqual([json.Allowed, json.ResourceExists], [true, true])
  })

  test('is recorded', async () => {
    await askCoffer(app, 'ExplainAccess', { PrincipalArn: user('reader'), ...read })
    const [entry] = await app.trail(1)
    assert.deepEqual([entry?.service, entry?.operation, entry?.access], ['coffer', 'ExplainAccess', 'read'])
  })

  const other = '444455556666'
  const foreign = await storeAccount(app, other)
  const refused: [what: string, question: object, credentials: Credentials | undefined, code: string][] = [
    ['a principal of another account', { PrincipalArn: user('reader'), ...read }, foreign, 'InvalidParameterException'],
    [
      'a resource of another account',
      { PrincipalArn: `arn:aws:iam::${other}:user/administrator`, ...read },
      foreign,
      'InvalidParameterException',
    ],
    ['nobody', { PrincipalArn: user('nobody'), ...read }, undefined, 'ResourceNotFoundException'],
    ['a user in another path', { PrincipalArn: user('x/reader'), ...read }, undefined, 'ResourceNotFoundException'],
    ['what is no principal', { PrincipalArn: arn, ...read }, undefined, 'InvalidParameterException'],
    ['a pattern', { PrincipalArn: user('reader'), ...read, Action: 's3:*' }, undefined, 'InvalidParameterException'],
    ['no question', {}, undefined, 'ValidationException'],
    ['an unknown key', { PrincipalArn: user('reader'), ...read }, newCredentials(), 'UnrecognizedClientException'],
  ]
  for (const [what, question, credentials, code] of refused)
    test(`is not given of ${what}: ${code}`, async () => {
      const { status, json } = await askCoffer(app, 'ExplainAccess', question, credentials)
      assert.deepEqual([status, json.__type], [400, code])
    })
})

describe('the readers of a secret', async () => {
  const app = await startApp()
  after(() => app.close())
  const { ARN: arn = '' } = await app.client.createSecret({
    Name: 'db',
    SecretString: 'x',
    Tags: [{ Key: 'team', Value: 'blue' }],
  })
  const user = (name: string) => `arn:aws:iam::${app.account}:user/${name}`
  const when = (operator: string, key: string, value: string) => ({ Condition: { [operator]: { [key]: value } } })
  const get = 'secretsmanager:GetSecretValue'
  await app.user('blue', [[allow(get, when('StringEquals', 'aws:ResourceTag/team', 'blue'))]])
  await app.user('red', [[allow(get, when('StringEquals', 'aws:ResourceTag/team', 'red'))]])
  await app.user('at-home', [[allow(get, when('IpAddress', 'aws:SourceIp', '192.0.2.0/24'))]])
  await app.user('denied', [[allow('*'), { ...allow(get), Effect: 'Deny' }]])
  await app.user('bounded', [[allow(get, when('IpAddress', 'aws:SourceIp', '192.0.2.0/24'))]])
  await app.iam.putUserPermissionsBoundary({
    UserName: 'bounded',
    PermissionsBoundary: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess',
  })
  const outside = { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }
  const direct = { Bool: { 'aws:ViaAWSService': 'false' } }
  const vpn = (Condition: object) => ({ ...allow('*', { Condition }), Effect: 'Deny' })
  await app.user('on-vpn', [[allow(get), vpn({ ...outside, ...direct })]])
  // Secrets Manager calls KMS in the user's name from no address: without aws:ViaAWSService the Deny applies to that call.
  await app.user('never-on-vpn', [[allow(get), vpn(outside)]])
  await app.user('no-key', [[allow('secretsmanager:*'), { ...allow('kms:*'), Effect: 'Deny' }]])
  await app.user('nobody', [[allow('s3:*')]])
  await app.user('guest')
  await app.client.putResourcePolicy({
    SecretId: arn,
    ResourcePolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { ...allow(get), Principal: { AWS: user('guest') } },
        // Leaves it to the account's own policies, and gives nobody anything.
        { ...allow(get), Principal: { AWS: app.account } },
      ],
    }),
  })
  await app.iam.createRole({
    RoleName: 'service',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: app.account }, Action: 'sts:AssumeRole' },
    }),
  })
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: allow(get, when('StringEquals', 'aws:PrincipalTag/team', 'blue')),
  })
  await app.iam.putRolePolicy({ RoleName: 'service', PolicyName: 'read', PolicyDocument: document })

  async function readers(MaxResults?: number) {
    const found: { PrincipalArn: string; Access: string; Through: { Layer: string }[] }[] = []
    let NextToken: string | undefined
    let pages = 0
    do {
      const { json } = await askCoffer(app, 'ListSecretReaders', { SecretId: 'db', MaxResults, NextToken })
      assert.equal(json.ARN, arn)
      found.push(...json.Readers)
      NextToken = json.NextToken
      pages++
    } while (NextToken)
    return { found, pages }
  }
  const expected = [
    [user('administrator'), 'allowed', 'identity'],
    [user('at-home'), 'conditional', 'identity'],
    [user('blue'), 'allowed', 'identity'],
    [user('guest'), 'allowed', 'resource'],
    [user('on-vpn'), 'conditional', 'identity'],
    [`arn:aws:iam::${app.account}:role/service`, 'conditional', 'identity'],
  ]

  test('are those whom policies let read it, now or on a condition', async () => {
    const { found } = await readers()
    assert.deepEqual(
      found.map(({ PrincipalArn, Access, Through }) => [PrincipalArn, Access, Through[0]?.Layer]),
      expected,
    )
  })

  test('are told of a secret under a key of the account only to who may look at the key', async () => {
    const Statement = [
      { Sid: 'Hidden', ...allow('kms:Decrypt'), Principal: { AWS: user('blue') } },
      { ...allow('kms:*'), Principal: { AWS: app.account } },
    ]
    const key = await storeKey(app, 'alias/hidden', 'Enabled', { Version: '2012-10-17', Statement })
    await storeUnderKey(app, 'under-key', key)
    const may = ['iam:GetAccountAuthorizationDetails', 'secretsmanager:DescribeSecret']
    const blind = await app.user('key-blind-auditor', [may.map((action) => allow(action))])
    const { status, json } = await askCoffer(app, 'ListSecretReaders', { SecretId: 'under-key' }, blind)
    assert.deepEqual([status, json.__type], [400, 'AccessDeniedException'])
    assert.match(json.Message, /not authorized to perform: kms:DescribeKey on resource: arn:aws:kms:/)
    assert.doesNotMatch(JSON.stringify(json), /Hidden/)
    const seeing = await app.user('key-auditor', [[...may, 'kms:DescribeKey'].map((action) => allow(action))])
    assert.equal((await askCoffer(app, 'ListSecretReaders', { SecretId: 'under-key' }, seeing)).status, 200)
    // That of the service has the same policy in every account.
    const ofService = await askCoffer(app, 'ListSecretReaders', { SecretId: 'db' }, blind)
    assert.equal(ofService.status, 200)
  })

  test('are the same a page at a time', async () => {
    const { found, pages } = await readers(2)
    assert.equal(found.length, expected.length)
    assert.ok(pages > 3)
  })

  test('are not told of a secret that is not there, nor by a token of another', async () => {
    const missing = await askCoffer(app, 'ListSecretReaders', { SecretId: 'none' })
    assert.equal(missing.json.__type, 'ResourceNotFoundException')
    const bad = await askCoffer(app, 'ListSecretReaders', { SecretId: 'db', NextToken: 'abc' })
    assert.equal(bad.json.__type, 'InvalidNextTokenException')
  })
})
