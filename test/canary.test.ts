import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { recordsOf } from '../src/audit/cloudtrail.ts'
import { sql } from '../src/storage/sql.ts'
import { startPrepared } from './examples/all-examples.ts'
import { type Example, send } from './examples/example.ts'
import { wrapMaterial } from './operations/kms/wrap-material.ts'
import { usable } from './operations/sts/roles.ts'
import { ADMINISTRATOR, REGION, startApp, type TestApp } from './start-app.ts'

// Harm prevented: a value, a password, a key or a credential that comes to stand where people look who may not know it: a record, a log, an
// error, a copy of the files. Each secret here is distinctive, and is looked for in every form in which a program may have written it.

/** More records than there are. */
const MANY = 10_000

/** Secrets of clients and of the server, by what they are. */
const canaries = new Map<string, Buffer>()
const messages: string[] = []

/** A new secret that occurs nowhere else. */
function canary(what: string): string {
  const text = `canary-${randomBytes(18).toString('hex')}`
  canaries.set(what, Buffer.from(text))
  return text
}

/** Members of answers that are secrets, or open something. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set([
  'SecretString',
  'SecretBinary',
  'RandomPassword',
  'Plaintext',
  'ImportToken',
  'GrantToken',
  'SecretAccessKey',
  'SessionToken',
])

/** Keeps the secrets of an answer, however deep. */
function keepSecrets(answer: unknown, where: string): void {
  if (typeof answer !== 'object' || answer === null || answer instanceof Uint8Array) return
  for (const [name, member] of Object.entries(answer)) {
    const what = `${name} of ${where}`
    if (!SECRET_MEMBERS.has(name)) keepSecrets(member, what)
    else if (member !== undefined) canaries.set(what, Buffer.from(member as string | Uint8Array))
  }
}

/** What clients were told when they were refused. */
async function refused(call: Promise<unknown>): Promise<void> {
  await call.then(
    () => assert.fail('the call was not refused'),
    (error) => messages.push(`${error.name} ${error.message} ${JSON.stringify(error)}`),
  )
}

