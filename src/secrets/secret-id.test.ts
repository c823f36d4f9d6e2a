import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { errors } from './errors.ts'
import { checkSecretId, isValidSecretName, makeSecretArn, parseSecretId, randomSuffix } from './secret-id.ts'

/** One name a line; a line that begins with a quotation mark is JSON. */
function namesIn(file: string): string[] {
  const lines = readFileSync(new URL(`../../test/names/${file}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map((line) => (line.startsWith('"') ? JSON.parse(line) : line))
}

const valid = namesIn('valid.txt')
const invalid = namesIn('invalid.txt')
const place = { partition: 'aws', region: 'eu-west-1', account: '123456789012' }
const START = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:'

describe('isValidSecretName', () => {
  for (const name of valid) {
    test(`accepts ${JSON.stringify(name)}`, () => assert.equal(isValidSecretName(name), true))
  }
  for (const name of invalid) {
    test(`refuses ${JSON.stringify(name)}`, () => assert.equal(isValidSecretName(name), false))
  }
})

describe('parseSecretId', () => {
  for (const name of valid) {
    test(`${name} is a name, and is found again in an ARN`, () => {
      assert.deepEqual(parseSecretId(name), { kind: 'name', name })
      const arn = makeSecretArn({ ...place, name, suffix: 'AbC123' })
      assert.deepEqual(parseSecretId(arn), { kind: 'arn', ...place, arn })
    })
  }

  test('an ARN without suffix is a partial one', () => {
    for (const name of [
      'db',
      'prod/db',
      'ends-a1b2',
      'ends-a1b2c3-',
      'ends-a1b2c3d',
      'a1b2c3',
      '-a1b2c3',
      'ends-a1_2c3',
    ]) {
      assert.deepEqual(parseSecretId(`${START}${name}`), { kind: 'partial-arn', ...place, name })
    }
  })

  test('an ARN whose name looks like it had the suffix is taken for a complete one', () => {
    const arn = `${START}my-secret`
    assert.deepEqual(parseSecretId(arn), { kind: 'arn', ...place, arn })
    assert.equal(parseSecretId(`${START}ends-a1b2c3`).kind, 'arn')
  })

  test('a name with a suffix but without the ARN around it is a name', () => {
    assert.deepEqual(parseSecretId('db-AbC123'), { kind: 'name', name: 'db-AbC123' })
  })

  test('other partitions are read as they stand', () => {
    const parsed = parseSecretId('arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:db')
    const there = { partition: 'aws-us-gov', region: 'us-gov-west-1', account: '123456789012' }
    assert.deepEqual(parsed, { kind: 'partial-arn', ...there, name: 'db' })
  })

  for (const text of [
    'arn:',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret',
    'arn:aws:secretsmanager:eu-west-1::secret:db',
    'arn:aws:secretsmanager::123456789012:secret:db',
    'arn:aws:secretsmanager:eu-west-1:12345:secret:db',
    'arn:aws:kms:eu-west-1:123456789012:key/1234',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a:b',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db*',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:my db-AbC123',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db\n',
  ]) {
    test(`${JSON.stringify(text)} is a malformed ARN`, () => {
      assert.deepEqual(parseSecretId(text), { kind: 'malformed-arn' })
    })
  }
})

describe('checkSecretId', () => {
  for (const name of valid) test(`lets ${name} pass`, () => checkSecretId(name))

  for (const name of invalid.filter((text) => !text.startsWith('arn:'))) {
    test(`refuses ${JSON.stringify(name)}`, () => assert.throws(() => checkSecretId(name), errors.invalidName()))
  }

  test('an ARN passes as long as it could be the ARN of something', () => {
    for (const text of [
      `${START}db`,
      `${START}db-AbC123`,
      'arn:',
      'arn:aws:kms:eu-west-1:1:key/*',
      `${START}a*?[]\\`,
    ]) {
      checkSecretId(text)
    }
  })

  test('an ARN with blanks or characters beyond ASCII is refused', () => {
    for (const text of [`${START}my db`, `${START}db `, `${START}db\n`, `${START}größe`, 'arn: ']) {
      assert.throws(() => checkSecretId(text), errors.invalidName())
    }
  })
})

describe('makeSecretArn', () => {
  const arnIn = (region: string) => makeSecretArn({ account: '123456789012', region, name: 'a/b', suffix: 'AbC123' })

  test('the partition follows from the region', () => {
    assert.equal(arnIn('eu-west-1'), 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-AbC123')
    assert.equal(arnIn('cn-north-1'), 'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:a/b-AbC123')
    assert.equal(arnIn('us-gov-east-1'), 'arn:aws-us-gov:secretsmanager:us-gov-east-1:123456789012:secret:a/b-AbC123')
  })
})

test('random suffixes have six letters and digits, and all of them occur', () => {
  const seen = new Set<string>()
  for (let round = 0; round < 1000; round++) {
    const suffix = randomSuffix()
    assert.match(suffix, /^[A-Za-z0-9]{6}$/)
    for (const character of suffix) seen.add(character)
  }
  assert.equal(seen.size, 62)
})

test('a name is valid when each of its characters is', () => {
  const characters = fc.constantFrom(...'aZ09-/_+=.@! *?:#,é\n\\"\u0000')
  fc.assert(
    fc.property(fc.array(characters, { minLength: 1, maxLength: 12 }), (name) => {
      const allowed = name.every((character) => /[A-Za-z0-9]/.test(character) || '-/_+=.@!'.includes(character))
      assert.equal(isValidSecretName(name.join('')), allowed)
    }),
  )
})
