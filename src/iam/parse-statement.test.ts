// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies have variables of this form

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePolicy } from './parse-policy.ts'
import { PolicyError, type PolicyKind } from './policy.ts'

const SYNTAX = 'Syntax errors in policy.'
const NO_VENDOR = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'
const NO_ACTIONS = 'Policy statement must contain actions.'
const NO_RESOURCES = 'Policy statement must contain resources.'
const UNQUALIFIED = 'Resource vendor must be fully qualified and cannot contain regexes.'
const TRUST_ACTIONS = 'AssumeRole policy may only specify STS AssumeRole actions.'
const SID =
  'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*'

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }
const shared = { ...allow, Principal: '*' }
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '111122223333' } }
const identity = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const withMembers = (members: object) => identity({ ...allow, ...members })
const without = (statement: object, ...names: string[]) =>
  identity(Object.fromEntries(Object.entries(statement).filter(([name]) => !names.includes(name))))

type Row = readonly [what: string, text: string, message: string, kind?: PolicyKind]

const statements: readonly Row[] = [
  ['an unknown element', withMembers({ Extra: '' }), SYNTAX],
  ['no effect', without(allow, 'Effect'), SYNTAX],
  ['an effect in lower case', withMembers({ Effect: 'allow' }), SYNTAX],
  ['a Sid that is no text', withMembers({ Sid: 1 }), SYNTAX],
  ['a Sid that is null', withMembers({ Sid: null }), SYNTAX],
  ['a Sid with a space', withMembers({ Sid: 'a b' }), SID],
  [
    'the same Sid twice',
    identity({ ...allow, Sid: 'a' }, { ...allow, Sid: 'a' }),
    'Statement IDs (SID) in a single policy must be unique.',
  ],
  ['no action', without(allow, 'Action'), NO_ACTIONS],
  ['an empty list of actions', withMembers({ Action: [] }), NO_ACTIONS],
  ['both Action and NotAction', withMembers({ NotAction: 's3:*' }), SYNTAX],
  ['an action that is no text', withMembers({ Action: 1 }), SYNTAX],
  ['an action that is null', withMembers({ Action: null }), SYNTAX],
  ['an action without a service', withMembers({ Action: 'GetObject' }), NO_VENDOR],
  ['an empty action', withMembers({ Action: '' }), NO_VENDOR],
  [
    'an action with two colons',
    withMembers({ Action: 's3:Get:Object' }),
    'Actions/Condition can contain only one colon.',
  ],
  ['an action of a service with a space', withMembers({ Action: 'a a:Get' }), 'Vendor a a is not valid'],
  ['an action of any service', withMembers({ Action: '*:Get' }), 'Vendor * is not valid'],
  ['a wildcard in the service of an action', withMembers({ Action: ['s3:*', 's?:Get'] }), 'Vendor s? is not valid'],
  ['an action without the name of its service', withMembers({ Action: ':Get' }), 'Vendor  is not valid'],
  [
    'a variable in NotAction, whose name has a colon',
    identity({ Effect: 'Allow', NotAction: 's3:${aws:username}', Resource: '*' }),
    'Actions/Condition can contain only one colon.',
  ],
  ['NotAction without a service', identity({ Effect: 'Deny', NotAction: 'x', Resource: '*' }), NO_VENDOR],
  ['no resource', without(allow, 'Resource'), NO_RESOURCES],
  ['an empty list of resources', withMembers({ Resource: [] }), NO_RESOURCES],
  ['both Resource and NotResource', withMembers({ NotResource: '*' }), SYNTAX],
  ['a resource that is no text', withMembers({ Resource: { a: 1 } }), SYNTAX],
  ['a resource that is no ARN', withMembers({ Resource: 'x' }), 'Resource x must be in ARN format or "*".'],
  ['an empty resource', withMembers({ Resource: '' }), 'Resource  must be in ARN format or "*".'],
  ['a resource of two asterisks', withMembers({ Resource: '**' }), 'Resource ** must be in ARN format or "*".'],
  [
    'a resource that is only the start of an ARN',
    withMembers({ Resource: 'arn' }),
    'Resource arn must be in ARN format or "*".',
  ],
  [
    'an ARN in upper case',
    withMembers({ Resource: 'ARN:aws:s3:::x' }),
    'Resource ARN:aws:s3:::x must be in ARN format or "*".',
  ],
  [
    'another partition',
    withMembers({ Resource: 'arn:other:s3:::x' }),
    'Partition "other" is not valid for resource "arn:other:s3:::x".',
  ],
  [
    'an empty partition',
    withMembers({ Resource: 'arn::s3:::x' }),
    'Partition "" is not valid for resource "arn::s3:::x".',
  ],
  [
    'another partition of an ARN that breaks off',
    withMembers({ Resource: 'arn:other' }),
    'Partition "other" is not valid for resource "arn:other:*:*:*:*".',
  ],
  ['an ARN without a service', withMembers({ Resource: 'arn:aws' }), UNQUALIFIED],
  ['a wildcard as the service of an ARN', withMembers({ Resource: 'arn:aws:*:::x' }), UNQUALIFIED],
  ['a space in the service of an ARN', withMembers({ Resource: 'arn:aws:s 3:::x' }), 'Vendor s 3 is not valid'],
  [
    'a wildcard in the service of an ARN',
    withMembers({ NotResource: 'arn:aws:s?:::x', Resource: undefined }),
    UNQUALIFIED,
  ],
]

