import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { ContextEntry, SimulateCustomPolicyCommandInput } from '@aws-sdk/client-iam'
import { startApp } from '../../start-app.ts'
import { denied, invalidInput, noUser } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const arn = (rest: string) => `arn:aws:iam::${account}:${rest}`
const ofAws = (name: string) => `arn:aws:iam::aws:policy/${name}`
const fresh = (prefix: string) => `${prefix}-${randomUUID().slice(0, 8)}`
const variable = (key: string) => `\${${key}}`
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Action: unknown, more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })
const deny = (Action: unknown, more: object = {}) => ({ Effect: 'Deny', Action, Resource: '*', ...more })
const entry = (ContextKeyName: string, ...ContextKeyValues: string[]): ContextEntry => ({
  ContextKeyName,
  ContextKeyValues,
  ContextKeyType: ContextKeyValues.length === 1 ? 'string' : 'stringList',
})

const READ = 'secretsmanager:GetSecretValue'
const SECRET = `arn:aws:secretsmanager:eu-central-1:${account}:secret:a-AbCdEf`
const OTHER = `arn:aws:secretsmanager:eu-central-1:${account}:secret:b-AbCdEf`

/** A policy that asks for so many condition keys. */
const withKeys = (count: number) =>
  policy(
    allow(READ, {
      Condition: { Null: Object.fromEntries(Array.from({ length: count }, (_, at) => [`custom:key-${at}`, 'true'])) },
    }),
  )

/** The only result of a simulation of custom policies. */
async function simulate(PolicyInputList: string[], input: Partial<SimulateCustomPolicyCommandInput> = {}) {
  const { EvaluationResults = [] } = await iam.simulateCustomPolicy({
    PolicyInputList,
    ActionNames: [READ],
    ResourceArns: [SECRET],
    ...input,
  })
  assert.equal(EvaluationResults.length, 1)
  const [result] = EvaluationResults
  assert.ok(result)
  return result
}

const decision = async (...args: Parameters<typeof simulate>) => (await simulate(...args)).EvalDecision
const sources = (statements: readonly { SourcePolicyId?: string | undefined }[] | undefined) =>
  statements?.map(({ SourcePolicyId }) => SourcePolicyId)

