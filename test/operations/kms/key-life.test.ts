import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { KMS } from '@aws-sdk/client-kms'
import { REGION, startApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'

const DAY = 86_400_000

const app = await startApp()
after(() => app.close())
const { kms, account } = app

async function makeKey(members: Parameters<KMS['createKey']>[0] = {}, client = kms) {
  const { KeyMetadata } = await client.createKey(members)
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' }
}

const metadata = async (KeyId: string, client = kms) => (await client.describeKey({ KeyId })).KeyMetadata

describe('a new key', () => {
  test('is described by its answer, and by DescribeKey with any of its names', async () => {
    const { KeyMetadata } = await kms.createKey({ Description: 'mine' })
    const { KeyId = '', Arn = '', CreationDate, CurrentKeyMaterialId = '', ...rest } = KeyMetadata ?? {}
    assert.match(KeyId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.equal(Arn, `arn:aws:kms:${REGION}:${account}:key/${KeyId}`)
    assert.match(CurrentKeyMaterialId, /^[0-9a-f]{64}$/)
    assert.ok(Math.abs((CreationDate?.getTime() ?? 0) - app.clock.now()) < 60_000)
    assert.deepEqual(rest, {
      AWSAccountId: account,
      Enabled: true,
      Description: 'mine',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      MultiRegion: false,
    })
    await kms.createAlias({ AliasName: 'alias/described', TargetKeyId: KeyId })
    const aliasArn = Arn.replace(/key\/.*/, 'alias/described')
    for (const name of [KeyId, Arn, 'alias/described', aliasArn]) assert.deepEqual(await metadata(name), KeyMetadata)
  })

  for (const [what, members, name] of [
    ['asymmetric', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }, 'UnsupportedOperationException'],
    ['HMAC', { CustomerMasterKeySpec: 'HMAC_256' }, 'UnsupportedOperationException'],
    ['symmetric for signing', { KeyUsage: 'SIGN_VERIFY' }, 'ValidationException'],
    [
      'of two specs',
      { KeySpec: 'SYMMETRIC_DEFAULT', CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' },
      'ValidationException',
    ],
    ['in a custom store', { CustomKeyStoreId: 'cks-1' }, 'UnsupportedOperationException'],
    ['in an HSM', { Origin: 'AWS_CLOUDHSM' }, 'UnsupportedOperationException'],
    [
      'with a tag twice',
      {
        Tags: [
          { TagKey: 'a', TagValue: '' },
          { TagKey: 'a', TagValue: 'b' },
        ],
      },
      'TagException',
    ],
    ['with a tag of AWS', { Tags: [{ TagKey: 'aws:a', TagValue: '' }] }, 'TagException'],
    ['under a policy that is none', { Policy: '{"Statement":1}' }, 'MalformedPolicyDocumentException'],
    ['under a policy of 32,769 bytes', { Policy: ' '.repeat(32_769) }, 'LimitExceededException'],
  ] as const)
    test(`cannot be ${what}`, async () => {
      await assert.rejects(kms.createKey(members as Parameters<KMS['createKey']>[0]), { name })
    })

  test('under a policy that its maker could not change again is refused, unless that is wanted', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'kms:Describe*', Resource: '*' }],
    })
    await assert.rejects(kms.createKey({ Policy }), {
      name: 'MalformedPolicyDocumentException',
      message: 'The new key policy will not allow you to update the key policy in the future.',
    })
    const { id } = await makeKey({ Policy, BypassPolicyLockoutSafetyCheck: true })
    assert.equal((await metadata(id))?.KeyState, 'Enabled')
    await assert.rejects(kms.disableKey({ KeyId: id }), {
      name: 'AccessDeniedException',
      message:
        /is not authorized to perform: kms:DisableKey on resource: arn:aws:kms:.* because no resource-based policy allows the kms:DisableKey action$/,
    })
  })

  test('leaves its ARN and what was answered in the record', async () => {
    const { arn } = await makeKey({ Description: 'recorded' })
    const [entry] = await app.trail(1)
    assert.deepEqual([entry?.operation, entry?.arn, entry?.access], ['CreateKey', arn, 'write'])
    assert.equal(entry?.parameters?.Description, 'recorded')
  })
})

