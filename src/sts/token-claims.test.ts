import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JWTPayload } from 'jose'
import { CLOCK_TOLERANCE_SECONDS, readClaims } from './token-claims.ts'

const NOW = 1_800_000_000
const TAGS = 'https://aws.amazon.com/tags'
const SOURCE_IDENTITY = 'https://aws.amazon.com/source_identity'

const payload: JWTPayload = {
  iss: 'https://oidc.example.com',
  aud: 'sts.amazonaws.com',
  sub: 'system:serviceaccount:shop:web',
  exp: NOW + 600,
}
const read = (change: Record<string, unknown> = {}) =>
  readClaims({ ...payload, ...change }, { clientIds: ['sts.amazonaws.com', 'other'] }, NOW * 1000 + 999)
const badClaim = (name: string) => ({
  code: 'InvalidIdentityToken',
  message: `The claim ${name} of the web identity token is missing or invalid.`,
})

test('a token says who, for whom and by whom', () => {
  assert.deepEqual(read(), {
    issuer: 'https://oidc.example.com',
    audience: 'sts.amazonaws.com',
    subject: 'system:serviceaccount:shop:web',
    methods: undefined,
    traits: { tags: [], transitiveTagKeys: [], sourceIdentity: undefined },
  })
})

describe('audiences', () => {
  test('of several, the first that the provider knows counts', () => {
    assert.equal(read({ aud: ['stranger', 'other', 'sts.amazonaws.com'] }).audience, 'other')
  })

  for (const aud of ['stranger', ['stranger'], 'STS.amazonaws.com', []])
    test(`${JSON.stringify(aud)} is not for us`, () => {
      assert.throws(() => read({ aud }), { code: 'InvalidIdentityToken', message: 'Incorrect token audience' })
    })

  for (const aud of [undefined, 5, '', [5], null])
    test(`${JSON.stringify(aud)} is no audience`, () => assert.throws(() => read({ aud }), badClaim('aud')))
})

describe('times', () => {
  test('a token ends with the second of exp, without tolerance', () => {
    assert.equal(read({ exp: NOW + 1 }).audience, 'sts.amazonaws.com')
    assert.throws(() => read({ exp: NOW }), {
      code: 'ExpiredTokenException',
      message: `Token expired: current date/time ${NOW} must be before the expiration date/time ${NOW}`,
    })
  })

  for (const name of ['nbf', 'iat'])
    test(`${name} may lie ahead by as much as clocks differ`, () => {
      assert.ok(read({ [name]: NOW + CLOCK_TOLERANCE_SECONDS }))
      assert.throws(() => read({ [name]: NOW + CLOCK_TOLERANCE_SECONDS + 1 }), {
        code: 'InvalidIdentityToken',
        message: 'The web identity token is not valid yet.',
      })
    })

  for (const name of ['exp', 'nbf', 'iat'])
    test(`${name} must be a number`, () => {
      for (const value of [`${NOW}`, null, {}, Number.POSITIVE_INFINITY])
        assert.throws(() => read({ [name]: value }), badClaim(name))
    })

  test('a token without end is refused', () => assert.throws(() => read({ exp: undefined }), badClaim('exp')))
})

describe('the subject', () => {
  for (const sub of [undefined, '', 5, 'x'.repeat(256), 'a\nb', 'a\0', '\ud800'])
    test(`${JSON.stringify(sub)?.slice(0, 20)} is refused`, () => assert.throws(() => read({ sub }), badClaim('sub')))

  test('it may be as long as AWS allows', () => assert.equal(read({ sub: 'x'.repeat(255) }).subject.length, 255))
})

describe('amr', () => {
  test('it is a text or a list of texts', () => {
    assert.deepEqual(read({ amr: 'mfa' }).methods, ['mfa'])
    assert.deepEqual(read({ amr: ['pwd', 'mfa'] }).methods, ['pwd', 'mfa'])
    assert.throws(() => read({ amr: [1] }), badClaim('amr'))
  })
})

describe('session tags and source identity', () => {
  test('tags come with one value each', () => {
    const { traits } = read({
      [TAGS]: { principal_tags: { team: ['a'], cost: 'b' }, transitive_tag_keys: ['team'] },
      [SOURCE_IDENTITY]: 'alice',
    })
    assert.deepEqual(traits, {
      tags: [
        { Key: 'team', Value: 'a' },
        { Key: 'cost', Value: 'b' },
      ],
      transitiveTagKeys: ['team'],
      sourceIdentity: 'alice',
    })
  })

  const refused: unknown[] = [
    'team=a',
    null,
    [],
    { principal_tags: [] },
    { principal_tags: { team: ['a', 'b'] } },
    { principal_tags: { team: 5 } },
    { principal_tags: { team: null } },
    { principal_tags: { 'te?am': 'a' } },
    { principal_tags: { team: 'a', TEAM: 'b' } },
    { principal_tags: { 'aws:team': 'a' } },
    { principal_tags: { ['x'.repeat(129)]: 'a' } },
    { principal_tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, 'a'])) },
    { principal_tags: {}, transitive_tag_keys: ['team'] },
    { principal_tags: { team: 'a' }, transitive_tag_keys: 'team' },
  ]
  for (const tags of refused)
    test(`${JSON.stringify(tags)?.slice(0, 60)} are no tags`, () => {
      assert.throws(() => read({ [TAGS]: tags }), badClaim(TAGS))
    })

  for (const value of ['a', 'with blank', 5, null, 'x'.repeat(65)])
    test(`${JSON.stringify(value).slice(0, 20)} is no source identity`, () => {
      assert.throws(() => read({ [SOURCE_IDENTITY]: value }), badClaim(SOURCE_IDENTITY))
    })
})