describe('SimulateCustomPolicy', () => {
  test('allowed, denied explicitly, denied because nothing allows', async () => {
    assert.equal(await decision([policy(allow(READ))]), 'allowed')
    assert.equal(await decision([policy(allow('*'), deny('secretsmanager:Get*'))]), 'explicitDeny')
    assert.equal(await decision([policy(allow(READ)), policy(deny(READ, { Resource: SECRET }))]), 'explicitDeny')
    assert.equal(await decision([policy(allow(READ, { Resource: OTHER }))]), 'implicitDeny')
    assert.equal(await decision([]), 'implicitDeny')
  })

  test('one result for each action on each resource, in the order of the request', async () => {
    const { EvaluationResults = [], IsTruncated } = await iam.simulateCustomPolicy({
      PolicyInputList: [policy(allow('secretsmanager:*', { Resource: SECRET }))],
      ActionNames: [READ, 'kms:Decrypt'],
      ResourceArns: [SECRET, OTHER],
    })
    assert.deepEqual(
      EvaluationResults.map(({ EvalActionName, EvalResourceName, EvalDecision }) => [
        EvalActionName,
        EvalResourceName,
        EvalDecision,
      ]),
      [
        [READ, SECRET, 'allowed'],
        [READ, OTHER, 'implicitDeny'],
        ['kms:Decrypt', SECRET, 'implicitDeny'],
        ['kms:Decrypt', OTHER, 'implicitDeny'],
      ],
    )
    assert.equal(IsTruncated, false)
  })

  test('without resources, actions are simulated on all', async () => {
    const result = await simulate([policy(allow(READ))], { ResourceArns: undefined })
    assert.deepEqual([result.EvalResourceName, result.EvalDecision], ['*', 'allowed'])
    const limited = [policy(allow(READ, { Resource: SECRET }))]
    assert.equal(await decision(limited, { ResourceArns: undefined }), 'implicitDeny')
  })

  test('the statements that decide are shown with their place: all that allow, or those that deny alone', async () => {
    const first = policy(allow('kms:*'), allow(READ))
    const second = `{\n  "Version": "2012-10-17",\n  "Statement": ${JSON.stringify(allow('secretsmanager:*'))}\n}`
    const { MatchedStatements = [] } = await simulate([first, second])
    assert.deepEqual(sources(MatchedStatements), ['PolicyInputList.1', 'PolicyInputList.2'])
    const [one, two] = MatchedStatements
    const start = first.indexOf(JSON.stringify(allow(READ)))
    assert.deepEqual(one?.StartPosition, { Line: 1, Column: start + 1 })
    assert.deepEqual(one?.EndPosition, { Line: 1, Column: start + 1 + JSON.stringify(allow(READ)).length })
    assert.deepEqual(two?.StartPosition, { Line: 3, Column: 17 })
    assert.deepEqual([one?.SourcePolicyType, two?.SourcePolicyType], ['IAM Policy', 'IAM Policy'])

    const denied = await simulate([first, policy(deny('*'))])
    assert.deepEqual(sources(denied.MatchedStatements), ['PolicyInputList.2'])
    const nothing = await simulate([policy(allow('kms:*'))])
    assert.deepEqual(nothing.MatchedStatements ?? [], [])
  })

  test('conditions are decided by the context entries; what is not given is named', async () => {
    const conditional = [
      policy(
        allow(READ, {
          Condition: {
            StringEquals: { 'aws:ResourceTag/team': variable('aws:PrincipalTag/team') },
            NumericLessThan: { 'custom:Number': '10' },
            'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] },
          },
        }),
      ),
    ]
    const missing = await simulate(conditional)
    assert.deepEqual(missing.EvalDecision, 'implicitDeny')
    assert.deepEqual(missing.MissingContextValues?.toSorted(), [
      'aws:PrincipalTag/team',
      'aws:ResourceTag/team',
      'aws:TagKeys',
      'custom:Number',
    ])
    const given = [
      entry('AWS:ResourceTag/team', 'blue'),
      entry('aws:PrincipalTag/team', 'blue'),
      { ...entry('custom:Number', '9.5'), ContextKeyType: 'numeric' as const },
      { ...entry('aws:TagKeys', 'b'), ContextKeyType: 'stringList' as const },
    ]
    const { EvalDecision, MissingContextValues } = await simulate(conditional, { ContextEntries: given })
    assert.deepEqual([EvalDecision, MissingContextValues ?? []], ['allowed', []])
    const other = [...given.slice(1), entry('aws:ResourceTag/team', 'red')]
    assert.equal(await decision(conditional, { ContextEntries: other }), 'implicitDeny')
  })

  test('the time is known unless a request gives another', async () => {
    const before = [policy(allow(READ, { Condition: { DateLessThan: { 'aws:CurrentTime': '2000-01-01T00:00:00Z' } } }))]
    assert.equal(await decision(before), 'implicitDeny')
    const ContextEntries = [{ ...entry('aws:CurrentTime', '1999-12-31T00:00:00Z'), ContextKeyType: 'date' as const }]
    assert.equal(await decision(before, { ContextEntries }), 'allowed')
  })

  test('a permissions boundary limits, and says whether it was the one', async () => {
    const boundary = (document: string) =>
      simulate([policy(allow(READ))], { PermissionsBoundaryPolicyInputList: [document] })
    const limited = await boundary(policy(allow('kms:*')))
    assert.deepEqual(
      [limited.EvalDecision, limited.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary],
      ['implicitDeny', false],
    )
    const open = await boundary(policy(allow('secretsmanager:*')))
    assert.deepEqual(
      [open.EvalDecision, open.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary],
      ['allowed', true],
    )
    assert.equal((await simulate([policy(allow(READ))])).PermissionsBoundaryDecisionDetail, undefined)
  })

  test('every level of an organization must allow', async () => {
    const organization = (...levels: string[][]) =>
      simulate([policy(allow(READ))], {
        OrderedOrganizationPolicyInputList: levels.map((ServiceControlPolicyInputList) => ({
          ServiceControlPolicyInputList,
        })),
      })
    const open = await organization([policy(allow('*'))], [policy(allow('kms:*')), policy(allow(READ))])
    assert.deepEqual([open.EvalDecision, open.OrganizationsDecisionDetail?.AllowedByOrganizations], ['allowed', true])
    const limited = await organization([policy(allow('*'))], [policy(allow('kms:*'))])
    assert.deepEqual(
      [limited.EvalDecision, limited.OrganizationsDecisionDetail?.AllowedByOrganizations],
      ['implicitDeny', false],
    )
  })

  test('a policy on the resource allows its caller by itself, and across accounts beside the own', async () => {
    const CallerArn = arn('user/alice')
    const foreign = 'arn:aws:iam::999988887777:user/bob'
    const onResource = policy(allow(READ, { Principal: { AWS: [CallerArn, foreign] } }))
    const result = await simulate([], { ResourcePolicy: onResource, CallerArn })
    assert.equal(result.EvalDecision, 'allowed')
    assert.deepEqual(sources(result.MatchedStatements), ['ResourcePolicy'])
    assert.equal(result.MatchedStatements?.[0]?.SourcePolicyType, 'resource')
    assert.equal(await decision([], { ResourcePolicy: onResource, CallerArn: arn('user/carol') }), 'implicitDeny')
    assert.equal(await decision([], { ResourcePolicy: onResource, CallerArn: foreign }), 'implicitDeny')
    assert.equal(await decision([policy(allow('*'))], { ResourcePolicy: onResource, CallerArn: foreign }), 'allowed')
  })

  test('a key policy must allow by itself or hand over to the account', async () => {
    const key = { ActionNames: ['kms:Decrypt'], ResourceArns: [`arn:aws:kms:eu-central-1:${account}:key/k`] }
    const CallerArn = arn('user/alice')
    const own = [policy(allow('kms:*'))]
    const closed = policy(allow('kms:Decrypt', { Principal: { AWS: arn('user/bob') } }))
    assert.equal(await decision(own, { ...key, CallerArn, ResourcePolicy: closed }), 'implicitDeny')
    const open = policy(allow('kms:*', { Principal: { AWS: arn('root') } }))
    assert.equal(await decision(own, { ...key, CallerArn, ResourcePolicy: open }), 'allowed')
    assert.equal(await decision([], { ...key, CallerArn, ResourcePolicy: open }), 'implicitDeny')
  })

  test('the owner of a resource that does not name it can be given', async () => {
    const CallerArn = arn('user/alice')
    const bucket = { ActionNames: ['s3:GetObject'], ResourceArns: ['arn:aws:s3:::bucket/key'] }
    const ResourcePolicy = policy(allow('s3:*', { Principal: { AWS: CallerArn } }))
    assert.equal(await decision([], { ...bucket, CallerArn, ResourcePolicy }), 'allowed')
    for (const ResourceOwner of ['999988887777', 'arn:aws:iam::999988887777:root'])
      assert.equal(await decision([], { ...bucket, CallerArn, ResourcePolicy, ResourceOwner }), 'implicitDeny')
  })

  const refused: [what: string, input: Partial<SimulateCustomPolicyCommandInput>][] = [
    ['a policy that is none', { PolicyInputList: [policy(allow(READ)), '{'] }],
    ['a policy with principals', { PolicyInputList: [policy(allow(READ, { Principal: '*' }))] }],
    ['a resource policy without a caller', { ResourcePolicy: policy(allow(READ, { Principal: '*' })) }],
    ['a resource policy without principals', { CallerArn: arn('user/alice'), ResourcePolicy: policy(allow(READ)) }],
    ['a caller that is no user or role', { CallerArn: arn('group/g') }],
    ['two boundaries', { PermissionsBoundaryPolicyInputList: [policy(allow('*')), policy(allow('*'))] }],
    ['an action without a service', { ActionNames: ['GetSecretValue'] }],
    ['an action with a wildcard', { ActionNames: ['secretsmanager:*'] }],
    ['an owner that is no account', { ResourceOwner: 'me' }],
    [
      'a context entry of two values for one',
      { ContextEntries: [{ ...entry('a:bcd', 'x', 'y'), ContextKeyType: 'string' }] },
    ],
    ['a context entry without a type', { ContextEntries: [{ ContextKeyName: 'a:bcd', ContextKeyValues: ['x'] }] }],
    [
      'more than 1000 combinations',
      {
        ActionNames: Array.from({ length: 26 }, (_, index) => `service:Action${index}`),
        ResourceArns: Array.from({ length: 40 }, (_, index) => `${SECRET}${index}`),
      },
    ],
    ['more policies than can be left out', { PolicyInputList: Array(257).fill(policy(allow(READ))) }],
    [
      'more context entries than anybody has keys',
      { ContextEntries: Array.from({ length: 257 }, (_, index) => entry(`a:key-${index}`, 'x')) },
    ],
    ['more text of context entries', { ContextEntries: [entry('a:bcd', 'x'.repeat(16_384))] }],
    [
      'a long list of values for a long policy',
      {
        PolicyInputList: [policy(allow(READ)).padEnd(100_000)],
        ContextEntries: [entry('a:bcd', ...Array(3000).fill('x'))],
      },
    ],
    ['more condition keys than one may be told of', { PolicyInputList: [withKeys(1001)] }],
    [
      'more policy text than one policy may have',
      { PolicyInputList: [policy(allow(READ)).padEnd(70_000), policy(allow(READ)).padEnd(70_000)] },
    ],
  ]
  for (const [what, input] of refused)
    test(`${what} is refused`, async () => {
      const request = { PolicyInputList: [policy(allow('*'))], ActionNames: [READ], ...input }
      await assert.rejects(iam.simulateCustomPolicy(request), { name: 'InvalidInputException' })
    })

  test('pages of every size hold every result once, and never more than a hundred', async () => {
    const ActionNames = Array.from({ length: 25 }, (_, index) => `service:Action${index}`)
    const request = {
      PolicyInputList: [policy(allow('*'))],
      ActionNames,
      ResourceArns: [SECRET, OTHER, '*', 'arn:aws:s3:::x', 'arn:aws:s3:::y'],
    }
    const walk = async (MaxItems: number | undefined) => {
      const found: string[] = []
      let page = await iam.simulateCustomPolicy({ ...request, MaxItems })
      for (; ; page = await iam.simulateCustomPolicy({ ...request, MaxItems, Marker: page.Marker })) {
        const results = page.EvaluationResults ?? []
        assert.ok(results.length <= Math.min(MaxItems ?? 100, 100))
        found.push(...results.map(({ EvalActionName, EvalResourceName }) => `${EvalActionName} ${EvalResourceName}`))
        if (!page.IsTruncated) return found
      }
    }
    const all = await walk(undefined)
    assert.equal(new Set(all).size, 125)
    for (const MaxItems of [1, 40, 1000]) assert.deepEqual(await walk(MaxItems), all)
  })

  test('pages are shorter where each result is long, and hold every result once', async () => {
    const PolicyInputList = [policy(...Array(1000).fill(allow('service:*')))]
    const ActionNames = Array.from({ length: 7 }, (_, index) => `service:Action${index}`)
    const found: string[] = []
    let Marker: string | undefined
    do {
      const page = await iam.simulateCustomPolicy({ PolicyInputList, ActionNames, Marker })
      const results = page.EvaluationResults ?? []
      const shown = results.reduce((sum, { MatchedStatements = [] }) => sum + MatchedStatements.length, 0)
      assert.ok(results.length >= 1 && shown <= 2500, `${results.length} results with ${shown} statements`)
      found.push(...results.map(({ EvalActionName = '' }) => EvalActionName))
      Marker = page.Marker
    } while (Marker)
    assert.deepEqual(found, ActionNames)
  })

  test('of the caller only what the ARN says takes part: who exists, with which tags and id, is not told', async () => {
    const UserName = fresh('tagged')
    const { User } = await iam.createUser({ UserName, Tags: [{ Key: 'team', Value: 'blue' }] })
    const said = { 'aws:PrincipalArn': arn(`user/${UserName}`), 'aws:username': UserName }
    const conditions = {
      said: { StringEquals: { ...said, 'aws:PrincipalAccount': account, 'aws:PrincipalType': 'User' } },
      tag: { StringEquals: { 'aws:PrincipalTag/team': 'blue' } },
      id: { StringEquals: { 'aws:userid': User?.UserId } },
    }
    const results = (CallerArn: string) =>
      Promise.all(
        Object.values(conditions).map((Condition) => simulate([policy(allow(READ, { Condition }))], { CallerArn })),
      )
    const [own, tag, id] = await results(arn(`user/${UserName}`))
    assert.deepEqual(
      [own?.EvalDecision, tag?.EvalDecision, id?.EvalDecision],
      ['allowed', 'implicitDeny', 'implicitDeny'],
    )
    assert.deepEqual(tag?.MissingContextValues, ['aws:PrincipalTag/team'])
    const before = await results(arn(`user/${UserName}`))
    await iam.deleteUser({ UserName })
    assert.deepEqual(
      (await results(arn(`user/${UserName}`))).map(({ EvalDecision, MissingContextValues }) => [
        EvalDecision,
        MissingContextValues,
      ]),
      before.map(({ EvalDecision, MissingContextValues }) => [EvalDecision, MissingContextValues]),
    )
  })

  test('a policy on the resource that names a unique id does not fit the caller with it', async () => {
    const UserName = fresh('known')
    const { User } = await iam.createUser({ UserName })
    const ResourcePolicy = policy(allow(READ, { Principal: { AWS: User?.UserId } }))
    assert.equal(await decision([], { ResourcePolicy, CallerArn: arn(`user/${UserName}`) }), 'implicitDeny')
  })
})