describe('keys are named', () => {
  for (const [what, KeyId, message] of [
    [
      'by an id that no key has',
      '00000000-0000-4000-8000-000000000000',
      `Key 'arn:aws:kms:${REGION}:${account}:key/00000000-0000-4000-8000-000000000000' does not exist`,
    ],
    ['by what is no id', 'no-key', "Invalid keyId 'no-key'"],
    [
      'by half an ARN',
      'key/00000000-0000-4000-8000-000000000000',
      "Invalid keyId 'key/00000000-0000-4000-8000-000000000000'",
    ],
    [
      'by an ARN without the kind',
      `arn:aws:kms:${REGION}:${account}:00000000-0000-4000-8000-000000000000`,
      `Invalid keyId 'arn:aws:kms:${REGION}:${account}:00000000-0000-4000-8000-000000000000'`,
    ],
    [
      'by an ARN of another Region',
      `arn:aws:kms:us-east-1:${account}:key/00000000-0000-4000-8000-000000000000`,
      'Invalid arn us-east-1',
    ],
    ['by an alias that is not there', 'alias/none', `Alias arn:aws:kms:${REGION}:${account}:alias/none is not found.`],
  ] as const)
    test(`${what}: NotFoundException`, async () => {
      await assert.rejects(kms.describeKey({ KeyId }), { name: 'NotFoundException', message })
    })

  test('not by less than that where there is one', async () => {
    const { id, arn } = await makeKey()
    for (const KeyId of [`key/${id}`, arn.replace('key/', '')])
      await assert.rejects(kms.describeKey({ KeyId }), { name: 'NotFoundException' }, KeyId)
  })

  test('not by an alias where they are managed', async () => {
    const { id } = await makeKey()
    await kms.createAlias({ AliasName: 'alias/managed', TargetKeyId: id })
    await assert.rejects(kms.disableKey({ KeyId: 'alias/managed' }), { name: 'NotFoundException' })
    assert.equal((await metadata(id))?.KeyState, 'Enabled')
  })
})

