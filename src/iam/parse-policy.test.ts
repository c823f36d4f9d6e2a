import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MAX_POLICY_CHARACTERS, parsePolicy, parseStoredPolicy, policySize } from './parse-policy.ts'
import { PolicyError, type PolicyKind } from './policy.ts'

const SYNTAX = 'Syntax errors in policy.'
const INVALID_JSON = 'This policy contains invalid Json'
const VERSION = 'Policy document must be version 2012-10-17 or greater.'
const LEGACY = 'The policy failed legacy parsing'
const NO_VENDOR = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'
const NO_ACTIONS = 'Policy statement must contain actions.'
const SID =
  'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*'

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }
const shared = { ...allow, Principal: '*' }
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '111122223333' } }
const identity = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const withMembers = (members: object) => identity({ ...allow, ...members })

type Row = readonly [what: string, text: string, message: string, kind?: PolicyKind]

const json: readonly Row[] = [
  ['nothing', '', INVALID_JSON],
  ['text', 'This is not a json document', INVALID_JSON],
  ['an unfinished document', '{"Version":"2012-10-17"', INVALID_JSON],
  ['a comma too many', '{"Version":"2012-10-17","Statement":[],}', INVALID_JSON],
  ['deep nesting', `{"Statement":${'['.repeat(100)}${']'.repeat(100)}}`, INVALID_JSON],
  ['half a surrogate pair', identity(allow).replace('s3', '\\ud800'), INVALID_JSON],
  ['a list', '[]', SYNTAX],
  ['a text', '"x"', SYNTAX],
  ['null', 'null', SYNTAX],
  ['an element twice', `{"Statement":${JSON.stringify(allow)},"Statement":${JSON.stringify(allow)}}`, SYNTAX],
  ['an element of a statement twice', identity(allow).replace('"Effect"', '"Effect":"Deny","Effect"'), SYNTAX],
  ['characters beyond Latin-1', withMembers({ Resource: 'arn:aws:s3:::\u4e2d' }), SYNTAX],
  ['control characters', `${identity(allow)}\u000b`, SYNTAX],
  [
    'more than any API takes',
    ' '.repeat(MAX_POLICY_CHARACTERS) + identity(allow),
    `Maximum policy size of ${MAX_POLICY_CHARACTERS} bytes exceeded`,
  ],
]

const document: readonly Row[] = [
  ['an unknown element', JSON.stringify({ Statement: allow, Extra: '' }), SYNTAX],
  ['an element in lower case', JSON.stringify({ statement: allow }), SYNTAX],
  ['no statement', '{"Version":"2012-10-17"}', SYNTAX],
  ['an empty list of statements', '{"Version":"2012-10-17","Statement":[]}', SYNTAX],
  ['a statement that is a text', '{"Statement":["x"]}', SYNTAX],
  ['a statement that is null', '{"Statement":null}', SYNTAX],
  ['lists inside the list of statements', `{"Statement":[[${JSON.stringify(allow)}]]}`, SYNTAX],
  ['an unknown version', JSON.stringify({ Version: '2012-10-18', Statement: allow }), SYNTAX],
  ['a version that is no text', JSON.stringify({ Version: 2012, Statement: allow }), SYNTAX],
  ['an Id that is no text', JSON.stringify({ Id: 1, Statement: shared }), SYNTAX, 'resource'],
  ['an Id that is no text in an identity policy', JSON.stringify({ Id: {}, Statement: allow }), SYNTAX],
  ['a managed policy without a version', JSON.stringify({ Statement: allow }), VERSION, 'managed'],
  [
    'a managed policy of the older version',
    JSON.stringify({ Version: '2008-10-17', Statement: allow }),
    VERSION,
    'managed',
  ],
  [
    'a managed policy of an unknown version',
    JSON.stringify({ Version: '2013-10-17', Statement: allow }),
    SYNTAX,
    'managed',
  ],
]

const tables = { json, document }
for (const [topic, rows] of Object.entries(tables))
  describe(`parsePolicy, ${topic}`, () => {
    for (const [what, text, message, kind = 'identity'] of rows)
      test(`refuses ${what}`, () => assert.throws(() => parsePolicy(text, kind), new PolicyError(message)))
  })

describe('of several faults the one is named that', () => {
  test('breaks the syntax, wherever it stands', () => {
    assert.throws(() => parsePolicy(identity({ ...allow, Action: 'x' }, { Effect: 'allow' }), 'identity'), {
      message: SYNTAX,
    })
  })
  test('concerns the version before values, values before Sids', () => {
    const faulty = { ...allow, Sid: 'a-b', Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }
    const old = JSON.stringify({ Statement: faulty })
    assert.throws(() => parsePolicy(old, 'managed'), { message: VERSION })
    assert.throws(() => parsePolicy(old, 'identity'), { message: LEGACY })
    assert.throws(() => parseStoredPolicy(old, 'identity'), { message: SID })
  })
  test('concerns Sids before elements, elements before ARNs, ARNs before actions', () => {
    const faults: object[] = [
      { ...allow, Action: 'x' },
      { ...allow, Resource: 'x' },
      { ...allow, Action: [] },
      { ...allow, Sid: 'a-b' },
    ]
    const found = [1, 2, 3, 4].map((count) => {
      try {
        parsePolicy(identity(...faults.slice(0, count)), 'identity')
        return ''
      } catch (error) {
        return error instanceof PolicyError ? error.message : error
      }
    })
    assert.deepEqual(found, [NO_VENDOR, 'Resource x must be in ARN format or "*".', NO_ACTIONS, SID])
  })
})

