import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { IAM } from '@aws-sdk/client-iam'
import { KMS } from '@aws-sdk/client-kms'
import { startServer, type TestServer } from '../http/start-server.ts'
import { ADMINISTRATOR } from '../start-app.ts'
import { assertRefused } from './assert-refused.ts'
import { clientOf, runCoffer, serve, serveArgs, temporaryFolder } from './coffer.ts'

const REGION = 'eu-central-1'
const env = { AWS_ACCESS_KEY_ID: ADMINISTRATOR.accessKeyId, AWS_SECRET_ACCESS_KEY: ADMINISTRATOR.secretAccessKey }

/** Another Coffer, in whose KMS there is a key. */
async function otherCoffer() {
  const server = await startServer()
  const settings = { endpoint: server.http.url, region: REGION, credentials: ADMINISTRATOR, maxAttempts: 1 }
  const kms = new KMS(settings)
  const { KeyMetadata } = await kms.createKey({})
  const key = KeyMetadata?.Arn ?? ''
  return {
    server,
    kms,
    iam: new IAM(settings),
    key,
    /** Options by which the root key is that one. */
    options: (option = '--root-key') => [`${option}-kms-key`, key, `${option}-kms-endpoint`, server.http.url],
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function recorded({ running }: TestServer, operation: string) {
  return (await running.installation.trail.newest({ limit: 1000 })).filter((entry) => entry.operation === operation)
}

const keyring = (server: { readonly url: string }, folder: string, name: string) => [
  'keyring',
  name,
  '--endpoint-url',
  server.url,
  '--data-dir',
  join(folder, 'data'),
]

describe('a root key in the KMS of another Coffer', () => {
  test('opens the store at every start, lies nowhere, and what it wrapped is recorded there', async () => {
    await using other = await otherCoffer()
    using folder = temporaryFolder()
    {
      await using server = await serve(folder.path, other.options(), { env })
      await clientOf(server, folder.path).createSecret({ Name: 'kept', SecretString: 'value' })
      assert.match(server.stderr(), /see to\nit that nobody deletes it there\.\n/)
      assert.doesNotMatch(server.stderr(), /root-key export/)
    }
    assert.ok(!existsSync(join(folder.path, 'data.key')))
    await using server = await serve(folder.path, other.options(), { env })
    assert.equal((await clientOf(server, folder.path).getSecretValue({ SecretId: 'kept' })).SecretString, 'value')
    const rotated = await runCoffer(keyring(server, folder.path, 'rotate'))
    assert.match(rotated.stdout, /^kms: version 2, 1 of 1 resealed/m)
    const [encrypted] = await recorded(other.server, 'Encrypt')
    assert.equal(encrypted?.arn, other.key)
    const context = encrypted?.parameters?.EncryptionContext as Record<string, string>
    assert.deepEqual(Object.keys(context).sort(), [
      'coffer:installation',
      'coffer:purpose',
      'coffer:record',
      'coffer:version',
    ])
    assert.ok(!JSON.stringify(await recorded(other.server, 'Encrypt')).includes('Plaintext'))
  })

  test('that is disabled, or whose KMS is away, opens nothing: one line says why', async () => {
    using folder = temporaryFolder()
    const other = await otherCoffer()
    const start = [...serveArgs(folder.path), ...other.options()]
    {
      await using _server = await serve(folder.path, other.options(), { env })
      await other.kms.disableKey({ KeyId: other.key })
    }
    assertRefused(await runCoffer(start, { env }), /Cannot use the root key: arn:aws:kms:.*: DisabledException: /)
    assertRefused(await runCoffer(start), /Cannot read the credentials: /)
    await other[Symbol.asyncDispose]()
    assertRefused(
      await runCoffer(start, { env }),
      /Cannot reach the KMS of the root key: arn:aws:kms:.*: is it running\?/,
    )
  })

  test('is needed at the start and for rotations only', async () => {
    const other = await otherCoffer()
    using folder = temporaryFolder()
    await using server = await serve(folder.path, other.options(), { env })
    const client = clientOf(server, folder.path)
    await client.createSecret({ Name: 'kept', SecretString: 'value' })
    await other[Symbol.asyncDispose]()
    assert.equal((await client.getSecretValue({ SecretId: 'kept' })).SecretString, 'value')
    await client.createSecret({ Name: 'more', SecretString: 'value' })
    assertRefused(
      await runCoffer(keyring(server, folder.path, 'rotate')),
      /Cannot rotate the keyring: the root key cannot be used now\. The log of the server says why\./,
      3,
    )
    assert.match(await server.said(/Cannot reach the KMS of the root key/), /Cannot reach the KMS/)
    assert.match((await runCoffer(keyring(server, folder.path, 'status'))).stdout, /^kms: version 1$/m)
  })

  test('takes the place of a file, and gives it back', async () => {
    await using other = await otherCoffer()
    using folder = temporaryFolder()
    const data = join(folder.path, 'data')
    {
      await using server = await serve(folder.path)
      await clientOf(server, folder.path).createSecret({ Name: 'kept', SecretString: 'value' })
    }
    const rotate = ['root-key', 'rotate', '--data-dir', data]
    const moved = await runCoffer([...rotate, ...other.options('--new-root-key')], { env })
    assert.equal(moved.code, 0, moved.stderr)
    assert.ok(moved.stdout.includes(`  ${other.options().join(' ')}\n`), moved.stdout)
    assert.doesNotMatch(moved.stdout, /root-key export/)
    assertRefused(
      await runCoffer(serveArgs(folder.path)),
      /it wants the root key arn:aws:kms:.*, and was given the root key with/,
    )
    {
      await using server = await serve(folder.path, other.options(), { env })
      assert.equal((await clientOf(server, folder.path).getSecretValue({ SecretId: 'kept' })).SecretString, 'value')
    }
    const file = join(folder.path, 'next.key')
    const back = await runCoffer([...rotate, ...other.options(), '--new-root-key-file', file], { env })
    assert.equal(back.code, 0, back.stderr)
    await using server = await serve(folder.path, ['--root-key-file', file])
    assert.equal((await clientOf(server, folder.path).getSecretValue({ SecretId: 'kept' })).SecretString, 'value')
  })

  test('that may only encrypt is never put over a store', async () => {
    await using other = await otherCoffer()
    using folder = temporaryFolder()
    {
      await using _server = await serve(folder.path)
    }
    const UserName = 'half'
    await other.iam.createUser({ UserName })
    const { AccessKey } = await other.iam.createAccessKey({ UserName })
    const Statement = { Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' }
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
    await other.iam.putUserPolicy({ UserName, PolicyName: 'half', PolicyDocument })
    const half = {
      AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
    }
    const rotate = ['root-key', 'rotate', '--data-dir', join(folder.path, 'data'), ...other.options('--new-root-key')]
    assertRefused(
      await runCoffer(rotate, { env: half }),
      /AccessDeniedException: .*half is not authorized to perform: kms:Decrypt/,
    )
    using empty = temporaryFolder()
    assertRefused(await runCoffer([...serveArgs(empty.path), ...other.options()], { env: half }), /kms:Decrypt/)
    await using server = await serve(folder.path)
    await clientOf(server, folder.path).listSecrets()
  })
})
