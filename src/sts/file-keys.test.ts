import assert from 'node:assert/strict'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { MAX_DOCUMENT_BYTES } from './fetch-json.ts'
import { FileKeys, filesFirst } from './file-keys.ts'
import { COOL_DOWN_MS, type IssuerKeys, KeysUnavailableError } from './issuer-keys.ts'
import { readKeySet } from './key-set.ts'

const ISSUER = 'https://oidc.example.com'
const folder = await mkdtemp(join(tmpdir(), 'coffer-file-keys-'))
after(() => rm(folder, { recursive: true }))

const key = async (kid: string): Promise<JWK> => ({
  ...(await exportJWK((await generateKeyPair('ES256')).publicKey)),
  kid,
})
const [first, second] = [await key('first'), await key('second')]

let files = 0
let time = 1_800_000_000_000
async function keyFile(content: string) {
  const path = join(folder, `${++files}.json`)
  await writeFile(path, content)
  const faults: string[] = []
  const onFault = (_issuer: string, fault: Error) => faults.push(fault.message)
  return { path, keys: new FileKeys(new Map([[ISSUER, path]]), { now: () => time, onFault }), faults }
}

/** Ids of the keys that a token may mean. */
async function ids(keys: FileKeys, kid?: string) {
  return (await keys.keysOf(ISSUER, kid)).map((one) => one.kid)
}

test('the keys of an issuer are those in its file', async () => {
  const { keys } = await keyFile(JSON.stringify({ keys: [first, second] }))
  assert.deepEqual(await ids(keys, 'second'), ['second'])
  assert.deepEqual(await keys.keysOf(ISSUER, 'third'), [])
})

test('a file that was changed is read again', async () => {
  const { path, keys } = await keyFile(JSON.stringify({ keys: [first] }))
  await keys.keysOf(ISSUER, 'first')
  await writeFile(path, JSON.stringify({ keys: [second] }))
  await utimes(path, 1_800_000_000, 1_800_000_000)
  assert.deepEqual(await ids(keys), ['second'])
})

test('a file that was not changed is not read again', async () => {
  const { path, keys } = await keyFile(JSON.stringify({ keys: [first] }))
  await utimes(path, 1_800_000_000, 1_800_000_000)
  await keys.keysOf(ISSUER, 'first')
  // The same length, and nothing a reader who only looks at the time could see.
  await writeFile(path, JSON.stringify({ keys: [{ ...first, kid: 'fir5t' }] }))
  await utimes(path, 1_800_000_000, 1_800_000_000)
  assert.deepEqual(await ids(keys, 'first'), ['first'])
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

test('keys are imported once for each content of the file', async () => {
  const { keys } = await keyFile(JSON.stringify({ keys: [first] }))
  const [one] = await keys.keysOf(ISSUER, 'first')
  const [again] = await keys.keysOf(ISSUER, undefined)
  assert.ok(one && one.key === again?.key)
})

test('what is wrong with a file is told once in a cool-down, whatever tokens come', async () => {
  const { path, keys, faults } = await keyFile('[]')
  const ask = async () => {
    for (let count = 0; count < 3; count++) await assert.rejects(keys.keysOf(ISSUER, 'first'), KeysUnavailableError)
  }
  await ask()
  assert.deepEqual(faults, ['The document is no key set'])
  time += COOL_DOWN_MS
  await ask()
  assert.equal(faults.length, 2)
  // The clock is set back.
  time -= 1
  await ask()
  assert.equal(faults.length, 3)
  await writeFile(path, JSON.stringify({ keys: [first] }))
  assert.deepEqual(await ids(keys), ['first'])
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
      return readKeySet({ keys: [second] })
    },
  }
  const { keys } = await keyFile('broken')
  const both = filesFirst(keys, otherwise)
  await assert.rejects(both.keysOf(ISSUER, 'second'), KeysUnavailableError)
  assert.equal((await both.keysOf('https://other.example.com', 'second')).length, 1)
  assert.deepEqual(asked, ['https://other.example.com'])
})
