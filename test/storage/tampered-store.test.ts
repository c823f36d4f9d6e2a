import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestApp } from '../start-app.ts'
import { openStore } from './open-store.ts'

// Somebody who can write to the files, seen by a client through the front door.

const DECRYPTION_FAILURE = { name: 'DecryptionFailure' }

const SECRET_ALTERATIONS = {
  tags: `tags = '[["team","b"]]'`,
  'tags that are no JSON': `tags = 'x'`,
  'labels and with them the choice of the value': `stages = '[["${'1'.repeat(32)}",["AWSCURRENT"]]]'`,
  'the current version': `current_version = '${'1'.repeat(32)}'`,
  'the key': `kms_key_id = 'alias/another'`,
  'the mark for deletion': `deleted_at = 1, purge_at = 1`,
  'a date no clock has': `created_at = 9223372036854775807`,
  'the description': `description = 'another'`,
  'its MAC': `mac = x'00'`,
}

for (const [what, assignment] of Object.entries(SECRET_ALTERATIONS))
  test(`a secret with an altered row (${what}) gives DecryptionFailure, and a batch serves the others`, async () => {
    await using store = await openStore()
    const { client } = store.app
    for (const name of ['a', 'victim', 'z']) await createWithHistory(store.app, name)
    store.alter(`update secrets set ${assignment} where name = 'victim'`)
    await assert.rejects(client.getSecretValue({ SecretId: 'victim' }), DECRYPTION_FAILURE)
    const batch = await client.batchGetSecretValue({ SecretIdList: ['a', 'victim', 'z'] })
    assert.deepEqual(
      batch.SecretValues?.map(({ Name, SecretString }) => [Name, SecretString]),
      [
        ['a', 'new a'],
        ['z', 'new z'],
      ],
    )
    assert.deepEqual(
      batch.Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode]),
      [['victim', 'DecryptionFailure']],
    )
    const filtered = await client.batchGetSecretValue({ Filters: [{ Key: 'name', Values: ['!nothing'] }] })
    assert.equal(filtered.SecretValues?.length, 2)
    // A list leaves out what it takes for deleted, as if the row had been taken away, which nobody can see either.
    const listed = what === 'the mark for deletion' ? [] : ['DecryptionFailure']
    assert.deepEqual(
      filtered.Errors?.map(({ ErrorCode }) => ErrorCode),
      listed,
    )
  })

const VALUE_ALTERATIONS = {
  'the ciphertext of another version': `ciphertext = (select v.ciphertext from versions v where v.secret_id = versions.secret_id and v.id <> versions.id)`,
  'ciphertext and data key of another version': `(ciphertext, data_key) = (select v.ciphertext, v.data_key from versions v where v.secret_id = versions.secret_id and v.id <> versions.id)`,
  'the data key of another version': `data_key = (select v.data_key from versions v where v.secret_id = versions.secret_id and v.id <> versions.id)`,
  'ciphertext and data key of another secret': `(ciphertext, data_key) = (select v.ciphertext, v.data_key from versions v join secrets s on s.id = v.secret_id and s.current_version = v.version_id where s.name = 'other')`,
  'a byte more': `ciphertext = ciphertext || x'00'`,
  nothing: `ciphertext = x''`,
  'no data key': `data_key = x''`,
  'another kind': 'is_binary = 1',
}

for (const [what, assignment] of Object.entries(VALUE_ALTERATIONS))
  test(`a value that became ${what} does not open`, async () => {
    await using store = await openStore()
    const { client } = store.app
    for (const name of ['victim', 'other']) await createWithHistory(store.app, name)
    store.alter(`update versions set ${assignment} where (secret_id, version_id) in
      (select id, current_version from secrets where name = 'victim')`)
    await assert.rejects(client.getSecretValue({ SecretId: 'victim' }), DECRYPTION_FAILURE)
    const batch = await client.batchGetSecretValue({ SecretIdList: ['victim', 'other'] })
    assert.equal(batch.SecretValues?.[0]?.SecretString, 'new other')
    assert.equal(batch.Errors?.[0]?.ErrorCode, 'DecryptionFailure')
    if (what.includes('another secret')) return
    const previous = await client.getSecretValue({ SecretId: 'victim', VersionStage: 'AWSPREVIOUS' })
    assert.equal(previous.SecretString, 'old victim')
  })

for (const assignment of [`active = 0`, `user_name = 'nobody'`, `sealed_secret = x'00'`, `account = '999999999999'`])
  test(`an access key whose row was altered (${assignment}) opens nothing`, async () => {
    await using store = await openStore()
    await createWithHistory(store.app, 'a')
    await store.restart(() => store.alter(`update access_keys set ${assignment}`))
    await assert.rejects(store.app.client.getSecretValue({ SecretId: 'a' }), (error: Error) => {
      assert.ok(!JSON.stringify(error).includes('new a'))
      return ['InternalServiceError', 'UnrecognizedClientException'].includes(error.name)
    })
  })

for (const statement of [
  `update identities set document = replace(document, 'AdministratorAccess', 'ReadOnlyAccess')`,
  `update identities set id = 'AIDAANOTHER'`,
])
  test(`a user whose row was altered is nobody: ${statement}`, async () => {
    await using store = await openStore()
    await createWithHistory(store.app, 'a')
    await store.restart(() => store.alter(statement))
    await assert.rejects(store.app.client.getSecretValue({ SecretId: 'a' }), { name: 'InternalServiceError' })
  })

for (const statement of [
  `update kms_keys set state = 'Disabled'`,
  `update kms_keys set account = '999999999999'`,
  `update kms_materials set sealed = x'00'`,
  `delete from kms_keys`,
])
  test(`a KMS key whose row was altered opens nothing: ${statement}`, async () => {
    await using store = await openStore()
    await createWithHistory(store.app, 'a')
    await store.restart(() => store.alter(statement))
    await assert.rejects(store.app.client.getSecretValue({ SecretId: 'a' }), (error: Error) =>
      ['InternalServiceError', 'DecryptionFailure'].includes(error.name),
    )
  })

test('a secret deleted without recovery leaves nothing in the store when that is answered', async () => {
  await using store = await openStore()
  const { client } = store.app
  const marks = {
    Name: 'MarkedName',
    Description: 'MarkedDescription',
    Tags: [{ Key: 'MarkedTag', Value: 'MarkedValue' }],
  }
  for (let index = 0; index < 20; index++) await createWithHistory(store.app, `kept/${index}`)
  await client.createSecret({ ...marks, SecretString: 'MarkedSecret' })
  const [ciphertext] = store.query(`select hex(ciphertext) as bytes from versions order by id desc limit 1`)
  await client.deleteSecret({ SecretId: 'MarkedName', ForceDeleteWithoutRecovery: true })
  const raw = store.raw()
  assert.ok(!/marked/i.test(raw))
  assert.ok(!raw.includes(Buffer.from(String(ciphertext?.bytes), 'hex').toString('latin1')))
})

async function createWithHistory({ client }: TestApp, name: string): Promise<void> {
  await client.createSecret({ Name: name, SecretString: `old ${name}`, Tags: [{ Key: 'team', Value: 'a' }] })
  await client.putSecretValue({ SecretId: name, SecretString: `new ${name}` })
}
