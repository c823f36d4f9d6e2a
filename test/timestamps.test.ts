import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import type { ServiceParts } from '../src/app/service-parts.ts'
import { createServices } from '../src/app/services.ts'
import { AwsError } from '../src/aws/error.ts'
import type { ListShape, MapShape, Shape, StructureShape } from '../src/aws/shape.ts'
import { inputOf } from './http/arbitrary-input.ts'
import { type RawService, rawCall } from './raw-call.ts'
import { startApp } from './start-app.ts'

/** Members that are timestamps, at any depth, by their path. */
function timestampsIn(shape: Shape<unknown>, path: string): readonly (readonly [path: string, shape: Shape<Date>])[] {
  switch (shape.kind) {
    case 'timestamp':
      return [[path, shape as Shape<Date>]]
    case 'list':
    case 'map':
      return timestampsIn((shape as ListShape<unknown> | MapShape<unknown>).member, `${path}[]`)
    case 'structure':
      return (shape as StructureShape<unknown>).members.flatMap((member) =>
        timestampsIn(member.shape, `${path}.${member.name}`),
      )
    default:
      return []
  }
}

// Services are made of parts that only their operations use.
const services = createServices({} as ServiceParts)
const operations = services.flatMap(({ protocol, signingName, operations }) =>
  [...operations.values()].map((operation) => ({ protocol, signingName, operation })),
)

/** Seconds of the last date that JavaScript has, and numbers around it and far beyond it. */
const LAST = 8.64e12
const seconds = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer({ min: 0, max: 4_000_000_000 }),
  fc.constantFrom(LAST, -LAST, LAST + 1, -LAST - 1, 1e300, -1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
)
/** JSON has no infinity, but numbers that become one. */
const written = (body: object) =>
  JSON.stringify(body, (_, value) =>
    value === Number.POSITIVE_INFINITY ? '1e999' : value === Number.NEGATIVE_INFINITY ? '-1e999' : value,
  ).replaceAll(/"(-?1e999)"/g, '$1')

describe('a timestamp', () => {
  const members = operations.flatMap(({ signingName, operation: { name, input, output } }) => [
    ...timestampsIn(input, `${signingName}:${name} input`),
    ...(output ? timestampsIn(output, `${signingName}:${name} output`) : []),
  ])
  test('is a member of many operations', () => {
    assert.ok(members.length > 50, `${members.length} members`)
  })
  test('is a date or refused, whatever the number, in every operation of every service', () => {
    fc.assert(
      fc.property(fc.constantFrom(...members), seconds, ([path, shape], number) => {
        const isDate = Math.abs(number) <= LAST
        try {
          assert.ok(Number.isFinite(shape.bind(number).getTime()), path)
          assert.ok(isDate, `${path} took ${number}`)
        } catch (error) {
          if (!(error instanceof AwsError)) throw error
          assert.deepEqual([error.code, error.status, isDate], ['SerializationException', 400, false], path)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a request with any number for a timestamp', async () => {
  const app = await startApp({ verify: false })
  after(() => app.close())
  const { KeyMetadata } = await app.kms.createKey({ Origin: 'EXTERNAL' })
  const KeyId = fc.constant(KeyMetadata?.KeyId)

  const taking = operations.flatMap(({ protocol, signingName, operation }) => {
    const names = timestampsIn(operation.input, '').map(([path]) => path.slice(path.lastIndexOf('.') + 1))
    if (names.length === 0 || protocol?.kind !== 'json') return []
    const service: RawService = { signingName, targetPrefix: protocol.targetPrefix }
    return [{ service, operation, known: { KeyId, ...Object.fromEntries(names.map((name) => [name, seconds])) } }]
  })
  test('can be sent to KMS and to CloudTrail', () => {
    assert.deepEqual(
      taking.map(({ operation }) => operation.name),
      ['ImportKeyMaterial', 'LookupEvents'],
    )
  })
  for (const { service, operation, known } of taking)
    test(`to ${operation.name} does not fail the server, and its record can be shown`, async () => {
      const input = inputOf(operation.input as StructureShape<unknown>, known)
      await fc.assert(
        fc.asyncProperty(input, async (body) => {
          const answer = await rawCall(app, operation.name, written(body), service)
          assert.ok(answer.status < 500, answer.body)
        }),
        { numRuns: 200 },
      )
      const { Events } = await app.cloudTrail.lookupEvents({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: operation.name }],
      })
      for (const { CloudTrailEvent } of Events ?? []) assert.doesNotMatch(CloudTrailEvent ?? '', /NaN|undefined/)
    })

  test('to ImportKeyMaterial is refused like any other malformed input when it is no date', async () => {
    const kms = { signingName: 'kms', targetPrefix: 'TrentService.' }
    const body = { KeyId: KeyMetadata?.KeyId, ImportToken: 'AAAA', EncryptedKeyMaterial: 'AAAA' }
    for (const ValidTo of [LAST + 1, Number.POSITIVE_INFINITY, -1e300]) {
      const answer = await rawCall(app, 'ImportKeyMaterial', written({ ...body, ValidTo }), kms)
      assert.deepEqual([answer.status, answer.json], [400, { __type: 'SerializationException' }])
    }
    const answer = await rawCall(app, 'ImportKeyMaterial', written({ ...body, ValidTo: LAST }), kms)
    assert.deepEqual([answer.status, answer.json.__type], [400, 'ValidationException'])
  })
})
