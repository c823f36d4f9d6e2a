import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import fc from 'fast-check'
import { encodeError, encodeOutput } from './encode.ts'
import { AwsError, frameworkError } from './error.ts'

describe('an output', () => {
  test('is compact, in the order of its members', () => {
    assert.equal(
      encodeOutput({ Name: 'n', ARN: 'a', List: ['x', 1, true] }),
      '{"Name":"n","ARN":"a","List":["x",1,true]}',
    )
  })

  test('leaves absent members out, empty lists in', () => {
    assert.equal(encodeOutput({ A: undefined, B: [], C: { D: undefined } }), '{"B":[],"C":{}}')
  })

  test('that has no members is an empty object, no output an empty body', () => {
    assert.equal(encodeOutput({}), '{}')
    assert.equal(encodeOutput(undefined), '')
  })

  for (const [time, text] of [
    ['2018-04-11T20:52:09.729Z', '1523479929.729'],
    ['2018-04-17T00:00:00.000Z', '1523923200'],
    ['2026-01-02T03:04:05.060Z', '1767323045.06'],
    ['2026-01-02T03:04:05.001Z', '1767323045.001'],
    ['1970-01-01T00:00:00.000Z', '0'],
  ] as const)
    test(`has ${time} as ${text}`, () => {
      assert.equal(encodeOutput({ CreatedDate: new Date(time) }), `{"CreatedDate":${text}}`)
    })

  test('has dates as numbers with at most three decimals', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2300-01-01'), noInvalidDate: true }), (date) => {
        assert.match(encodeOutput({ D: date }), /^\{"D":\d+(\.\d{1,3})?\}$/)
      }),
    )
  })

  test('has bytes as base64, whatever kind of array holds them', () => {
    const bytes = new TextEncoder().encode('footest')
    const inside = new Uint8Array([0, ...bytes, 0]).subarray(1, -1)
    for (const SecretBinary of [bytes, Buffer.from(bytes), inside])
      assert.equal(encodeOutput({ SecretBinary }), '{"SecretBinary":"Zm9vdGVzdA=="}')
  })

  test('has dates and bytes inside lists and structures too', () => {
    const inner = { At: new Date(1500), Data: new Uint8Array([0]) }
    assert.equal(
      encodeOutput({ L: [inner], S: { inner } }),
      '{"L":[{"At":1.5,"Data":"AA=="}],"S":{"inner":{"At":1.5,"Data":"AA=="}}}',
    )
  })

  test('keeps names of the prototype', () => {
    const map = JSON.parse('{"__proto__":["AWSCURRENT"],"constructor":["x"]}')
    assert.equal(encodeOutput({ map }), '{"map":{"__proto__":["AWSCURRENT"],"constructor":["x"]}}')
  })

  test('comes out of the official SDK as it went in', async () => {
    let body = ''
    const client = new SecretsManagerClient({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
      requestHandler: {
        handle: async () => ({ response: { statusCode: 200, headers: {}, body: Buffer.from(body) } }),
      },
    })
    const values = fc.record({
      Name: fc.string({ unit: 'binary' }),
      SecretString: fc.string({ unit: 'grapheme', maxLength: 200 }),
      SecretBinary: fc.uint8Array({ maxLength: 200 }),
      VersionStages: fc.array(fc.string({ unit: 'binary' })),
      CreatedDate: fc.date({ min: new Date(0), max: new Date('2300-01-01'), noInvalidDate: true }),
    })
    const parsed = fc.asyncProperty(values, async (value) => {
      body = encodeOutput(value)
      const { $metadata: _, ...output } = await client.send(new GetSecretValueCommand({ SecretId: 'a' }))
      assert.deepEqual(
        { ...output, SecretBinary: Buffer.from(output.SecretBinary ?? []) },
        {
          ...value,
          SecretBinary: Buffer.from(value.SecretBinary),
        },
      )
    })
    await fc.assert(parsed, { numRuns: 200 })
  })
})

describe('an error', () => {
  test('of a service has its name without a namespace, and its text where the service puts it', () => {
    const error = new AwsError(
      'InvalidParameterException',
      'You cannot specify both rotation frequency and schedule expression together.',
    )
    const body = encodeError(error, 'Message')
    assert.equal(
      body,
      '{"__type":"InvalidParameterException","Message":"You cannot specify both rotation frequency and schedule expression together."}',
    )
    // The length that was logged for this very error (facts 1.3).
    assert.equal(Buffer.byteLength(body), 127)
    assert.match(encodeError(error, 'message'), /"message":/)
  })

  test('of the framework has its text in lower case, whatever the service', () => {
    const text =
      "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null"
    const body = encodeError(frameworkError('ValidationException', text), 'Message')
    assert.equal(body, `{"__type":"ValidationException","message":"${text}"}`)
    assert.equal(Buffer.byteLength(body), 152)
  })

  test('without a text has no member for one', () => {
    assert.equal(
      encodeError(frameworkError('SerializationException'), 'Message'),
      '{"__type":"SerializationException"}',
    )
    assert.equal(
      encodeError(new AwsError('InvalidCiphertextException'), 'message'),
      '{"__type":"InvalidCiphertextException"}',
    )
  })
})
