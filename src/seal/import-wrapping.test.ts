import assert from 'node:assert/strict'
import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { OpenError } from './aead.ts'
import { isWrappingAlgorithm, newWrappingKey, unwrap, type WrappingAlgorithm } from './import-wrapping.ts'

const material = randomBytes(32)
const padding = constants.RSA_PKCS1_OAEP_PADDING
const pair = await newWrappingKey(2048)
const key = createPublicKey({ key: pair.publicKey, format: 'der', type: 'spki' })
const hashOf = (algorithm: string) => (algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256')

/** Wraps as a customer does, by what AWS's documentation says. */
function wrap(algorithm: WrappingAlgorithm, innerBytes = 32): Buffer {
  const oaepHash = hashOf(algorithm)
  if (algorithm.startsWith('RSAES')) return publicEncrypt({ key, padding, oaepHash }, material)
  const inner = randomBytes(innerBytes)
  const cipher = createCipheriv(`id-aes${innerBytes * 8}-wrap-pad`, inner, Buffer.from('a65959a6', 'hex'))
  return Buffer.concat([publicEncrypt({ key, padding, oaepHash }, inner), cipher.update(material), cipher.final()])
}

for (const algorithm of [
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
] as const)
  describe(algorithm, () => {
    test('unwraps what was wrapped to its public key', () => {
      assert.deepEqual(unwrap(pair.privateKey, algorithm, wrap(algorithm)), material)
    })

    test('refuses what was altered, cut, or is nothing', () => {
      const wrapped = wrap(algorithm)
      for (const at of [0, wrapped.length - 1]) {
        const altered = Buffer.from(wrapped)
        altered.writeUInt8(altered.readUInt8(at) ^ 1, at)
        assert.throws(() => unwrap(pair.privateKey, algorithm, altered), OpenError)
      }
      assert.throws(() => unwrap(pair.privateKey, algorithm, wrapped.subarray(0, -1)), OpenError)
      assert.throws(() => unwrap(pair.privateKey, algorithm, Buffer.alloc(0)), OpenError)
    })

    test('refuses what was wrapped by another algorithm', () => {
      const other = algorithm.endsWith('SHA_1') ? 'RSAES_OAEP_SHA_256' : 'RSAES_OAEP_SHA_1'
      assert.throws(() => unwrap(pair.privateKey, algorithm, wrap(other)), OpenError)
    })
  })

test('a key for wrapping of another length than AES-256 is refused', () => {
  const wrapped = wrap('RSA_AES_KEY_WRAP_SHA_256', 16)
  assert.throws(() => unwrap(pair.privateKey, 'RSA_AES_KEY_WRAP_SHA_256', wrapped), OpenError)
})

test('what was wrapped to another key is refused', async () => {
  const { privateKey } = await newWrappingKey(2048)
  assert.throws(() => unwrap(privateKey, 'RSAES_OAEP_SHA_256', wrap('RSAES_OAEP_SHA_256')), OpenError)
})

test('only the algorithms that are safe are known', () => {
  assert.ok(isWrappingAlgorithm('RSAES_OAEP_SHA_256'))
  for (const name of ['RSAES_PKCS1_V1_5', 'SM2PKE', 'toString']) assert.equal(isWrappingAlgorithm(name), false)
})
