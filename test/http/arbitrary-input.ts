import fc from 'fast-check'
import type { ListShape, Shape, StructureShape } from '../../src/aws/shape.ts'

/** What a caller may put where anything else was meant. */
const hostile = fc.constantFrom<unknown>(
  null,
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udc00x',
  '🔑'.repeat(9),
  '__proto__',
  'constructor',
  "'; drop table secrets; --",
  '%',
  '\\',
  'arn:',
  'arn:aws:secretsmanager:us-east-1:000000000000:secret:',
  'arn:aws:secretsmanager:us-east-1:000000000000:secret:a-AbCdEf',
  'arn:aws:secretsmanager:eu-west-1:999999999999:secret:a-AbCdEf',
  'x'.repeat(70_000),
  0,
  -0,
  -1,
  0.5,
  1e21,
  1e308,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  true,
  false,
  [],
  [null],
  [[]],
  {},
  { toJSON: 1 },
  { __proto__: null, constructor: { prototype: {} } },
)

const anything = fc.oneof(hostile, fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: 'binary' }))

/** Names that come again, so that some calls find what others made. */
const names = fc.oneof(
  { arbitrary: fc.constantFrom('a', 'b'), weight: 5 },
  { arbitrary: fc.constantFrom('A', 'c/d', '!', 'x'.repeat(512)), weight: 1 },
)
const words = fc.constantFrom('a', '!a', 'b', 'x y', 'c/d', '')
const labels = fc.constantFrom('AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING', 'mine')
const versions = fc.constantFrom('1'.repeat(32), '2'.repeat(32), '3'.repeat(64))

const policies = fc
  .record({
    Effect: fc.constantFrom('Allow', 'allow', null),
    Principal: fc.constantFrom<unknown>('*', { AWS: '*' }, { AWS: [] }, { Service: 'x' }, { Federated: ['x.y'] }, 'x', [
      null,
    ]),
    Action: fc.constantFrom<unknown>('*', 'secretsmanager:*', [], 7),
    Resource: fc.constantFrom<unknown>('*', 'arn:', {}),
    Condition: fc.constantFrom<unknown>(
      {},
      { IpAddress: { 'aws:SourceIp': '::/x' } },
      { StringLike: { 'aws:userid': [''] } },
      [],
    ),
  })
  .map((Statement) => JSON.stringify({ Version: '2012-10-17', Statement }))

const known: KnownMembers = {
  Name: names,
  SecretId: names,
  SecretIdList: fc.array(names, { minLength: 1, maxLength: 20 }),
  ClientRequestToken: versions,
  VersionId: versions,
  MoveToVersionId: versions,
  RemoveFromVersionId: versions,
  VersionStage: labels,
  VersionStages: fc.array(labels, { minLength: 1, maxLength: 3 }),
  KmsKeyId: fc.constantFrom('', 'alias/aws/secretsmanager', 'alias/none', '11111111-1111-1111-1111-111111111111'),
  SecretString: fc.string({ unit: 'grapheme', minLength: 1 }),
  Values: fc.array(words, { minLength: 1, maxLength: 3 }),
  TagKeys: fc.array(words),
  ResourcePolicy: policies,
  RecoveryWindowInDays: fc.integer({ min: 6, max: 31 }),
}

/** Members that most calls have, though the model does not ask for them. */
const USUAL = new Set(['ClientRequestToken', 'SecretString', 'SecretIdList'])

export type KnownMembers = Readonly<Record<string, fc.Arbitrary<unknown>>>

/**
 * An input for a structure: most members as they should be, many left out, a few hostile.
 *
 * @param more what members of these names are to be, at any depth
 */
export function inputOf(shape: StructureShape<unknown>, more: KnownMembers = {}): fc.Arbitrary<object> {
  const members = shape.members.map(({ name, shape: member, required }) => {
    const absent = required ? 0 : USUAL.has(name) ? 1 : 9
    const choice = fc.oneof(
      { arbitrary: more[name] ?? known[name] ?? valueFor(member, more), weight: required || USUAL.has(name) ? 12 : 3 },
      { arbitrary: fc.constant(undefined), weight: absent },
      { arbitrary: anything, weight: 1 },
    )
    return [name, choice] as const
  })
  return fc.record(Object.fromEntries(members))
}

