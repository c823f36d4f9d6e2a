import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AwsError } from '../error.ts'
import {
  blob,
  boolean,
  integer,
  list,
  long,
  map,
  required,
  type Shape,
  type StructureShape,
  string,
  structure,
  timestamp,
} from '../shape.ts'
import { decodeForm } from './decode-form.ts'
import { parseForm } from './form.ts'

const tag = structure({ Key: required(string({ length: [1, 128] })), Value: string() }, 'Tag')
const shape = structure({
  Name: string(),
  Count: integer(),
  Size: long(),
  Force: boolean(),
  Data: blob(),
  At: timestamp(),
  Keys: list(string()),
  Tags: list(tag),
  Boundary: structure({ Arn: string(), Inner: structure({ Ids: list(integer()) }) }),
  Limits: map(string(), integer()),
})

const decode = (text: string) => decodeForm(shape, parseForm(text))

function refusalOf(input: StructureShape<unknown>, text: string): { code: string; message: string } {
  try {
    decodeForm(input, parseForm(text))
  } catch (error) {
    assert.ok(error instanceof AwsError)
    assert.deepEqual([error.kind, error.status, error.hasMessage], ['framework', 400, true])
    return { code: error.code, message: error.message }
  }
  assert.fail('the form was taken')
}

const COMPLEX = 'Unexpected complex element termination'
const LIST = 'Unexpected list element termination'
const NAMES = "Elements of a list or map must be named 'member.N', with a number N from 1."

describe('a form becomes an input', () => {
  const readings: readonly [text: string, input: object][] = [
    ['', {}],
    ['Action=GetUser&Version=2010-05-08&SignatureVersion=4', {}],
    ['Name=a+b', { Name: 'a b' }],
    ['Name=', { Name: '' }],
    ['Name.x=1&Count.y.z=2&name=3&Name.=4', {}],
    ['__proto__=1&__proto__.Name=2&constructor.name=3', {}],
    ['Count=007&Size=-9007199254740991', { Count: 7, Size: -9007199254740991 }],
    ['Count=-2147483648&Size=-0', { Count: -2147483648, Size: 0 }],
    ['Force=true', { Force: true }],
    ['Force=False', { Force: false }],
    ['Data=', { Data: Buffer.from('') }],
    ['Data=AAE%3D', { Data: Buffer.from([0, 1]) }],
    ['Data=AAE', { Data: Buffer.from([0, 1]) }],
    ['At=2026-01-02T03%3A04%3A05Z', { At: new Date('2026-01-02T03:04:05Z') }],
    ['At=2024-02-29T23:59:59.5%2B02:00', { At: new Date('2024-02-29T21:59:59.500Z') }],
    ['Keys=', { Keys: [] }],
    ['Keys.member.1=a&Keys.member.2=', { Keys: ['a', ''] }],
    ['Keys.member.10=j&Keys.member.9=i&Keys.member.2=b', { Keys: ['b', 'i', 'j'] }],
    ['Tags.member.1.Value=v&Tags.member.1.Key=k&Tags.member.1.x=1', { Tags: [{ Key: 'k', Value: 'v' }] }],
    ['Tags.member.999999999999.Key=b&Tags.member.3.Key=a', { Tags: [{ Key: 'a' }, { Key: 'b' }] }],
    ['Boundary.Arn=a&Boundary.Inner.Ids.member.1=1', { Boundary: { Arn: 'a', Inner: { Ids: [1] } } }],
    ['Boundary.Unknown=a', { Boundary: {} }],
    ['Limits=', { Limits: {} }],
    [
      'Limits.entry.2.key=b&Limits.entry.2.value=2&Limits.entry.1.key=a&Limits.entry.1.value=1',
      { Limits: { a: 1, b: 2 } },
    ],
  ]
  for (const [text, input] of readings)
    test(`${text} is ${JSON.stringify(input)}`, () => {
      assert.deepEqual(decode(text), input)
    })

  test('with numbers of any length in their order, and without counting up to them', () => {
    const numbers = [
      '1',
      '2',
      '10',
      '9007199254740992',
      '9007199254740993',
      `1${'0'.repeat(400)}`,
      `2${'0'.repeat(400)}`,
    ]
    const text = [...numbers].reverse().map((number) => `Keys.member.${number}=k${number}`)
    assert.deepEqual(decode(text.join('&')), { Keys: numbers.map((number) => `k${number}`) })
  })

  test('with a map that names what prototypes have', () => {
    const { Limits } = decode('Limits.entry.1.key=__proto__&Limits.entry.1.value=1')
    assert.deepEqual(Object.entries(Limits ?? {}), [['__proto__', 1]])
  })

  test('with as many elements as a form can hold', () => {
    const text = Array.from({ length: 5000 }, (_, index) => {
      const number = 5000 - index
      return `Tags.member.${number}.Key=k${number}&Tags.member.${number}.Value=`
    })
    const { Tags = [] } = decode(text.join('&'))
    assert.deepEqual([Tags.length, Tags[0], Tags[4999]], [5000, { Key: 'k1', Value: '' }, { Key: 'k5000', Value: '' }])
  })

  test('with names of as many segments as a form can hold', () => {
    const text = `Name=a&${'Boundary.'.repeat(50_000)}Arn=b&Keys.member.${'1.'.repeat(50_000)}x=c`
    assert.equal(refusalOf(shape, text).code, 'MalformedInput')
    assert.deepEqual(decode(`Name=a&${'Boundary.'.repeat(50_000)}Arn=b`), { Name: 'a', Boundary: {} })
  })
})

