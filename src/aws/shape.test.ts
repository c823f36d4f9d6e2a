import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AwsError } from './error.ts'
import {
  blob,
  boolean,
  integer,
  list,
  long,
  lowerFirst,
  map,
  required,
  type Shape,
  string,
  structure,
  timestamp,
} from './shape.ts'
import { ViolationList } from './violations.ts'

/** What a JSON text binds to, as the decoder meets it: a member named __proto__ is an own one then. */
const bind = <T>(shape: Shape<T>, json: string) => shape.bind(JSON.parse(json))

/** The text of a SerializationException; undefined when it has none. */
function refusal(shape: Shape<unknown>, json: string): string | undefined {
  try {
    shape.bind(JSON.parse(json))
  } catch (error) {
    assert.ok(error instanceof AwsError)
    assert.deepEqual([error.code, error.status, error.kind], ['SerializationException', 400, 'framework'])
    return error.hasMessage ? error.message : undefined
  }
  assert.fail(`${json} was taken`)
}

/** The ValidationException of a value, without its head. */
function violationsOf<T>(shape: Shape<T>, value: T, path = 'member'): string | undefined {
  const violations = new ViolationList()
  shape.check(value, path, violations)
  return violations.error()?.message
}

const pair = structure({ Key: string(), Value: string() }, 'Pair')
const LIST_FOUND = 'Start of list found where not expected'
const OBJECT_FOUND = 'Start of structure or map found where not expected.'

/** Facts 1.5, and by analogy what was not measured. */
const mismatches: readonly [name: string, shape: Shape<unknown>, json: string, text: string | undefined][] = [
  ['a string for an integer', integer(), '"1"', 'STRING_VALUE can not be converted to an Integer'],
  ['a string for a long', long(), '"1"', 'STRING_VALUE can not be converted to a Long'],
  ['a number for a string', string(), '1', 'NUMBER_VALUE can not be converted to a String'],
  ['true for an integer', integer(), 'true', 'TRUE_VALUE can not be converted to an Integer'],
  ['false for an integer', integer(), 'false', 'FALSE_VALUE can not be converted to an Integer'],
  ['true for a long', long(), 'true', 'TRUE_VALUE can not be converted to a Long'],
  ['true for a string', string(), 'true', 'TRUE_VALUE can not be converted to a String'],
  ['false for a string', string(), 'false', 'FALSE_VALUE can not be converted to a String'],
  ['a list for a string', string(), '[]', LIST_FOUND],
  ['a list for an integer', integer(), '[1]', LIST_FOUND],
  ['a list for a boolean', boolean(), '[]', LIST_FOUND],
  ['a list for a blob', blob(), '[]', LIST_FOUND],
  ['a list for a structure', pair, '[]', LIST_FOUND],
  ['a list for a map', map(string(), string()), '[]', LIST_FOUND],
  ['an object for a string', string(), '{}', OBJECT_FOUND],
  ['an object for a long', long(), '{"a":1}', OBJECT_FOUND],
  ['an object for a boolean', boolean(), '{}', OBJECT_FOUND],
  ['an object for a blob', blob(), '{}', OBJECT_FOUND],
  ['an object for a list', list(string()), '{}', OBJECT_FOUND],
  ['a string for a list', list(string()), '"a"', 'Expected list or null'],
  ['a number for a list', list(string()), '1', 'Expected list or null'],
  ['a string for a structure', pair, '"a"', 'Expected null'],
  ['a number for a structure', pair, '1', 'Expected null'],
  ['a string for a map', map(string(), string()), '"a"', 'Expected map or null'],
  ['a number for a map', map(string(), string()), '1', 'Expected map or null'],
  ['a boolean for a map', map(string(), string()), 'true', 'Expected map or null'],
  ['a list as value of a map', map(string(), string()), '{"a":[]}', LIST_FOUND],
  ['an object as value of a map', map(string(), string()), '{"a":{}}', OBJECT_FOUND],
  ['a number in a list of strings', list(string()), '["a",1]', 'NUMBER_VALUE can not be converted to a String'],
  ['a list in a list of strings', list(string()), '[[]]', LIST_FOUND],
  ['a string in a list of structures', list(pair), '["a"]', 'Expected null'],
  ['a list in a list of structures', list(pair), '[[]]', LIST_FOUND],
  ['a number as member of a structure', pair, '{"Key":1}', 'NUMBER_VALUE can not be converted to a String'],
  ['a number as value of a map', map(string(), string()), '{"a":1}', 'NUMBER_VALUE can not be converted to a String'],
  ['a string for a boolean', boolean(), '"true"', undefined],
  ['a number for a boolean', boolean(), '1', undefined],
  ['a number for a blob', blob(), '1', undefined],
  ['a boolean for a blob', blob(), 'true', undefined],
  ['a string for a timestamp', timestamp(), '"2026-01-01"', undefined],
  ['a number that is no date', timestamp(), '8640000000001', undefined],
  ['a number without an end', timestamp(), '1e999', undefined],
]

