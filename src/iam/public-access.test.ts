import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compilePolicy } from './compile-policy.ts'
import { evaluate } from './evaluate.ts'
import { parsePolicy, parseStoredPolicy } from './parse-policy.ts'
import { allowsPublicAccess } from './public-access.ts'

const ACCOUNT = '111122223333'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/reader`
const allow = { Effect: 'Allow', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' }
const deny = { ...allow, Effect: 'Deny' }
const parse = (statements: readonly object[]) =>
  parseStoredPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'resource')
const isPublic = (...statements: readonly object[]) => allowsPublicAccess(parse(statements))

describe('a condition that keeps an Allow for everyone from being public:', () => {
  const fixing: readonly object[] = [
    { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } },
    { StringEquals: { 'AWS:principalaccount': [ACCOUNT, '444455556666'] } },
    { StringEqualsIgnoreCase: { 'aws:PrincipalOrgID': 'o-abcd1234' } },
    { StringLike: { 'aws:PrincipalOrgID': 'o-abcd1234' } },
    { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-abcd1234/r-ab12/*' } },
    { ArnEquals: { 'aws:PrincipalArn': ROLE } },
    { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/*` } },
    { StringLike: { 'aws:PrincipalArn': [ROLE, `arn:aws:iam::${ACCOUNT}:*`] } },
    { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::bucket' } },
    { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
    { StringEquals: { 'aws:SourceVpc': 'vpc-1a2b' } },
    { StringEquals: { 'aws:SourceVpce': 'vpce-1a2b' } },
    { StringLike: { 'aws:userid': 'AROAEXAMPLE:*' } },
    { StringEquals: { 'aws:userid': 'AIDAEXAMPLE' } },
    { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::ffff:10.0.0.0/104'] } },
    { StringEquals: { 'aws:PrincipalAccount': ACCOUNT, 'aws:UserAgent': 'x' } },
    { Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { 'aws:PrincipalOrgID': 'o-abcd1234' } },
  ]
  for (const Condition of fixing)
    test(JSON.stringify(Condition), () => assert.equal(isPublic({ ...allow, Condition }), false))
})

