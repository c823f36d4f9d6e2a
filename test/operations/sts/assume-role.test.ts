import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts'
import { startApp } from '../../start-app.ts'
import { ADMINISTRATOR_ACCESS, allow, assume, createRole, denied, trust, usable } from './roles.ts'

// Texts are those of the facts, deliberately not those of src/sts/errors.ts.
const notTrusted = (caller: string, role: string) => ({
  name: 'AccessDenied',
  message: `User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${role} because no role trust policy allows the sts:AssumeRole action`,
})
const invalid = (message: string) => ({ name: 'InvalidParameterValue', message })

const HOUR = 3_600_000

const app = await startApp()
after(() => app.close())
const USER = (name: string) => `arn:aws:iam::${app.account}:user/${name}`
const SESSION = (role: string, name = 'session') => `arn:aws:sts::${app.account}:assumed-role/${role}/${name}`
const stsAs = async (name: string, policies: readonly object[][] = []) =>
  app.stsFor({ credentials: await app.user(name, policies) })
const MAY_ASSUME = [[{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }]]

describe('constraints', async () => {
  const RoleArn = await createRole(app, 'constrained')
  const assumeWith = (input: Partial<AssumeRoleCommandInput>) =>
    app.sts.assumeRole({ RoleArn, RoleSessionName: 'session', ...input })

  const refused: readonly [name: string, input: Partial<AssumeRoleCommandInput>, expected: object][] = [
    [
      'a name of one character',
      { RoleSessionName: 'a' },
      { name: 'ValidationError', message: /'roleSessionName'.*greater than or equal to 2/ },
    ],
    [
      'a name with a blank',
      { RoleSessionName: 'a b' },
      {
        name: 'ValidationError',
        message:
          "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
      },
    ],
    ['899 seconds', { DurationSeconds: 899 }, { name: 'ValidationError', message: /'durationSeconds'/ }],
    ['43201 seconds', { DurationSeconds: 43_201 }, { name: 'ValidationError', message: /'durationSeconds'/ }],
    [
      'an ARN that is not of a role',
      { RoleArn: USER('administrator') },
      { name: 'ValidationError', message: `${USER('administrator')} is invalid` },
    ],
    [
      'a policy that is too long',
      { Policy: allow('*').padEnd(2049) },
      { name: 'ValidationError', message: /'policy'.*less than or equal to 2048/ },
    ],
    ['a policy that is no policy', { Policy: '{}' }, { name: 'MalformedPolicyDocumentException' }],
    ['a policy with a principal', { Policy: trust('*') }, { name: 'MalformedPolicyDocumentException' }],
    [
      'eleven managed policies',
      { PolicyArns: Array(11).fill({ arn: ADMINISTRATOR_ACCESS }) },
      { name: 'ValidationError', message: /'policyArns'.*less than or equal to 10/ },
    ],
    [
      'a managed policy that AWS has not',
      { PolicyArns: [{ arn: `${ADMINISTRATOR_ACCESS}s` }] },
      { name: 'ValidationError', message: /does not exist or is not attachable/ },
    ],
    [
      'a managed policy of another account',
      { PolicyArns: [{ arn: 'arn:aws:iam::999988887777:policy/other' }] },
      { name: 'ValidationError', message: /does not exist or is not attachable/ },
    ],
    [
      'a device',
      { SerialNumber: 'arn:aws:iam::111122223333:mfa/me', TokenCode: '123456' },
      { name: 'AccessDenied', message: /not supported/ },
    ],
    [
      'a context',
      { ProvidedContexts: [{ ContextAssertion: 'aaaa' }] },
      { name: 'ValidationError', message: /not supported/ },
    ],
  ]
  for (const [name, input, expected] of refused)
    test(`${name} is refused`, () => assert.rejects(assumeWith(input), expected))
})

