import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signatureErrors } from './errors.ts'
import { canonicalValue, collectHeaders, MAX_HEADER_FIELDS } from './raw-headers.ts'

test('fields of one name are joined with a comma in arrival order, whatever the case of their names', () => {
  const headers = collectHeaders(['X', 'b', 'y', '1', 'x', ' b ', 'x', 'a'])
  assert.deepEqual(
    [...headers],
    [
      ['x', 'b,b,a'],
      ['y', '1'],
    ],
  )
})

for (const name of ['Host', 'AUTHORIZATION', 'X-Amz-Date', 'X-Amz-Target', 'X-Amz-Security-Token', 'Content-Length'])
  test(`a second ${name} is refused, also with the same value`, () => {
    const expected = signatureErrors.repeatedHeader(name.toLowerCase())
    assert.throws(() => collectHeaders([name, 'a', name.toLowerCase(), 'a']), {
      code: 'IncompleteSignatureException',
      message: expected.message,
    })
  })

test('as many header fields as the bound allows are read, one more is refused', () => {
  const fields = Array.from({ length: MAX_HEADER_FIELDS }, (_, index) => [`x-${index}`, '1']).flat()
  assert.equal(collectHeaders(fields).size, MAX_HEADER_FIELDS)
  assert.throws(() => collectHeaders([...fields, 'y', '1']), {
    message: signatureErrors.tooManyHeaders(MAX_HEADER_FIELDS).message,
  })
})

const values: Record<string, string> = {
  '': '',
  ' ': '',
  a: 'a',
  ' a ': 'a',
  '\ta\t': 'a',
  '   a  b   c ': 'a b c',
  '"a   b"': '"a b"',
  'a\tb': 'a b',
  'a\nb': 'a b',
  'a\rb': 'a b',
  'a \t \t b': 'a b',
  'value1\r\n  value2\n\tvalue3': 'value1 value2 value3',
  'caf\u00c3\u00a0': 'caf\u00c3\u00a0',
  '\u00a0a\u00a0\u00a0b': '\u00a0a\u00a0\u00a0b',
}

for (const [value, canonical] of Object.entries(values))
  test(`the header value ${JSON.stringify(value)} is signed as ${JSON.stringify(canonical)}`, () => {
    assert.equal(canonicalValue(value), canonical)
    assert.equal(canonicalValue(canonical), canonical)
  })