describe('what must stay secret', () => {
  let folder = ''
  let app: TestApp
  let sealed: Buffer[] = []
  const dataDir = () => join(folder, 'data')
  const options = () =>
    ({ dataDir: dataDir(), rootKey: { kind: 'file', path: join(folder, 'root.key'), chosen: true } }) as const
  const start = () => startApp(options())

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-canary-'))
    const prepared = await startPrepared(options(), canary)
    app = prepared.app
    canaries.set("the administrator's access key", Buffer.from(ADMINISTRATOR.secretAccessKey))
    const rootKey = (await readFile(join(folder, 'root.key'), 'utf8')).trim()
    canaries.set('the text of the root key', Buffer.from(rootKey))
    canaries.set('the root key', Buffer.from(rootKey.split(':').at(-1) ?? '', 'base64url'))
    await sendAll(app, prepared.examples)
    await useAll(app)
  })
  after(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  test('is looked for in a way that finds', async () => {
    const files = await filesIn(dataDir())
    assert.ok(files.has('store.db') && files.has('trail.db'), [...files.keys()].join())
    const everything = Buffer.concat([...files.values()])
    assert.ok(occurs(Buffer.from('visible-name'), everything), 'a name stands in the files')
    const value = Buffer.from('value to be found')
    for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const)
      for (const before of ['', 'x', 'xy'])
        assert.ok(occurs(value, Buffer.from(Buffer.from(`${before}value to be found!`).toString(encoding))))
    assert.ok(occurs(value, Buffer.from('a value to be found', 'utf16le')))
    assert.ok(!occurs(value, Buffer.from('value to be lost')))
    const quoted = Buffer.from('"a" value\n')
    for (const text of [
      '{"x":"\\"a\\" value\\n"}',
      'x=%22a%22%20value%0A',
      '"{\\"x\\":\\"\\\\\\"a\\\\\\" value\\\\n\\"}"',
    ])
      assert.ok(occurs(quoted, Buffer.from(text)), text)
  })

  test('stands in no record', async () => {
    const entries = await app.trail(MANY)
    assert.ok(entries.length > 200)
    assertAbsent(Buffer.from(JSON.stringify(entries)), 'the trail')
    assertAbsent(Buffer.from(JSON.stringify(entries.flatMap(recordsOf))), 'a record')
  })

  test('stands in no line of the log or the security log', () => {
    assert.ok(app.logged.length > 0 && app.refused.length > 0)
    assertAbsent(Buffer.from(JSON.stringify([app.logged, app.refused])), 'a log')
  })

  test('stands in no error', () => {
    assert.ok(messages.length > 10)
    assertAbsent(Buffer.from(messages.join('\n')), 'an error')
  })

  test('stands in no file, while the server runs', async () => {
    for (const [name, content] of await filesIn(dataDir())) assertAbsent(content, name)
  })

  test('stands in no file after a stop and another start', async () => {
    await app.close()
    for (const [name, content] of await filesIn(dataDir())) assertAbsent(content, name)
    app = await start()
    for (const [name, content] of await filesIn(dataDir())) assertAbsent(content, name)
  })

  test('stands in no file after a forced deletion, not even sealed', async () => {
    sealed = await sealedValues(app)
    const before = Buffer.concat([...(await filesIn(dataDir())).values()])
    assert.ok(sealed.length > 10)
    for (const blob of sealed)
      assert.ok(before.includes(blob), 'the sealed value stands in the files as long as it lives')
    for (const region of [REGION, 'eu-west-1']) {
      const client = app.clientFor({ region })
      const { SecretList = [] } = await client.listSecrets({ IncludePlannedDeletion: true, MaxResults: 100 })
      for (const { ARN: SecretId, DeletedDate } of SecretList) {
        const { ReplicationStatus = [] } = DeletedDate ? {} : await client.describeSecret({ SecretId })
        const RemoveReplicaRegions = ReplicationStatus.flatMap(({ Region }) => Region ?? [])
        if (RemoveReplicaRegions.length > 0)
          await client.removeRegionsFromReplication({ SecretId, RemoveReplicaRegions })
        await client.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true })
      }
    }
    await assertGone()
    await app.close()
    await assertGone()
    app = await start()
  })

  async function assertGone(): Promise<void> {
    for (const [name, content] of await filesIn(dataDir())) {
      assertAbsent(content, name)
      for (const blob of sealed) assert.ok(!content.includes(blob), `a sealed value is left in ${name}`)
    }
  }
})

/** Sends every request there is; what a session gets is asked for by that session too. */
async function sendAll(app: TestApp, examples: readonly Example[]): Promise<void> {
  for (const example of examples) {
    const { service, operation, input } = example
    if ('WebIdentityToken' in input) canaries.set('a token of an issuer', Buffer.from(String(input.WebIdentityToken)))
    const { output, error } = await send(app, example)
    keepSecrets(output, `the answer to ${operation}`)
    if (error) messages.push(`${error.name} ${error.message} ${JSON.stringify(error)}`)
    if (service !== 'sts' || !output || !('Credentials' in output)) continue
    const credentials = usable(output.Credentials as Parameters<typeof usable>[0])
    await app.stsFor({ credentials }).getCallerIdentity({})
    await refused(app.clientFor({ credentials: { ...credentials, secretAccessKey: 'wrong' } }).listSecrets({}))
  }
  await app.running.rotate()
}

