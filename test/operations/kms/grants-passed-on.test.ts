import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { CreateGrantCommandInput, GrantConstraints, KMS } from '@aws-sdk/client-kms'
import { startApp } from '../../start-app.ts'
import { storeAccount, storeGrants } from '../../stored-data.ts'
import { allow, bytes, DENIED, DRY, keyPolicy, makeKey } from './keys.ts'

const app = await startApp()
after(() => app.close())
const { kms, account } = app
const OTHER = '444455556666'
const USER = (name: string, of = account) => `arn:aws:iam::${of}:user/${name}`
const ROOT = (of: string) => `arn:aws:iam::${of}:root`
const NOT_FOUND = { name: 'NotFoundException' }
const Plaintext = bytes('x')
type Operations = CreateGrantCommandInput['Operations']

const grantee = await app.kmsAs('grantee')
const retiring = await app.kmsAs('retiring')
const stranger = await app.kmsAs('stranger')
const elsewhere = app.kmsFor({ credentials: await storeAccount(app, OTHER) })

/** A grant on a new key, and what is needed to end it. */
async function newGrant(members: Partial<CreateGrantCommandInput> = {}) {
  const { arn: KeyId } = await makeKey(kms)
  const { GrantId, GrantToken } = await kms.createGrant({
    KeyId,
    GranteePrincipal: USER('grantee'),
    Operations: ['Encrypt'],
    ...members,
  })
  return { KeyId, GrantId, GrantToken }
}
const grantsOn = async (KeyId: string) => ((await kms.listGrants({ KeyId })).Grants ?? []).length

describe('who may make grants by a grant', () => {
  const attempts: readonly [
    what: string,
    parent: [Operations, GrantConstraints?],
    child: [Operations, GrantConstraints?],
    allowed: boolean,
  ][] = [
    ['the same operations', [['CreateGrant', 'Encrypt']], [['CreateGrant', 'Encrypt']], true],
    ['some of them', [['CreateGrant', 'Encrypt', 'Decrypt']], [['Decrypt']], true],
    ['another one', [['CreateGrant', 'Encrypt']], [['Encrypt', 'Decrypt']], false],
    ['what an own grant without CreateGrant gives', [['Encrypt']], [['Encrypt']], false],
    [
      'under the same context',
      [['CreateGrant', 'Encrypt'], { EncryptionContextEquals: { a: '1' } }],
      [['Encrypt'], { EncryptionContextEquals: { a: '1' } }],
      true,
    ],
    ['under no context', [['CreateGrant', 'Encrypt'], { EncryptionContextSubset: { a: '1' } }], [['Encrypt']], false],
    [
      'under more of a subset',
      [['CreateGrant', 'Encrypt'], { EncryptionContextSubset: { a: '1' } }],
      [['Encrypt'], { EncryptionContextSubset: { a: '1', b: '2' } }],
      true,
    ],
    [
      'under less of a subset',
      [['CreateGrant', 'Encrypt'], { EncryptionContextSubset: { a: '1', b: '2' } }],
      [['Encrypt'], { EncryptionContextSubset: { a: '1' } }],
      false,
    ],
    [
      'under one context that has the subset',
      [['CreateGrant', 'Encrypt'], { EncryptionContextSubset: { a: '1' } }],
      [['Encrypt'], { EncryptionContextEquals: { a: '1', b: '2' } }],
      true,
    ],
    [
      'under the subset of what was one context',
      [['CreateGrant', 'Encrypt'], { EncryptionContextEquals: { a: '1' } }],
      [['Encrypt'], { EncryptionContextSubset: { a: '1' } }],
      false,
    ],
    [
      'under another context',
      [['CreateGrant', 'Encrypt'], { EncryptionContextEquals: { a: '1' } }],
      [['Encrypt'], { EncryptionContextEquals: { a: '2' } }],
      false,
    ],
  ]
  for (const [what, [operations, constraints], [passed, under], allowed] of attempts)
    test(`${what}: ${allowed ? 'may be' : 'may not be'} passed on`, async () => {
      const { KeyId } = await newGrant({ Operations: operations, Constraints: constraints })
      const attempt = () =>
        grantee.createGrant({ KeyId, GranteePrincipal: USER('stranger'), Operations: passed, Constraints: under })
      if (!allowed) return assert.rejects(attempt, DENIED)
      await attempt()
      assert.equal(await grantsOn(KeyId), 2)
      return undefined
    })

  test('what was passed on works, also when the first grant has ended', async () => {
    const { KeyId, GrantId } = await newGrant({ Operations: ['CreateGrant', 'Encrypt'] })
    await grantee.createGrant({ KeyId, GranteePrincipal: USER('stranger'), Operations: ['Encrypt'] })
    await stranger.encrypt({ KeyId, Plaintext })
    await kms.revokeGrant({ KeyId, GrantId })
    await stranger.encrypt({ KeyId, Plaintext })
    await assert.rejects(grantee.encrypt({ KeyId, Plaintext }), DENIED)
  })

  test('a policy can say which grants may be made', async () => {
    const { arn: KeyId } = await makeKey(kms)
    const conditions: readonly [name: string, condition: object, bad: Partial<CreateGrantCommandInput>][] = [
      [
        'operations',
        { 'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Encrypt'] } },
        { Operations: ['Encrypt', 'Decrypt'] },
      ],
      ['type', { StringEquals: { 'kms:GrantConstraintType': 'EncryptionContextSubset' } }, { Constraints: undefined }],
      [
        'grantee',
        { StringEquals: { 'kms:GranteePrincipal': USER('grantee') } },
        { GranteePrincipal: USER('stranger') },
      ],
      ['retiring', { StringEquals: { 'kms:RetiringPrincipal': USER('retiring') } }, { RetiringPrincipal: undefined }],
      [
        'context',
        { StringEquals: { 'kms:EncryptionContext:a': '1' } },
        { Constraints: { EncryptionContextSubset: { a: '2' } } },
      ],
      [
        'keys',
        { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'a' } },
        { Constraints: { EncryptionContextSubset: { b: '1' } } },
      ],
    ]
    for (const [name, Condition, bad] of conditions) {
      const client = await app.kmsAs(`makes-${name}`, [allow('kms:CreateGrant', { Condition })])
      const good: CreateGrantCommandInput = {
        KeyId,
        GranteePrincipal: USER('grantee'),
        RetiringPrincipal: USER('retiring'),
        Operations: ['Encrypt'],
        Constraints: { EncryptionContextSubset: { a: '1' } },
      }
      await client.createGrant(good)
      await assert.rejects(client.createGrant({ ...good, ...bad }), DENIED, name)
    }
    const forAws = { Bool: { 'kms:GrantIsForAWSResource': 'true' } }
    const client = await app.kmsAs('makes-for-aws', [
      allow(['kms:CreateGrant', 'kms:RevokeGrant'], { Condition: forAws }),
    ])
    await assert.rejects(
      client.createGrant({ KeyId, GranteePrincipal: USER('grantee'), Operations: ['Encrypt'] }),
      DENIED,
    )
  })
})

