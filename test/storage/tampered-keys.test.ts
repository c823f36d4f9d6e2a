import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestApp } from '../start-app.ts'
import { openStore } from './open-store.ts'

// As tampered-store.test.ts, for keys of customers.

const keyNamed = (name: string) => `(select k.key_id from kms_keys k where k.document like '%"${name}"%')`
const VICTIM = `key_id = ${keyNamed('victim')}`

/** What is missing is missed; what is forged is told to the log alone. */
const REFUSAL = { name: /^(KMSInternalException|KMSInvalidStateException)$/ }

const ALTERATIONS = {
  'whose material became that of another key': `update kms_materials set sealed =
    (select m.sealed from kms_materials m where m.key_id = ${keyNamed('other')} and m.version = kms_materials.version) where ${VICTIM}`,
  'whose versions changed their material': `create table swapped as select version, sealed from kms_materials where ${VICTIM};
    update kms_materials set sealed = (select s.sealed from swapped s where s.version <> kms_materials.version) where ${VICTIM}`,
  'whose material is gone': `delete from kms_materials where ${VICTIM}`,
  'whose policy was cleared': `update kms_keys set policy = null where ${VICTIM}`,
  'that now belongs to a service': `update kms_keys set manager = 'AWS' where ${VICTIM}`,
  'whose current version is another one': `update kms_keys set current_version = 1 where ${VICTIM}`,
  'that took the alias of another key': `update kms_aliases set ${VICTIM} where alias = 'alias/third'`,
}

for (const [what, statement] of Object.entries(ALTERATIONS))
  test(`a key ${what} neither encrypts nor decrypts, and another one does`, async () => {
    await using store = await openStore()
    const [victim, other] = [await createKey(store.app, 'victim'), await createKey(store.app, 'other')]
    await createKey(store.app, 'third')
    await store.restart(() => store.alter(statement))
    const { kms } = store.app
    await assert.rejects(kms.encrypt({ KeyId: victim.KeyId, Plaintext: Buffer.from('x') }), REFUSAL)
    for (const CiphertextBlob of victim.blobs) await assert.rejects(kms.decrypt({ CiphertextBlob }), REFUSAL)
    for (const CiphertextBlob of other.blobs)
      assert.equal(Buffer.from((await kms.decrypt({ CiphertextBlob })).Plaintext ?? []).toString(), 'other')
  })

for (const [what, assignment] of Object.entries({
  disabled: `state = 'Enabled'`,
  'scheduled for deletion': `state = 'Enabled', document = replace(document, '"deletion"', '"nothing"')`,
}))
  test(`a key that is ${what} is not brought back by altering its row`, async () => {
    await using store = await openStore()
    const { KeyId, blobs } = await createKey(store.app, 'victim')
    if (what === 'disabled') await store.app.kms.disableKey({ KeyId })
    else await store.app.kms.scheduleKeyDeletion({ KeyId })
    await store.restart(() => store.alter(`update kms_keys set ${assignment} where ${VICTIM}`))
    for (const CiphertextBlob of blobs) await assert.rejects(store.app.kms.decrypt({ CiphertextBlob }), REFUSAL)
  })

test('an alias that leads to another key than it was given leads nowhere', async () => {
  await using store = await openStore()
  for (const name of ['victim', 'other']) await createKey(store.app, name)
  await store.restart(() =>
    store.alter(`update kms_aliases set key_id = ${keyNamed('other')} where alias = 'alias/victim'`),
  )
  const { kms } = store.app
  await assert.rejects(kms.encrypt({ KeyId: 'alias/victim', Plaintext: Buffer.from('x') }), REFUSAL)
})

const GRANT_ALTERATIONS = {
  'its grantee': `grantee = replace(grantee, 'grantee', 'mallory'), document = replace(document, 'user/grantee', 'user/mallory')`,
  'its operations': `document = replace(document, '"Encrypt"', '"Decrypt"')`,
  'its constraints': `document = replace(document, '"constraints"', '"without"')`,
}

for (const [what, assignment] of Object.entries(GRANT_ALTERATIONS))
  test(`a grant that was altered (${what}) permits nothing to anybody`, async () => {
    await using store = await openStore()
    const { KeyId, blobs } = await createKey(store.app, 'victim')
    const users = [await store.app.user('grantee', []), await store.app.user('mallory', [])]
    const [grantee] = users.map((credentials) => store.app.kmsFor({ credentials }))
    const EncryptionContext = { a: 'b' }
    await store.app.kms.createGrant({
      KeyId,
      GranteePrincipal: `arn:aws:iam::${store.app.account}:user/grantee`,
      Operations: ['Encrypt'],
      Constraints: { EncryptionContextEquals: EncryptionContext },
    })
    const request = { KeyId, Plaintext: Buffer.from('x'), EncryptionContext }
    assert.ok((await grantee!.encrypt(request)).CiphertextBlob)
    await store.restart(() => store.alter(`update kms_grants set ${assignment}`))
    const refusal = { name: /^(KMSInternalException|AccessDeniedException)$/ }
    for (const credentials of users) {
      const kms = store.app.kmsFor({ credentials })
      await assert.rejects(kms.encrypt(request), refusal)
      await assert.rejects(kms.encrypt({ ...request, EncryptionContext: {} }), refusal)
      for (const CiphertextBlob of blobs) await assert.rejects(kms.decrypt({ CiphertextBlob }), refusal)
    }
  })

/** A key with an alias, its own policy, two versions, and a ciphertext of each: its name. */
async function createKey({ kms, account }: TestApp, name: string) {
  const Statement = [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'kms:*', Resource: '*' }]
  const { KeyMetadata } = await kms.createKey({
    Description: name,
    Policy: JSON.stringify({ Version: '2012-10-17', Statement }),
  })
  const KeyId = KeyMetadata?.KeyId ?? ''
  await kms.createAlias({ AliasName: `alias/${name}`, TargetKeyId: KeyId })
  const encrypt = async () => (await kms.encrypt({ KeyId, Plaintext: Buffer.from(name) })).CiphertextBlob
  const first = await encrypt()
  await kms.rotateKeyOnDemand({ KeyId })
  return { KeyId, blobs: [first, await encrypt()] }
}
