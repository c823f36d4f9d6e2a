import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { KMS } from '@aws-sdk/client-kms'
import type { BatchGetSecretValueResponse, SecretsManager } from '@aws-sdk/client-secrets-manager'
import { REGION, startApp, type TestApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'

const KMS_DENIED = { name: 'AccessDeniedException', message: 'Access to KMS is not allowed' }
const UNDECRYPTABLE = {
  name: 'DecryptionFailure',
  message: "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
}
const UNENCRYPTABLE = {
  name: 'EncryptionFailure',
  message:
    "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state.",
}

let app: TestApp
before(async () => {
  app = await startApp()
})
after(() => app.close())

const allow = (...Action: string[]) => ({ Effect: 'Allow', Action, Resource: '*' })
const SECRETS_ALONE = allow('secretsmanager:*')

/** A key of the account, with an alias. */
async function newKey(name: string, statements?: readonly object[], kms: KMS = app.kms) {
  const Policy = statements && JSON.stringify({ Version: '2012-10-17', Statement: statements })
  const { KeyMetadata } = await kms.createKey({ Policy, BypassPolicyLockoutSafetyCheck: true })
  const { KeyId = '', Arn = '' } = KeyMetadata ?? {}
  await kms.createAlias({ AliasName: `alias/${name}`, TargetKeyId: KeyId })
  return { id: KeyId, arn: Arn, alias: `alias/${name}`, aliasArn: Arn.replace(/key\/.*$/, `alias/${name}`) }
}

const create = (Name: string, KmsKeyId: string, client: SecretsManager = app.client) =>
  client.createSecret({ Name, KmsKeyId, SecretString: `value of ${Name}` })

const read = (SecretId: string, client: SecretsManager = app.client) => client.getSecretValue({ SecretId })

const entry = ({ name, message }: typeof KMS_DENIED) => [name, message]

/** Code and message of each entry of Errors by id, and the ids that came with their values. */
function outcomes({ SecretValues = [], Errors = [] }: BatchGetSecretValueResponse) {
  for (const { Name, SecretString } of SecretValues) assert.equal(SecretString, `value of ${Name}`)
  return Object.fromEntries([
    ...SecretValues.map(({ Name = '' }) => [Name, 'value']),
    ...Errors.map(({ SecretId = '', ErrorCode, Message }) => [SecretId, [ErrorCode, Message]]),
  ])
}

describe('a key of the customer', () => {
  test('of another account is known to policies by its alias once that account shows it', async () => {
    const other = app.kmsFor({ credentials: await storeAccount(app, '444455556667') })
    const hidden = await newKey('hidden', undefined, other)
    const shown = await newKey(
      'shown',
      [
        { Effect: 'Allow', Principal: { AWS: '444455556667' }, Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: { AWS: app.account }, Action: 'kms:*', Resource: '*' },
      ],
      other,
    )
    const condition = { ArnLike: { 'secretsmanager:KmsKeyArn': [hidden.arn, shown.arn] } }
    const denied = { ...allow('secretsmanager:CreateSecret'), Effect: 'Deny', Condition: condition }
    const client = await app.as('knows-no-key', [[allow('secretsmanager:*', 'kms:*'), denied]])
    const missing = hidden.aliasArn.replace('hidden', 'missing')
    for (const alias of [hidden.aliasArn, missing]) await assert.rejects(create('by-alias', alias, client), KMS_DENIED)
    for (const name of [shown.aliasArn, shown.arn, hidden.arn])
      await assert.rejects(create('by-alias', name, client), { message: /with an explicit deny in an identity-based/ })
  })

  test('is named by id, ARN, alias or ARN of the alias, and is told as it was named', async () => {
    const key = await newKey('named')
    for (const [index, form] of [key.id, key.arn, key.alias, key.aliasArn].entries()) {
      const Name = `named/${index}`
      await create(Name, form)
      assert.equal((await read(Name)).SecretString, `value of ${Name}`)
      assert.equal((await app.client.describeSecret({ SecretId: Name })).KmsKeyId, form)
      const update = `named/updated-${index}`
      await app.client.createSecret({ Name: update, SecretString: 'before' })
      await app.client.updateSecret({ SecretId: update, KmsKeyId: form })
      assert.equal((await read(update)).SecretString, 'before')
    }
  })

  test('that does not exist, or is of another Region, is an invalid parameter of CreateSecret and UpdateSecret', async () => {
    const elsewhere = await newKey('elsewhere', undefined, app.kmsFor({ region: 'eu-west-1' }))
    const missing = '00000000-0000-4000-8000-000000000000'
    const inAccount = (resource: string) => `arn:aws:kms:${REGION}:${app.account}:${resource}`
    const aliasText = `Invalid keyId Alias ${inAccount('alias/none')} is not found.`
    const keyText = `Invalid keyId Key '${inAccount(`key/${missing}`)}' does not exist`
    await app.client.createSecret({ Name: 'keyed', SecretString: 'value' })
    for (const [KmsKeyId, text] of [
      ['alias/none', aliasText],
      [inAccount('alias/none'), aliasText],
      [missing, keyText],
      [inAccount(`key/${missing}`), keyText],
      ['not a key', "Invalid keyId 'not a key'"],
      [elsewhere.arn, 'Invalid arn eu-west-1'],
    ] as const) {
      const invalid = {
        name: 'InvalidParameterException',
        message: `The operation failed because of an invalid KMS key: ${text}`,
      }
      await assert.rejects(create('keyless', KmsKeyId), invalid, KmsKeyId)
      await assert.rejects(app.client.createSecret({ Name: 'keyless', KmsKeyId }), invalid, KmsKeyId)
      await assert.rejects(app.client.updateSecret({ SecretId: 'keyed', KmsKeyId }), invalid, KmsKeyId)
    }
    await assert.rejects(read('keyless'), { name: 'ResourceNotFoundException' })
    assert.equal((await app.client.describeSecret({ SecretId: 'keyed' })).KmsKeyId, undefined)
  })

  test('stops reads and writes while it is disabled, and brings them back', async () => {
    const { id } = await newKey('switched')
    await create('switched', id)
    assert.equal((await read('switched')).SecretString, 'value of switched')
    await app.kms.disableKey({ KeyId: id })
    await assert.rejects(read('switched'), UNDECRYPTABLE)
    await assert.rejects(app.client.putSecretValue({ SecretId: 'switched', SecretString: 'x' }), UNENCRYPTABLE)
    await app.kms.enableKey({ KeyId: id })
    assert.equal((await read('switched')).SecretString, 'value of switched')
  })

  test('opens what it sealed before it was rotated', async () => {
    const { id } = await newKey('rotated')
    await create('rotated/old', id)
    await app.kms.rotateKeyOnDemand({ KeyId: id })
    await create('rotated/new', id)
    for (const name of ['rotated/old', 'rotated/new']) assert.equal((await read(name)).SecretString, `value of ${name}`)
  })

  test('is gone for ever with what it sealed once its window has ended', async () => {
    const { id, arn } = await newKey('doomed')
    await create('doomed', arn)
    await app.kms.scheduleKeyDeletion({ KeyId: id, PendingWindowInDays: 7 })
    await assert.rejects(read('doomed'), UNDECRYPTABLE)
    await app.kms.cancelKeyDeletion({ KeyId: id })
    await app.kms.enableKey({ KeyId: id })
    assert.equal((await read('doomed')).SecretString, 'value of doomed')
  })
})

describe('permission on a key', () => {
  test('is needed beside that on the secret, and through Secrets Manager is enough', async () => {
    const { id, arn } = await newKey('permitted')
    await create('permitted', id)
    const through = (service: string) => ({
      ...allow('kms:Decrypt'),
      Condition: { StringEquals: { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` } },
    })
    const without = await app.as('permitted-without', [[SECRETS_ALONE]])
    await assert.rejects(read('permitted', without), KMS_DENIED)
    const elsewhere = await app.as('permitted-elsewhere', [[SECRETS_ALONE, through('s3')]])
    await assert.rejects(read('permitted', elsewhere), KMS_DENIED)
    const with_ = await app.as('permitted-with', [[SECRETS_ALONE, through('secretsmanager')]])
    assert.equal((await read('permitted', with_)).SecretString, 'value of permitted')
    const denied = await app.as('permitted-denied', [
      [SECRETS_ALONE, allow('kms:*'), { Effect: 'Deny', Action: 'kms:Decrypt', Resource: arn }],
    ])
    await assert.rejects(read('permitted', denied), KMS_DENIED)
  })

  test('can hang on the secret that is read', async () => {
    const { id } = await newKey('bound')
    const { ARN } = await create('bound/mine', id)
    await create('bound/other', id)
    const client = await app.as('bound-reader', [
      [
        SECRETS_ALONE,
        { ...allow('kms:Decrypt'), Condition: { StringEquals: { 'kms:EncryptionContext:SecretARN': ARN } } },
      ],
    ])
    assert.equal((await read('bound/mine', client)).SecretString, 'value of bound/mine')
    await assert.rejects(read('bound/other', client), KMS_DENIED)
  })

  test('comes from a grant as well, as long as the grant is there', async () => {
    const { id } = await newKey('granted')
    const { ARN = '' } = await create('granted', id)
    const client = await app.as('granted-reader', [[SECRETS_ALONE]])
    await assert.rejects(read('granted', client), KMS_DENIED)
    const { GrantId } = await app.kms.createGrant({
      KeyId: id,
      GranteePrincipal: `arn:aws:iam::${app.account}:user/granted-reader`,
      Operations: ['Decrypt'],
      Constraints: { EncryptionContextSubset: { SecretARN: ARN } },
    })
    assert.equal((await read('granted', client)).SecretString, 'value of granted')
    await create('granted/other', id)
    await assert.rejects(read('granted/other', client), KMS_DENIED)
    await app.kms.revokeGrant({ KeyId: id, GrantId })
    await assert.rejects(read('granted', client), KMS_DENIED)
  })

  test('of another account is given by the policy of the key and by that account', async () => {
    const other = '444455556666'
    const credentials = await storeAccount(app, other)
    const key = await newKey('shared', [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${app.account}:root` }, Action: 'kms:*', Resource: '*' },
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${other}:root` },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: '*',
        Condition: { StringEquals: { 'kms:CallerAccount': other } },
      },
    ])
    const client = app.clientFor({ credentials })
    await create('shared', key.arn, client)
    assert.equal((await read('shared', client)).SecretString, 'value of shared')
    // An id and an alias alone are those of the caller's account.
    await assert.rejects(create('shared/by-id', key.id, client), { name: 'InvalidParameterException' })
    await create('shared/by-alias', key.aliasArn, client)
    await app.kms.putKeyPolicy({
      KeyId: key.id,
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${app.account}:root` }, Action: 'kms:*', Resource: '*' },
        ],
      }),
    })
    await assert.rejects(read('shared', client), KMS_DENIED)
  })
})