describe('a form is refused as malformed', () => {
  const converted = (type: string) => `STRING_VALUE can not be converted to ${type}`
  const refusals: readonly [message: string, ...texts: string[]][] = [
    [
      converted('an Integer'),
      ...[
        'Count=',
        'Count=a',
        'Count=1.5',
        'Count=1e3',
        'Count=+1',
        'Count=%2B1',
        'Count=0x10',
        'Count=1_000',
        'Count=٣',
      ],
      ...[
        'Count=2147483648',
        'Count=-2147483649',
        `Count=${'9'.repeat(400)}`,
        'Count=Infinity',
        'Count=--1',
        'Count=1%0A',
      ],
      'Boundary.Inner.Ids.member.1=x',
    ],
    [converted('a Long'), 'Size=', 'Size=9007199254740992', 'Size=1.0'],
    [converted('a Boolean'), 'Force=', 'Force=1', 'Force=yes', 'Force=true+'],
    [converted('a Blob'), 'Data=%C3%A4', 'Data=A', 'Data=AAE%3D%3D', 'Data=A-_A', 'Data=AAE%0A', 'Data=AB'],
    [
      'timestamp must follow ISO8601',
      ...[
        'At=',
        'At=0',
        'At=2026-01-02',
        'At=2026-02-30T00:00:00Z',
        'At=2026-13-01T00:00:00Z',
        'At=2026-01-02T25:00:00Z',
      ],
      ...['At=2026-01-02T03:04:05', 'At=2026-01-02T03:04:05Zx', 'At=Fri,+02+Jan+2026+03:04:05+GMT'],
    ],
    [LIST, 'Keys=a', 'Keys=&Keys.member.1=a', 'Tags=%5B%5D'],
    [
      NAMES,
      ...[
        'Keys.member.0=a',
        'Keys.member.-1=a',
        'Keys.member.01=a',
        'Keys.member.1=a&Keys.member.01=b',
        'Keys.member.a=b',
      ],
      ...['Keys.member.1e1=a', 'Keys.member.%D9%A1=a', 'Keys.member.=a', 'Keys.member=a', 'Keys.1=a', 'Keys.=a'],
      ...['Keys.entry.1=a', 'Keys.Member.1=a', 'Keys.foo=a', 'Keys.member.1=a&Keys.2=b', 'Keys.member.__proto__=a'],
      ...['Keys..1=a', 'Keys.member..1=a', 'Tags.member.Key=a'],
    ],
    [NAMES.replace('member', 'entry'), 'Limits.member.1=a', 'Limits.1.key=a', 'Limits.entry.0.key=a'],
    [COMPLEX, 'Boundary=a', 'Boundary=', 'Tags.member.1=a', 'Tags.member.1=a&Tags.member.1.Key=b'],
    [
      'An element of a list or map has no value.',
      ...['Keys.member.1.x=a', 'Keys.member.1.=a', 'Limits.entry.1.key=a', 'Limits.entry.1.value=1'],
    ],
  ]
  for (const [message, ...texts] of refusals)
    for (const text of texts)
      test(`${text.slice(0, 60)}: ${message}`, () => {
        const body = Buffer.from(text).toString('latin1')
        assert.deepEqual(refusalOf(shape, body), { code: 'MalformedInput', message })
      })

  test('before its constraints are looked at', () => {
    assert.equal(refusalOf(shape, 'Tags.member.1.Value=v&Count=x').code, 'MalformedInput')
  })
})