const conditions: readonly Row[] = [
  ['a condition that is a text', withMembers({ Condition: 'x' }), SYNTAX],
  ['a condition that is null', withMembers({ Condition: null }), SYNTAX],
  ['a condition that is a list', withMembers({ Condition: [] }), SYNTAX],
  ['an operator with a text', withMembers({ Condition: { StringEquals: 'x' } }), SYNTAX],
  ['a value that is an object', withMembers({ Condition: { StringEquals: { 'a:x': {} } } }), SYNTAX],
  ['a value that is null', withMembers({ Condition: { StringEquals: { 'a:x': null } } }), SYNTAX],
  ['a list inside a list of values', withMembers({ Condition: { StringEquals: { 'a:x': [['y']] } } }), SYNTAX],
  ['an empty key', withMembers({ Condition: { StringEquals: { '': 'y' } } }), SYNTAX],
  ...[
    'Equals',
    'StringMatches',
    'StringEqual',
    'IfExists',
    '',
    'ForAllValues',
    'ForAllValues:',
    'ForAllValues:IfExists',
  ].map(unknown),
  ...['ForSomeValues:StringEquals', 'ForAllValues:ForAnyValue:StringEquals', 'StringEqualsIfExistsIfExists'].map(
    unknown,
  ),
  ...['NullIfExists', 'ForAnyValue:Null', 'ForAllValues:Null', 'IfExistsStringEquals', 'constructor', '__proto__'].map(
    unknown,
  ),
]

function unknown(operator: string): Row {
  return [
    `the operator ${JSON.stringify(operator)}`,
    identity(allow).replace('}]', `,"Condition":{"${operator}":{"a:x":"y"}}}]`),
    SYNTAX,
  ]
}

const invalid = (type: string, value: string) => `Invalid principal in policy: "${type}":"${value}"`
const named = (principal: unknown) => identity({ ...shared, Principal: principal })
const role = 'arn:aws:iam::111122223333:role'

