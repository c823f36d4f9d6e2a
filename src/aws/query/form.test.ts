import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AwsError } from '../error.ts'
import { MAX_PARAMETERS, parseForm } from './form.ts'

const entries = (text: string | Uint8Array) => [...parseForm(text)]

function refusalOf(text: string | Uint8Array): string {
  try {
    parseForm(text)
  } catch (error) {
    assert.ok(error instanceof AwsError)
    assert.deepEqual([error.code, error.kind, error.status], ['MalformedQueryString', 'framework', 400])
    return error.message
  }
  assert.fail('the form was taken')
}

describe('a form', () => {
  const readings: readonly [text: string, ...entries: [string, string][]][] = [
    [''],
    ['&&'],
    ['Action=GetUser&Version=2010-05-08', ['Action', 'GetUser'], ['Version', '2010-05-08']],
    ['&b=2&&a=1&', ['b', '2'], ['a', '1']],
    ['a', ['a', '']],
    ['a=', ['a', '']],
    ['a==b=', ['a', '=b=']],
    ['a+b=+c+', ['a b', ' c ']],
    ['a=%2B%20%26%3D%25', ['a', '+ &=%']],
    ['a=%c3%A4', ['a', 'ä']],
    ['a=%F0%9F%94%91', ['a', '🔑']],
    ['a=%00%0A', ['a', '\0\n']],
    ['%EF%BB%BFAction=x&Action=y', ['\ufeffAction', 'x'], ['Action', 'y']],
    ['__proto__=1&constructor=2&__proto__.x=3', ['__proto__', '1'], ['constructor', '2'], ['__proto__.x', '3']],
  ]
  for (const [text, ...expected] of readings)
    test(`${JSON.stringify(text)} has ${expected.length} parameters`, () => {
      assert.deepEqual(entries(text), expected)
      assert.deepEqual(entries(Buffer.from(text)), expected)
    })

  test('may have UTF-8 that is not escaped, from a body and from the target of a request', () => {
    const body = Buffer.from('name=Łódź')
    assert.deepEqual(entries(body), [['name', 'Łódź']])
    assert.deepEqual(entries(body.toString('latin1')), [['name', 'Łódź']])
    assert.deepEqual(entries(new Uint8Array([0, ...body, 0]).subarray(1, -1)), [['name', 'Łódź']])
  })

  for (const text of ['a=%', 'a=%2', 'a=%2&b=1', 'a=%zz', '%=1', 'a=%u0041', 'a=100%', 'a=%%41', 'a=%+1'])
    test(`with the broken escape of ${text} is refused`, () => {
      assert.equal(refusalOf(text), 'A percent sign must be followed by two hexadecimal digits.')
    })

  for (const text of ['a=%FF', '%C3=1', 'a=%C0%AF', 'a=%ED%A0%80', 'a=%F4%90%80%80', 'a=\xff', 'a=\u0141'])
    test(`with ${JSON.stringify(text)}, which is not UTF-8, is refused`, () => {
      assert.equal(refusalOf(text), 'Parameters must be UTF-8.')
    })

  for (const text of ['a=1&a=1', 'a=1&b=2&a=', 'a&a', '%61=1&a=2', 'a+b=1&a%20b=2', 'Action=x&x=y&Action=z'])
    test(`with a name that comes twice is refused: ${text}`, () => {
      assert.equal(refusalOf(text), 'A parameter must not be sent more than once.')
    })

  test('with a name that is empty is refused', () => {
    for (const text of ['=', '=1', 'a=1&=2']) assert.equal(refusalOf(text), 'A parameter must have a name.')
  })

  test('may have as many parameters as its limit, and no more', () => {
    const names = Array.from({ length: MAX_PARAMETERS }, (_, index) => `n${index}`)
    assert.equal(parseForm(names.join('=&')).size, MAX_PARAMETERS)
    assert.equal(refusalOf([...names, 'n'].join('&')), 'A request can have at most 10000 parameters.')
  })

  test('is not quoted when it is refused', () => {
    for (const text of ['p=tops%ecret', 'topsecret&topsecret', 'topsecret=%FF'])
      assert.doesNotMatch(refusalOf(text), /secret/)
  })

  test('that URLSearchParams wrote is read as it was', () => {
    const dictionary = fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(dictionary, (parameters) => {
        const pairs = Object.entries(parameters)
        assert.deepEqual(entries(new URLSearchParams(pairs).toString()), pairs)
      }),
    )
  })

  test('that is taken is read as URLSearchParams reads it, whatever was sent', () => {
    const pieces = fc.array(fc.constantFrom('a', 'b', '=', '&', '+', '%', '%2', '%41', '%C3', '%A4', '.', ' ', ''))
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('')
        let taken: [string, string][]
        try {
          taken = entries(text)
        } catch (error) {
          assert.ok(error instanceof AwsError, String(error))
          return
        }
        assert.deepEqual(taken, [...new URLSearchParams(text)])
      }),
      { numRuns: 1000 },
    )
  })
})