describe('SimulatePrincipalPolicy', () => {
  test('a result holds the result for its resource once more, also where there is only one resource', async () => {
    const UserName = fresh('user')
    await iam.createUser({ UserName })
    await iam.putUserPolicy({ UserName, PolicyName: 'inline', PolicyDocument: policy(allow(READ)) })
    const { EvaluationResults: [result] = [] } = await iam.simulatePrincipalPolicy({
      PolicySourceArn: arn(`user/${UserName}`),
      ActionNames: [READ],
      ResourceArns: [SECRET],
    })
    assert.deepEqual(result?.EvalDecisionDetails, {})
    assert.equal(result?.MatchedStatements?.length, 1)
    assert.deepEqual(result?.ResourceSpecificResults, [
      {
        EvalResourceName: SECRET,
        EvalResourceDecision: 'allowed',
        MatchedStatements: result?.MatchedStatements,
        MissingContextValues: result?.MissingContextValues,
        EvalDecisionDetails: {},
      },
    ])
  })

  test("a user's own policies and those of the groups decide, and are named", async () => {
    const UserName = fresh('user')
    const GroupName = fresh('group')
    await iam.createGroup({ GroupName })
    await iam.createUser({ UserName, Path: '/team/' })
    await iam.addUserToGroup({ GroupName, UserName })
    const own = await iam.createPolicy({ PolicyName: fresh('managed'), PolicyDocument: policy(allow(READ)) })
    await iam.putUserPolicy({ UserName, PolicyName: 'inline', PolicyDocument: policy(allow(READ)) })
    await iam.putGroupPolicy({ GroupName, PolicyName: 'of-group', PolicyDocument: policy(allow(READ)) })
    await iam.attachUserPolicy({ UserName, PolicyArn: own.Policy?.Arn })
    await iam.attachGroupPolicy({ GroupName, PolicyArn: ofAws('AdministratorAccess') })
    const PolicySourceArn = arn(`user/team/${UserName}`)
    const request = { PolicySourceArn, ActionNames: [READ], ResourceArns: [SECRET] }
    const { EvaluationResults: [result] = [] } = await iam.simulatePrincipalPolicy(request)
    assert.equal(result?.EvalDecision, 'allowed')
    assert.deepEqual(
      new Set(
        result?.MatchedStatements?.map(
          ({ SourcePolicyId, SourcePolicyType }) => `${SourcePolicyType} ${SourcePolicyId}`,
        ),
      ),
      new Set([
        'IAM Policy inline',
        'IAM Policy of-group',
        `IAM Policy ${own.Policy?.PolicyName}`,
        'IAM Policy AdministratorAccess',
      ]),
    )
    const { EvaluationResults: [denied] = [] } = await iam.simulatePrincipalPolicy({
      ...request,
      PolicyInputList: [policy(deny('*'))],
    })
    assert.equal(denied?.EvalDecision, 'explicitDeny')
  })

  test('it decides as requests are decided', async () => {
    const UserName = fresh('real')
    const statements = [
      allow('secretsmanager:DescribeSecret', { Condition: { StringEquals: { 'aws:username': UserName } } }),
      allow('secretsmanager:GetSecretValue', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'blue' } } }),
    ]
    const real = app.clientFor({ credentials: await app.user(UserName, [statements]) })
    const { ARN = '' } = await app.client.createSecret({ Name: fresh('secret'), SecretString: 'x' })
    const simulated = async () => {
      const { EvaluationResults = [] } = await iam.simulatePrincipalPolicy({
        PolicySourceArn: arn(`user/${UserName}`),
        ActionNames: ['secretsmanager:DescribeSecret', READ, 'secretsmanager:DeleteSecret'],
        ResourceArns: [ARN],
      })
      return EvaluationResults.map(({ EvalDecision }) => EvalDecision === 'allowed')
    }
    const happens = async () => {
      const calls = [
        () => real.describeSecret({ SecretId: ARN }),
        () => real.getSecretValue({ SecretId: ARN }),
        () => real.deleteSecret({ SecretId: ARN }),
      ]
      const allowed: boolean[] = []
      for (const call of calls)
        allowed.push(
          await call().then(
            () => true,
            () => false,
          ),
        )
      return allowed
    }
    assert.deepEqual(await simulated(), [true, false, false])
    assert.deepEqual(await happens(), await simulated())
    await iam.tagUser({ UserName, Tags: [{ Key: 'team', Value: 'blue' }] })
    assert.deepEqual(await simulated(), [true, true, false])
    assert.deepEqual(await happens(), await simulated())
  })

  test('the principal named as its own caller is simulated with all that is known of it', async () => {
    const UserName = fresh('own')
    const PolicySourceArn = arn(`user/${UserName}`)
    await iam.createUser({ UserName, Tags: [{ Key: 'team', Value: 'blue' }] })
    const Condition = { StringEquals: { 'aws:PrincipalTag/team': 'blue' } }
    await iam.putUserPolicy({ UserName, PolicyName: 'p', PolicyDocument: policy(allow(READ, { Condition })) })
    for (const [CallerArn, expected] of [
      [PolicySourceArn, 'allowed'],
      [arn('user/somebody'), 'implicitDeny'],
    ]) {
      const request = { PolicySourceArn, CallerArn, ActionNames: [READ] }
      const { EvaluationResults: [result] = [] } = await iam.simulatePrincipalPolicy(request)
      assert.equal(result?.EvalDecision, expected)
    }
  })

  test("a role is simulated as a session of it, with the role's boundary unless another is given", async () => {
    const RoleName = fresh('role')
    await iam.createRole({
      RoleName,
      AssumeRolePolicyDocument: policy({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }),
      PermissionsBoundary: ofAws('ReadOnlyAccess'),
    })
    await iam.attachRolePolicy({ RoleName, PolicyArn: ofAws('AdministratorAccess') })
    const request = { PolicySourceArn: arn(`role/${RoleName}`), ActionNames: [READ], ResourceArns: [SECRET] }
    const { EvaluationResults: [limited] = [] } = await iam.simulatePrincipalPolicy(request)
    assert.deepEqual(
      [limited?.EvalDecision, limited?.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary],
      ['implicitDeny', false],
    )
    const { EvaluationResults: [open] = [] } = await iam.simulatePrincipalPolicy({
      ...request,
      PermissionsBoundaryPolicyInputList: [policy(allow('*'))],
    })
    assert.equal(open?.EvalDecision, 'allowed')
    // Naming the role on the resource is no way around the boundary (security facts 3.7).
    const { EvaluationResults: [named] = [] } = await iam.simulatePrincipalPolicy({
      ...request,
      ResourcePolicy: policy(allow(READ, { Principal: { AWS: arn(`role/${RoleName}`) } })),
    })
    assert.equal(named?.EvalDecision, 'implicitDeny')
  })

  test("a group's policies are simulated without a caller of a name", async () => {
    const GroupName = fresh('group')
    await iam.createGroup({ GroupName })
    await iam.putGroupPolicy({
      GroupName,
      PolicyName: 'own',
      PolicyDocument: policy(
        allow(READ, { Resource: `arn:aws:secretsmanager:*:*:secret:${variable('aws:username')}-*` }),
      ),
    })
    const request = { PolicySourceArn: arn(`group/${GroupName}`), ActionNames: [READ], ResourceArns: [SECRET] }
    const { EvaluationResults: [nameless] = [] } = await iam.simulatePrincipalPolicy(request)
    assert.deepEqual([nameless?.EvalDecision, nameless?.MissingContextValues], ['implicitDeny', ['aws:username']])
    const { EvaluationResults: [named] = [] } = await iam.simulatePrincipalPolicy({
      ...request,
      ContextEntries: [entry('aws:username', 'a')],
    })
    assert.equal(named?.EvalDecision, 'allowed')
    const ResourcePolicy = policy(allow(READ, { Principal: '*' }))
    await assert.rejects(iam.simulatePrincipalPolicy({ ...request, ResourcePolicy }), { name: 'InvalidInputException' })
  })

  test('policies can be left out by kind, by ARN, and by name', async () => {
    const UserName = fresh('user')
    await iam.createUser({ UserName, PermissionsBoundary: ofAws('AWSDenyAll') })
    await iam.putUserPolicy({ UserName, PolicyName: 'inline', PolicyDocument: policy(allow(READ)) })
    await iam.attachUserPolicy({ UserName, PolicyArn: ofAws('AdministratorAccess') })
    const without = async (...PolicyExclusionList: object[]) => {
      const { EvaluationResults: [result] = [] } = await iam.simulatePrincipalPolicy({
        PolicySourceArn: arn(`user/${UserName}`),
        ActionNames: [READ],
        PolicyExclusionList: PolicyExclusionList as never,
      })
      return result?.EvalDecision === 'allowed' ? sources(result.MatchedStatements)?.toSorted() : result?.EvalDecision
    }
    const boundary = { PolicyType: 'permission-boundary' }
    const inline = {
      InlinePolicyIdentifier: { PolicyName: 'inline', AttachmentType: 'user', AttachmentName: UserName },
    }
    assert.equal(await without(), 'explicitDeny')
    assert.deepEqual(await without(boundary), ['AdministratorAccess', 'inline'])
    assert.deepEqual(await without({ PolicyArn: ofAws('AWSDenyAll') }, inline), ['AdministratorAccess'])
    assert.deepEqual(await without(boundary, { PolicyType: 'inline' }), ['AdministratorAccess'])
    assert.deepEqual(await without(boundary, { PolicyType: 'aws-managed' }), ['inline'])
    assert.equal(await without(boundary, inline, { PolicyArn: ofAws('AdministratorAccess') }), 'implicitDeny')
  })

  test('who is not there cannot be simulated', async () => {
    const name = fresh('none')
    const call = (PolicySourceArn: string) => iam.simulatePrincipalPolicy({ PolicySourceArn, ActionNames: [READ] })
    await assert.rejects(call(arn(`user/${name}`)), noUser(name))
    await assert.rejects(call(arn('user/path/administrator')), noUser('administrator'))
    await assert.rejects(call(arn('policy/none')), invalidInput(`ARN ${arn('policy/none')} is not valid.`))
    const ofAnother = 'arn:aws:iam::999988887777:user/administrator'
    await assert.rejects(call(ofAnother), { name: 'AccessDenied' })
  })
})

