import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodePlace, MAX_PLACE_BYTES, type Place } from './place.ts'

const hex = (place: Place) => encodePlace(place).toString('hex')

/** Few letters, so that random places often differ only in where their parts end or in their types. */
const part = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '1', '\0', 'é'), maxLength: 3 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.uint8Array({ maxLength: 3 }),
  fc.uint8Array({ min: 97, max: 97, maxLength: 3 }),
  fc.constantFrom(0, 1, -1, 0.5),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(null),
  fc.constant(undefined),
)
const place = fc.array(part, { maxLength: 4 })

/** What two places have in common when they mean the same. */
function meaning(value: Place): string {
  return JSON.stringify(
    value.map((part) => {
      if (part === null || part === undefined) return ['missing']
      if (part instanceof Uint8Array) return ['bytes', ...part]
      return [typeof part, typeof part === 'number' ? String(part + 0) : part]
    }),
  )
}

test('two places encode equal exactly when they mean the same', () => {
  fc.assert(
    fc.property(place, place, (left, right) => {
      assert.equal(hex(left) === hex(right), meaning(left) === meaning(right))
    }),
    { numRuns: 5000 },
  )
})

test('no encoding is the beginning of another', () => {
  fc.assert(
    fc.property(place, place, (left, right) => {
      if (meaning(left) !== meaning(right)) assert.ok(!hex(right).startsWith(hex(left)))
    }),
    { numRuns: 5000 },
  )
})

test('moving a boundary between two texts changes the encoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), fc.nat(), (text, first, second) => {
      const characters = [...text]
      const split = (at: number) => [characters.slice(0, at).join(''), characters.slice(at).join('')]
      const [left, right] = [first % (characters.length + 1), second % (characters.length + 1)]
      assert.equal(hex(split(left)) === hex(split(right)), left === right)
      assert.notEqual(hex(split(left)), hex([text]))
    }),
  )
})

test('texts, bytes, numbers and missing values that look alike encode differently', () => {
  const alike: Place[] = [
    [],
    [''],
    [null],
    [new Uint8Array()],
    [0],
    ['0'],
    [1],
    ['1'],
    [Buffer.from('1')],
    ['a', 'b'],
    ['ab'],
    ['ab', ''],
    ['', 'ab'],
    ['ab', null],
    ['null'],
    ['undefined'],
    [Buffer.alloc(8)],
    ['é'],
    ['e\u0301'],
  ]
  assert.equal(new Set(alike.map(hex)).size, alike.length)
})

test('a value that a database column cannot tell apart encodes the same', () => {
  assert.equal(hex([undefined]), hex([null]))
  assert.equal(hex([-0]), hex([0]))
  assert.equal(hex([new Uint8Array([1, 2])]), hex([Buffer.from([1, 2])]))
})

test('the encoding is fixed for ever', () => {
  assert.equal(
    hex(['é', Uint8Array.of(7), 1.5, null]),
    ['00000004', '0100000002c3a9', '020000000107', '03000000083ff8000000000000', '0000000000'].join(''),
  )
})

test('what has no unambiguous encoding is refused', () => {
  for (const number of [Number.NaN, Infinity, -Infinity]) assert.throws(() => encodePlace([number]), TypeError)
  for (const text of ['\ud800', 'a\udfffb']) assert.throws(() => encodePlace([text]), TypeError)
  for (const value of [true, 1n, {}, [], Symbol.iterator]) {
    assert.throws(() => encodePlace([value as unknown as string]), TypeError)
  }
})

test('a place may be as large as the limit and no larger', () => {
  const rest = MAX_PLACE_BYTES - 9
  assert.equal(encodePlace([new Uint8Array(rest)]).byteLength, MAX_PLACE_BYTES)
  assert.throws(() => encodePlace([new Uint8Array(rest + 1)]), RangeError)
})