describe('a secret that changes its key', () => {
  test('takes its labelled versions along, and leaves the others', async () => {
    const [old, young] = [await newKey('moved-old'), await newKey('moved-new')]
    await create('moved', old.id)
    const put = (SecretString: string) => app.client.putSecretValue({ SecretId: 'moved', SecretString })
    const { VersionId: unlabelled } = await put('value of moved')
    await put('value of moved')
    await app.client.updateSecretVersionStage({
      SecretId: 'moved',
      VersionStage: 'kept',
      MoveToVersionId: unlabelled,
    })
    await put('value of moved')
    await app.client.updateSecret({ SecretId: 'moved', KmsKeyId: young.id })
    await app.kms.disableKey({ KeyId: old.id })
    for (const VersionStage of ['AWSCURRENT', 'AWSPREVIOUS'])
      assert.ok(await app.client.getSecretValue({ SecretId: 'moved', VersionStage }))
    await assert.rejects(app.client.getSecretValue({ SecretId: 'moved', VersionStage: 'kept' }), UNDECRYPTABLE)
    // Back to the default key: an empty text.
    await app.client.updateSecret({ SecretId: 'moved', KmsKeyId: '' })
    await app.kms.disableKey({ KeyId: young.id })
    assert.equal((await read('moved')).SecretString, 'value of moved')
    assert.equal((await app.client.describeSecret({ SecretId: 'moved' })).KmsKeyId, undefined)
  })

  test('by somebody who may not encrypt under the new one takes no version along, and uses it from then on', async () => {
    const [old, young] = [await newKey('unmoved-old'), await newKey('unmoved-new')]
    await create('unmoved', old.id)
    const client = await app.as('unmoved-writer', [[SECRETS_ALONE, allow('kms:Decrypt', 'kms:GenerateDataKey')]])
    await client.updateSecret({ SecretId: 'unmoved', KmsKeyId: young.id })
    await app.kms.disableKey({ KeyId: old.id })
    await assert.rejects(read('unmoved'), UNDECRYPTABLE)
    await client.putSecretValue({ SecretId: 'unmoved', SecretString: 'value of unmoved' })
    assert.equal((await read('unmoved')).SecretString, 'value of unmoved')
  })

  test('needs permission to read under the old key, and a new key that can be used', async () => {
    const [old, young, off] = [await newKey('stuck-old'), await newKey('stuck-new'), await newKey('stuck-off')]
    await create('stuck', old.id)
    const client = await app.as('stuck-writer', [
      [SECRETS_ALONE, allow('kms:*'), { Effect: 'Deny', Action: 'kms:*', Resource: old.arn }],
    ])
    await assert.rejects(client.updateSecret({ SecretId: 'stuck', KmsKeyId: young.id }), KMS_DENIED)
    await app.kms.disableKey({ KeyId: off.id })
    await assert.rejects(app.client.updateSecret({ SecretId: 'stuck', KmsKeyId: off.id }), UNENCRYPTABLE)
    assert.equal((await app.client.describeSecret({ SecretId: 'stuck' })).KmsKeyId, old.id)
    assert.equal((await read('stuck')).SecretString, 'value of stuck')
  })
})