describe('context keys', () => {
  test('keys and variables of policies are told once, in any case of letters', async () => {
    const { ContextKeyNames } = await iam.getContextKeysForCustomPolicy({
      PolicyInputList: [
        policy(
          allow(READ, { Condition: { StringEquals: { 'aws:ResourceTag/team': variable('aws:PrincipalTag/team') } } }),
        ),
        policy(deny(READ, { Condition: { Bool: { 'AWS:SecureTransport': 'false' } } })),
        policy(
          allow('kms:*', {
            Resource: `arn:aws:kms:*:*:key/${variable('aws:username')}`,
            Condition: { Null: { 'aws:securetransport': 'false' } },
          }),
        ),
      ],
    })
    assert.deepEqual(ContextKeyNames?.toSorted(), [
      'AWS:SecureTransport',
      'aws:PrincipalTag/team',
      'aws:ResourceTag/team',
      'aws:username',
    ])
  })

  test("a user's keys are those of all policies, the groups' too", async () => {
    const UserName = fresh('user')
    const GroupName = fresh('group')
    const conditional = (key: string) => policy(allow(READ, { Condition: { StringLike: { [key]: '*' } } }))
    await iam.createUser({ UserName })
    await iam.createGroup({ GroupName })
    await iam.addUserToGroup({ GroupName, UserName })
    await iam.putUserPolicy({ UserName, PolicyName: 'p', PolicyDocument: conditional('custom:user') })
    await iam.putGroupPolicy({ GroupName, PolicyName: 'p', PolicyDocument: conditional('custom:group') })
    const { ContextKeyNames } = await iam.getContextKeysForPrincipalPolicy({
      PolicySourceArn: arn(`user/${UserName}`),
      PolicyInputList: [conditional('custom:input')],
    })
    assert.deepEqual(ContextKeyNames, ['custom:user', 'custom:group', 'custom:input'])
  })

  test('a bounded number of keys is told of a bounded number of policies', async () => {
    const { ContextKeyNames = [] } = await iam.getContextKeysForCustomPolicy({ PolicyInputList: [withKeys(1000)] })
    assert.equal(ContextKeyNames.length, 1000)
    const tooMuch = [
      [withKeys(1001)],
      Array(257).fill(policy(allow(READ))),
      [policy(allow(READ)).padEnd(70_000), policy(allow(READ)).padEnd(70_000)],
    ]
    const PolicySourceArn = arn('user/administrator')
    for (const PolicyInputList of tooMuch) {
      const custom = iam.getContextKeysForCustomPolicy({ PolicyInputList })
      await assert.rejects(custom, { name: 'InvalidInputException' })
      const ofPrincipal = iam.getContextKeysForPrincipalPolicy({ PolicySourceArn, PolicyInputList })
      await assert.rejects(ofPrincipal, { name: 'InvalidInputException' })
    }
  })

  test('a policy that is none is refused', async () => {
    await assert.rejects(iam.getContextKeysForCustomPolicy({ PolicyInputList: ['{'] }), {
      name: 'InvalidInputException',
    })
  })
})