describe('the answer', async () => {
  const RoleArn = await createRole(app, 'answering', { Path: '/some/path/' })

  test('it names the session, whose ARN has no path, and its end in whole seconds', async () => {
    const before = Math.floor(app.clock.now() / 1000) * 1000
    const { Credentials, AssumedRoleUser, PackedPolicySize, SourceIdentity } = await app.sts.assumeRole({
      RoleArn,
      RoleSessionName: 'build@42',
    })
    const { Role } = await app.iam.getRole({ RoleName: 'answering' })
    assert.deepEqual(AssumedRoleUser, {
      Arn: SESSION('answering', 'build@42'),
      AssumedRoleId: `${Role?.RoleId}:build@42`,
    })
    assert.match(Credentials?.AccessKeyId ?? '', /^ASIA[A-Z2-7]{16}$/)
    const end = Credentials?.Expiration?.getTime() ?? 0
    assert.ok(end % 1000 === 0 && end >= before + HOUR && end <= app.clock.now() + HOUR)
    assert.equal(PackedPolicySize, undefined)
    assert.equal(SourceIdentity, undefined)
  })

  test('the session is who the answer says', async () => {
    const sts = app.stsFor({ credentials: await assume(app, RoleArn, { RoleSessionName: 'me' }) })
    const { Role } = await app.iam.getRole({ RoleName: 'answering' })
    const { Arn, UserId, Account } = await sts.getCallerIdentity({})
    assert.deepEqual(
      { Arn, UserId, Account },
      { Arn: SESSION('answering', 'me'), UserId: `${Role?.RoleId}:me`, Account: app.account },
    )
  })

  test('no secret and no token stands in the records', async () => {
    const { secretAccessKey, sessionToken } = await assume(app, RoleArn)
    const records = JSON.stringify(await app.trail())
    assert.match(records, /AssumeRole/)
    assert.ok(!records.includes(secretAccessKey) && !records.includes(sessionToken))
  })
})

describe('permission', () => {
  test('a trust policy that names the account leaves the decision to identity policies', async () => {
    const RoleArn = await createRole(app, 'delegated')
    const without = await stsAs('without')
    await assert.rejects(
      without.assumeRole({ RoleArn, RoleSessionName: 'session' }),
      denied(USER('without'), 'AssumeRole', RoleArn, 'identity-based policy'),
    )
    const permitted = await stsAs('permitted', MAY_ASSUME)
    assert.ok((await permitted.assumeRole({ RoleArn, RoleSessionName: 'session' })).Credentials)
  })

  test('a trust policy that names the user is enough', async () => {
    const named = await stsAs('named')
    const RoleArn = await createRole(app, 'naming', { AssumeRolePolicyDocument: trust({ AWS: USER('named') }) })
    assert.ok((await named.assumeRole({ RoleArn, RoleSessionName: 'session' })).Credentials)
  })

  test('an administrator whom the role does not trust is told the same as of a role that is not there', async () => {
    const RoleArn = await createRole(app, 'distrustful', {
      AssumeRolePolicyDocument: trust({ AWS: '999988887777' }),
    })
    const missing = `${RoleArn}-missing`
    const elsewhere = 'arn:aws:iam::999988887777:role/somebody'
    for (const arn of [RoleArn, missing, elsewhere])
      await assert.rejects(
        app.sts.assumeRole({ RoleArn: arn, RoleSessionName: 'session' }),
        notTrusted(USER('administrator'), arn),
      )
  })

  test('so is a caller whom nothing allows anything', async () => {
    const nobody = await stsAs('nobody')
    const RoleArn = `arn:aws:iam::${app.account}:role/distrustful`
    for (const arn of [RoleArn, `${RoleArn}-missing`])
      await assert.rejects(
        nobody.assumeRole({ RoleArn: arn, RoleSessionName: 'session' }),
        notTrusted(USER('nobody'), arn),
      )
  })

  test('an ARN with another path or other letters is that of no role', async () => {
    const RoleArn = await createRole(app, 'Exact', { Path: '/here/' })
    for (const arn of [
      RoleArn.replace('/here/', '/'),
      RoleArn.replace('/here/', '/there/'),
      RoleArn.replace('Exact', 'exact'),
    ])
      await assert.rejects(assume(app, arn), notTrusted(USER('administrator'), arn))
  })

  test('an external id must be given where the role wants one', async () => {
    const Condition = { StringEquals: { 'sts:ExternalId': 'tenant-1' } }
    const RoleArn = await createRole(app, 'external', {
      AssumeRolePolicyDocument: trust({ AWS: app.account }, 'sts:AssumeRole', { Condition }),
    })
    await assert.rejects(assume(app, RoleArn), notTrusted(USER('administrator'), RoleArn))
    await assert.rejects(assume(app, RoleArn, { ExternalId: 'tenant-2' }), notTrusted(USER('administrator'), RoleArn))
    assert.ok(await assume(app, RoleArn, { ExternalId: 'tenant-1' }))
  })

  test('a role can insist on the name of the session', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    const Condition = { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } }
    const RoleArn = await createRole(app, 'by-name', {
      AssumeRolePolicyDocument: trust({ AWS: app.account }, 'sts:AssumeRole', { Condition }),
    })
    await assert.rejects(assume(app, RoleArn), notTrusted(USER('administrator'), RoleArn))
    assert.ok(await assume(app, RoleArn, { RoleSessionName: 'administrator' }))
  })
})

