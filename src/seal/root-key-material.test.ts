import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { rootKeyFingerprint } from './root-key.ts'
import { RootKeyError } from './root-key-error.ts'
import { decodeKey, formatRootKey, generateRootKey, parseRootKey, RootKeyMaterial } from './root-key-material.ts'

const subject = 'Cannot read the root key file: /etc/key'

test('parsing gives back the key whose text it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const material = parseRootKey(formatRootKey(new RootKeyMaterial(bytes)), subject)
      assert.ok(material.bytes.equals(bytes))
      assert.equal(material.fingerprint, rootKeyFingerprint(bytes))
    }),
  )
})

test('the text of a key is one line with a version', () => {
  assert.equal(
    formatRootKey(new RootKeyMaterial(Buffer.alloc(32, 255))),
    'coffer-root-key:v1:__________________________________________8',
  )
})

test('two generated keys differ', () => {
  assert.notDeepEqual(generateRootKey().bytes, generateRootKey().bytes)
})

test('printed or serialised material shows its fingerprint only', () => {
  const material = new RootKeyMaterial(Buffer.alloc(32, 0xab))
  assert.doesNotMatch(inspect(material, { showHidden: true, depth: 9 }), /ab ab|171/)
  assert.equal(JSON.stringify(material), `{"fingerprint":"${material.fingerprint}"}`)
})

test('text that is no root key is refused without being shown', () => {
  const encoded = randomBytes(32).toString('base64url')
  const texts = [
    '',
    encoded,
    `coffer-root-key:${encoded}`,
    `coffer-root-key:v1:${encoded.slice(1)}`,
    `coffer-root-key:v1:A${encoded}`,
    `coffer-root-key:v1:${encoded}\n`,
    ` coffer-root-key:v1:${encoded}`,
    `coffer-root-key:v1:${encoded.slice(0, 20)}!${encoded.slice(21)}`,
    `coffer-root-key:v1:${encoded}:${encoded}`,
  ]
  for (const text of texts) {
    assert.throws(
      () => parseRootKey(text, subject),
      (error) => {
        assert.ok(error instanceof RootKeyError)
        assert.equal(error.code, 'malformed')
        assert.ok(error.message.startsWith(subject))
        assert.ok(!error.message.includes(encoded.slice(1, 20)))
        return true
      },
    )
  }
})

test('a key of a later version is named as such', () => {
  assert.throws(() => parseRootKey('coffer-root-key:v2:anything', subject), {
    code: 'unknown-version',
    message: `${subject} is a root key of version v2, wanted v1`,
  })
})

test('base64 with spare bits set was not written by an encoder and is refused', () => {
  const text = Buffer.alloc(32).toString('base64url')
  assert.deepEqual(decodeKey(text), Buffer.alloc(32))
  assert.equal(decodeKey(text.replace(/A$/, 'B')), undefined)
})