test('twenty secrets under four keys in one batch, one key disabled, one denied, one pending deletion', async () => {
  const root = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${app.account}:root` },
    Action: 'kms:*',
    Resource: '*',
  }
  const reader = await app.as('batch-reader', [[SECRETS_ALONE, allow('kms:Decrypt')]])
  const keys = {
    good: await newKey('batch-good'),
    disabled: await newKey('batch-disabled'),
    denied: await newKey('batch-denied', [
      root,
      {
        Effect: 'Deny',
        Principal: { AWS: `arn:aws:iam::${app.account}:user/batch-reader` },
        Action: 'kms:Decrypt',
        Resource: '*',
      },
    ]),
    pending: await newKey('batch-pending'),
  }
  const names = Object.keys(keys).flatMap((kind) => Array.from({ length: 5 }, (_, index) => `batch/${kind}/${index}`))
  for (const name of names) await create(name, keys[name.split('/')[1] as keyof typeof keys].id)
  const batch = async () => outcomes(await reader.batchGetSecretValue({ SecretIdList: names }))
  const expected = (kinds: Record<keyof typeof keys, unknown>) =>
    Object.fromEntries(names.map((name) => [name, kinds[name.split('/')[1] as keyof typeof keys]]))

  const before = { good: 'value', disabled: 'value', denied: entry(KMS_DENIED), pending: 'value' }
  assert.deepEqual(await batch(), expected(before))
  await app.kms.disableKey({ KeyId: keys.disabled.id })
  await app.kms.scheduleKeyDeletion({ KeyId: keys.pending.id })
  const closed = { ...before, disabled: entry(UNDECRYPTABLE), pending: entry(UNDECRYPTABLE) }
  assert.deepEqual(await batch(), expected(closed))
  const [record] = await app.trail(1)
  assert.equal(record?.items?.length, 20)
  assert.deepEqual(
    record?.items?.map(({ id, error }) => [id, error?.code ?? 'value']),
    names.map((name) => {
      const outcome = expected(closed)[name]
      return [name, Array.isArray(outcome) ? outcome[0] : outcome]
    }),
  )
  await app.kms.enableKey({ KeyId: keys.disabled.id })
  await app.kms.cancelKeyDeletion({ KeyId: keys.pending.id })
  await app.kms.enableKey({ KeyId: keys.pending.id })
  assert.deepEqual(await batch(), expected(before))
})