describe('session policies', async () => {
  const RoleArn = await createRole(app, 'narrowed')
  const NARROWED = `User: ${SESSION('narrowed')} is not authorized to perform: secretsmanager:GetRandomPassword because no session policy allows the secretsmanager:GetRandomPassword action`

  test('a session may do what the role may and its policy allows', async () => {
    const Policy = allow('secretsmanager:ListSecrets')
    const answer = await app.sts.assumeRole({ RoleArn, RoleSessionName: 'session', Policy })
    assert.ok((answer.PackedPolicySize ?? 0) > 0)
    const client = app.clientFor({ credentials: usable(answer.Credentials) })
    assert.ok((await client.listSecrets({})).SecretList)
    await assert.rejects(client.getRandomPassword({}), { name: 'AccessDeniedException', message: NARROWED })
  })

  test('managed policies narrow it as well', async () => {
    const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' }]
    const credentials = await assume(app, RoleArn, { PolicyArns })
    assert.ok(await app.iamFor({ credentials }).listUsers({}))
    await assert.rejects(app.clientFor({ credentials }).getRandomPassword({}), { message: NARROWED })
  })

  test("the account's own managed policies do, too", async () => {
    const { Policy } = await app.iam.createPolicy({
      PolicyName: 'lists',
      PolicyDocument: allow('secretsmanager:List*'),
    })
    const credentials = await assume(app, RoleArn, { PolicyArns: [{ arn: Policy?.Arn }] })
    assert.ok((await app.clientFor({ credentials }).listSecrets({})).SecretList)
    await assert.rejects(app.clientFor({ credentials }).getRandomPassword({}), { message: NARROWED })
  })

  test('a session policy gives nothing that the role has not', async () => {
    const little = await createRole(app, 'little', { policy: allow('secretsmanager:ListSecrets') })
    const credentials = await assume(app, little, { Policy: allow('*') })
    await assert.rejects(app.clientFor({ credentials }).getRandomPassword({}), {
      message: /no identity-based policy allows/,
    })
  })

  test('tags that do not fit are refused', async () => {
    const Tags = Array.from({ length: 50 }, (_, index) => ({
      Key: `k${index}`,
      Value: randomBytes(96).toString('hex'),
    }))
    await assert.rejects(assume(app, RoleArn, { Tags }), {
      name: 'PackedPolicyTooLargeException',
      message: /^Packed size of session tags consumes \d+% of allotted space\.$/,
    })
  })
})

describe('tags', async () => {
  const Tags = [{ Key: 'team', Value: 'shop' }]
  const byTeam = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'shop' } } }
  const RoleArn = await createRole(app, 'tagged', {
    Tags: [{ Key: 'Team', Value: 'none' }],
    policy: allow('*', byTeam),
  })

  test("a session's tag is the caller's, and wins over the role's", async () => {
    const plain = app.clientFor({ credentials: await assume(app, RoleArn) })
    await assert.rejects(plain.getRandomPassword({}), { name: 'AccessDeniedException' })
    const tagged = app.clientFor({ credentials: await assume(app, RoleArn, { Tags }) })
    assert.ok((await tagged.getRandomPassword({})).RandomPassword)
  })

  test('the role must allow the tagging, and the caller must be allowed it', async () => {
    const untagging = await createRole(app, 'untagging', { AssumeRolePolicyDocument: trust({ AWS: app.account }) })
    assert.ok(await assume(app, untagging))
    await assert.rejects(
      assume(app, untagging, { Tags }),
      denied(USER('administrator'), 'TagSession', untagging, 'role trust policy'),
    )
    const assumer = await stsAs('assumer', MAY_ASSUME)
    await assert.rejects(
      assumer.assumeRole({ RoleArn, RoleSessionName: 'session', Tags }),
      denied(USER('assumer'), 'TagSession', RoleArn, 'identity-based policy'),
    )
  })

  test('the role can say which tags', async () => {
    const Condition = {
      StringEquals: { 'aws:RequestTag/team': 'shop' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
    }
    const picky = await createRole(app, 'picky', {
      AssumeRolePolicyDocument: trust({ AWS: app.account }, ['sts:AssumeRole', 'sts:TagSession'], { Condition }),
    })
    assert.ok(await assume(app, picky, { Tags }))
    await assert.rejects(assume(app, picky, { Tags: [{ Key: 'team', Value: 'other' }] }), { name: 'AccessDenied' })
    await assert.rejects(assume(app, picky, { Tags: [...Tags, { Key: 'more', Value: '1' }] }), { name: 'AccessDenied' })
  })

  test('keys that differ only in case, and transitive keys without tag, are refused', async () => {
    await assert.rejects(
      assume(app, RoleArn, { Tags: [...Tags, { Key: 'TEAM', Value: 'b' }] }),
      invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.'),
    )
    await assert.rejects(
      assume(app, RoleArn, { Tags, TransitiveTagKeys: ['other'] }),
      invalid('The specified transitive tag key must be included in the requested tags.'),
    )
  })
})
