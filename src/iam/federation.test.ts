import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { unguardedProviders } from './federation.ts'
import { parsePolicy } from './parse-policy.ts'

const HOST = 'oidc.example.com/id/A1'
const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${HOST}`
const AUD = `${HOST}:aud`
const SUB = `${HOST}:sub`
const unguarded = (...statements: object[]) =>
  unguardedProviders(
    parsePolicy(
      JSON.stringify({
        Statement: statements.map((members) => ({
          Effect: 'Allow',
          Principal: { Federated: PROVIDER },
          Action: 'sts:AssumeRoleWithWebIdentity',
          ...members,
        })),
      }),
      'trust',
    ),
  )

describe('a provider is guarded by', () => {
  const guarding: readonly object[] = [
    { StringEquals: { [AUD]: 'sts.amazonaws.com', [SUB]: 'system:serviceaccount:a:b' } },
    { StringEquals: { [AUD]: 'sts.amazonaws.com' }, StringLike: { [SUB]: 'system:serviceaccount:a:*' } },
    { StringEqualsIgnoreCase: { [AUD.toUpperCase()]: 'x', [SUB.toUpperCase()]: ['y', 'z'] } },
    { 'ForAnyValue:StringEquals': { [AUD]: 'x' }, StringEquals: { [SUB]: 'y' } },
    { StringEquals: { [AUD]: '*', [SUB]: '*' } },
  ]
  for (const Condition of guarding)
    test(JSON.stringify(Condition), () => assert.deepEqual(unguarded({ Condition }), []))
})

describe('a provider is not guarded by', () => {
  const lacking: readonly object[] = [
    {},
    { StringEquals: { [AUD]: 'x' } },
    { StringEquals: { [SUB]: 'x' } },
    { StringEquals: { [AUD]: 'x' }, StringNotEquals: { [SUB]: 'y' } },
    { StringEquals: { [AUD]: 'x' }, StringEqualsIfExists: { [SUB]: 'y' } },
    { StringEquals: { [AUD]: 'x' }, 'ForAllValues:StringEquals': { [SUB]: 'y' } },
    { StringEquals: { [AUD]: 'x' }, StringLike: { [SUB]: '*' } },
    { StringEquals: { [AUD]: 'x' }, StringLike: { [SUB]: ['y', '**'] } },
    { StringEquals: { [AUD]: 'x' }, Null: { [SUB]: 'false' } },
    { StringEquals: { [AUD]: 'x', 'other.example.com:sub': 'y' } },
    { StringEquals: { [AUD]: 'x', 'oidc.example.com:sub': 'y' } },
  ]
  for (const Condition of lacking)
    test(JSON.stringify(Condition), () => assert.deepEqual(unguarded({ Condition }), [PROVIDER]))

  test('the guard of another statement', () => {
    const [guard, other] = [{ StringEquals: { [AUD]: 'x', [SUB]: 'y' } }, { Federated: `${PROVIDER}2` }]
    assert.deepEqual(unguarded({ Condition: guard }, { Principal: other }), [`${PROVIDER}2`])
  })
})

describe('nothing is to be guarded', () => {
  test('in a deny, for another action, for other principals', () => {
    assert.deepEqual(unguarded({ Effect: 'Deny' }), [])
    assert.deepEqual(unguarded({ Action: 'sts:AssumeRole' }), [])
    assert.deepEqual(unguarded({ Action: 'sts:AssumeRole', Principal: { AWS: '111122223333' } }), [])
    assert.deepEqual(unguarded({ Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/x' } }), [])
  })

  test('but an action by pattern is to be, and each provider by itself', () => {
    assert.deepEqual(unguarded({ Action: ['sts:assumerole*', 'sts:TagSession'] }), [PROVIDER])
    assert.deepEqual(
      unguarded({
        Principal: { Federated: [PROVIDER, 'accounts.google.com'] },
        Condition: { StringEquals: { 'accounts.google.com:aud': 'x', 'accounts.google.com:sub': 'y' } },
      }),
      [PROVIDER],
    )
  })
})
