import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { derive, deriveMacKey, KEY_BYTES, MAC_BYTES, mac, sameMac } from './mac.ts'

const key = randomBytes(KEY_BYTES)
const salt = randomBytes(32)

test('a derivation depends on key, label and salt, and on where the label ends', () => {
  const derived = [
    derive(key, 'label', salt),
    derive(randomBytes(KEY_BYTES), 'label', salt),
    derive(key, 'other', salt),
    derive(key, 'label', randomBytes(32)),
    derive(key, 'label', new Uint8Array()),
    derive(key, 'a', Buffer.from('bc')),
    derive(key, 'ab', Buffer.from('c')),
  ]
  assert.equal(new Set(derived.map((bytes) => bytes.toString('hex'))).size, derived.length)
  assert.deepEqual(derive(key, 'label', salt), derived[0])
  assert.ok(derived.every((bytes) => bytes.byteLength === 64))
})

test('a MAC depends on key, label and message', () => {
  const message = Buffer.from('message')
  const tag = mac(deriveMacKey(key, 'label'), message)
  assert.equal(tag.byteLength, MAC_BYTES)
  assert.ok(sameMac(tag, mac(deriveMacKey(key, 'label'), message)))
  assert.ok(!sameMac(tag, mac(deriveMacKey(key, 'other'), message)))
  assert.ok(!sameMac(tag, mac(deriveMacKey(randomBytes(KEY_BYTES), 'label'), message)))
  assert.ok(!sameMac(tag, mac(deriveMacKey(key, 'label'), Buffer.from('massage'))))
})

test('MACs of different lengths are not the same', () => {
  assert.ok(!sameMac(Buffer.alloc(32), Buffer.alloc(31)))
  assert.ok(!sameMac(Buffer.alloc(0), Buffer.alloc(32)))
})

test('a key of another length is refused', () => {
  for (const length of [0, 16, 31, 33]) assert.throws(() => derive(new Uint8Array(length), 'label', salt), RangeError)
})
