import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveSigningKey, isSignatureOf, publicKeyOf, SIGNATURE_BYTES, signatureOf } from './sign.ts'

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index)
const signer = deriveSigningKey(KEY, 'coffer/test')
const message = Buffer.from('what is said')

test('a signature proves its message under its key, and nothing else', () => {
  const publicKey = publicKeyOf(signer)
  const signature = signatureOf(signer, message)
  assert.equal(isSignatureOf(publicKey, message, signature), true)
  assert.equal(isSignatureOf(publicKey, Buffer.from('what is sayd'), signature), false)
  assert.equal(isSignatureOf(publicKeyOf(deriveSigningKey(KEY, 'coffer/other')), message, signature), false)
  for (let index = 0; index < SIGNATURE_BYTES; index++) {
    const altered = Buffer.from(signature)
    altered[index]! ^= 1
    assert.equal(isSignatureOf(publicKey, message, altered), false, `byte ${index}`)
  }
})

test('what is no signature or no key proves nothing', () => {
  const publicKey = publicKeyOf(signer)
  const signature = signatureOf(signer, message)
  assert.equal(isSignatureOf(publicKey, message, signature.subarray(1)), false)
  assert.equal(isSignatureOf(publicKey, message, new Uint8Array(0)), false)
  assert.equal(isSignatureOf(publicKey.subarray(1), message, signature), false)
  for (const filled of [0, 1, 127, 255])
    assert.equal(isSignatureOf(Buffer.alloc(32, filled), message, signature), false, `a key full of ${filled}`)
})

test('the same key and label always sign alike', () => {
  assert.equal(
    publicKeyOf(signer).toString('hex'),
    publicKeyOf(deriveSigningKey(Uint8Array.from(KEY), 'coffer/test')).toString('hex'),
  )
  assert.deepEqual(signatureOf(signer, message), signatureOf(deriveSigningKey(KEY, 'coffer/test'), message))
})
