import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { buildClient, CommitmentPolicy, KmsKeyringNode } from '@aws-crypto/client-node'
import { KMS } from '@aws-sdk/client-kms'
import { startHttpServer } from '../src/http/server.ts'
import type { Credentials } from '../src/identity/access-key.ts'
import { makeKey } from './operations/kms/keys.ts'
import { ADMINISTRATOR, startApp } from './start-app.ts'

// Harm prevented: the library by which AWS's customers encrypt their own data takes Coffer's keys for no keys of KMS. Always over HTTP.

const app = await startApp()
const silent = { info: () => {}, warn: () => {}, error: () => {} }
const server = await startHttpServer(app.running.app, {
  host: '127.0.0.1',
  port: 0,
  trustedProxies: [],
  ping: app.running.ping,
  log: silent,
})
const clients: KMS[] = []
after(async () => {
  for (const client of clients) client.destroy()
  await server.close()
  await app.close()
})

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
const keyringOf = (generatorKeyId: string | undefined, keyIds: readonly string[] = [], credentials = ADMINISTRATOR) =>
  new KmsKeyringNode({
    ...(generatorKeyId !== undefined && { generatorKeyId }),
    keyIds: [...keyIds],
    clientProvider: clientsWith(credentials),
  })

/** The library's own types are those of an older SDK, whose bytes are typed otherwise. */
function clientsWith(credentials: Credentials): ClientProvider {
  const provider = (region: string) => {
    const client = new KMS({ region, endpoint: server.url, credentials, maxAttempts: 1 })
    clients.push(client)
    return client
  }
  return provider as unknown as ClientProvider
}
type ClientProvider = NonNullable<NonNullable<ConstructorParameters<typeof KmsKeyringNode>[0]>['clientProvider']>

const [one, two, three] = [await makeKey(app.kms), await makeKey(app.kms), await makeKey(app.kms)]
const context = { purpose: 'backup', tenant: 'ä' }
const plaintext = randomBytes(100_000)
const { result: message } = await encrypt(keyringOf(one.arn, [two.arn]), plaintext, { encryptionContext: context })

describe('the AWS Encryption SDK', () => {
  test('encrypts under two keys, and either of them decrypts', async () => {
    assert.equal(message.includes(plaintext.subarray(0, 64)), false)
    for (const { arn } of [one, two]) {
      const opened = await decrypt(keyringOf(undefined, [arn]), message)
      assert.deepEqual(opened.plaintext, plaintext)
      const { purpose, tenant } = opened.messageHeader.encryptionContext
      assert.deepEqual({ purpose, tenant }, context)
    }
  })

  test('decrypts with one of the keys while the other is disabled', async () => {
    await app.kms.disableKey({ KeyId: one.id })
    const opened = await decrypt(keyringOf(undefined, [one.arn, two.arn]), message)
    assert.deepEqual(opened.plaintext, plaintext)
    await app.kms.enableKey({ KeyId: one.id })
  })

  test('decrypts after its keys were rotated', async () => {
    for (const { id: KeyId } of [one, two]) await app.kms.rotateKeyOnDemand({ KeyId })
    const opened = await decrypt(keyringOf(undefined, [one.arn]), message)
    assert.deepEqual(opened.plaintext, plaintext)
  })

  test('decrypts with no other key', async () => {
    await assert.rejects(decrypt(keyringOf(undefined, [three.arn]), message))
  })

  test('decrypts no message whose encryption context was altered', async () => {
    const altered = Buffer.from(message)
    altered.write('B', altered.indexOf('backup'))
    await assert.rejects(decrypt(keyringOf(undefined, [one.arn, two.arn]), altered))
  })

  test('passes the encryption context on to KMS, where a policy may look at it', async () => {
    const Condition = { StringEquals: { 'kms:EncryptionContext:tenant': 'ä' } }
    const credentials = await app.user('of-tenant', [[{ Effect: 'Allow', Action: 'kms:*', Resource: '*', Condition }]])
    const keyring = keyringOf(one.arn, [], credentials)
    await encrypt(keyring, plaintext, { encryptionContext: context })
    await assert.rejects(encrypt(keyring, plaintext, { encryptionContext: { ...context, tenant: 'other' } }), {
      name: 'AccessDeniedException',
    })
    const [entry] = (await app.trail()).slice(-1)
    assert.equal(entry?.operation, 'GenerateDataKey')
  })
})