/** Lets every kind of secret take every way through the server that it can take. */
async function useAll(app: TestApp): Promise<void> {
  const { client, running } = app
  const SecretId = 'visible-name'
  const token = randomUUID()
  const SecretBinary = randomBytes(24)
  canaries.set('bytes', SecretBinary)
  await client.createSecret({ Name: SecretId, SecretString: canary('a text'), ClientRequestToken: token })
  await client.createSecret({ Name: 'binary', SecretBinary })
  await client.createSecret({
    Name: 'json',
    SecretString: JSON.stringify({ user: 'app', password: canary('a password in JSON') }),
    Description: 'found by filters',
  })
  await client.createSecret({ Name: 'large', SecretString: canary('a large text').repeat(1000) })
  await client.putSecretValue({ SecretId, SecretString: canary('a second text') })
  await client.updateSecret({ SecretId, SecretString: canary('a third text') })
  for (const PasswordLength of [16, 40]) {
    const { RandomPassword = '' } = await client.getRandomPassword({ PasswordLength, ExcludePunctuation: true })
    canaries.set(`a generated password of ${PasswordLength}`, Buffer.from(RandomPassword))
    await client.createSecret({ Name: `generated-${PasswordLength}`, SecretString: RandomPassword })
  }
  await client.createSecret({ Name: 'escaped', SecretString: `"${canary('a quoted text')}"\n\t\\` })
  const escaped = `"canary ${randomBytes(9).toString('hex')}"\n\t\\é`
  canaries.set('a text that is written otherwise in JSON and in URLs', Buffer.from(escaped))
  await client.putSecretValue({ SecretId: 'escaped', SecretString: escaped })
  await refused(client.putSecretValue({ SecretId: 'escaped', SecretString: escaped, VersionStages: [] }))
  const AddReplicaRegions = [{ Region: 'eu-west-1' }]
  await client.createSecret({ Name: 'copied', SecretString: canary('a replicated text'), AddReplicaRegions })
  await client.putSecretValue({ SecretId: 'copied', SecretString: canary('a second replicated text') })
  await app.clientFor({ region: 'eu-west-1' }).getSecretValue({ SecretId: 'copied' })
  await client.createSecret({ Name: 'marked', SecretString: canary('a text marked for deletion') })
  await client.deleteSecret({ SecretId: 'marked' })

  await client.getSecretValue({ SecretId })
  await client.getSecretValue({ SecretId, VersionStage: 'AWSPREVIOUS' })
  await client.batchGetSecretValue({ SecretIdList: [SecretId, 'binary', 'json', 'large', 'marked', 'missing'] })
  await client.batchGetSecretValue({ Filters: [{ Key: 'all', Values: ['found'] }] })
  await client.describeSecret({ SecretId })
  await client.listSecrets({})
  await client.listSecretVersionIds({ SecretId })

  const stranger = await app.as('stranger')
  const text = () => canary(`a refused text ${messages.length}`)
  const put = (input: object) => client.putSecretValue({ SecretId, ...input })
  await refused(put({ SecretString: text(), ClientRequestToken: token }))
  await refused(put({ SecretString: text(), SecretBinary }))
  await refused(put({ SecretString: text().padEnd(70_000, 'x') }))
  await refused(put({ SecretString: { password: text() } }))
  await refused(put({ SecretString: [text()] }))
  await refused(put({ SecretString: text(), ClientRequestToken: 'short' }))
  await refused(put({ SecretString: text(), RotationToken: `${canary('a rotation token')} with blanks` }))
  await refused(put({ SecretString: text(), VersionStages: [] }))
  await refused(client.putSecretValue({ SecretId: 'missing', SecretString: text() }))
  await refused(client.putSecretValue({ SecretId: 'marked', SecretString: text() }))
  await refused(client.putSecretValue({ SecretId: 'no name', SecretString: text() }))
  await refused(client.createSecret({ Name: SecretId, SecretString: text() }))
  await refused(client.createSecret({ Name: 'other', SecretString: text(), KmsKeyId: 'alias/missing' }))
  await refused(client.updateSecret({ SecretId, SecretString: text(), SecretBinary }))
  await refused(stranger.putSecretValue({ SecretId, SecretString: text() }))
  await refused(stranger.createSecret({ Name: 'theirs', SecretString: text() }))
  await refused(stranger.getSecretValue({ SecretId }))
  await put({ SecretString: text(), RotationToken: `rotation-token-${randomUUID()}` })

  await useKeys(app)

  const { accessKeyId } = ADMINISTRATOR
  const wrongSecret = { accessKeyId, secretAccessKey: canary('a wrong secret access key') }
  await refused(app.clientFor({ credentials: wrongSecret }).putSecretValue({ SecretId, SecretString: text() }))
  const session = { ...ADMINISTRATOR, sessionToken: canary('a session token') }
  await refused(app.clientFor({ credentials: session }).putSecretValue({ SecretId, SecretString: text() }))
  const unknown = { accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: canary('a secret of an unknown key') }
  await refused(app.clientFor({ credentials: unknown }).getSecretValue({ SecretId }))

  const { engine } = running.installation
  const append = engine.append.bind(engine)
  engine.append = () => Promise.reject(new Error('the disk is full'))
  await refused(put({ SecretString: text() }))
  await refused(client.getSecretValue({ SecretId }))
  engine.append = append
}

