// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies have variables of this form

import fc from 'fast-check'
import { operators } from '../../src/iam/conditions/index.ts'
import type { ContextValue, RequestPrincipal } from '../../src/iam/evaluate.ts'
import type { Document, RawStatement } from './literal-reading.ts'
import type { Scenario, ScenarioPolicy } from './scenario.ts'

// Requests and policies from few words, so that they meet often.

const ACCOUNTS = ['111122223333', '444455556666'] as const
const USER = 'arn:aws:iam::111122223333:user/alice'
const ROLE = 'arn:aws:iam::111122223333:role/reader'
const SESSION = 'arn:aws:sts::111122223333:assumed-role/reader/app'
const FEDERATED = 'arn:aws:sts::111122223333:federated-user/carol'
const PROVIDER = 'arn:aws:iam::111122223333:oidc-provider/oidc.example.com'

const principals: readonly RequestPrincipal[] = [
  { type: 'root', account: ACCOUNTS[0], arn: `arn:aws:iam::${ACCOUNTS[0]}:root`, id: ACCOUNTS[0] },
  { type: 'user', account: ACCOUNTS[0], arn: USER, id: 'AIDAALICE' },
  { type: 'role-session', account: ACCOUNTS[0], arn: SESSION, roleArn: ROLE, id: 'AROAREADER' },
  { type: 'federated-user', account: ACCOUNTS[0], arn: FEDERATED, id: `${ACCOUNTS[0]}:carol` },
  { type: 'web-identity', account: '', arn: PROVIDER, id: '' },
  { type: 'service', account: '', arn: 'lambda.amazonaws.com', id: '' },
  { type: 'anonymous', account: '', arn: '', id: '' },
]

const keys = ['aws:x', 'AWS:X', 'aws:y', 'aws:PrincipalTag/team', 'aws:PrincipalArn']
const words = [
  'a',
  'A',
  'ab',
  'true',
  'false',
  '7',
  '7.0',
  '8',
  '2026',
  '2026-03-01T00:00:00Z',
  '10.1.2.3',
  'QQ==',
  ROLE,
]
const patterns = [
  ...words,
  '*',
  'a*',
  '?',
  '*b',
  '${aws:y}',
  'a${aws:y}',
  "${aws:y, 'ab'}",
  '${*}',
  '${aws:x',
  '10.0.0.0/8',
  '::/0',
  'arn:aws:iam::*:role/*',
  'arn:*',
]

const word = fc.oneof(
  { weight: 1, arbitrary: fc.constant('') },
  { weight: 9, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
)
const pattern = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...patterns) },
  { weight: 1, arbitrary: fc.string({ maxLength: 6, unit: 'grapheme-composite' }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom('${', '}', "'", ',', 'aws:x', '*', '?', '$', ' '), { maxLength: 6 })
      .map((parts) => parts.join('')),
  },
)
const oneOrMore = <T>(item: fc.Arbitrary<T>) => fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }))

const operatorName = fc
  .record({
    operator: fc.constantFrom(...operators),
    prefix: fc.constantFrom('', '', 'ForAllValues:', 'ForAnyValue:'),
    suffix: fc.constantFrom('', '', 'IfExists'),
  })
  .map(({ operator, prefix, suffix }) => (operator.modifiers ? prefix + operator.name + suffix : operator.name))

const condition = fc.dictionary(
  operatorName,
  fc.dictionary(fc.constantFrom(...keys), oneOrMore(pattern), { maxKeys: 2 }),
  {
    maxKeys: 2,
  },
)

const action = oneOrMore(fc.constantFrom('*', 's:*', 's:Get*', 'S:get', 's:Put', 's:?et', 'k:Get'))
const trustAction = oneOrMore(fc.constantFrom('sts:*', 'sts:AssumeRole', 'sts:Assume*', 'sts:TagSession'))
const resource = oneOrMore(
  fc.constantFrom(
    '*',
    'arn:aws:s:r:1:x',
    'arn:aws:s:*:1:x*',
    'arn:aws:s:r:1:*/y',
    'arn:aws:s',
    'arn:*:s:r',
    'arn:aws:s:r:1:${aws:y}',
    "arn:aws:s:r:1:x/${aws:y, 'y'}",
    'arn:aws:s:${aws:y}:1:x',
    'arn:aws:s:r:1:x${*}',
  ),
)
const name = fc.oneof(
  fc.constant('*' as const),
  fc
    .record(
      {
        AWS: oneOrMore(
          fc.constantFrom(
            ...ACCOUNTS,
            `arn:aws:iam::${ACCOUNTS[0]}:root`,
            USER,
            ROLE,
            SESSION,
            FEDERATED,
            'AIDAALICE',
            'AROAREADER',
            '*',
          ),
        ),
        Service: oneOrMore(fc.constantFrom('lambda.amazonaws.com', 'events.amazonaws.com')),
        Federated: oneOrMore(fc.constantFrom(PROVIDER, `${PROVIDER}2`)),
      },
      { requiredKeys: [] },
    )
    .map((names) => (Object.keys(names).length === 0 ? { AWS: USER } : { ...names })),
)