const principals: readonly Row[] = [
  ...(['identity', 'boundary', 'session', 'service-control'] as const).map(
    (kind): Row => [
      `a principal in a policy of kind ${kind}`,
      identity(shared),
      'Policy document should not specify a principal.',
      kind,
    ],
  ),
  [
    'NotPrincipal in an identity policy',
    withMembers({ NotPrincipal: '*' }),
    'Policy document should not specify a principal.',
  ],
  ['no principal', identity(allow), 'Missing required field Principal', 'resource'],
  ['both Principal and NotPrincipal', identity({ ...shared, NotPrincipal: '*' }), SYNTAX, 'resource'],
  ['another text', named('111122223333'), SYNTAX, 'resource'],
  ['null', named(null), SYNTAX, 'resource'],
  ['a list', named(['*']), SYNTAX, 'resource'],
  ['an empty map', named({}), SYNTAX, 'resource'],
  ['an unknown type', named({ Google: 'x' }), SYNTAX, 'resource'],
  ['an empty list of names', named({ AWS: [] }), SYNTAX, 'resource'],
  ['a number', named({ AWS: 111122223333 }), SYNTAX, 'resource'],
  ...[
    ...[
      '',
      'alice',
      '11112222333',
      '1111222233334',
      `${role}/*`,
      `${role}/a?`,
      `${role}/`,
      `${role}`,
      'arn:aws:iam::*:root',
    ],
    ...[
      'arn:aws:iam::111122223333:group/x',
      'arn:aws:iam::111122223333:user/a b',
      'arn:aws:s3:::x',
      'AKIAALICE',
      'AIDA*',
    ],
    ...[
      'arn:aws:sts::111122223333:assumed-role/r',
      'arn:aws:sts::111122223333:assumed-role/r/*',
      'arn:aws:iam::1:root',
    ],
    ...['arn:aws:sts::111122223333:assumed-role/p/r/s', 'arn:other:iam::111122223333:root', ' *'],
  ].map(
    (name): Row => [
      `the principal ${JSON.stringify(name)}`,
      named({ AWS: ['*', name] }),
      invalid('AWS', name),
      'resource',
    ],
  ),
  ...['*', 'lambda', 'lambda.*', ''].map(
    (name): Row => [
      `the service ${JSON.stringify(name)}`,
      named({ Service: name }),
      invalid('SERVICE', name),
      'resource',
    ],
  ),
  ...['*', 'x', 'arn:aws:iam::111122223333:oidc-provider/*', 'https://x.example'].map(
    (name): Row => [
      `the provider ${JSON.stringify(name)}`,
      named({ Federated: name }),
      invalid('FEDERATED', name),
      'resource',
    ],
  ),
  ['a canonical user of a few letters', named({ CanonicalUser: 'x' }), invalid('CANONICALUSER', 'x'), 'resource'],
]

const trustPolicies: readonly Row[] = [
  ['no principal', without(trust, 'Principal'), 'Missing required field Principal', 'trust'],
  ['a resource', identity({ ...trust, Resource: '*' }), 'Has prohibited field Resource', 'trust'],
  ['NotResource', identity({ ...trust, NotResource: '*' }), 'Has prohibited field NotResource', 'trust'],
  [
    'NotPrincipal',
    identity({ ...trust, Principal: undefined, NotPrincipal: '*' }),
    'Has prohibited field NotPrincipal',
    'trust',
  ],
  ['no action', without(trust, 'Action'), NO_ACTIONS, 'trust'],
  ...['*', 's3:GetObject', 'sts:GetCallerIdentity', 'sts:GetSession*'].map(
    (action): Row => [
      `the action ${action}`,
      identity({ ...trust, Action: ['sts:AssumeRole', action] }),
      TRUST_ACTIONS,
      'trust',
    ],
  ),
  ['NotAction', identity({ ...trust, Action: undefined, NotAction: 's3:*' }), TRUST_ACTIONS, 'trust'],
  ['a Sid with a space', identity({ ...trust, Sid: 'a b' }), SID, 'trust'],
]

const tables = { statements, conditions, principals, 'trust policies': trustPolicies }
for (const [topic, rows] of Object.entries(tables))
  describe(`the grammar of ${topic}`, () => {
    for (const [what, text, message, kind = 'identity'] of rows)
      test(`refuses ${what}`, () => assert.throws(() => parsePolicy(text, kind), new PolicyError(message)))
  })