/** The same of what customers encrypt, and of what opens it. */
async function useKeys({ kms, kmsAs }: TestApp): Promise<void> {
  const keep = (what: string, content: Uint8Array = new Uint8Array()) => canaries.set(what, Buffer.from(content))
  const material = randomBytes(32)
  canaries.set('imported key material', material)
  const { KeyMetadata } = await kms.createKey({ Origin: 'EXTERNAL' })
  const KeyId = KeyMetadata?.KeyId ?? ''
  const { ImportToken, EncryptedKeyMaterial } = await wrapMaterial(kms, KeyId, material)
  keep('an import token', ImportToken)
  const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE'
  await kms.importKeyMaterial({ KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel })
  await refused(kms.importKeyMaterial({ KeyId, ImportToken, EncryptedKeyMaterial }))

  const Plaintext = Buffer.from(canary('an encrypted text'))
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext })
  await kms.decrypt({ CiphertextBlob })
  await kms.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyId })
  keep('a data key', (await kms.generateDataKey({ KeyId, KeySpec: 'AES_256' })).Plaintext)
  keep('random bytes', (await kms.generateRandom({ NumberOfBytes: 32 })).Plaintext)
  const other = Buffer.from(canary('a text that was not encrypted'))
  await refused(kms.encrypt({ KeyId, Plaintext: Buffer.concat([other, Buffer.alloc(4096)]) }))
  await refused(kms.encrypt({ KeyId: 'alias/none', Plaintext: other }))
  await refused((await kmsAs('encrypts-nothing')).encrypt({ KeyId, Plaintext: other }))
  await refused(kms.generateMac({ KeyId, Message: other, MacAlgorithm: 'HMAC_SHA_256' }))

  const GranteePrincipal = KeyMetadata?.Arn?.replace(/:kms:.*/, `:iam::${KeyMetadata.AWSAccountId}:root`)
  const { GrantToken = '' } = await kms.createGrant({ KeyId, GranteePrincipal, Operations: ['Encrypt'] })
  canaries.set('a grant token', Buffer.from(GrantToken))
  await kms.encrypt({ KeyId, Plaintext, GrantTokens: [GrantToken] })
  await refused(kms.encrypt({ KeyId, Plaintext, GrantTokens: [canary('a grant token that is none')] }))
  await kms.retireGrant({ GrantToken })
}

/** Ciphertexts and sealed data keys of all versions; a large one lies on several pages of the file, so its beginning stands for it. */
async function sealedValues({ running }: TestApp): Promise<Buffer[]> {
  const { results } = await running.installation.engine.read([sql`select ciphertext, data_key from versions`])
  const rows = (results[0] ?? []) as Record<string, Uint8Array>[]
  return rows.flatMap((row) => Object.values(row).map((blob) => Buffer.from(blob).subarray(0, 48)))
}

async function filesIn(directory: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = new Map<string, Buffer>()
  for (const entry of entries)
    if (entry.isFile()) files.set(entry.name, await readFile(join(entry.parentPath, entry.name)))
  return files
}

function assertAbsent(content: Buffer, where: string): void {
  for (const [what, secret] of canaries) assert.ok(!occurs(secret, content), `${what} stands in ${where}`)
}

/**
 * Whether content holds a secret as it is, as UTF-16, hexadecimal, base64 of either alphabet, or as it stands in a JSON text, in a JSON text within
 * one, or in a URL; also in the middle of more.
 */
function occurs(secret: Buffer, content: Buffer): boolean {
  const hex = secret.toString('hex')
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1)
  const text = secret.toString()
  const texts = [
    hex,
    hex.toUpperCase(),
    ...inBase64(secret),
    inJson(text),
    inJson(inJson(text)),
    encodeURIComponent(text),
  ]
  const forms = [secret, Buffer.from(secret.toString('latin1'), 'utf16le'), ...texts.map((text) => Buffer.from(text))]
  return forms.some((form) => content.includes(form))
}

/** The middle of a secret's base64, for each of the three places at which it can begin. */
function inBase64(secret: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const first = Math.ceil((shift * 8) / 6)
    const last = Math.floor(((shift + secret.length) * 8) / 6)
    const shifted = Buffer.concat([Buffer.alloc(shift), secret])
    return (['base64', 'base64url'] as const).map((encoding) => shifted.toString(encoding).slice(first, last))
  })
}