type Place = 'identity' | 'resource' | 'trust'

function statement(place: Place): fc.Arbitrary<RawStatement> {
  const actions = place === 'trust' ? trustAction : action
  return fc
    .record({
      effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
      actions,
      notAction: fc.boolean(),
      resource,
      notResource: fc.boolean(),
      name,
      notPrincipal: fc.boolean(),
      conditions: fc.option(condition, { nil: undefined, freq: 2 }),
    })
    .map((parts) => ({
      Effect: parts.effect,
      ...(parts.notAction && place !== 'trust' ? { NotAction: parts.actions } : { Action: parts.actions }),
      ...(place !== 'trust' && (parts.notResource ? { NotResource: parts.resource } : { Resource: parts.resource })),
      ...(place !== 'identity' &&
        (parts.notPrincipal && place === 'resource' ? { NotPrincipal: parts.name } : { Principal: parts.name })),
      ...(parts.conditions && { Condition: parts.conditions }),
    }))
}

/** Statements of a policy that stands in a place. */
export const arbitraryStatements = (place: Place): fc.Arbitrary<readonly RawStatement[]> =>
  fc.array(statement(place), { minLength: 1, maxLength: 3 })

function policy(place: Place): fc.Arbitrary<Extract<ScenarioPolicy, { document: Document }>> {
  const binding =
    place === 'identity' ? fc.constant(undefined) : fc.constantFrom(undefined, undefined, 'AIDAALICE', 'AIDAOLD')
  return fc
    .record({
      statements: arbitraryStatements(place),
      version: fc.constantFrom('2012-10-17', '2012-10-17', undefined),
      binding,
    })
    .map(({ statements, version, binding }) => ({
      document: { ...(version && { Version: version }), Statement: statements },
      ...(binding && { bindings: { [USER]: binding } }),
    }))
}

const several = fc.array(policy('identity'), { maxLength: 2 })
const sometimes = <T>(item: fc.Arbitrary<T>) => fc.option(item, { nil: undefined, freq: 2 })

const atResource = fc.oneof(
  fc.record({ rule: fc.constantFrom('ordinary' as const, 'key' as const), policy: policy('resource') }),
  fc.record({ rule: fc.constant('trust' as const), policy: policy('trust') }),
)

export type ArbitraryCase = Pick<Scenario, 'request' | 'policies'>

/** A request and the policies that apply to it; all documents are ones the parser accepts. */
export const arbitraryCase: fc.Arbitrary<ArbitraryCase> = fc
  .record({
    principal: fc.constantFrom(...principals),
    action: fc.constantFrom('s:Get', 's:GET', 's:Put', 'k:Get', 'sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity'),
    resource: fc.constantFrom('*', 'arn:aws:s:r:1:x', 'arn:aws:s:r:1:x/y', 'arn:aws:s:r:1:x*', 'arn:aws:s:r:1:a', 'x'),
    resourceAccount: fc.constantFrom(ACCOUNTS[0], ACCOUNTS[0], ACCOUNTS[1]),
    context: fc.dictionary(
      fc.constantFrom(...keys.map((key) => key.toLowerCase())),
      fc.oneof(word, fc.array(word, { maxLength: 3 })) as fc.Arbitrary<ContextValue>,
    ),
    identity: several,
    boundary: sometimes(policy('identity')),
    session: sometimes(several),
    serviceControl: sometimes(fc.array(several, { maxLength: 2 })),
    resourcePolicy: sometimes(atResource),
  })
  .map(({ identity, boundary, session, serviceControl, resourcePolicy, ...request }) => ({
    request,
    policies: {
      identity,
      ...(boundary && { boundary }),
      ...(session && { session }),
      ...(serviceControl && { serviceControl }),
      ...(resourcePolicy && { resource: resourcePolicy }),
    },
  }))
