import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  MAX_PLAINTEXT_BYTES,
  OpenError,
  openDerived,
  openOnce,
  SEAL_DERIVED_OVERHEAD,
  SEAL_ONCE_OVERHEAD,
  sealDerived,
  sealOnce,
} from './aead.ts'
import type { Place } from './place.ts'

const pairs = [
  { name: 'sealOnce', seal: sealOnce, open: openOnce, overhead: SEAL_ONCE_OVERHEAD },
  { name: 'sealDerived', seal: sealDerived, open: openDerived, overhead: SEAL_DERIVED_OVERHEAD },
]
const place: Place = ['record', 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:a-AbCdEf', 1]
const key = randomBytes(32)

for (const { name, seal, open, overhead } of pairs) {
  describe(name, () => {
    test('opening gives back what was sealed, whatever its size', () => {
      for (const size of [0, 1, 15, 16, 17, 31, 32, 33, 4095, 4096, 65_535, 65_536, 65_537, MAX_PLAINTEXT_BYTES]) {
        const plaintext = randomBytes(size)
        const sealed = seal(key, plaintext, place)
        assert.equal(sealed.byteLength, size + overhead)
        assert.ok(open(key, sealed, place).equals(plaintext))
      }
    })

    test('opening gives back what was sealed, whatever its content and place', () => {
      const part = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array(), fc.integer(), fc.constant(null))
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(part), (plaintext, place) => {
          assert.deepEqual(new Uint8Array(open(key, seal(key, plaintext, place), place)), plaintext)
        }),
      )
    })

    test('a blob that lies somewhere inside a larger buffer opens', () => {
      const sealed = seal(key, Buffer.from('value'), place)
      const around = Buffer.concat([randomBytes(3), sealed, randomBytes(3)])
      const view = new Uint8Array(around.buffer, around.byteOffset + 3, sealed.byteLength)
      assert.equal(open(key, view, place).toString(), 'value')
    })

    test('every other value of every single byte is refused', () => {
      const sealed = seal(key, Buffer.from('value'), place)
      for (let index = 0; index < sealed.byteLength; index++) {
        for (let change = 1; change < 256; change++) {
          const altered = Buffer.from(sealed)
          altered[index]! ^= change
          assert.throws(() => open(key, altered, place), OpenError)
        }
      }
    })

    test('every beginning, every end and every extension of a blob is refused', () => {
      const sealed = seal(key, Buffer.from('value'), place)
      for (let length = 0; length < sealed.byteLength; length++) {
        assert.throws(() => open(key, sealed.subarray(0, length), place), OpenError)
        assert.throws(() => open(key, sealed.subarray(sealed.byteLength - length), place), OpenError)
      }
      assert.throws(() => open(key, Buffer.concat([sealed, Buffer.alloc(1)]), place), OpenError)
    })

    test('every change of the place is refused', () => {
      const sealed = seal(key, Buffer.from('value'), place)
      const others: Place[] = [
        [],
        place.slice(1),
        place.slice(0, -1),
        [...place, ''],
        [...place, null],
        place.toReversed(),
        place.with(0, 'Record'),
        place.with(0, null),
        place.with(2, '1'),
        place.with(2, 2),
        ['recorda', 'rn:aws:secretsmanager:eu-central-1:123456789012:secret:a-AbCdEf', 1],
      ]
      for (const other of others) assert.throws(() => open(key, sealed, other), OpenError)
    })

    test('blobs of one key that trade places do not open', () => {
      const first = seal(key, Buffer.from('first'), ['secret', 'a'])
      const second = seal(key, Buffer.from('other'), ['secret', 'b'])
      assert.throws(() => open(key, second, ['secret', 'a']), OpenError)
      assert.throws(() => open(key, first, ['secret', 'b']), OpenError)
    })

    test('another key does not open', () => {
      const sealed = seal(key, Buffer.from('value'), place)
      assert.throws(() => open(randomBytes(32), sealed, place), OpenError)
    })

    test('sealing twice gives blobs that share no nonce or salt', () => {
      const headers = Array.from({ length: 1000 }, () => seal(key, Buffer.from('value'), place).toString('hex', 1, 13))
      assert.equal(new Set(headers).size, headers.length)
    })

    test('the sealed bytes do not contain the plaintext', () => {
      const plaintext = Buffer.from('a value that one would recognise')
      assert.ok(!seal(key, plaintext, place).includes(plaintext.subarray(0, 8)))
    })

    test('more than the limit is neither sealed nor opened', () => {
      assert.throws(() => seal(key, new Uint8Array(MAX_PLAINTEXT_BYTES + 1), place), RangeError)
      const oversized = new Uint8Array(MAX_PLAINTEXT_BYTES + 1 + overhead)
      oversized[0] = seal(key, new Uint8Array(), place)[0]!
      assert.throws(() => open(key, oversized, place), OpenError)
    })

    test('a key of another length is a mistake of the program', () => {
      const sealed = seal(key, Buffer.from('value'), place)
      for (const length of [0, 16, 24, 31, 33, 64]) {
        assert.throws(() => seal(new Uint8Array(length), Buffer.from('value'), place), RangeError)
        assert.throws(() => open(new Uint8Array(length), sealed, place), RangeError)
      }
    })
  })
}

test('a blob of one format is not opened as the other', () => {
  assert.throws(() => openDerived(key, sealOnce(key, randomBytes(64), place), place), OpenError)
  assert.throws(() => openOnce(key, sealDerived(key, randomBytes(64), place), place), OpenError)
})

test('the error of a failed opening says nothing about the bytes, the place or the cause', () => {
  const sealed = sealOnce(key, Buffer.from('value'), place)
  assert.throws(
    () => openOnce(key, sealed, ['elsewhere']),
    (error) => {
      assert.ok(error instanceof OpenError)
      assert.equal(error.name, 'OpenError')
      assert.equal(error.message, 'Cannot open sealed bytes: they were altered, or belong to another place or key')
      assert.equal(error.cause, undefined)
      return true
    },
  )
})
