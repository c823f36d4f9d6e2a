import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Json, JsonError, JsonNumber, parseStrictJson } from './strict-json.ts'

/** The value as JSON.parse would give it. */
function plain(json: Json): unknown {
  if (json instanceof JsonNumber) return Number(json.text)
  if (json instanceof Map) return Object.fromEntries([...json].map(([name, value]) => [name, plain(value)]))
  return Array.isArray(json) ? json.map(plain) : json
}

describe('parseStrictJson', () => {
  test('reads what JSON.stringify writes, with white space or without', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false, maxDepth: 4 }), fc.constantFrom(0, 1, '\t'), (text, space) => {
        const value = JSON.parse(text)
        assert.deepEqual(plain(parseStrictJson(JSON.stringify(value, null, space))), plain(parseStrictJson(text)))
        assert.deepEqual(JSON.stringify(plain(parseStrictJson(text))), JSON.stringify(value))
      }),
    )
  })

  test('keeps numbers as they are written', () => {
    for (const text of ['0', '-0', '1.50', '1e3', '-2.5E-7', '123456789012345678901234567890'])
      assert.deepEqual(parseStrictJson(text), new JsonNumber(text))
  })

  const refused = [
    ...['', ' ', '{', '}', '[1', '[1,]', '{"a":1,}', '{"a" 1}', '{a:1}', "{'a':1}", '"a', '"a\nb"', '"\\x"', '"\\u12"'],
    ...[
      '"\t"',
      '"\\ud800"',
      '01',
      '1.',
      '.5',
      '+1',
      '1 2',
      'True',
      'nul',
      'undefined',
      '[1 2]',
      '{"a":}',
      '// x\n1',
      '"\\"',
    ],
    ...['\u00a01', '\ufeff1', `${'['.repeat(40)}${']'.repeat(40)}`],
  ]
  for (const text of refused)
    test(`refuses ${JSON.stringify(text)}`, () =>
      assert.throws(
        () => parseStrictJson(text),
        (error) => error instanceof JsonError && !error.duplicate,
      ))

  test('refuses a name that stands twice, also when it is written in two ways, at any depth', () => {
    for (const text of [
      '{"a":1,"a":1}',
      '{"a":1,"\\u0061":2}',
      '[{"b":{"a":1,"c":2,"a":3}}]',
      '{"__proto__":1,"__proto__":2}',
    ])
      assert.throws(
        () => parseStrictJson(text),
        (error) => error instanceof JsonError && error.duplicate,
      )
    assert.deepEqual(plain(parseStrictJson('[{"a":1},{"a":1}]')), [{ a: 1 }, { a: 1 }])
  })

  test('gives no name a meaning of its own', () => {
    const object = parseStrictJson('{"__proto__":"x","constructor":"y"}')
    assert.ok(object instanceof Map)
    assert.deepEqual([...object.keys()], ['__proto__', 'constructor'])
  })

  test('tells where each string value stands', () => {
    const text = ' { "a" : [ "x" , {"b":"y\\"z"} ] }'
    const found: unknown[] = []
    parseStrictJson(text, ({ path, value, start, end }) => found.push([[...path], value, text.slice(start, end)]))
    assert.deepEqual(found, [
      [['a', 0], 'x', '"x"'],
      [['a', 1, 'b'], 'y"z', '"y\\"z"'],
    ])
  })
})