describe('access', () => {
  test('who may do nothing learns nothing of who exists', async () => {
    const user = fresh('nobody')
    const nobody = app.iamFor({ credentials: await app.user(user) })
    const refusedTo = (action: string, resource?: string) => denied(arn(`user/${user}`), action, resource)
    for (const PolicySourceArn of [arn('user/administrator'), arn('user/none'), 'arn:aws:iam::aws:group/g']) {
      const simulated = nobody.simulatePrincipalPolicy({ PolicySourceArn, ActionNames: [READ] })
      await assert.rejects(simulated, refusedTo('SimulatePrincipalPolicy', PolicySourceArn))
      const keys = nobody.getContextKeysForPrincipalPolicy({ PolicySourceArn })
      await assert.rejects(keys, refusedTo('GetContextKeysForPrincipalPolicy', PolicySourceArn))
    }
    const custom = nobody.simulateCustomPolicy({ PolicyInputList: [policy(allow('*'))], ActionNames: [READ] })
    await assert.rejects(custom, refusedTo('SimulateCustomPolicy'))
    const keys = nobody.getContextKeysForCustomPolicy({ PolicyInputList: [] })
    await assert.rejects(keys, refusedTo('GetContextKeysForCustomPolicy'))
  })
})

test('a simulated header that is longer than conditions see fails closed, as in a request', async () => {
  const entries = (characters: number) => ({ ContextEntries: [entry('aws:UserAgent', 'a'.repeat(characters))] })
  const like = (value: string) => ({ Condition: { StringLike: { 'aws:UserAgent': value } } })
  for (const [characters, allowed, denied] of [
    [2_048, 'allowed', 'allowed'],
    [2_049, 'implicitDeny', 'explicitDeny'],
  ] as const) {
    assert.equal(await decision([policy(allow('*', like('*')))], entries(characters)), allowed)
    assert.equal(await decision([policy(allow('*'), deny('*', like('b')))], entries(characters)), denied)
  }
})

