import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeInput } from './decode.ts'
import { AwsError } from './error.ts'
import { blob, boolean, list, long, required, string, structure } from './shape.ts'

const shape = structure({
  SecretId: required(string({ length: [1, 8] })),
  Days: long({ range: [7, 30] }),
  Force: boolean(),
  SecretBinary: blob({ length: [1, 4], sensitive: true }),
  Tags: list(structure({ Key: string({ length: [1, 4] }) }, 'Tag')),
})

const decode = (body: string | Uint8Array) => decodeInput(shape, Buffer.from(body))

function refusalOf(body: string | Uint8Array): { code: string; text: string | undefined } {
  try {
    decode(body)
  } catch (error) {
    assert.ok(error instanceof AwsError)
    assert.deepEqual([error.status, error.kind], [400, 'framework'])
    return { code: error.code, text: error.hasMessage ? error.message : undefined }
  }
  assert.fail('the body was taken')
}

describe('a body', () => {
  test('becomes the input that the shape describes', () => {
    assert.deepEqual(decode('{"SecretId":"a","Days":7.9,"Force":false,"SecretBinary":"AAE=","Tags":[{"Key":"k"}]}'), {
      SecretId: 'a',
      Days: 7,
      Force: false,
      SecretBinary: Buffer.from([0, 1]),
      Tags: [{ Key: 'k' }],
    })
  })

  test('may have white space around it', () => {
    assert.deepEqual(decode(' \r\n\t{ "SecretId" : "a" } \n'), { SecretId: 'a' })
  })

  test('means the last of members with the same name', () => {
    assert.deepEqual(decode('{"SecretId":1,"SecretId":"a"}'), { SecretId: 'a' })
  })

  for (const body of [
    '',
    '{',
    '}',
    'null',
    '"x"',
    '1',
    'true',
    '{"SecretId":"a",}',
    "{'SecretId':'a'}",
    'SecretId=a',
    '{"SecretId":"a"} x',
    '\0',
  ])
    test(`that is ${JSON.stringify(body)} is refused without a text`, () => {
      assert.deepEqual(refusalOf(body), { code: 'SerializationException', text: undefined })
    })

  test('that is a list is refused with a text', () => {
    const text = 'Start of list found where not expected'
    for (const body of ['[]', '[{"SecretId":"a"}]'])
      assert.deepEqual(refusalOf(body), { code: 'SerializationException', text })
  })

  test('that is no UTF-8 is refused', () => {
    const [head, tail] = [Buffer.from('{"SecretId":"'), Buffer.from('"}')]
    for (const bytes of [[0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]])
      assert.deepEqual(refusalOf(Buffer.concat([head, Buffer.from(bytes), tail])), {
        code: 'SerializationException',
        text: undefined,
      })
  })

  test('nested as deep as its limit allows is only malformed', () => {
    assert.equal(refusalOf('{"SecretId":'.repeat(80_000)).code, 'SerializationException')
    assert.equal(refusalOf('['.repeat(1_000_000)).code, 'SerializationException')
  })
})

describe('checks', () => {
  test('wrong types are found before broken constraints', () => {
    const { code, text } = refusalOf('{"SecretId":"","Days":"x"}')
    assert.deepEqual([code, text], ['SerializationException', 'STRING_VALUE can not be converted to a Long'])
  })

  test('one broken constraint is one validation error', () => {
    assert.deepEqual(refusalOf('{}'), {
      code: 'ValidationException',
      text: "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null",
    })
  })

  test('several are listed in the order of the model, joined by a semicolon', () => {
    assert.deepEqual(refusalOf('{"Tags":[{"Key":"k"},{"Key":""}],"SecretBinary":"","Days":31,"SecretId":null}'), {
      code: 'ValidationException',
      text:
        "4 validation errors detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null; " +
        "Value '31' at 'days' failed to satisfy constraint: Member must have value less than or equal to 30; " +
        "Value at 'secretBinary' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
        "Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
    })
  })

  test('all are counted, and the first hundred listed', () => {
    const tags = (count: number) =>
      JSON.stringify({ SecretId: 'a', Tags: Array.from({ length: count }, () => ({ Key: '' })) })
    const listed = (text = '') => text.split('; ').length
    const few = refusalOf(tags(60)).text
    assert.match(few ?? '', /^60 validation errors detected: /)
    assert.equal(listed(few), 60)
    const many = refusalOf(tags(5000)).text
    assert.match(many ?? '', /^5000 validation errors detected: /)
    assert.equal(listed(many), 100)
  })

  test('whatever the body, the answer is an input or an error for clients', () => {
    const names = fc.constantFrom('SecretId', 'Days', 'Force', 'SecretBinary', 'Tags', '__proto__', 'other')
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.json({ stringUnit: 'binary' }).map(Buffer.from),
      fc.dictionary(names, fc.jsonValue()).map((value) => Buffer.from(JSON.stringify(value))),
    )
    fc.assert(
      fc.property(bodies, (body) => {
        try {
          decode(body)
        } catch (error) {
          assert.ok(error instanceof AwsError, String(error))
        }
      }),
      { numRuns: 300 },
    )
  })
})