const named = (principal: unknown) => identity({ ...shared, Principal: principal })
const role = 'arn:aws:iam::111122223333:role'

describe('parsePolicy accepts', () => {
  const accepted: readonly [what: string, text: string, kind?: PolicyKind][] = [
    ['a single statement without a list', JSON.stringify({ Statement: allow })],
    ['an empty Sid in each statement', identity({ ...allow, Sid: '' }, { ...allow, Sid: '' })],
    [
      'a Sid with spaces and an Id in a resource policy',
      JSON.stringify({ Id: 'key-1', Statement: { ...shared, Sid: 'Enable IAM' } }),
      'resource',
    ],
    ['an Id in an identity policy', JSON.stringify({ Id: 'x', Statement: allow })],
    ['an Id in a managed policy', JSON.stringify({ Version: '2012-10-17', Id: '', Statement: allow }), 'managed'],
    ['a boundary of the older version', JSON.stringify({ Version: '2008-10-17', Statement: allow }), 'boundary'],
    ['an Id in a trust policy', JSON.stringify({ Id: 'x', Statement: trust }), 'trust'],
    ['an empty condition', withMembers({ Condition: {} })],
    [
      'an operator without keys, a key without values',
      withMembers({ Condition: { Bool: {}, StringEquals: { 'a:x': [] } } }),
    ],
    [
      'operators in another case',
      withMembers({ Condition: { 'foranyvalue:stringequalsifexists': { 'a:x': 'y' }, bool: { 'a:y': true } } }),
    ],
    [
      'wildcards in a partition',
      withMembers({ Resource: ['arn:*:s3:::x', 'arn:aws*:s3:::x', 'arn:aws-us-gov:s3:::x'] }),
    ],
    ['an ARN that breaks off', withMembers({ Resource: 'arn:aws:s3' })],
    [
      'a wildcard of STS in a trust policy',
      identity({ ...trust, Action: ['sts:*', 'sts:AssumeRole*', 'STS:TagSession'] }),
      'trust',
    ],
    ['Latin-1', withMembers({ Resource: 'arn:aws:s3:::\u00e9\u00ff' })],
    ['other characters as escapes', withMembers({ Resource: 'arn:aws:s3:::X' }).replace('X', '\\u4e2d')],
    ['white space of all kinds', `\r\n\t ${identity(allow)}\n`],
    [
      'every form of principal',
      named({
        AWS: [
          '*',
          '111122223333',
          'arn:aws:iam::111122223333:root',
          'arn:aws:iam::111122223333:user/a/b/c',
          `${role}/x+=,.@-_`,
          'arn:aws:sts::111122223333:assumed-role/r/s@x',
          'arn:aws:sts::111122223333:federated-user/f',
          'AIDA1234',
          'AROA1234',
          'arn:aws-cn:iam::111122223333:root',
        ],
        Service: ['lambda.amazonaws.com', 'logs.eu-west-1.amazonaws.com'],
        Federated: [
          'arn:aws:iam::111122223333:oidc-provider/x.example/a',
          'arn:aws:iam::111122223333:saml-provider/x',
          'cognito-identity.amazonaws.com',
        ],
        CanonicalUser: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
      }),
      'resource',
    ],
  ]
  for (const [what, text, kind = 'identity'] of accepted)
    test(what, () => assert.ok(parsePolicy(text, kind).statements.length > 0))

  test('values in every form and keeps them as texts', () => {
    const { statements } = parsePolicy(
      '{"Statement":{"Effect":"Deny","NotAction":["a:b"],"NotResource":"*","Condition":{"NumericEquals":{"a:x":[1,1.50,"2"]},"Bool":{"a:y":true}}}}',
      'identity',
    )
    assert.deepEqual(statements, [
      {
        sid: undefined,
        effect: 'Deny',
        principals: undefined,
        actions: { not: true, patterns: ['a:b'] },
        resources: { not: true, patterns: ['*'] },
        conditions: [
          { operator: 'NumericEquals', key: 'a:x', values: ['1', '1.50', '2'] },
          { operator: 'Bool', key: 'a:y', values: ['true'] },
        ],
      },
    ])
  })

  test('a document without a version as one of the older', () => {
    assert.equal(parsePolicy(JSON.stringify({ Statement: allow }), 'identity').version, '2008-10-17')
    assert.equal(parsePolicy(identity(allow), 'identity').version, '2012-10-17')
  })
})

test('policySize counts what is not white space', () => {
  assert.equal(policySize(' { "a" :\r\n\t"b c" } '), 10)
  assert.equal(policySize(''), 0)
})
