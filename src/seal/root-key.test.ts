import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { OpenError } from './aead.ts'
import { localRootKey, rootKeyFingerprint } from './root-key.ts'

const place = ['key', 'installation', 1]

test('unwrapping gives back what was wrapped, also by another instance of the same key', async () => {
  const bytes = randomBytes(32)
  const wrapped = await localRootKey(bytes).wrap(Buffer.from('keyring key'), place)
  assert.equal((await localRootKey(bytes).unwrap(wrapped, place)).toString(), 'keyring key')
})

test('another root key, another place and altered or missing bytes reject with OpenError', async () => {
  const root = localRootKey(randomBytes(32))
  const wrapped = await root.wrap(Buffer.from('keyring key'), place)
  await assert.rejects(localRootKey(randomBytes(32)).unwrap(wrapped, place), OpenError)
  await assert.rejects(root.unwrap(wrapped, ['key', 'installation', 2]), OpenError)
  await assert.rejects(root.unwrap(new Uint8Array(), place), OpenError)
  for (let index = 0; index < wrapped.byteLength; index++) {
    const altered = Buffer.from(wrapped)
    altered[index]! ^= 1
    await assert.rejects(root.unwrap(altered, place), OpenError)
    await assert.rejects(root.unwrap(wrapped.subarray(0, index), place), OpenError)
  }
})

test('the caller may wipe the bytes it handed over', async () => {
  const bytes = randomBytes(32)
  const root = localRootKey(bytes)
  const wrapped = await root.wrap(Buffer.from('keyring key'), place)
  bytes.fill(0)
  assert.equal((await root.unwrap(wrapped, place)).toString(), 'keyring key')
})

test('a fingerprint is 16 hexadecimal digits that belong to one key', () => {
  const bytes = randomBytes(32)
  assert.match(rootKeyFingerprint(bytes), /^[0-9a-f]{16}$/)
  assert.equal(localRootKey(bytes).fingerprint, rootKeyFingerprint(bytes))
  assert.notEqual(rootKeyFingerprint(randomBytes(32)), rootKeyFingerprint(bytes))
  assert.ok(!bytes.toString('hex').includes(rootKeyFingerprint(bytes)))
})

test('a printed root key shows its fingerprint and no bytes', () => {
  const bytes = Buffer.alloc(32, 0xab)
  assert.doesNotMatch(inspect(localRootKey(bytes), { depth: 9, showHidden: true }), /ab ab|171/)
})

test('a root key of another length is refused', () => {
  for (const length of [0, 16, 31, 33]) assert.throws(() => localRootKey(new Uint8Array(length)), RangeError)
})
