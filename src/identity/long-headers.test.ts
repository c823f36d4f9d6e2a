// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies have variables of this form
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { operators } from '../iam/conditions/index.ts'
import { PolicyCache } from '../iam/policy-cache.ts'
import { Authorizer } from './authorize.ts'
import { Evaluation } from './evaluation.ts'
import { rootOf } from './principal.ts'
import { MAX_HEADER_VALUE } from './request-context.ts'

const ACCOUNT = '111122223333'
const ARN = `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:a-AbCdEf`
const LONG = 'a'.repeat(MAX_HEADER_VALUE + 1)
const LONGEST = 'a'.repeat(MAX_HEADER_VALUE)

const log = { error: (details: object) => assert.fail(JSON.stringify(details)) }
const authorizer = new Authorizer({ policies: new PolicyCache(), enforce: true, log })

type Headers = { readonly agent?: string; readonly referer?: string }

/** Whether statements of an identity policy allow a user to read the secret. */
function allows(statements: readonly object[], { agent = '', referer }: Headers): boolean {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  const arn = `arn:aws:iam::${ACCOUNT}:user/reader`
  const policies = { identity: [{ name: 'own', policy: authorizer.policies.compile(document, 'identity') }] }
  return authorizer.decide({
    principal: { ...rootOf(ACCOUNT), type: 'IAMUser', arn, principalId: 'AIDAREADER', policies },
    facts: {
      region: 'eu-central-1',
      now: 0,
      address: '192.0.2.7',
      secure: true,
      agent,
      referer,
      evaluation: new Evaluation(),
    },
    action: 'secretsmanager:GetSecretValue',
    resource: ARN,
    account: ACCOUNT,
    tags: [],
    service: 'secretsmanager',
    conditions: {},
  }).allowed
}

const everything = { Effect: 'Allow', Action: '*', Resource: '*' }
const withCondition = (Effect: 'Allow' | 'Deny', condition: object) => ({ ...everything, Effect, Condition: condition })

/** A value that each type of operator reads, and one that it reads too and that is another one. */
const VALUES: readonly (readonly [start: string, one: string, other: string])[] = [
  ['String', 'a*', 'b*'],
  ['Numeric', '1', '2'],
  ['Date', '2020-01-01', '2021-01-01'],
  ['Bool', 'true', 'false'],
  ['Binary', 'YWFh', 'YmJi'],
  ['IpAddress', '192.0.2.0/24', '198.51.100.0/24'],
  ['NotIpAddress', '192.0.2.0/24', '198.51.100.0/24'],
  ['Arn', 'arn:aws:iam::*:user/*', 'arn:aws:iam::*:role/*'],
  ['Null', 'true', 'false'],
]

describe('a header value that is too long for conditions', () => {
  for (const { name, modifiers } of operators) {
    const [, ...values] = VALUES.find(([start]) => name.startsWith(start)) ?? assert.fail(name)
    const names = modifiers
      ? ['', 'ForAllValues:', 'ForAnyValue:'].flatMap((prefix) => [prefix + name, `${prefix + name}IfExists`])
      : [name]
    test(`makes a Deny with ${name} apply and an Allow not apply, in all variants of the operator`, () => {
      for (const variant of names)
        for (const value of values)
          for (const key of ['aws:UserAgent', 'AWS:referer']) {
            const headers = { agent: LONG, referer: LONG }
            const condition = { [variant]: { [key]: value } }
            assert.ok(!allows([withCondition('Allow', condition)], headers), `Allow ${variant} ${value}`)
            assert.ok(!allows([everything, withCondition('Deny', condition)], headers), `Deny ${variant} ${value}`)
          }
    })
  }

  test('fails closed as a variable in Resource, NotResource and values of conditions', () => {
    const variable = '${aws:UserAgent}'
    const withDefault = "${aws:UserAgent, 'a'}"
    const resources: readonly object[] = [
      { Resource: [ARN, `arn:aws:secretsmanager:*:*:secret:${variable}`] },
      { Resource: [ARN, `arn:aws:secretsmanager:*:*:secret:${withDefault}*`] },
      { NotResource: `arn:aws:secretsmanager:*:*:secret:${variable}` },
      { NotResource: `arn:aws:secretsmanager:*:*:secret:${withDefault}*` },
    ]
    const { Resource: _, ...anything } = everything
    for (const resource of resources) {
      assert.ok(!allows([{ ...anything, ...resource }], { agent: LONG }), JSON.stringify(resource))
      const deny = { ...anything, ...resource, Effect: 'Deny' }
      assert.ok(!allows([everything, deny], { agent: LONG }), JSON.stringify(resource))
    }
    for (const operator of ['StringLike', 'StringNotLike', 'StringEqualsIfExists', 'ForAllValues:StringNotEquals'])
      for (const value of [variable, withDefault]) {
        const condition = { [operator]: { 'aws:PrincipalAccount': value } }
        assert.ok(!allows([withCondition('Allow', condition)], { agent: LONG }), operator)
        assert.ok(!allows([everything, withCondition('Deny', condition)], { agent: LONG }), operator)
      }
  })

  test('matters only to statements that compare it', () => {
    const inOffice = withCondition('Allow', { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } })
    assert.ok(allows([inOffice], { agent: LONG, referer: LONG }))
    const elsewhere = { StringLike: { 'aws:UserAgent': '*' }, IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } }
    assert.ok(allows([everything, withCondition('Deny', elsewhere)], { agent: LONG }))
  })

  test('is one beyond the longest value, which is compared as any other', () => {
    assert.ok(allows([withCondition('Allow', { StringLike: { 'aws:UserAgent': 'a*a' } })], { agent: LONGEST }))
    assert.ok(allows([withCondition('Allow', { StringEquals: { 'aws:Referer': LONGEST } })], { referer: LONGEST }))
    const denied = withCondition('Deny', { StringLike: { 'aws:UserAgent': 'b*' } })
    assert.ok(allows([everything, denied], { agent: LONGEST }))
  })
})
