import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { OpenError } from '../seal/aead.ts'
import { decrypt, type EncryptionContext, encrypt, readCiphertext } from './ciphertext.ts'
import { newKey } from './key.ts'

const key = newKey({ account: '111122223333', region: 'eu-central-1', manager: 'CUSTOMER', now: 0 })
const material = randomBytes(32)
const context = { SecretARN: 'arn:a', SecretVersionId: 'v1' }

const open = (blob: Uint8Array, of: EncryptionContext = context, by = key, with_: Uint8Array = material) =>
  decrypt(by, readCiphertext(blob), with_, of)

describe('a ciphertext', () => {
  test('names its key and the version of its material', () => {
    const { keyId, version } = readCiphertext(encrypt(key, 7, material, Buffer.from('x'), context))
    assert.deepEqual([keyId, version], [key.keyId, 7])
  })

  test('opens to what was encrypted, whatever the content and the context', () => {
    const contexts = fc.dictionary(fc.string(), fc.string())
    const versions = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), contexts, versions, (plaintext, of, version) => {
        const blob = encrypt(key, version, material, plaintext, of)
        assert.ok(open(blob, of).equals(plaintext))
        assert.ok(open(new Uint8Array([0, ...blob]).subarray(1), of).equals(plaintext))
      }),
    )
  })

  test('does not mind the order of the context', () => {
    const blob = encrypt(key, 1, material, Buffer.from('x'), { a: '1', b: '2', B: '3' })
    assert.equal(open(blob, { B: '3', b: '2', a: '1' }).toString(), 'x')
  })

  test('is another one each time', () => {
    const blobs = Array.from({ length: 50 }, () => encrypt(key, 1, material, Buffer.from('x'), context).toString('hex'))
    assert.equal(new Set(blobs).size, 50)
  })

  for (const [what, other] of [
    ['none', {}],
    ['another value', { ...context, SecretVersionId: 'v2' }],
    ['another name', { SecretARN: 'arn:a', secretVersionId: 'v1' }],
    ['one pair more', { ...context, more: '' }],
    ['one pair less', { SecretARN: 'arn:a' }],
    ['names and values exchanged', { 'arn:a': 'SecretARN', v1: 'SecretVersionId' }],
    ['the pairs joined otherwise', { SecretARN: 'arn:aSecretVersionIdv1' }],
  ] as [string, EncryptionContext][])
    test(`does not open with another context: ${what}`, () => {
      const blob = encrypt(key, 1, material, Buffer.from('x'), context)
      assert.throws(() => open(blob, other), OpenError)
    })

  test('does not open under another key, account, Region or material', () => {
    const blob = encrypt(key, 1, material, Buffer.from('x'), context)
    for (const other of [
      { account: '999988887777' },
      { region: 'eu-west-1' },
      { keyId: newKey({ ...key, manager: 'AWS', now: 0 }).keyId },
    ])
      assert.throws(() => open(blob, context, { ...key, ...other }), OpenError)
    assert.throws(() => open(blob, context, key, randomBytes(32)), OpenError)
  })

  test('does not open when any byte was altered, or any part cut off', () => {
    const blob = encrypt(key, 1, material, Buffer.from('some content'), context)
    for (let index = 0; index < blob.length; index++) {
      const altered = Buffer.from(blob)
      altered[index]! ^= 1
      // The header's key id is looked up before; whichever key it leads to, this content is none of it.
      const opened = () => {
        const header = readCiphertext(altered)
        return decrypt({ ...key, keyId: header.keyId }, header, material, context)
      }
      assert.throws(opened, OpenError, `byte ${index}`)
      assert.throws(() => open(blob.subarray(0, index)), OpenError, `cut at ${index}`)
    }
    assert.throws(() => open(Buffer.concat([blob, Buffer.alloc(1)])), OpenError)
  })

  test('is nothing that anybody makes up', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => assert.throws(() => open(bytes), OpenError)))
  })
})
