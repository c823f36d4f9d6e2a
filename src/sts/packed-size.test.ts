import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { checkTokenLength, MAX_SESSION_TOKEN, PACKED_LIMIT, packedPercent } from './packed-size.ts'

const tagsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ Key: `key-${index}`, Value: randomBytes(96).toString('base64') }))

test('a session without policies and tags has no packed size', () => {
  assert.equal(packedPercent({ policies: undefined, tags: [] }), undefined)
})

test('more to carry is a larger share', () => {
  const few = packedPercent({ tags: tagsOf(2) }) ?? 0
  const more = packedPercent({ tags: tagsOf(20) }) ?? 0
  assert.ok(few > 0 && few < more && more <= 100, `${few} < ${more}`)
})

test('what repeats itself takes hardly any room', () => {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: Array(20).fill({ Effect: 'Allow' }) })
  assert.ok((packedPercent({ policies: { document, arns: [] }, tags: [] }) ?? 100) <= 5)
})

test('tags that do not fit are refused, with the share they would take', () => {
  assert.throws(() => packedPercent({ tags: tagsOf(50) }), {
    code: 'PackedPolicyTooLarge',
    message: /^Packed size of session tags consumes 1\d\d% of allotted space\.$/,
  })
})

test('a policy that does not fit is refused, with the share it would take', () => {
  const document = randomBytes(PACKED_LIMIT).toString('base64')
  assert.throws(() => packedPercent({ policies: { document, arns: [] }, tags: [] }), {
    code: 'PackedPolicyTooLarge',
    message: /^Packed policy consumes 1\d\d% of allotted space, please use smaller policy\.$/,
  })
})

test('a token that no request could carry is refused', () => {
  checkTokenLength('x'.repeat(MAX_SESSION_TOKEN))
  assert.throws(() => checkTokenLength('x'.repeat(MAX_SESSION_TOKEN + 1)), {
    code: 'PackedPolicyTooLarge',
    message: 'Serialized token too large for session',
  })
})
