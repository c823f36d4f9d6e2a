import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AwsError } from '../aws/error.ts'
import { errors } from './errors.ts'
import { randomPassword } from './random-password.ts'

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

const nothingButPunctuation = { ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true }
const nothing = { ...nothingButPunctuation, ExcludePunctuation: true }
const has = (password: string, characters: string) => [...password].some((character) => characters.includes(character))

describe('randomPassword', () => {
  test('a password has 32 characters of every type but the blank', () => {
    for (let round = 0; round < 50; round++) {
      const password = randomPassword({})
      assert.equal(password.length, 32)
      assert.equal(has(password, ' '), false)
      for (const type of [LOWER, UPPER, DIGITS, PUNCTUATION]) assert.ok(has(password, type))
    }
  })

  test('every character that is admitted occurs, and no other', () => {
    const seen = new Set(randomPassword({ PasswordLength: 4096, IncludeSpace: true }))
    assert.deepEqual(seen, new Set(`${LOWER}${UPPER}${DIGITS}${PUNCTUATION} `))
  })

  test('punctuation has 32 characters', () => {
    assert.equal(new Set(randomPassword({ PasswordLength: 4096, ...nothingButPunctuation })).size, 32)
  })

  test('the blank is admitted but not required', () => {
    assert.equal(randomPassword({ PasswordLength: 4, IncludeSpace: true }).length, 4)
    assert.equal(randomPassword({ PasswordLength: 3, IncludeSpace: true, ...nothing }), '   ')
    assert.equal(has(randomPassword({ IncludeSpace: true, ExcludeCharacters: ' ' }), ' '), false)
  })

  test('a password shorter than the types it must have is refused', () => {
    assert.throws(() => randomPassword({ PasswordLength: 3 }), errors.passwordTooShort())
    assert.equal(randomPassword({ PasswordLength: 3, ExcludeNumbers: true }).length, 3)
    assert.equal(randomPassword({ PasswordLength: 1, RequireEachIncludedType: false }).length, 1)
  })

  test('a type that must occur but has no character left is refused', () => {
    assert.throws(() => randomPassword({ ExcludeCharacters: DIGITS }), errors.passwordTypeExcluded())
    assert.equal(randomPassword({ ExcludeCharacters: DIGITS, ExcludeNumbers: true }).length, 32)
    assert.equal(randomPassword({ ExcludeCharacters: DIGITS, RequireEachIncludedType: false }).length, 32)
  })

  test('nothing to choose from is refused', () => {
    const everything = `${LOWER}${UPPER}${DIGITS}${PUNCTUATION} `
    assert.throws(() => randomPassword(nothing), errors.passwordAllExcluded())
    assert.throws(() => randomPassword({ ExcludeCharacters: everything }), errors.passwordAllExcluded())
    const unrequired = { ExcludeCharacters: everything, IncludeSpace: true, RequireEachIncludedType: false }
    assert.throws(() => randomPassword(unrequired), errors.passwordAllExcluded())
  })

  test('the types that must occur are in no particular place', () => {
    const places = new Set<number>()
    const pair = {
      PasswordLength: 8,
      ExcludeUppercase: true,
      ExcludeNumbers: true,
      ExcludeCharacters: PUNCTUATION.slice(1),
    }
    for (let round = 0; round < 1000; round++) places.add(randomPassword(pair).indexOf('!'))
    assert.equal(places.size, 8)
  })

  test('each character is as likely as any other', () => {
    const counts = new Map<string, number>()
    const digits = randomPassword({ ...nothing, PasswordLength: 4096, ExcludeNumbers: false })
    for (const digit of digits) counts.set(digit, (counts.get(digit) ?? 0) + 1)
    // 409.6 of each are expected; beyond 8 standard deviations chance is ruled out.
    for (const count of counts.values()) assert.ok(Math.abs(count - 409.6) < 8 * Math.sqrt(4096 * 0.09))
  })
})

test('a password keeps to all that was asked for, or the request is refused', () => {
  const options = fc.record(
    {
      PasswordLength: fc.integer({ min: 1, max: 40 }),
      ExcludeCharacters: fc.subarray([...`${LOWER}${UPPER}${DIGITS}${PUNCTUATION} `]).map((list) => list.join('')),
      ExcludeNumbers: fc.boolean(),
      ExcludePunctuation: fc.boolean(),
      ExcludeUppercase: fc.boolean(),
      ExcludeLowercase: fc.boolean(),
      IncludeSpace: fc.boolean(),
      RequireEachIncludedType: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(options, (asked) => {
      const types: [string, boolean | undefined][] = [
        [LOWER, asked.ExcludeLowercase],
        [UPPER, asked.ExcludeUppercase],
        [DIGITS, asked.ExcludeNumbers],
        [PUNCTUATION, asked.ExcludePunctuation],
      ]
      let password: string
      try {
        password = randomPassword(asked)
      } catch (error) {
        assert.ok(error instanceof AwsError && error.code === 'InvalidParameterException')
        return
      }
      assert.equal(password.length, asked.PasswordLength ?? 32)
      assert.equal(has(password, asked.ExcludeCharacters ?? ''), false)
      for (const [characters, excluded] of types) {
        if (excluded) assert.equal(has(password, characters), false)
        else if (asked.RequireEachIncludedType ?? true) assert.ok(has(password, characters))
      }
      if (!asked.IncludeSpace) assert.equal(has(password, ' '), false)
    }),
    { numRuns: 1000 },
  )
})
