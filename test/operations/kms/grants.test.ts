import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { CreateGrantCommandInput } from '@aws-sdk/client-kms'
import { startApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'
import { assume, createRole } from '../sts/roles.ts'
import { allow, bytes, DENIED, DRY, makeKey, text } from './keys.ts'

const app = await startApp()
after(() => app.close())
const { kms, account } = app
const key = await makeKey(kms)
const USER = (name: string) => `arn:aws:iam::${account}:user/${name}`
const VALIDATION = { name: 'ValidationException' }
const NO_PRINCIPAL = { name: 'InvalidArnException', message: 'ARN does not refer to a valid principal' }
const SECRET = bytes('granted')

const anybody = await app.kmsAs('anybody')
const grantTo = (members: Partial<CreateGrantCommandInput> = {}) =>
  kms.createGrant({ KeyId: key.id, GranteePrincipal: USER('anybody'), Operations: ['Encrypt'], ...members })
const listed = async (members: object = {}) => (await kms.listGrants({ KeyId: key.id, ...members })).Grants ?? []
const revoke = (GrantId: string | undefined, KeyId = key.id) => kms.revokeGrant({ KeyId, GrantId })

describe('constraints', () => {
  const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))
  const refused: readonly [what: string, members: Partial<CreateGrantCommandInput>, expected: object][] = [
    ['no grantee', { GranteePrincipal: undefined }, { ...VALIDATION, message: /'granteePrincipal'.*not be null$/ }],
    ['two grantees', { GranteeServicePrincipal: 'a.amazonaws.com' }, VALIDATION],
    ['two who retire', { RetiringPrincipal: USER('anybody'), RetiringServicePrincipal: 'a.amazonaws.com' }, VALIDATION],
    ['no operations', { Operations: [] }, VALIDATION],
    [
      'an operation that is none',
      { Operations: ['Destroy' as 'Decrypt'] },
      { ...VALIDATION, message: /at 'operations' failed/ },
    ],
    ['an operation of another kind of key', { Operations: ['Decrypt', 'Sign'] }, VALIDATION],
    ['a grantee that is no ARN', { GranteePrincipal: 'anybody' }, NO_PRINCIPAL],
    ['a grantee that is not there', { GranteePrincipal: USER('nobody') }, NO_PRINCIPAL],
    ['a group', { GranteePrincipal: `arn:aws:iam::${account}:group/g` }, NO_PRINCIPAL],
    ['somebody to retire it who is not there', { RetiringPrincipal: USER('nobody') }, NO_PRINCIPAL],
    ['a name with a blank', { Name: 'a b' }, { ...VALIDATION, message: /'name'/ }],
    ['nine pairs', { Constraints: { EncryptionContextSubset: pairs(9) } }, VALIDATION],
    ['a value of 385 characters', { Constraints: { EncryptionContextEquals: { a: 'x'.repeat(385) } } }, VALIDATION],
    ['a token that is none', { GrantTokens: ['x'] }, { name: 'InvalidGrantTokenException' }],
    ['an alias', { KeyId: 'alias/any' }, { name: 'NotFoundException' }],
    ['a key that is not there', { KeyId: '00000000-0000-4000-8000-000000000000' }, { name: 'NotFoundException' }],
    ['a dry run', { DryRun: true }, DRY],
  ]
  for (const [what, members, expected] of refused)
    test(`${what}: refused`, async () => {
      await assert.rejects(grantTo(members), expected)
      assert.deepEqual(await listed(), [])
    })

  test('eight pairs with values of 384 characters are taken', async () => {
    const EncryptionContextEquals = { ...pairs(7), last: 'x'.repeat(384) }
    const { GrantId } = await grantTo({ Constraints: { EncryptionContextEquals } })
    await revoke(GrantId)
  })

  test('a key must be enabled to get a grant, not to lose one', async () => {
    const { id: KeyId, arn } = await makeKey(kms)
    const { GrantId } = await grantTo({ KeyId })
    await kms.disableKey({ KeyId })
    await assert.rejects(grantTo({ KeyId }), { name: 'DisabledException', message: `${arn} is disabled.` })
    await kms.scheduleKeyDeletion({ KeyId })
    await assert.rejects(grantTo({ KeyId }), { name: 'KMSInvalidStateException' })
    await revoke(GrantId, KeyId)
    assert.deepEqual((await kms.listGrants({ KeyId })).Grants, [])
  })
})

