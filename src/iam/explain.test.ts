import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { policySetOf, requestOf, type Scenario } from '../../test/policies/scenario.ts'
import { explain } from './explain.ts'

const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-AbCdEf'
const GET = 'secretsmanager:GetSecretValue'
const allow = { Effect: 'Allow', Action: GET, Resource: '*' } as const
const deny = { ...allow, Effect: 'Deny' } as const
const tagged = (wanted: string | string[]) => ({
  ...allow,
  Condition: { StringEquals: { 'aws:ResourceTag/team': wanted } },
})

function explained(policies: Scenario['policies'], request: Partial<Scenario['request']> = {}) {
  const scenario: Scenario = {
    name: '',
    request: { principal: 'alice', action: GET, resource: SECRET, ...request },
    policies,
    decision: 'denied',
    reason: '',
  }
  return explain(requestOf(scenario), policySetOf(scenario))
}
const identity = (...Statement: object[]): Scenario['policies'] => ({
  identity: [{ name: 'dev', document: { Version: '2012-10-17', Statement: Statement as never } }],
})
const mismatchOf = (statement: object, request?: Partial<Scenario['request']>) =>
  explained(identity(statement), request).statements[0]?.mismatch

const plain = { handsOver: false }

describe('an explanation of a statement', () => {
  test('says that it matched', () => {
    assert.deepEqual(explained(identity({ ...allow, Sid: 'Read' })).statements, [
      {
        layer: 'identity',
        policy: 'dev',
        arn: undefined,
        statement: 0,
        sid: 'Read',
        effect: 'Allow',
        ...plain,
        matched: true,
      },
    ])
  })

  const table: readonly [what: string, statement: object, part: string, detail: string][] = [
    [
      'another action',
      { ...allow, Action: ['kms:*', 's3:*'] },
      'action',
      `the request is for ${GET}; wanted kms:*, s3:*`,
    ],
    [
      'an excepted action',
      { Effect: 'Allow', NotAction: GET, Resource: '*' },
      'action',
      `the request is for ${GET}; wanted anything but ${GET}`,
    ],
    [
      'another resource',
      { ...allow, Resource: 'arn:aws:s3:::x' },
      'resource',
      `the request is about ${SECRET}; wanted arn:aws:s3:::x`,
    ],
    [
      'a key that is missing',
      tagged('blue'),
      'condition',
      'StringEquals aws:ResourceTag/team: the request has no such key; wanted blue',
    ],
    [
      'several values wanted',
      tagged(['blue', 'red']),
      'condition',
      'StringEquals aws:ResourceTag/team: the request has no such key; wanted blue, red',
    ],
    [
      'very many values wanted',
      tagged(Array.from({ length: 12 }, (_, index) => `v${index}`)),
      'condition',
      'StringEquals aws:ResourceTag/team: the request has no such key; wanted v0, v1, v2, v3, v4, v5, v6, v7, v8, v9 and 2 more',
    ],
  ]
  for (const [what, statement, part, detail] of table)
    test(`names ${what}`, () => {
      const found = mismatchOf(statement)
      assert.deepEqual({ part: found?.part, detail: found?.detail }, { part, detail })
    })

  test('names the value that the request has', () => {
    const detail = (context: NonNullable<Scenario['request']['context']>) =>
      mismatchOf(tagged('blue'), { context })?.detail
    assert.match(detail({ 'aws:resourcetag/team': 'red' }) ?? '', /the request has red; wanted blue$/)
    assert.match(detail({ 'aws:resourcetag/team': ['red', 'green'] }) ?? '', /the request has red, green; wanted blue$/)
    assert.match(detail({ 'aws:resourcetag/team': '' }) ?? '', /the request has an empty text; wanted blue$/)
    assert.match(detail({ 'aws:resourcetag/team': [] }) ?? '', /the request has no such key; wanted blue$/)
  })

  test('names the caller', () => {
    const policies = (principal: object): Scenario['policies'] => ({
      resource: { rule: 'ordinary', policy: { name: 'shared', document: { Statement: { ...allow, ...principal } } } },
    })
    const detail = (principal: object, caller: string) =>
      explained(policies(principal), { principal: caller, resourceAccount: '111122223333' }).statements[0]?.mismatch
        ?.detail
    const named = { Principal: { AWS: ['444455556666'], Service: 'events.amazonaws.com' } }
    assert.equal(
      detail(named, 'alice'),
      'the caller is arn:aws:iam::111122223333:user/team/alice; wanted 444455556666, events.amazonaws.com',
    )
    assert.equal(detail(named, 'anonymous'), 'the caller is anonymous; wanted 444455556666, events.amazonaws.com')
    assert.match(detail({ NotPrincipal: { AWS: '111122223333' } }, 'alice') ?? '', /; wanted anyone but 111122223333$/)
  })
})

describe('an explanation of a refusal', () => {
  const missing = (policies: Scenario['policies'], request?: Partial<Scenario['request']>) =>
    explained(policies, request).missing

  test('says which layer allowed nothing', () => {
    assert.equal(missing({}), `No identity-based policy allows ${GET} on ${SECRET}.`)
    assert.equal(
      missing({}, { resourceAccount: '444455556666' }),
      `No resource-based policy allows ${GET} on ${SECRET}.`,
    )
    assert.equal(
      missing(identity({ ...allow, Action: 'kms:*' })),
      `No identity-based policy allows ${GET} on ${SECRET}.`,
    )
  })

  test('names the statement that comes nearest', () => {
    assert.equal(
      missing(
        identity(
          { ...allow, Resource: 'arn:aws:s3:::x' },
          { ...tagged('blue'), Sid: 'Blue' },
          { ...allow, Action: 'kms:*' },
        ),
      ),
      `No identity-based policy allows ${GET} on ${SECRET}; statement Blue of policy dev comes nearest, but its condition does not fit: ` +
        'StringEquals aws:ResourceTag/team: the request has no such key; wanted blue.',
    )
  })

  test('names the statement that denies', () => {
    assert.equal(missing(identity(allow, deny)), `Explicit deny: statement 2 of policy dev denies ${GET} on ${SECRET}.`)
  })

  test('looks only at the layer that refuses', () => {
    const boundary = { name: 'limit', document: { Statement: { ...allow, Resource: 'arn:aws:s3:::x' } } }
    assert.match(
      missing({ ...identity(allow), boundary }),
      /^No permissions boundary allows .*; statement 1 of permissions boundary limit comes nearest/,
    )
  })
})

test('an explanation leaves out the policies that do not concern the caller', () => {
  const { decision, statements, missing } = explained(identity(deny), { principal: 'root' })
  assert.deepEqual(
    { decision, statements, missing },
    { decision: { allowed: true, by: [] }, statements: [], missing: '' },
  )
})