describe('a condition that does not:', () => {
  const open: readonly object[] = [
    {},
    { Bool: { 'aws:SecureTransport': 'true' } },
    { Bool: { 'aws:PrincipalIsAWSService': 'true' } },
    { StringEquals: { 'aws:PrincipalTag/team': 'blue' } },
    { StringEquals: { 'secretsmanager:ResourceTag/team': 'blue' } },
    { StringEquals: { 'aws:ResourceAccount': ACCOUNT } },
    { StringEquals: { 'aws:username': 'alice' } },
    { StringNotEquals: { 'aws:PrincipalAccount': ACCOUNT } },
    { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-abcd1234' } },
    { 'ForAllValues:StringEquals': { 'aws:SourceVpc': 'vpc-1a2b' } },
    { Null: { 'aws:PrincipalOrgID': 'false' } },
    { StringLike: { 'aws:PrincipalOrgID': 'o-*' } },
    { StringLike: { 'aws:PrincipalAccount': '1111????3333' } },
    { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-*/r-ab12/*' } },
    { StringEquals: { 'aws:PrincipalAccount': ['', ACCOUNT] } },
    { StringEquals: { 'aws:PrincipalAccount': [`\${aws:ResourceAccount}`] } },
    { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/reader' } },
    { StringLike: { 'aws:PrincipalArn': `arn:aws:*::${ACCOUNT}:role/reader` } },
    { ArnLike: { 'aws:SourceArn': [ROLE, 'arn:aws:s3:::*'] } },
    { StringLike: { 'aws:userid': 'AROA*' } },
    { StringLike: { 'aws:userid': '*:session' } },
    { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
    { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '0.0.0.0/7'] } },
    { IpAddress: { 'aws:SourceIp': '2001::/16' } },
    { IpAddress: { 'aws:SourceIp': '::ffff:0.0.0.0/96' } },
    { IpAddress: { 'aws:SourceIp': 'everywhere' } },
    { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
  ]
  for (const Condition of open)
    test(JSON.stringify(Condition), () => assert.equal(isPublic({ ...allow, Condition }), true))
})

describe('an Allow', () => {
  const { Principal: _, ...unnamed } = allow
  for (const [what, expected, ...statements] of [
    ['for everyone', true, allow],
    ['for everyone, in the other form', true, { ...allow, Principal: { AWS: '*' } }],
    ['for everyone among others', true, { ...allow, Principal: { AWS: [ACCOUNT, '*'] } }],
    ['for everyone but some', true, { ...unnamed, NotPrincipal: { AWS: ACCOUNT } }],
    ['for everyone but everyone', false, { ...unnamed, NotPrincipal: '*' }],
    ['for an account', false, { ...allow, Principal: { AWS: ACCOUNT } }],
    ['for a service', false, { ...allow, Principal: { Service: 'lambda.amazonaws.com' } }],
    ['that comes second', true, { ...allow, Principal: { AWS: ACCOUNT } }, allow],
    ['of no kind beside a Deny for everyone', false, deny],
  ] as const)
    test(`${what} is ${expected ? '' : 'not '}public`, () => assert.equal(isPublic(...statements), expected))
})

describe('an Allow for everyone beside a Deny', () => {
  const others = { StringNotEquals: { 'aws:PrincipalOrgID': 'o-abcd1234' } }
  for (const [what, expected, statement] of [
    ['for all of another organization', false, { ...deny, Condition: others }],
    ['of everything', false, { ...deny, Action: '*', Condition: others }],
    ['of every action of the service', false, { ...deny, Action: 'secretsmanager:*', Condition: others }],
    [
      'where the key is missing or another',
      false,
      { ...deny, Condition: { StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-abcd1234' } } },
    ],
    [
      'for all other roles',
      false,
      { ...deny, Condition: { ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/*` } } },
    ],
    [
      'for all other networks',
      false,
      { ...deny, Condition: { NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '10.0.0.0/8'] } } },
    ],
    ['of another action', true, { ...deny, Action: 'secretsmanager:DescribeSecret', Condition: others }],
    ['of all but an action', true, { ...deny, Action: undefined, NotAction: 'x:y', Condition: others }],
    ['on another resource', true, { ...deny, Resource: 'arn:aws:secretsmanager:*:*:secret:a', Condition: others }],
    ['for an account', true, { ...deny, Principal: { AWS: ACCOUNT }, Condition: others }],
    ['for some of the others', true, { ...deny, Condition: { ...others, Bool: { 'aws:SecureTransport': 'false' } } }],
    [
      'for others, where there is a value',
      true,
      { ...deny, Condition: { 'ForAnyValue:StringNotEquals': { 'aws:PrincipalOrgID': 'o-abcd1234' } } },
    ],
    ['for itself', true, { ...deny, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd1234' } } }],
    ['for few others', true, { ...deny, Condition: { StringNotLike: { 'aws:PrincipalOrgID': '*' } } }],
  ] as const)
    test(`${what} is ${expected ? 'still' : 'not'} public`, () => assert.equal(isPublic(allow, statement), expected))
})

/** Somebody whom no policy below means, with all permissions that his own account can give. */
const stranger = {
  principal: {
    type: 'user',
    account: '999988887777',
    arn: 'arn:aws:iam::999988887777:user/stranger',
    id: 'AIDASTRANGER',
  },
  action: 'secretsmanager:GetSecretValue',
  resource: `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:a-AbCdEf`,
  resourceAccount: ACCOUNT,
} as const
const all = { Effect: 'Allow', Action: '*', Resource: '*' }
const everything = compilePolicy(parsePolicy(JSON.stringify({ Statement: all }), 'identity'))

describe('whatever the policy', () => {
  const values = [
    '',
    '*',
    ACCOUNT,
    'o-abcd1234',
    'o-*',
    ROLE,
    'arn:aws:iam::*:user/*',
    `\${aws:x}`,
    '10.0.0.0/8',
    '0.0.0.0/1',
  ]
  const condition = fc.dictionary(
    fc
      .tuple(
        fc.constantFrom('', 'ForAnyValue:', 'ForAllValues:'),
        fc.constantFrom(
          'StringEquals',
          'StringNotEquals',
          'StringLike',
          'StringNotLike',
          'ArnLike',
          'ArnNotEquals',
          'IpAddress',
          'NotIpAddress',
        ),
        fc.constantFrom('', 'IfExists'),
      )
      .map((parts) => parts.join('')),
    fc.dictionary(
      fc.constantFrom(
        'aws:PrincipalAccount',
        'aws:PrincipalArn',
        'aws:PrincipalOrgID',
        'aws:SourceIp',
        'aws:UserAgent',
      ),
      fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }),
      { minKeys: 1, maxKeys: 2 },
    ),
    { maxKeys: 2 },
  )
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    Principal: fc.constantFrom('*', { AWS: ACCOUNT }),
    Action: fc.constantFrom('*', 'secretsmanager:*', 'secretsmanager:Get*', 'secretsmanager:GetSecretValue', 's3:*'),
    Resource: fc.constantFrom('*', stranger.resource, 'arn:aws:s3:::x'),
    Condition: condition,
  })
  const contexts = fc.constantFrom<ReadonlyMap<string, string>>(
    new Map(),
    new Map([
      ['aws:principalaccount', stranger.principal.account],
      ['aws:principalarn', stranger.principal.arn],
      ['aws:sourceip', '99.0.113.7'],
      ['aws:useragent', ACCOUNT],
      ['aws:x', 'o-stranger'],
    ]),
    new Map([
      ['aws:principalaccount', stranger.principal.account],
      ['aws:principalorgid', 'o-stranger'],
      ['aws:x', stranger.principal.account],
    ]),
  )

  test('it does not let in a stranger unless it is called public', () => {
    const seen = { public: 0, closed: 0 }
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), contexts, (statements, context) => {
        const policy = parse(statements)
        const called = allowsPublicAccess(policy)
        const { allowed } = evaluate(
          { ...stranger, context },
          {
            identity: [{ name: 'all', policy: everything }],
            resource: { rule: 'ordinary', policy: { name: 'resource policy', policy: compilePolicy(policy) } },
          },
        )
        if (called) seen.public += 1
        else seen.closed += 1
        assert.ok(!allowed || called)
      }),
      { numRuns: 3000 },
    )
    assert.ok(seen.public > 300 && seen.closed > 300, JSON.stringify(seen))
  })
})
