import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { GetRandomPasswordCommandInput } from '@aws-sdk/client-secrets-manager'
import fc from 'fast-check'
import { denied, INVALID_PARAMETER, tooLong, violations } from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'

const app = await startApp()
after(() => app.close())
const { client } = app

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

const invalid = (message: string) => ({ ...INVALID_PARAMETER, message })
const TOO_SHORT = invalid('Password length is too short based on the required types.')
const TYPE_EXCLUDED = invalid('All characters of the desired type have been excluded')
const ALL_EXCLUDED = invalid('All characters have been excluded from selection')

const password = async (input: GetRandomPasswordCommandInput = {}) =>
  (await client.getRandomPassword(input)).RandomPassword ?? assert.fail('no password')

describe('constraints', () => {
  const long = 'x'.repeat(4097)
  const everything = LOWER + UPPER + DIGITS + PUNCTUATION
  const refused: [what: string, input: GetRandomPasswordCommandInput, expected: object][] = [
    [
      'a length of 0',
      { PasswordLength: 0 },
      violations(['0', 'passwordLength', 'have value greater than or equal to 1']),
    ],
    [
      'a length of 4097',
      { PasswordLength: 4097 },
      violations(['4097', 'passwordLength', 'have value less than or equal to 4096']),
    ],
    ['excluding 4097 characters', { ExcludeCharacters: long }, violations([long, 'excludeCharacters', tooLong(4096)])],
    ['a length below the number of types', { PasswordLength: 3 }, TOO_SHORT],
    ['a type without characters', { ExcludeCharacters: DIGITS }, TYPE_EXCLUDED],
    ['no characters at all', { ExcludeCharacters: everything }, ALL_EXCLUDED],
    [
      'no types at all',
      { ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, ExcludePunctuation: true },
      ALL_EXCLUDED,
    ],
    ['a boolean that is a text', { IncludeSpace: 'true' as unknown as boolean }, { name: 'SerializationException' }],
  ]
  for (const [what, input, expected] of refused)
    test(`${what} is refused`, () => assert.rejects(client.getRandomPassword(input), expected))

  test('the largest of everything is taken', async () => {
    const ExcludeCharacters = 'a'.repeat(4096)
    const made = await password({ PasswordLength: 4096, ExcludeCharacters })
    assert.equal(made.length, 4096)
    assert.ok(!made.includes('a'))
  })
})

describe('behaviour', () => {
  test('the answer is a password of 32 characters with every type and no blank', async () => {
    const answer = await members(client.getRandomPassword({}))
    assert.deepEqual(Object.keys(answer), ['RandomPassword'])
    const made = answer.RandomPassword ?? ''
    assert.equal(made.length, 32)
    for (const type of [LOWER, UPPER, DIGITS, PUNCTUATION]) assert.ok([...type].some((one) => made.includes(one)))
    assert.ok(!made.includes(' '))
  })

  test('two passwords differ', async () => {
    assert.notEqual(await password(), await password())
  })

  test('every character of the four types occurs, and the blank where it is admitted', async () => {
    const seen = new Set(await password({ PasswordLength: 4096, IncludeSpace: true }))
    assert.deepEqual(seen, new Set(`${LOWER}${UPPER}${DIGITS}${PUNCTUATION} `))
  })

  test('a password may be shorter than its types where they are not all required', async () => {
    assert.equal((await password({ PasswordLength: 1, RequireEachIncludedType: false })).length, 1)
    assert.equal((await password({ PasswordLength: 4 })).length, 4)
    const ExcludeCharacters = DIGITS
    assert.doesNotMatch(await password({ ExcludeCharacters, RequireEachIncludedType: false }), /\d/)
  })

  test('the blank is admitted but never required', async () => {
    const only = { ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, IncludeSpace: true }
    assert.match(await password({ ...only, PasswordLength: 1 }), /^[!-/:-@[-`{-~]$/)
    assert.equal(await password({ ...only, ExcludePunctuation: true, PasswordLength: 3 }), '   ')
  })

  test('whatever is asked for, the password holds it and nothing else', async () => {
    const flag = fc.boolean()
    const requests = fc.record({
      PasswordLength: fc.integer({ min: 4, max: 64 }),
      ExcludeCharacters: fc.string({ maxLength: 5, unit: 'grapheme-ascii' }),
      ExcludeNumbers: flag,
      ExcludePunctuation: flag,
      ExcludeUppercase: flag,
      ExcludeLowercase: fc.constant(false),
      IncludeSpace: flag,
      RequireEachIncludedType: flag,
    })
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const made = await password(request)
        const types = [
          LOWER,
          ...(request.ExcludeUppercase ? [] : [UPPER]),
          ...(request.ExcludeNumbers ? [] : [DIGITS]),
          ...(request.ExcludePunctuation ? [] : [PUNCTUATION]),
        ].map((type) => [...type].filter((one) => !request.ExcludeCharacters.includes(one)))
        const admitted = new Set([...types.flat(), ...(request.IncludeSpace ? [' '] : [])])
        assert.equal(made.length, request.PasswordLength)
        for (const one of made) assert.ok(admitted.has(one) && !request.ExcludeCharacters.includes(one), one)
        if (request.RequireEachIncludedType) for (const type of types) assert.ok(type.some((one) => made.includes(one)))
      }),
      { numRuns: 60 },
    )
  })
})

describe('access', async () => {
  const user = await app.as('reader')
  const principal = `arn:aws:iam::${app.account}:user/reader`

  test('a denial names no resource', async () => {
    await assert.rejects(user.getRandomPassword({}), denied(principal, 'GetRandomPassword'))
  })

  test('it leaves a record without the password', async () => {
    const input = { PasswordLength: 40, ExcludeCharacters: 'abc' }
    const made = await password(input)
    const [done] = await app.trail(1)
    assert.deepEqual(
      [done?.operation, done?.access, done?.arn, done?.parameters],
      ['GetRandomPassword', 'read', undefined, input],
    )
    assert.ok(!JSON.stringify(await app.trail()).includes(made))
  })
})
