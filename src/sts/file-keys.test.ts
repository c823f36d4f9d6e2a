import assert from 'node:assert/strict'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { MAX_DOCUMENT_BYTES } from './fetch-json.ts'
import { FileKeys, filesFirst } from './file-keys.ts'
import { type IssuerKeys, KeysUnavailableError } from './issuer-keys.ts'

const ISSUER = 'https://oidc.example.com'
const folder = await mkdtemp(join(tmpdir(), 'coffer-file-keys-'))
after(() => rm(folder, { recursive: true }))

const key = async (kid: string): Promise<JWK> => ({
  ...(await exportJWK((await generateKeyPair('ES256')).publicKey)),
  kid,
})
const [first, second] = [await key('first'), await key('second')]

let files = 0
async function keyFile(content: string) {
  const path = join(folder, `${++files}.json`)
  await writeFile(path, content)
  return { path, keys: new FileKeys(new Map([[ISSUER, path]])) }
}

test('the keys of an issuer are those in its file', async () => {
  const { keys } = await keyFile(JSON.stringify({ keys: [first, second] }))
  assert.deepEqual(await keys.keysOf(ISSUER, 'second'), [second])
  assert.deepEqual(await keys.keysOf(ISSUER, 'third'), [])
})

test('a file that was changed is read again', async () => {
  const { path, keys } = await keyFile(JSON.stringify({ keys: [first] }))
  await keys.keysOf(ISSUER, 'first')
  await writeFile(path, JSON.stringify({ keys: [second] }))
  await utimes(path, 1_800_000_000, 1_800_000_000)
  assert.deepEqual(await keys.keysOf(ISSUER, undefined), [second])
})

test('a file that was not changed is not read again', async () => {
  const { path, keys } = await keyFile(JSON.stringify({ keys: [first] }))
  await utimes(path, 1_800_000_000, 1_800_000_000)
  await keys.keysOf(ISSUER, 'first')
  // The same length, and nothing a reader who only looks at the time could see.
  await writeFile(path, JSON.stringify({ keys: [{ ...first, kid: 'fir5t' }] }))
  await utimes(path, 1_800_000_000, 1_800_000_000)
  assert.deepEqual(await keys.keysOf(ISSUER, 'first'), [first])
})

test('a file that cannot be used gives no keys, not even those of before', async () => {
  const { path, keys } = await keyFile(JSON.stringify({ keys: [first] }))
  await keys.keysOf(ISSUER, 'first')
  for (const content of ['', '[]', `{"keys":[],"more":"${'x'.repeat(MAX_DOCUMENT_BYTES)}"}`]) {
    await writeFile(path, content)
    await assert.rejects(keys.keysOf(ISSUER, 'first'), KeysUnavailableError)
  }
  await rm(path)
  await assert.rejects(keys.keysOf(ISSUER, 'first'), KeysUnavailableError)
})

test('an issuer without a file has no keys', async () => {
  const { keys } = await keyFile(JSON.stringify({ keys: [first] }))
  await assert.rejects(keys.keysOf(`${ISSUER}/`, 'first'), KeysUnavailableError)
})

test('an issuer with a file has no other source, and the others have', async () => {
  const asked: string[] = []
  const otherwise: IssuerKeys = {
    async keysOf(issuer) {
      asked.push(issuer)
      return [second]
    },
  }
  const { keys } = await keyFile('broken')
  const both = filesFirst(keys, otherwise)
  await assert.rejects(both.keysOf(ISSUER, 'second'), KeysUnavailableError)
  assert.deepEqual(await both.keysOf('https://other.example.com', 'second'), [second])
  assert.deepEqual(asked, ['https://other.example.com'])
})