describe('the deletion of a key', () => {
  test('is told with its date, 30 days away unless said otherwise, and ends in a disabled key when it is cancelled', async () => {
    const { id, arn } = await makeKey()
    const answer = await kms.scheduleKeyDeletion({ KeyId: id })
    assert.deepEqual([answer.KeyId, answer.KeyState, answer.PendingWindowInDays], [arn, 'PendingDeletion', 30])
    assert.ok(Math.abs((answer.DeletionDate?.getTime() ?? 0) - app.clock.now() - 30 * DAY) < 60_000)
    const described = await metadata(id)
    assert.deepEqual([described?.Enabled, described?.DeletionDate], [false, answer.DeletionDate])
    assert.equal((await kms.cancelKeyDeletion({ KeyId: id })).KeyId, arn)
    const back = await metadata(id)
    assert.deepEqual([back?.KeyState, back?.DeletionDate], ['Disabled', undefined])
  })

  for (const PendingWindowInDays of [6, 31])
    test(`cannot wait ${PendingWindowInDays} days`, async () => {
      const { id } = await makeKey()
      await assert.rejects(kms.scheduleKeyDeletion({ KeyId: id, PendingWindowInDays }), { name: 'ValidationException' })
      assert.equal((await metadata(id))?.KeyState, 'Enabled')
    })

  test('can hang on the length of the window', async () => {
    const { id } = await makeKey()
    const client = await app.kmsAs('slow-deleter', [
      [
        {
          Effect: 'Allow',
          Action: 'kms:ScheduleKeyDeletion',
          Resource: '*',
          Condition: { NumericEquals: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' } },
        },
      ],
    ])
    await assert.rejects(client.scheduleKeyDeletion({ KeyId: id, PendingWindowInDays: 7 }), {
      name: 'AccessDeniedException',
    })
    await client.scheduleKeyDeletion({ KeyId: id })
  })
})

describe('the key of a service', () => {
  test('is described to whoever may, is listed, and cannot be changed by anybody', async () => {
    await app.client.createSecret({ Name: 'makes-the-default-key', SecretString: 'x' })
    const described = await metadata('alias/aws/secretsmanager')
    assert.deepEqual([described?.KeyManager, described?.KeyState], ['AWS', 'Enabled'])
    const KeyId = described?.KeyId ?? ''
    const { Policy = '' } = await kms.getKeyPolicy({ KeyId })
    assert.equal(JSON.parse(Policy).Id, 'auto-secretsmanager-1')
    const changes: readonly Promise<unknown>[] = [
      kms.disableKey({ KeyId }),
      kms.scheduleKeyDeletion({ KeyId }),
      kms.putKeyPolicy({ KeyId, Policy }),
      kms.tagResource({ KeyId, Tags: [] }),
      kms.createAlias({ AliasName: 'alias/mine', TargetKeyId: KeyId }),
      kms.encrypt({ KeyId, Plaintext: Buffer.from('x') }),
      kms.decrypt({ KeyId, CiphertextBlob: Buffer.from('x') }),
    ]
    await Promise.all(changes.map((change) => assert.rejects(change, { name: 'AccessDeniedException' })))
  })

  test('is there as soon as somebody asks for it by its alias who may, and is one', async () => {
    const there = app.kmsFor({ region: 'eu-north-1' })
    const nobody = app.kmsFor({ region: 'eu-north-1', credentials: await app.user('asks-in-vain') })
    const KeyId = 'alias/aws/secretsmanager'
    await assert.rejects(nobody.describeKey({ KeyId }), { name: 'AccessDeniedException' })
    assert.deepEqual((await there.listKeys({})).Keys, [])
    const found = await Promise.all(Array.from({ length: 5 }, () => metadata(KeyId, there)))
    assert.equal(new Set(found.map((one) => one?.KeyId)).size, 1)
    assert.deepEqual([found[0]?.KeyManager, found[0]?.KeyState], ['AWS', 'Enabled'])
    assert.equal((await app.trail(1))[0]?.arn, found[0]?.Arn)
    assert.equal((await there.listKeys({})).Keys?.length, 1)
    const secrets = app.clientFor({ region: 'eu-north-1' })
    await secrets.createSecret({ Name: 's', SecretString: 'x' })
    assert.equal((await there.listKeys({})).Keys?.length, 1)
    // Others are not: no service here would use them.
    await assert.rejects(there.describeKey({ KeyId: 'alias/aws/s3' }), { name: 'NotFoundException' })
  })

  test('cannot be changed where policies bind nobody either', async () => {
    await using open = await startApp({ verify: false })
    await open.client.createSecret({ Name: 's', SecretString: 'x' })
    const KeyId = (await metadata('alias/aws/secretsmanager', open.kms))?.KeyId ?? ''
    await assert.rejects(open.kms.disableKey({ KeyId }), { name: 'AccessDeniedException' })
    await assert.rejects(open.kms.putKeyPolicy({ KeyId, Policy: '{}' }), { name: 'AccessDeniedException' })
    assert.equal((await open.client.getSecretValue({ SecretId: 's' })).SecretString, 'x')
  })
})

describe('keys of another account', () => {
  test('are not told apart from none', async () => {
    const { arn } = await makeKey()
    const credentials = await storeAccount(app, '444455556666')
    const stranger = app.kmsFor({ credentials })
    const none = arn.replace(/key\/.*/, 'key/00000000-0000-4000-8000-000000000000')
    const refusals = []
    for (const KeyId of [arn, none])
      refusals.push(await stranger.describeKey({ KeyId }).catch((error) => `${error.name}: ${error.message}`))
    assert.equal(refusals[0], refusals[1])
    assert.match(
      String(refusals[0]),
      /^AccessDeniedException: User: .* is not authorized to perform: kms:DescribeKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access$/,
    )
  })

  test('are managed by nobody, whatever their policy says', async () => {
    const credentials = await storeAccount(app, '777788889999')
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [account, '777788889999'].map((AWS) => ({
        Effect: 'Allow',
        Principal: { AWS },
        Action: 'kms:*',
        Resource: '*',
      })),
    })
    const { arn } = await makeKey({ Policy })
    const stranger = app.kmsFor({ credentials })
    assert.equal((await metadata(arn, stranger))?.Arn, arn)
    await stranger.encrypt({ KeyId: arn, Plaintext: Buffer.from('x') })
    await assert.rejects(stranger.disableKey({ KeyId: arn }), { name: 'AccessDeniedException' })
    await assert.rejects(stranger.putKeyPolicy({ KeyId: arn, Policy }), { name: 'AccessDeniedException' })
  })
})