describe('a grant', () => {
  test('gives its operations at once and alone, until it is revoked', async () => {
    await assert.rejects(anybody.encrypt({ KeyId: key.arn, Plaintext: SECRET }), DENIED)
    const { GrantId, GrantToken = '' } = await grantTo({ Operations: ['Encrypt', 'DescribeKey'] })
    assert.match(GrantId ?? '', /^[0-9a-f]{64}$/)
    const { CiphertextBlob } = await anybody.encrypt({ KeyId: key.arn, Plaintext: SECRET })
    await anybody.encrypt({ KeyId: key.arn, Plaintext: SECRET, GrantTokens: [GrantToken] })
    assert.equal((await anybody.describeKey({ KeyId: key.id })).KeyMetadata?.Arn, key.arn)
    await assert.rejects(anybody.decrypt({ CiphertextBlob }), DENIED)
    await assert.rejects(anybody.listGrants({ KeyId: key.id }), DENIED)
    await revoke(GrantId)
    await assert.rejects(anybody.encrypt({ KeyId: key.arn, Plaintext: SECRET }), DENIED)
    await assert.rejects(anybody.encrypt({ KeyId: key.arn, Plaintext: SECRET, GrantTokens: [GrantToken] }), DENIED)
  })

  test('is as wide as the encryption context that it wants', async () => {
    const context = { tenant: 'a', purpose: 'p' }
    const encrypt = (EncryptionContext: Record<string, string> | undefined) =>
      anybody.encrypt({ KeyId: key.arn, Plaintext: SECRET, EncryptionContext })
    const equal = await grantTo({ Constraints: { EncryptionContextEquals: context } })
    await encrypt({ purpose: 'p', tenant: 'a' })
    for (const other of [undefined, {}, { tenant: 'a' }, { ...context, more: '' }, { ...context, tenant: 'A' }])
      await assert.rejects(encrypt(other), DENIED)
    await revoke(equal.GrantId)
    const subset = await grantTo({ Constraints: { EncryptionContextSubset: { tenant: 'a' } } })
    for (const good of [{ tenant: 'a' }, { ...context, more: '' }]) await encrypt(good)
    for (const other of [undefined, { tenant: 'b' }, { Tenant: 'a' }, { tenants: 'a' }])
      await assert.rejects(encrypt(other), DENIED)
    await revoke(subset.GrantId)
  })

  test('never overrules a Deny', async () => {
    const Deny = { Effect: 'Deny', Action: 'kms:Encrypt', Resource: '*' }
    const denied = await app.kmsAs('denied', [[Deny]])
    const { GrantId } = await grantTo({ GranteePrincipal: USER('denied') })
    await assert.rejects(denied.encrypt({ KeyId: key.arn, Plaintext: SECRET }), {
      ...DENIED,
      message: /with an explicit deny in an identity-based policy/,
    })
    await revoke(GrantId)
  })

  test('means the user it was made for, not another one of the same name later', async () => {
    await app.user('leaves')
    const { GrantId } = await grantTo({ GranteePrincipal: USER('leaves') })
    const { AccessKeyMetadata = [] } = await app.iam.listAccessKeys({ UserName: 'leaves' })
    for (const { AccessKeyId } of AccessKeyMetadata) await app.iam.deleteAccessKey({ UserName: 'leaves', AccessKeyId })
    await app.iam.deleteUser({ UserName: 'leaves' })
    const again = await app.kmsAs('leaves')
    await assert.rejects(again.encrypt({ KeyId: key.arn, Plaintext: SECRET }), DENIED)
    await revoke(GrantId)
  })

  test('to a role is for its sessions, one to a session for that session', async () => {
    const RoleArn = await createRole(app, 'granted', {
      policy: JSON.stringify({ Version: '2012-10-17', Statement: allow('s3:*') }),
    })
    const session = async (name: string) =>
      app.kmsFor({ credentials: await assume(app, RoleArn, { RoleSessionName: name }) })
    const [one, two] = [await session('one'), await session('two')]
    const request = { KeyId: key.arn, Plaintext: SECRET }
    const toRole = await grantTo({ GranteePrincipal: RoleArn })
    await one.encrypt(request)
    await two.encrypt(request)
    await revoke(toRole.GrantId)
    const arn = `arn:aws:sts::${account}:assumed-role/granted/one`
    const toSession = await grantTo({ GranteePrincipal: arn })
    await one.encrypt(request)
    await assert.rejects(two.encrypt(request), DENIED)
    await revoke(toSession.GrantId)
  })

  test('works for somebody of another account without any policy; to an account it is what its policies make of it', async () => {
    const OTHER = '444455556666'
    const admin = await storeAccount(app, OTHER)
    const iam = app.iamFor({ credentials: admin })
    const clientOf = async (UserName: string) => {
      await iam.createUser({ UserName })
      const { AccessKey } = await iam.createAccessKey({ UserName })
      const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
      return app.kmsFor({ credentials: { accessKeyId, secretAccessKey } })
    }
    const foreign = await clientOf('foreign')
    const request = { KeyId: key.arn, Plaintext: SECRET }
    await assert.rejects(foreign.encrypt(request), DENIED)
    const toUser = await grantTo({ GranteePrincipal: `arn:aws:iam::${OTHER}:user/foreign` })
    await foreign.encrypt(request)
    await revoke(toUser.GrantId)

    const toAccount = await grantTo({ GranteePrincipal: `arn:aws:iam::${OTHER}:root` })
    await assert.rejects(foreign.encrypt(request), DENIED)
    await app.kmsFor({ credentials: admin }).encrypt(request)
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: allow('kms:Encrypt') })
    await iam.putUserPolicy({ UserName: 'foreign', PolicyName: 'p', PolicyDocument })
    await foreign.encrypt(request)
    await revoke(toAccount.GrantId)
    await assert.rejects(foreign.encrypt(request), DENIED)
  })

  test('lets its grantee read secrets under the key, as far as the context fits', async () => {
    await app.client.createSecret({ Name: 'under-grant', SecretString: 'v', KmsKeyId: key.id })
    const { ARN } = await app.client.describeSecret({ SecretId: 'under-grant' })
    const reader = await app.as('reader', [
      [
        { Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' },
        { Effect: 'Deny', Action: 'kms:Encrypt', Resource: '*' },
      ],
    ])
    await assert.rejects(reader.getSecretValue({ SecretId: 'under-grant' }), DENIED)
    const Constraints = { EncryptionContextSubset: { SecretARN: ARN ?? '' } }
    const { GrantId } = await grantTo({ GranteePrincipal: USER('reader'), Operations: ['Decrypt'], Constraints })
    assert.equal((await reader.getSecretValue({ SecretId: 'under-grant' })).SecretString, 'v')
    await revoke(GrantId)
    await assert.rejects(reader.getSecretValue({ SecretId: 'under-grant' }), DENIED)
  })

  test('with a name is made once, however often the request is sent, and again when it differs', async () => {
    const request = {
      Name: 'once',
      Operations: ['Encrypt', 'Decrypt'],
      Constraints: { EncryptionContextSubset: { a: 'b' } },
    } as const
    const ask = (members: Partial<CreateGrantCommandInput> = {}) =>
      grantTo({ ...request, Operations: [...request.Operations], ...members })
    const first = await ask()
    const second = await ask({ Operations: ['Decrypt', 'Encrypt'] })
    assert.equal(second.GrantId, first.GrantId)
    assert.notEqual(second.GrantToken, first.GrantToken)
    const others = [
      await ask({ Name: 'twice' }),
      await ask({ Name: undefined }),
      await ask({ Name: undefined }),
      await ask({ Operations: ['Decrypt'] }),
      await ask({ Constraints: undefined }),
      await ask({ RetiringPrincipal: USER('anybody') }),
    ]
    const ids = new Set([first, ...others].map(({ GrantId }) => GrantId))
    assert.equal(ids.size, others.length + 1)
    for (const id of ids) await revoke(id)
  })
})