describe('a grant is retired', () => {
  const ended = async (client: KMS, members: Partial<CreateGrantCommandInput>) => {
    const { KeyId, GrantId, GrantToken } = await newGrant(members)
    await client.retireGrant({ GrantToken })
    assert.equal(await grantsOn(KeyId), 0)
    const again = await newGrant(members)
    await client.retireGrant({ KeyId: again.KeyId, GrantId: again.GrantId })
    assert.equal(await grantsOn(again.KeyId), 0)
    await assert.rejects(kms.retireGrant({ KeyId, GrantId }), NOT_FOUND)
  }
  const kept = async (client: KMS, members: Partial<CreateGrantCommandInput>) => {
    const { KeyId, GrantId, GrantToken } = await newGrant(members)
    await assert.rejects(client.retireGrant({ GrantToken }), DENIED)
    await assert.rejects(client.retireGrant({ KeyId, GrantId }), DENIED)
    assert.equal(await grantsOn(KeyId), 1)
  }

  test('by whom it names for that', () => ended(retiring, { RetiringPrincipal: USER('retiring') }))
  test('by its grantee, if RetireGrant is among its operations', () => ended(grantee, { Operations: ['RetireGrant'] }))
  test('by its grantee also where it wants an encryption context', () =>
    ended(grantee, { Operations: ['Encrypt', 'RetireGrant'], Constraints: { EncryptionContextEquals: { a: '1' } } }))
  test('by the account that made it, as its policies say', async () => {
    await ended(kms, {})
    await ended(await app.kmsAs('may-retire', [allow('kms:RetireGrant')]), {})
  })
  test('by another account that it names, as the policies there say', () =>
    ended(elsewhere, { RetiringPrincipal: ROOT(OTHER) }))
  test('by somebody of another account whom it names', () =>
    ended(elsewhere, { RetiringPrincipal: USER('administrator', OTHER) }))

  test('not by its grantee otherwise', () => kept(grantee, {}))
  test('not by somebody whom nothing names', () => kept(stranger, { RetiringPrincipal: USER('retiring') }))
  test('not by another account', () => kept(elsewhere, { RetiringPrincipal: USER('retiring') }))

  test('not by whom the policy of the key alone allows it', async () => {
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: USER('stranger') },
      Action: 'kms:RetireGrant',
      Resource: '*',
    }
    const { arn: KeyId } = await makeKey(kms, { Policy: keyPolicy(account, statement) })
    const { GrantId } = await kms.createGrant({ KeyId, GranteePrincipal: USER('grantee'), Operations: ['Encrypt'] })
    await assert.rejects(stranger.retireGrant({ KeyId, GrantId }), DENIED)
    await assert.rejects(elsewhere.retireGrant({ KeyId, GrantId }), DENIED)
  })

  test('not against a Deny', async () => {
    const denied = await app.kmsAs('denied', [[{ Effect: 'Deny', Action: 'kms:RetireGrant', Resource: '*' }]])
    await kept(denied, { RetiringPrincipal: USER('denied') })
  })

  test('not for a try, nor with what names no grant', async () => {
    const { KeyId, GrantId, GrantToken } = await newGrant()
    await assert.rejects(kms.retireGrant({ GrantToken, DryRun: true }), DRY)
    for (const input of [{}, { KeyId }, { GrantId }])
      await assert.rejects(kms.retireGrant(input), { name: 'ValidationException' })
    await assert.rejects(kms.retireGrant({ GrantToken: 'x' }), { name: 'InvalidGrantTokenException' })
    await assert.rejects(kms.retireGrant({ KeyId, GrantId: 'x' }), { name: 'InvalidGrantIdException' })
    await assert.rejects(kms.retireGrant({ KeyId, GrantId: 'f'.repeat(64) }), NOT_FOUND)
    // Whoever may do nothing does not learn which of these it is.
    await assert.rejects(stranger.retireGrant({ GrantToken: 'x' }), DENIED)
    await assert.rejects(stranger.retireGrant({ KeyId, GrantId: 'f'.repeat(64) }), DENIED)
    assert.equal(await grantsOn(KeyId), 1)
  })
})