describe('binding', () => {
  for (const [name, shape, json, text] of mismatches)
    test(`${name} is refused ${text ? `with: ${text}` : 'without a text'}`, () => {
      assert.equal(refusal(shape, json), text)
    })

  test('only the first wrong type is reported', () => {
    assert.equal(refusal(pair, '{"Value":[],"Key":1}'), 'NUMBER_VALUE can not be converted to a String')
  })

  test('a decimal number is truncated where an integer is wanted', () => {
    assert.deepEqual(
      ['1.9', '-1.9', '20.0', '1e2'].map((json) => bind(integer(), json)),
      [1, -1, 20, 100],
    )
    assert.equal(bind(long(), '7.99'), 7)
  })

  test('a number beyond every integer is a broken constraint, not a wrong type', () => {
    const shape = integer({ range: [1, 20] })
    for (const json of ['4294967296', '1e30', '1e400'])
      assert.match(violationsOf(shape, bind(shape, json)) ?? '', /Member must have value less than or equal to 20$/)
    assert.match(violationsOf(shape, bind(shape, '-1e400')) ?? '', /value greater than or equal to 1$/)
  })

  test('a member that is null is the same as one that is absent', () => {
    assert.deepEqual(bind(pair, '{"Key":null,"Value":"v"}'), { Value: 'v' })
    assert.equal(
      violationsOf(structure({ A: required(string()) }), bind(pair, '{"A":null}') as { A: string }, ''),
      "1 validation error detected: Value null at 'a' failed to satisfy constraint: Member must not be null",
    )
  })

  test('unknown members are ignored, whatever they hold', () => {
    const nested = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
    assert.deepEqual(bind(pair, `{"Key":"k","key":1,"Other":{"Key":[]},"Deep":${nested}}`), { Key: 'k' })
  })

  test('names of the prototype are members like others', () => {
    const bound = bind(pair, '{"__proto__":{"Key":"k"},"constructor":1,"toString":[],"Value":"v"}')
    assert.deepEqual(bound, { Value: 'v' })
    assert.equal(Object.getPrototypeOf(bound), Object.prototype)
    const entries = bind(map(string(), string()), '{"__proto__":"a","constructor":"b"}')
    assert.deepEqual(Object.entries(entries), [
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
  })

  test('a member is never read from the prototype', () => {
    assert.deepEqual(bind(structure({ toString: string() }), '{}'), {})
  })

  test('a lone surrogate is refused wherever a text may stand: it has no UTF-8 form', () => {
    for (const json of ['"\\ud800"', '"a\\udc00b"', '"\\udc00\\ud800"']) {
      assert.equal(refusal(string(), json), undefined)
      assert.equal(refusal(list(pair), `[{"Value":${json}}]`), undefined)
    }
    assert.equal(bind(string(), '"\\ud83d\\udd11"'), '🔑')
  })

  test('a list nested as deep as a body allows is refused like any list', () => {
    assert.equal(refusal(string(), `${'['.repeat(400_000)}${']'.repeat(400_000)}`), LIST_FOUND)
  })

  for (const [json, bytes] of [
    ['""', ''],
    ['"AA=="', '00'],
    ['"AAE="', '0001'],
    ['"AAEC"', '000102'],
    ['"Zm9vdGVzdA=="', Buffer.from('footest').toString('hex')],
    ['"+/+/"', 'fbffbf'],
    ['"AA"', '00'],
    ['"AAE"', '0001'],
    ['"AB=="', '00'],
  ] as const)
    test(`base64 ${json} is the bytes [${bytes}]`, () => {
      assert.equal(Buffer.from(bind(blob(), json)).toString('hex'), bytes)
    })

  for (const json of [
    '"A"',
    '"AAAAA"',
    '"A==="',
    '"AA="',
    '"AAE=="',
    '"AAEC="',
    '"-_-_"',
    '"AA==AA=="',
    '"AAEC\\n"',
    '" AAEC"',
    '"AA EC"',
    '"*"',
    '"=="',
    '"Ä=="',
  ])
    test(`${json} is no base64`, () => {
      assert.equal(refusal(blob(), json), undefined)
    })

  test('base64 of the size of a whole body is read', () => {
    const bytes = Buffer.alloc(768 * 1024, 0xa5)
    assert.ok(bytes.equals(bind(blob(), JSON.stringify(bytes.toString('base64')))))
    assert.equal(refusal(blob(), JSON.stringify(`${bytes.toString('base64')}!`)), undefined)
  })
})

describe('constraints', () => {
  const at = "at 'member' failed to satisfy constraint: Member must"
  const one = (text: string) => `1 validation error detected: ${text}`

  test('a text within its bounds breaks nothing', () => {
    const shape = string({ length: [1, 3], pattern: '[a-z]+' })
    for (const value of ['a', 'abc']) assert.equal(violationsOf(shape, value), undefined)
  })

  test('the length of a text counts UTF-16 units', () => {
    assert.equal(violationsOf(string({ length: [1, 3] }), 'ä🔑'), undefined)
    assert.equal(
      violationsOf(string({ length: [1, 3] }), '🔑🔑'),
      one(`Value '🔑🔑' ${at} have length less than or equal to 3`),
    )
  })

  test('a limit in bytes is checked beside that in characters, and says the same', () => {
    const shape = string({ length: [1, 4], maxBytes: 4 })
    assert.equal(violationsOf(shape, 'abcd'), undefined)
    assert.equal(violationsOf(shape, 'ää'), undefined)
    for (const value of ['äöü', 'ääää', 'abcde', 'äääää'])
      assert.equal(violationsOf(shape, value), one(`Value '${value}' ${at} have length less than or equal to 4`))
  })

  test('a shape with a maximum only says nothing of a minimum', () => {
    assert.equal(violationsOf(string({ length: [undefined, 2] }), ''), undefined)
  })

  test('a pattern is matched against the whole value, anchors or not', () => {
    const shape = string({ pattern: '[0-9]+h' })
    assert.equal(violationsOf(shape, '4h'), undefined)
    for (const value of ['x4h', '4h ', '4h\n', ''])
      assert.equal(
        violationsOf(shape, value),
        one(`Value '${value}' ${at} satisfy regular expression pattern: [0-9]+h`),
      )
  })

  test('a broken pattern comes before a broken length', () => {
    assert.equal(
      violationsOf(string({ length: [1, 2], pattern: '[a-z]*' }), 'ABC'),
      `2 validation errors detected: Value 'ABC' ${at} satisfy regular expression pattern: [a-z]*; ` +
        `Value 'ABC' ${at} have length less than or equal to 2`,
    )
  })

  test('an enumeration lists its values in the order it was given', () => {
    const shape = string({ enum: ['b', 'a'] })
    assert.equal(violationsOf(shape, 'a'), undefined)
    assert.equal(violationsOf(shape as Shape<string>, 'c'), one(`Value 'c' ${at} satisfy enum value set: [b, a]`))
  })

  test('numbers have both bounds', () => {
    const shape = long({ range: [1, 20] })
    for (const value of [1, 20]) assert.equal(violationsOf(shape, value), undefined)
    assert.equal(violationsOf(shape, 0), one(`Value '0' ${at} have value greater than or equal to 1`))
    assert.equal(violationsOf(shape, 21), one(`Value '21' ${at} have value less than or equal to 20`))
  })

  test('the length of a blob counts bytes', () => {
    const shape = blob({ length: [1, 2], sensitive: true })
    assert.equal(violationsOf(shape, new Uint8Array(2)), undefined)
    assert.equal(violationsOf(shape, new Uint8Array(3)), one(`Value ${at} have length less than or equal to 2`))
    assert.equal(violationsOf(shape, new Uint8Array()), one(`Value ${at} have length greater than or equal to 1`))
  })

  test('a sensitive value is left out, in lists and in structures too', () => {
    const secret = string({ length: [1, 3], pattern: '[a-z]*', sensitive: true })
    const shapes = [
      violationsOf(secret, 'SECRET'),
      violationsOf(list(secret), ['ok', 'SECRET']),
      violationsOf(list(secret, { length: [1, 1] }), ['ok', 'SECRET']),
      violationsOf(structure({ Value: secret }), { Value: 'SECRET' }),
      violationsOf(list(structure({ Value: secret }, 'Holder'), { length: [1, 1] }), [{ Value: 'SECRET' }, {}]),
    ]
    for (const text of shapes) {
      assert.ok(text)
      assert.doesNotMatch(text, /SECRET/)
    }
  })

  test('members that break a constraint are reported once, at the list, with all constraints of a member', () => {
    const shape = list(string({ length: [1, 3], pattern: '[a-z]*' }), { length: [1, 4] })
    const all =
      'satisfy constraint: [Member must have length less than or equal to 3, ' +
      'Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [a-z]*]'
    assert.equal(violationsOf(shape, ['a', 'b']), undefined)
    assert.equal(violationsOf(shape, ['a', '', 'TOO LONG']), one(`Value '[a, , TOO LONG]' ${at} ${all}`))
  })

  test('null in a list of texts adds that none may be null', () => {
    const shape = list(string({ length: [1, 3] }))
    assert.equal(
      violationsOf(shape, bind(shape, '["a",null]')),
      one(
        `Value '[a, null]' ${at} satisfy constraint: [Member must have length less than or equal to 3, ` +
          'Member must have length greater than or equal to 1, Member must not be null]',
      ),
    )
  })

  test('null in a list of structures stands at its place', () => {
    const shape = list(pair)
    assert.equal(
      violationsOf(shape, bind(shape, '[{},null]'), 'tags'),
      one("Value null at 'tags.2.member' failed to satisfy constraint: Member must not be null"),
    )
  })

  test('null in a map is a broken constraint of its values, beside their others', () => {
    const free = map(string(), string())
    assert.equal(violationsOf(free, bind(free, '{"a":"b","c":"d"}')), undefined)
    assert.equal(
      violationsOf(free, bind(free, '{"a":null,"b":"c"}')),
      one(
        "Value '{a=null, b=c}' at 'member' failed to satisfy constraint: Map value must satisfy constraint: [Member must not be null]",
      ),
    )
    const short = map(string(), string({ length: [1, 3] }))
    assert.equal(
      violationsOf(short, bind(short, '{"a":null}')),
      one(
        "Value '{a=null}' at 'member' failed to satisfy constraint: Map value must satisfy constraint: " +
          '[Member must have length less than or equal to 3, Member must have length greater than or equal to 1, Member must not be null]',
      ),
    )
  })

  test('keys and values of a map that break a constraint are reported at the map, keys first', () => {
    const shape = map(string({ length: [1, 2] }), string({ length: [0, 3], pattern: '[a-z]*' }))
    const value = "Value '{a=b, long=TOO LONG}' at 'member' failed to satisfy constraint:"
    assert.equal(
      violationsOf(shape, bind(shape, '{"a":"b","long":"TOO LONG"}')),
      `2 validation errors detected: ${value} Map keys must satisfy constraint: [Member must have length less than or equal to 2, ` +
        `Member must have length greater than or equal to 1]; ${value} Map value must satisfy constraint: [Member must have length ` +
        'less than or equal to 3, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: [a-z]*]',
    )
    const secret = map(string(), string({ length: [0, 3], sensitive: true }))
    assert.match(
      violationsOf(secret, bind(secret, '{"a":"SECRET"}')) ?? '',
      /^1 validation error detected: Value '\{a=\*{3}\}' at/,
    )
  })

  test('a key of a map may have any name', () => {
    const shape = map(string(), string())
    assert.match(violationsOf(shape, bind(shape, '{"__proto__":null}')) ?? '', /Value '\{__proto__=null\}'/)
    assert.deepEqual(Object.entries(bind(shape, '{"__proto__":"x"}')), [['__proto__', 'x']])
  })

  test('a list that is too long or too short shows what it holds', () => {
    const shape = list(string(), { length: [1, 2] })
    assert.equal(violationsOf(shape, []), one(`Value '[]' ${at} have length greater than or equal to 1`))
    assert.equal(
      violationsOf(shape, ['a', 'b', 'c']),
      one(`Value '[a, b, c]' ${at} have length less than or equal to 2`),
    )
  })

  test('structures in a list are shown by the name and the members of the model', () => {
    assert.equal(
      violationsOf(list(pair, { length: [1, 1] }), [{ Key: 'a', Value: 'b' }, { Key: 'c' }]),
      one(`Value '[Pair(key=a, value=b), Pair(key=c, value=null)]' ${at} have length less than or equal to 1`),
    )
  })

  test('paths lead from the first member to the last, with numbers from 1', () => {
    const inner = structure({ Days: long({ range: [1, 9] }), Names: list(string({ length: [1, 2] })) })
    const outer = structure({ Rules: inner, Items: list(inner) })
    const text = violationsOf(outer, { Rules: { Days: 0 }, Items: [{}, { Days: 10, Names: ['abc'] }] }, '')
    const places = [...(text ?? '').matchAll(/at '([^']+)'/g)].map(([, place]) => place)
    assert.deepEqual(places, ['rules.days', 'items.2.member.days', 'items.2.member.names'])
  })

  test('violations come in the order of the model, not of the request', () => {
    const shape = structure({
      First: required(string()),
      Second: string({ length: [2, 9] }),
      Third: long({ range: [1, 2] }),
    })
    assert.equal(
      violationsOf(shape, bind(shape, '{"Third":3,"Second":"x"}'), ''),
      "3 validation errors detected: Value null at 'first' failed to satisfy constraint: Member must not be null; " +
        "Value 'x' at 'second' failed to satisfy constraint: Member must have length greater than or equal to 2; " +
        "Value '3' at 'third' failed to satisfy constraint: Member must have value less than or equal to 2",
    )
  })

  test('a service’s own refusal of a pattern is said only where the framework finds nothing', () => {
    const name = string({ length: [1, 3], pattern: '[a-z]+', patternRefusal: (member) => `${member} is odd.` })
    const shape = structure({ Outer: structure({ First: name, Second: name }) })
    assert.equal(violationsOf(shape, { Outer: { First: 'A', Second: 'B' } }, ''), 'first is odd.')
    assert.equal(
      violationsOf(shape, { Outer: { First: 'A', Second: 'long' } }, ''),
      one(
        `Value 'long' at 'outer.second' failed to satisfy constraint: Member must have length less than or equal to 3`,
      ),
    )
  })

  test('only the first letter of a name goes to lower case', () => {
    assert.deepEqual(['SecretIdList', 'RotationLambdaARN', 'ARN', 'KmsKeyId', ''].map(lowerFirst), [
      'secretIdList',
      'rotationLambdaARN',
      'aRN',
      'kmsKeyId',
      '',
    ])
  })
})
