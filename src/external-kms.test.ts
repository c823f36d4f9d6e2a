import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CredentialsSource } from './connection-config.ts'
import { askExternalKms } from './external-kms.ts'
import { RootKeyError } from './seal/root-key-error.ts'
import { KmsRefusal } from './seal/root-keys/external-kms.ts'

const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const inEnvironment: CredentialsSource = {
  kind: 'environment',
  credentials: { accessKeyId: 'AKIAROOT', secretAccessKey: 'secret', sessionToken: 'token' },
}
const request = { KeyId: ARN, Plaintext: 'AAAA', EncryptionContext: { a: 'b' } }

type Answer = { status: number; body: string; headers?: Record<string, string> }

/** A server that gives one answer after the other, the last one for ever, and remembers what it was asked. */
async function serving(...answers: readonly Answer[]) {
  const asked: { headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer(async (incoming, response) => {
    let body = ''
    for await (const chunk of incoming) body += chunk
    const { status, body: text, headers = {} } = answers[Math.min(asked.length, answers.length - 1)]!
    asked.push({ headers: incoming.headers, body })
    response.writeHead(status, headers).end(text)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { endpoint, asked, close, [Symbol.dispose]: close }
}

function asking(endpoint: URL, credentials = inEnvironment) {
  const waits: number[] = []
  const wait = async (milliseconds: number) => void waits.push(milliseconds)
  const ask = askExternalKms({ key: ARN, endpoint, region: 'eu-central-1', credentials }, { wait })
  return { ask, waits }
}

const ok = { status: 200, body: '{"KeyId":"k","CiphertextBlob":"AAAA"}' }
const refusing = (code: string, status = 400) => ({ status, body: JSON.stringify({ __type: code, message: 'no' }) })

test('asks in AWS JSON, signed for kms in the Region of the key', async () => {
  using server = await serving(ok)
  const { ask, waits } = asking(server.endpoint)
  assert.deepEqual(await ask('Encrypt', request), { KeyId: 'k', CiphertextBlob: 'AAAA' })
  const [{ headers, body }] = server.asked as [(typeof server.asked)[number]]
  assert.deepEqual(JSON.parse(body), request)
  assert.equal(headers['x-amz-target'], 'TrentService.Encrypt')
  assert.equal(headers['content-type'], 'application/x-amz-json-1.1')
  assert.equal(headers['x-amz-security-token'], 'token')
  assert.match(headers.authorization ?? '', /Credential=AKIAROOT\/\d{8}\/eu-central-1\/kms\/aws4_request/)
  assert.deepEqual(waits, [])
})

test('tries again what fails for the moment, twice', async () => {
  using server = await serving(refusing('ThrottlingException'), { status: 503, body: 'busy' }, ok)
  const { ask, waits } = asking(server.endpoint)
  await ask('Decrypt', request)
  assert.deepEqual(waits, [200, 1000])
})

test('gives up on a KMS that goes on failing, and on one that is not there', async () => {
  using server = await serving(refusing('KMSInternalException', 500))
  await assert.rejects(asking(server.endpoint).ask('Encrypt', request), {
    name: 'KmsRefusal',
    code: 'KMSInternalException',
  })
  assert.equal(server.asked.length, 3)
  server.close()
  const { ask, waits } = asking(server.endpoint)
  await assert.rejects(ask('Encrypt', request), (error) => {
    assert.ok(error instanceof RootKeyError)
    assert.equal(error.code, 'unreachable')
    assert.equal(
      error.message,
      `Cannot reach the KMS of the root key: ${ARN}: at ${server.endpoint.origin}: is it running?`,
    )
    return true
  })
  assert.equal(waits.length, 2)
})

test('does not repeat what is refused for good', async () => {
  using server = await serving(refusing('AccessDeniedException'))
  await assert.rejects(asking(server.endpoint).ask('Encrypt', request), (error) => {
    assert.ok(error instanceof KmsRefusal)
    assert.deepEqual([error.code, error.message], ['AccessDeniedException', 'no'])
    return true
  })
  assert.equal(server.asked.length, 1)
})

test('takes nothing for a KMS that is none, and follows no redirect', async () => {
  using elsewhere = await serving(ok)
  const others: Answer[] = [
    { status: 200, body: '<html>' },
    { status: 404, body: 'not found' },
    { status: 307, body: '', headers: { location: elsewhere.endpoint.href } },
  ]
  for (const other of others) {
    using server = await serving(other)
    await assert.rejects(asking(server.endpoint).ask('Encrypt', request), /what answers there is no KMS$/)
  }
  assert.equal(elsewhere.asked.length, 0)
})

test('reads the credentials of a file anew for every request', async () => {
  using server = await serving(ok)
  const folder = await mkdtemp(join(tmpdir(), 'coffer-kms-'))
  const path = join(folder, 'credentials')
  const { ask } = asking(server.endpoint, { kind: 'file', path, profile: 'default' })
  for (const id of ['AKIAFIRST', 'AKIASECOND']) {
    await writeFile(path, `[default]\naws_access_key_id = ${id}\naws_secret_access_key = x\n`)
    await ask('Encrypt', request)
    assert.match(server.asked.at(-1)?.headers.authorization ?? '', new RegExp(`Credential=${id}/`))
  }
  await rm(folder, { recursive: true })
  await assert.rejects(ask('Encrypt', request), /^CommandError: Cannot read the credentials: /)
})