describe('the work of a simulation', () => {
  test('is bounded also where the policies are those of the user, whatever their number', async () => {
    const UserName = fresh('user')
    await iam.createUser({ UserName })
    const pattern = '*b*'
    const searching = (values: readonly string[]) =>
      policy(deny('*', { Condition: { StringLike: { 'custom:text': values } } }), allow('*'))
    const count = Math.floor((6_144 - searching([]).length) / (pattern.length + 3))
    const PolicyDocument = searching(Array.from({ length: count }, () => pattern))
    for (let index = 0; index < 10; index += 1) {
      const { Policy } = await iam.createPolicy({ PolicyName: fresh('policy'), PolicyDocument })
      await iam.attachUserPolicy({ UserName, PolicyArn: Policy?.Arn ?? '' })
    }
    const simulated = (characters: number) =>
      iam.simulatePrincipalPolicy({
        PolicySourceArn: arn(`user/${UserName}`),
        ActionNames: [READ],
        ContextEntries: [entry('custom:text', 'a'.repeat(characters))],
      })
    const { EvaluationResults } = await simulated(2_048)
    assert.equal(EvaluationResults?.[0]?.EvalDecision, 'allowed')
    await assert.rejects(
      simulated(16_000),
      invalidInput(
        'Too much to simulate: deciding one action takes more than 268435456 steps. Use shorter context values or fewer policies.',
      ),
    )
  })
})