test('requests with one name that come at once make one grant', async () => {
  const { id: KeyId } = await makeKey(kms)
  const made = await Promise.all(Array.from({ length: 8 }, () => grantTo({ KeyId, Name: 'at-once' })))
  assert.equal(new Set(made.map(({ GrantId }) => GrantId)).size, 1)
  assert.equal((await kms.listGrants({ KeyId })).Grants?.length, 1)
})

describe('ListGrants', () => {
  test('tells all of a grant', async () => {
    const Constraints = { EncryptionContextEquals: { a: 'b' } }
    const Operations: CreateGrantCommandInput['Operations'] = ['Encrypt', 'RetireGrant']
    const RetiringPrincipal = USER('administrator')
    const { GrantId } = await grantTo({ Name: 'told', Operations, Constraints, RetiringPrincipal })
    const [grant] = await listed()
    const { CreationDate, ...rest } = grant ?? {}
    assert.ok(Math.abs((CreationDate?.getTime() ?? 0) - app.clock.now()) < 60_000)
    assert.deepEqual(rest, {
      KeyId: key.arn,
      GrantId,
      Name: 'told',
      GranteePrincipal: USER('anybody'),
      RetiringPrincipal,
      IssuingAccount: `arn:aws:iam::${account}:root`,
      Operations,
      Constraints,
    })
    await revoke(GrantId)
  })

  test('shows a service as what it is', async () => {
    const service = 'backup.amazonaws.com'
    const members = { GranteePrincipal: undefined, GranteeServicePrincipal: service, RetiringServicePrincipal: service }
    const SourceArn = `arn:aws:backup:eu-central-1:${account}:vault:v`
    const { GrantId } = await grantTo({ ...members, Constraints: { SourceArn } })
    const [grant] = await listed({ GranteeServicePrincipal: service })
    assert.deepEqual([grant?.GranteeServicePrincipal, grant?.RetiringServicePrincipal], [service, service])
    assert.deepEqual([grant?.GranteePrincipal, grant?.Constraints], [undefined, { SourceArn }])
    await revoke(GrantId)
  })

  test('goes page by page, and by grantee or id', async () => {
    const { id: KeyId } = await makeKey(kms)
    const made = [USER('anybody'), USER('administrator'), USER('anybody')].map((GranteePrincipal) =>
      grantTo({ KeyId, GranteePrincipal }),
    )
    const ids = (await Promise.all(made)).map(({ GrantId = '' }) => GrantId)
    const found: string[] = []
    let Marker: string | undefined
    do {
      const page = await kms.listGrants({ KeyId, Limit: 1, Marker })
      found.push(...(page.Grants ?? []).map(({ GrantId = '' }) => GrantId))
      assert.equal(page.Truncated, page.NextMarker !== undefined)
      Marker = page.NextMarker
    } while (Marker)
    assert.deepEqual(found, ids.toSorted())
    const of = async (members: object) =>
      ((await kms.listGrants({ KeyId, ...members })).Grants ?? []).map(({ GrantId }) => GrantId)
    assert.deepEqual(await of({ GranteePrincipal: USER('administrator') }), [ids[1]])
    assert.deepEqual(await of({ GranteePrincipal: USER('nobody') }), [])
    assert.deepEqual(await of({ GrantId: ids[2] }), [ids[2]])
    assert.deepEqual(await of({ GrantId: ids[2], GranteePrincipal: USER('administrator') }), [])
    assert.deepEqual(await of({ GrantId: 'f'.repeat(64) }), [])
    const { NextMarker } = await kms.listGrants({ KeyId, Limit: 1 })
    for (const members of [
      { KeyId: key.id, Marker: NextMarker },
      { KeyId, GranteePrincipal: USER('anybody'), Marker: NextMarker },
      { KeyId, Marker: 'x' },
    ])
      await assert.rejects(kms.listGrants(members), { name: 'InvalidMarkerException' })
    await assert.rejects(kms.listGrants({ KeyId, GrantId: 'x' }), { name: 'InvalidGrantIdException' })
  })

  test('and RevokeGrant need permission on the key, from an account that has it', async () => {
    const { GrantId } = await grantTo()
    const one = await app.kmsAs('lists-grants', [allow('kms:ListGrants')])
    assert.equal((await one.listGrants({ KeyId: key.arn })).Grants?.length, 1)
    await assert.rejects(one.revokeGrant({ KeyId: key.arn, GrantId }), DENIED)
    await assert.rejects(anybody.listGrants({ KeyId: key.arn }), DENIED)
    await revoke(GrantId)
  })
})

