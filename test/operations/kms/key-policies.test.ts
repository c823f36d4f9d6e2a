import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startApp } from '../../start-app.ts'
import { allow as allowAction, assume, createRole } from '../sts/roles.ts'

const app = await startApp()
after(() => app.close())
const { kms, account } = app

const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (AWS: string | string[], Action: string | string[], more = {}) => ({
  Effect: 'Allow',
  Principal: { AWS },
  Action,
  Resource: '*',
  ...more,
})
const user = (name: string) => `arn:aws:iam::${account}:user/${name}`
const ROOT = allow(account, 'kms:*')
const DENIED = { name: 'AccessDeniedException' }
const Plaintext = Buffer.from('x')

async function makeKey(Policy?: string, BypassPolicyLockoutSafetyCheck = true) {
  const { KeyMetadata } = await kms.createKey({ Policy, BypassPolicyLockoutSafetyCheck })
  return KeyMetadata?.KeyId ?? ''
}

describe('the policy of a key', () => {
  test('hands everything to the policies of the account unless somebody says otherwise', async () => {
    const KeyId = await makeKey()
    const { Policy = '', PolicyName } = await kms.getKeyPolicy({ KeyId })
    assert.equal(PolicyName, 'default')
    assert.deepEqual(JSON.parse(Policy), {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    })
    assert.deepEqual((await kms.listKeyPolicies({ KeyId })).PolicyNames, ['default'])
    const allowed = await app.kmsAs('policy-allowed', [[{ Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' }]])
    await allowed.encrypt({ KeyId, Plaintext })
    const other = await app.kmsAs('policy-not-allowed')
    await assert.rejects(other.encrypt({ KeyId, Plaintext }), {
      ...DENIED,
      message: /because no identity-based policy allows the kms:Encrypt action$/,
    })
  })

  test('gives access to whom it names, and to nobody whom it does not name', async () => {
    const [named, unnamed] = [
      await app.kmsAs('policy-named'),
      await app.kmsAs('policy-unnamed', [[{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }]]),
    ]
    const KeyId = await makeKey(document(allow(user('policy-named'), ['kms:Encrypt', 'kms:PutKeyPolicy'])))
    await named.encrypt({ KeyId, Plaintext })
    await assert.rejects(unnamed.encrypt({ KeyId, Plaintext }), {
      ...DENIED,
      message: /because no resource-based policy allows the kms:Encrypt action$/,
    })
    // Not even the administrator of the account.
    await assert.rejects(kms.describeKey({ KeyId }), DENIED)
    await named.putKeyPolicy({ KeyId, Policy: document(ROOT), BypassPolicyLockoutSafetyCheck: true })
    await kms.describeKey({ KeyId })
    await assert.rejects(named.encrypt({ KeyId, Plaintext }), DENIED)
  })

  test('denies whatever other policies allow', async () => {
    const client = await app.kmsAs('policy-denied', [[{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }]])
    const deny = { Effect: 'Deny', Principal: { AWS: user('policy-denied') }, Action: 'kms:Encrypt', Resource: '*' }
    const KeyId = await makeKey(document(ROOT, deny))
    await assert.rejects(client.encrypt({ KeyId, Plaintext }), {
      ...DENIED,
      message: /with an explicit deny in a resource-based policy$/,
    })
    await client.describeKey({ KeyId })
  })

  test('looks at the encryption context, the service that calls, and the account of the caller', async () => {
    const client = await app.kmsAs('policy-conditions')
    const me = user('policy-conditions')
    const forAll = { 'kms:CallerAccount': account }
    const KeyId = await makeKey(
      document(
        ROOT,
        allow(me, 'kms:Encrypt', { Condition: { StringEquals: { 'kms:EncryptionContext:team': 'blue', ...forAll } } }),
        allow(me, 'kms:GenerateDataKey', {
          Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['team', 'stage'] } },
        }),
        allow(me, 'kms:Decrypt', { Condition: { StringLike: { 'kms:ViaService': 'secretsmanager.*.amazonaws.com' } } }),
      ),
    )
    const blue = { team: 'blue' }
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext, EncryptionContext: blue })
    await assert.rejects(client.encrypt({ KeyId, Plaintext, EncryptionContext: { team: 'red' } }), DENIED)
    await assert.rejects(client.encrypt({ KeyId, Plaintext }), DENIED)
    await client.generateDataKey({ KeyId, KeySpec: 'AES_256', EncryptionContext: { ...blue, stage: 'prod' } })
    await assert.rejects(
      client.generateDataKey({ KeyId, KeySpec: 'AES_256', EncryptionContext: { other: 'x' } }),
      DENIED,
    )
    await assert.rejects(client.decrypt({ CiphertextBlob, EncryptionContext: blue }), DENIED)
  })

  test('means those who had a name when it was set, not who has it later', async () => {
    const { iam } = app
    const UserName = 'policy-leaver'
    const { User } = await iam.createUser({ UserName })
    const arn = User?.Arn ?? ''
    const KeyId = await makeKey(document(ROOT, allow(arn, 'kms:Encrypt')))
    await iam.deleteUser({ UserName })
    const { Policy = '' } = await kms.getKeyPolicy({ KeyId })
    assert.match(JSON.parse(Policy).Statement[1].Principal.AWS, /^AIDA/)
    const client = await app.kmsAs(UserName)
    await assert.rejects(client.encrypt({ KeyId, Plaintext }), DENIED)
    await kms.putKeyPolicy({ KeyId, Policy: document(ROOT, allow(arn, 'kms:Encrypt')) })
    await client.encrypt({ KeyId, Plaintext })
  })

  test('is not said to lock out who keeps access by an alias of the key, or by the kind of the key', async () => {
    const KeyId = await makeKey()
    await kms.createAlias({ AliasName: 'alias/policy-by-alias', TargetKeyId: KeyId })
    const by = (Condition: object) => document(allow(account, 'kms:*', { Condition }))
    const kept = by({
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/policy-by-alias' },
      StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT' },
    })
    await kms.putKeyPolicy({ KeyId, Policy: kept })
    const lost = by({ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/another' } })
    await assert.rejects(kms.putKeyPolicy({ KeyId, Policy: lost }), {
      name: 'MalformedPolicyDocumentException',
      message: 'The new key policy will not allow you to update the key policy in the future.',
    })
    await kms.putKeyPolicy({ KeyId, Policy: document(ROOT) })
  })

  test('does not lock out a session whose role it names', async () => {
    const RoleArn = await createRole(app, 'policy-role', { policy: allowAction('sts:GetCallerIdentity') })
    const client = app.kmsFor({ credentials: await assume(app, RoleArn) })
    const KeyId = await makeKey(document(ROOT, allow(RoleArn, 'kms:PutKeyPolicy')))
    await client.putKeyPolicy({ KeyId, Policy: document(ROOT, allow(RoleArn, 'kms:*')) })
    await assert.rejects(client.putKeyPolicy({ KeyId, Policy: document(ROOT, allow(RoleArn, 'kms:Encrypt')) }), {
      name: 'MalformedPolicyDocumentException',
    })
  })

  test('names nobody who does not exist', async () => {
    const KeyId = await makeKey()
    await assert.rejects(kms.putKeyPolicy({ KeyId, Policy: document(ROOT, allow(user('never-was'), 'kms:*')) }), {
      name: 'MalformedPolicyDocumentException',
      message: 'Policy contains a statement with one or more invalid principals.',
    })
  })

  for (const [what, Policy] of [
    ['that is no JSON', '{'],
    ['of nobody who exists', document(ROOT, allow(user('never-was'), 'kms:*'))],
    ['without principals', document({ Effect: 'Allow', Action: 'kms:*', Resource: '*' })],
  ] as const)
    test(`cannot be one ${what}`, async () => {
      const KeyId = await makeKey()
      await assert.rejects(kms.putKeyPolicy({ KeyId, Policy }), { name: 'MalformedPolicyDocumentException' })
      assert.match((await kms.getKeyPolicy({ KeyId })).Policy ?? '', /key-default-1/)
    })

  test('has the name default and no other', async () => {
    const KeyId = await makeKey()
    await Promise.all(
      [
        kms.getKeyPolicy({ KeyId, PolicyName: 'other' }),
        kms.putKeyPolicy({ KeyId, PolicyName: 'other', Policy: document(ROOT) }),
      ].map((attempt) => assert.rejects(attempt, { name: 'NotFoundException', message: 'No such policy exists' })),
    )
  })

  test('can be left to those who may leave out the lockout check', async () => {
    const careful = await app.kmsAs('policy-careful', [
      [
        {
          Effect: 'Allow',
          Action: ['kms:CreateKey', 'kms:PutKeyPolicy'],
          Resource: '*',
          Condition: { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'false' } },
        },
      ],
    ])
    const Policy = document(ROOT)
    await assert.rejects(careful.createKey({ Policy, BypassPolicyLockoutSafetyCheck: true }), DENIED)
    const { KeyMetadata } = await careful.createKey({})
    await careful.putKeyPolicy({ KeyId: KeyMetadata?.KeyId, Policy })
    const lockingOut = { KeyId: KeyMetadata?.KeyId, Policy: document(allow(user('policy-careful'), 'kms:Encrypt')) }
    await assert.rejects(careful.putKeyPolicy(lockingOut), { name: 'MalformedPolicyDocumentException' })
  })
})