function valueFor(shape: Shape<unknown>, more: KnownMembers): fc.Arbitrary<unknown> {
  const { constraints } = shape
  const [min = 0, max = min + 40] = constraints.length ?? []
  switch (shape.kind) {
    case 'string':
      if (constraints.enum) return fc.constantFrom(...constraints.enum)
      return fc.string({ unit: 'binary', minLength: min, maxLength: Math.min(max, min + 40) })
    case 'integer':
    case 'long':
      return fc.integer({ min: (constraints.range?.[0] ?? 0) - 1, max: (constraints.range?.[1] ?? 50) + 1 })
    case 'boolean':
      return fc.boolean()
    case 'blob':
      return fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from(bytes).toString('base64'))
    case 'timestamp':
      return fc.double()
    case 'list':
      return fc.array(valueFor((shape as ListShape<unknown>).member, more), {
        minLength: min,
        maxLength: Math.min(max, min + 3),
      })
    case 'map':
      return fc.dictionary(fc.string(), anything)
    case 'structure':
      return inputOf(shape as StructureShape<unknown>, more)
  }
}

const ROOT_ONLY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' }],
}

/** What members of KMS's inputs may be where there are keys of these ids. */
export function membersOfKms(keyIds: readonly string[]): KnownMembers {
  const keys = fc.constantFrom(...keyIds, 'alias/a', 'alias/none', '11111111-1111-1111-1111-111111111111')
  const regions = fc.constantFrom('eu-west-1', 'us-east-1', 'cn-north-1')
  return {
    KeyId: keys,
    TargetKeyId: keys,
    SourceKeyId: keys,
    DestinationKeyId: keys,
    AliasName: fc.constantFrom('alias/a', 'alias/b', 'alias/', 'alias/aws/x', 'a', 'alias/__proto__'),
    Policy: fc.oneof(fc.constant(JSON.stringify(ROOT_ONLY)), fc.json(), fc.constant('[]')),
    PolicyName: fc.constantFrom('default', 'other'),
    PendingWindowInDays: fc.integer({ min: 6, max: 31 }),
    ReplicaRegion: regions,
    PrimaryRegion: regions,
    Name: fc.constantFrom('a', '__proto__'),
  }
}

/** Bodies that no JSON library writes. */
export const hostileBodies: readonly (string | Uint8Array)[] = [
  '['.repeat(500_000),
  '{"a":'.repeat(200_000),
  `{"SecretId":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  `{"Filters":${'[{"Values":'.repeat(20_000)}`,
  `{"Tags":[${'{},'.repeat(100_000)}{}]}`,
  `{"SecretIdList":[${'"a",'.repeat(100_000)}"a"]}`,
  `{"Filters":[${'{"Key":"name","Values":["a"]},'.repeat(10_000)}{}]}`,
  `{${Array.from({ length: 50_000 }, (_, index) => `"m${index}":0,`).join('')}"z":0}`,
  `{"SecretId":"${'\\u0000'.repeat(100_000)}"}`,
  `{"SecretId":"\\ud800","Name":"\\udfff"}`,
  '{"__proto__":{"SecretId":"a","Name":"a"}}',
  '{"__proto__":null,"constructor":{"prototype":{"SecretId":"a"}},"SecretId":"a"}',
  '{"SecretId":{"__proto__":{"length":3}}}',
  '{"hasOwnProperty":1,"toString":2,"valueOf":3,"SecretId":"a"}',
  '{"MaxResults":1e400,"RecoveryWindowInDays":1e400,"PasswordLength":1e400,"SecretId":"a"}',
  '{"MaxResults":-1e400,"RecoveryWindowInDays":-1e400,"PasswordLength":-1e400,"SecretId":"a"}',
  `{"MaxResults":${'9'.repeat(100_000)}}`,
  `{"PasswordLength":0.${'0'.repeat(100_000)}1}`,
  '{"PasswordLength":4096,"RequireEachIncludedType":true,"ExcludeCharacters":"abc"}',
  '{"SecretId":"a","SecretId":"b","SecretId":null}',
  '\ufeff{"SecretId":"a"}',
  '{"SecretId":"a"}\0',
  Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0),
  Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x30, 0x7d),
]
