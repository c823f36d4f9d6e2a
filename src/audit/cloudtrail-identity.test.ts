import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { foreignIdentityOf, identityOf } from './cloudtrail-identity.ts'
import type { EntryCaller } from './entry.ts'

const account = '111122223333'
const issuedAt = Date.UTC(2026, 6, 1, 12, 30, 15, 999)
const attributes = { creationDate: '2026-07-01T12:30:15Z', mfaAuthenticated: 'false' }

const user: EntryCaller = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLE',
  arn: `arn:aws:iam::${account}:user/alice`,
  account,
  accessKeyId: 'AKIAEXAMPLE',
  userName: 'alice',
}
const provider = `arn:aws:iam::${account}:oidc-provider/issuer.example`
const role = { id: 'AROAEXAMPLE', arn: `arn:aws:iam::${account}:role/team/reader`, name: 'reader' }
const session: EntryCaller = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLE:visit',
  arn: `arn:aws:sts::${account}:assumed-role/reader/visit`,
  account,
  accessKeyId: 'ASIAEXAMPLE',
  session: { role, issuedAt, sourceIdentity: 'alice', federatedProvider: provider },
}
const sessionIssuer = { type: 'Role', principalId: role.id, arn: role.arn, accountId: account, userName: 'reader' }
const named = { principalId: 'AIDAEXAMPLE', arn: user.arn, accountId: account, userName: 'alice' }

describe('who called, as records of the own account say it', () => {
  const cases: readonly (readonly [string, EntryCaller, object])[] = [
    ['a user', user, { type: 'IAMUser', ...named, accessKeyId: 'AKIAEXAMPLE' }],
    [
      'a session of a user',
      { ...user, accessKeyId: 'ASIAEXAMPLE', session: { issuedAt } },
      { type: 'IAMUser', ...named, accessKeyId: 'ASIAEXAMPLE', sessionContext: { attributes } },
    ],
    [
      'the account itself',
      { type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, account },
      { type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, accountId: account },
    ],
    [
      'a session of a role, by a token of an issuer, with a source identity',
      session,
      {
        type: 'AssumedRole',
        principalId: 'AROAEXAMPLE:visit',
        arn: session.arn,
        accountId: account,
        accessKeyId: 'ASIAEXAMPLE',
        sessionContext: {
          sessionIssuer,
          webIdFederationData: { federatedProvider: provider, attributes: {} },
          attributes,
          sourceIdentity: 'alice',
        },
      },
    ],
    [
      'a session of a role alone',
      { ...session, session: { role, issuedAt } },
      {
        type: 'AssumedRole',
        principalId: 'AROAEXAMPLE:visit',
        arn: session.arn,
        accountId: account,
        accessKeyId: 'ASIAEXAMPLE',
        sessionContext: { sessionIssuer, attributes },
      },
    ],
    [
      'somebody with a token of an issuer',
      { type: 'WebIdentityUser', principalId: 'issuer.example:app:bob', arn: provider, account, userName: 'bob' },
      {
        type: 'WebIdentityUser',
        principalId: 'issuer.example:app:bob',
        userName: 'bob',
        identityProvider: provider,
      },
    ],
    [
      'a service',
      { type: 'AWSService', principalId: 'kms.amazonaws.com', arn: 'kms.amazonaws.com', account },
      { accountId: account, invokedBy: 'kms.amazonaws.com' },
    ],
  ]
  for (const [who, caller, identity] of cases)
    test(who, () => {
      assert.deepEqual(identityOf(caller), identity)
      // As it comes back from the store, where absent members are absent.
      assert.deepEqual(identityOf(JSON.parse(JSON.stringify(caller))), identity)
    })
})

test('to another account it is told whence the caller comes, and neither name nor key', () => {
  for (const caller of [user, session])
    assert.deepEqual(foreignIdentityOf(caller), {
      type: 'AWSAccount',
      principalId: caller.principalId,
      accountId: account,
    })
})