describe('RevokeGrant', () => {
  test('refuses what is no grant of the key, and a dry run', async () => {
    const { GrantId } = await grantTo()
    const { id: other } = await makeKey(kms)
    await assert.rejects(revoke(GrantId, other), { name: 'NotFoundException' })
    await assert.rejects(revoke('f'.repeat(64)), { name: 'NotFoundException' })
    await assert.rejects(revoke('x'), { name: 'InvalidGrantIdException' })
    await assert.rejects(kms.revokeGrant({ KeyId: key.id, GrantId, DryRun: true }), DRY)
    assert.equal((await listed()).length, 1)
    await revoke(GrantId)
    await assert.rejects(revoke(GrantId), { name: 'NotFoundException' })
  })
})

test('records tell the grant and never its token', async () => {
  const { GrantId, GrantToken = '' } = await grantTo({ Name: 'recorded' })
  await anybody.encrypt({ KeyId: key.arn, Plaintext: SECRET, GrantTokens: [GrantToken] })
  await revoke(GrantId)
  const entries = (await app.trail()).slice(-3)
  assert.deepEqual(
    entries.map(({ operation, arn, access }) => [operation, arn, access]),
    [
      ['CreateGrant', key.arn, 'write'],
      ['Encrypt', key.arn, 'read'],
      ['RevokeGrant', key.arn, 'write'],
    ],
  )
  assert.deepEqual(entries[0]?.response, { GrantId })
  assert.equal(JSON.stringify(entries).includes(GrantToken), false)
  assert.equal(text(SECRET), 'granted')
})