describe('a constraint that is broken', () => {
  const assumeRole = structure({
    RoleArn: required(string({ length: [20, 2048] })),
    RoleSessionName: required(string({ length: [2, 64], pattern: '[\\w+=,.@-]*' })),
    DurationSeconds: integer({ range: [900, 43_200] }),
    Tags: list(tag, { length: [undefined, 50] }),
    TransitiveTagKeys: list(string({ length: [1, 128] })),
    Status: string({ enum: ['Active', 'Inactive'] }),
    Token: string({ length: [4, 8], sensitive: true }),
  })
  const ROLE = 'RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName='
  const validation = (text: string) => {
    const { code, message } = refusalOf(assumeRole, text)
    assert.equal(code, 'ValidationError')
    return message
  }
  const must = 'failed to satisfy constraint: Member must'

  const messages: readonly [text: string, violation: string][] = [
    // Recorded from AWS (security facts 5.4).
    [`${ROLE}a+b`, `Value 'a b' at 'roleSessionName' ${must} satisfy regular expression pattern: [\\w+=,.@-]*`],
    [ROLE, `Value '' at 'roleSessionName' ${must} have length greater than or equal to 2`],
    [ROLE.slice(0, -'&RoleSessionName='.length), `Value null at 'roleSessionName' ${must} not be null`],
    [
      `${ROLE}${'a'.repeat(65)}`,
      `Value '${'a'.repeat(65)}' at 'roleSessionName' ${must} have length less than or equal to 64`,
    ],
    [
      `${ROLE}ab&DurationSeconds=899`,
      `Value '899' at 'durationSeconds' ${must} have value greater than or equal to 900`,
    ],
    [
      `${ROLE}ab&DurationSeconds=43201`,
      `Value '43201' at 'durationSeconds' ${must} have value less than or equal to 43200`,
    ],
    [`${ROLE}ab&Tags.member.7.Value=v`, `Value null at 'tags.1.member.key' ${must} not be null`],
    [
      `${ROLE}ab&TransitiveTagKeys.member.1=a&TransitiveTagKeys.member.2=`,
      `Value '[a, ]' at 'transitiveTagKeys' ${must} satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]`,
    ],
    [`${ROLE}ab&Status=active`, `Value 'active' at 'status' ${must} satisfy enum value set: [Active, Inactive]`],
    [`${ROLE}ab&Token=abc`, `Value at 'token' ${must} have length greater than or equal to 4`],
  ]
  for (const [text, violation] of messages)
    test(`is worded as AWS does: ${violation.slice(0, 110)}`, () => {
      assert.equal(validation(text), `1 validation error detected: ${violation}`)
    })

  test('is listed with all others, in the order of the model', () => {
    assert.equal(
      validation('DurationSeconds=1&RoleSessionName=a%20'),
      `3 validation errors detected: Value null at 'roleArn' ${must} not be null; ` +
        `Value 'a ' at 'roleSessionName' ${must} satisfy regular expression pattern: [\\w+=,.@-]*; ` +
        `Value '1' at 'durationSeconds' ${must} have value greater than or equal to 900`,
    )
  })
})

/** Writes a value as a Query client does: the inverse of what is tested. */
function parametersOf(type: Shape<unknown>, value: unknown, name: string): [string, string][] {
  if (value === undefined) return []
  const under = (rest: string) => (name === '' ? rest : `${name}.${rest}`)
  if ('members' in type)
    return (type as StructureShape<unknown>).members.flatMap((member) =>
      parametersOf(member.shape, (value as Record<string, unknown>)[member.name], under(member.name)),
    )
  if (Array.isArray(value) && value.length === 0) return [[name, '']]
  if (Array.isArray(value))
    return value.flatMap((item, index) =>
      parametersOf((type as Shape<unknown> & { member: Shape<unknown> }).member, item, under(`member.${index + 1}`)),
    )
  if (value instanceof Date) return [[name, value.toISOString()]]
  if (value instanceof Uint8Array) return [[name, Buffer.from(value).toString('base64')]]
  return [[name, String(value)]]
}

describe('what clients write', () => {
  test('is decoded to what they meant, in whatever order it comes', () => {
    const text = fc.string({ unit: 'binary' })
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
    const int32 = fc.integer()
    const values = fc.record({
      Name: optional(text),
      Count: optional(int32),
      Size: optional(fc.maxSafeInteger()),
      Force: optional(fc.boolean()),
      Data: optional(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
      At: optional(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })),
      Keys: optional(fc.array(text, { maxLength: 12 })),
      Tags: optional(
        fc.array(fc.record({ Key: fc.string({ minLength: 1, maxLength: 20 }), Value: optional(text) }), {
          maxLength: 12,
        }),
      ),
      Boundary: optional(fc.record({ Arn: text, Inner: optional(fc.record({ Ids: fc.array(int32) })) })),
    })
    const orders = values.chain((value) => {
      const parameters = parametersOf(shape, value, '')
      const shuffled = fc.shuffledSubarray(parameters, { minLength: parameters.length })
      return fc.tuple(fc.constant(value), shuffled)
    })
    const present = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(present)
        : Object.prototype.toString.call(value) === '[object Object]'
          ? Object.fromEntries(
              Object.entries(value as object)
                .filter(([, item]) => item !== undefined)
                .map(([name, item]) => [name, present(item)]),
            )
          : value
    fc.assert(
      fc.property(orders, ([value, parameters]) => {
        assert.deepEqual(decode(new URLSearchParams(parameters).toString()), present(value))
      }),
      { numRuns: 300 },
    )
  })

  test('is decoded or refused, whatever it is', () => {
    const segments = fc.constantFrom(
      ...['Name', 'Count', 'Keys', 'Tags', 'Boundary', 'Inner', 'Ids', 'Limits', 'Data', 'At', 'Force'],
      ...['member', 'entry', 'key', 'value', 'Key', '0', '1', '2', '01', '-1', '', '__proto__', 'constructor'],
    )
    const name = fc.array(segments, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.') || 'x')
    const value = fc.oneof(fc.constantFrom('', '1', 'true', 'AAE='), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 6 }), (parameters) => {
        try {
          decode(new URLSearchParams(parameters).toString())
        } catch (error) {
          assert.ok(error instanceof AwsError, String(error))
          assert.match(error.code, /^(MalformedInput|ValidationError)$/)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