test('the record of a retired grant tells which one it was, also where the request has its token alone', async () => {
  const { KeyId, GrantId, GrantToken } = await newGrant()
  await kms.retireGrant({ GrantToken })
  const [entry] = (await app.trail()).slice(-1)
  assert.deepEqual([entry?.operation, entry?.arn, entry?.additional], ['RetireGrant', KeyId, { grantId: GrantId }])
  assert.deepEqual(entry?.parameters, {})
})

describe('ListRetirableGrants', () => {
  test('finds the grants on all keys that somebody may retire, page by page', async () => {
    await app.user('retires-some')
    const RetiringPrincipal = USER('retires-some')
    const made = [await newGrant({ RetiringPrincipal }), await newGrant({ RetiringPrincipal }), await newGrant()]
    const expected = made.slice(0, 2).map(({ KeyId, GrantId }) => [GrantId, KeyId])
    const first = await kms.listRetirableGrants({ RetiringPrincipal, Limit: 1 })
    assert.deepEqual([first.Truncated, first.Grants?.length], [true, 1])
    const second = await kms.listRetirableGrants({ RetiringPrincipal, Marker: first.NextMarker })
    assert.equal(second.Truncated, false)
    const found = [...(first.Grants ?? []), ...(second.Grants ?? [])].map(({ GrantId, KeyId }) => [GrantId, KeyId])
    assert.deepEqual(found, expected.toSorted())
    const other = kms.listRetirableGrants({ RetiringPrincipal: USER('retiring'), Marker: first.NextMarker })
    await assert.rejects(other, { name: 'InvalidMarkerException' })
  })

  test('finds what an AWS service may retire on keys of the own account alone', async () => {
    const RetiringServicePrincipal = 'service.amazonaws.com'
    const { GrantId } = await newGrant({ RetiringServicePrincipal })
    const { arn: KeyId } = await makeKey(elsewhere)
    const theirs = { KeyId, GranteePrincipal: ROOT(OTHER), Operations: ['Encrypt' as const] }
    const { GrantId: foreign } = await elsewhere.createGrant({ ...theirs, RetiringServicePrincipal })
    const ids = async (client: KMS) =>
      ((await client.listRetirableGrants({ RetiringServicePrincipal })).Grants ?? []).map((grant) => grant.GrantId)
    assert.deepEqual(await ids(kms), [GrantId])
    assert.deepEqual(await ids(elsewhere), [foreign])
  })

  test('wants a principal of the own account, and permission on it', async () => {
    await assert.rejects(kms.listRetirableGrants({}), { name: 'ValidationException' })
    await assert.rejects(kms.listRetirableGrants({ RetiringPrincipal: USER('nobody') }), {
      name: 'InvalidArnException',
    })
    await assert.rejects(kms.listRetirableGrants({ RetiringPrincipal: USER('administrator', OTHER) }), DENIED)
    await assert.rejects(retiring.listRetirableGrants({ RetiringPrincipal: USER('retiring') }), DENIED)
    const client = await app.kmsAs('looks', [
      [{ Effect: 'Allow', Action: 'kms:ListRetirableGrants', Resource: USER('looks') }],
    ])
    assert.deepEqual((await client.listRetirableGrants({ RetiringPrincipal: USER('looks') })).Grants, [])
    await assert.rejects(client.listRetirableGrants({ RetiringPrincipal: USER('retiring') }), DENIED)
  })
})

test('a key has at most 1,000 grants to one principal', async () => {
  const { KeyId } = await newGrant()
  await storeGrants(app, KeyId, USER('grantee'), 999)
  const more = { KeyId, GranteePrincipal: USER('grantee'), Operations: ['Decrypt' as const] }
  await assert.rejects(kms.createGrant(more), { name: 'LimitExceededException' })
  await assert.rejects(kms.createGrant({ ...more, DryRun: true }), { name: 'LimitExceededException' })
  await kms.createGrant({ ...more, GranteePrincipal: USER('stranger') })
})
