import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SessionContext } from '../identity/principal.ts'
import { actionsFor, inheritTraits, type SessionTraits, traitConditions } from './session-traits.ts'

const DUPLICATE = {
  code: 'InvalidParameterValue',
  message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
}
const NOT_INCLUDED = {
  code: 'InvalidParameterValue',
  message: 'The specified transitive tag key must be included in the requested tags.',
}
const CONFLICT = {
  code: 'InvalidParameterValue',
  message:
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
}

const asking = (tags: Record<string, string> = {}, rest: Partial<SessionTraits> = {}): SessionTraits => ({
  tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  transitiveTagKeys: [],
  ...rest,
})
const session = (traits: SessionTraits): SessionContext => ({ issuedAt: 0, expiresAt: 1, ...traits })

describe('what is asked for', () => {
  test('two tags whose keys differ only in case are refused', () => {
    assert.throws(() => inheritTraits(asking({ team: 'a', Team: 'b' }), undefined), DUPLICATE)
  })

  test('a transitive key must be that of a tag, in whatever case', () => {
    assert.throws(() => inheritTraits(asking({ team: 'a' }, { transitiveTagKeys: ['other'] }), undefined), NOT_INCLUDED)
    const traits = asking({ team: 'a' }, { transitiveTagKeys: ['TEAM'] })
    assert.deepEqual(inheritTraits(traits, undefined), traits)
  })

  test("nobody sets tags in AWS's own name", () => {
    assert.throws(() => inheritTraits(asking({ 'AWS:team': 'a' }), undefined), { code: 'InvalidParameterValue' })
  })
})

describe('what the calling session hands on', () => {
  test('its transitive tags stay, with their keys, and the others do not', () => {
    const caller = session(asking({ team: 'a', own: 'b' }, { transitiveTagKeys: ['Team'] }))
    assert.deepEqual(inheritTraits(asking({ more: 'c' }, { transitiveTagKeys: ['more'] }), caller), {
      tags: [
        { Key: 'team', Value: 'a' },
        { Key: 'more', Value: 'c' },
      ],
      transitiveTagKeys: ['Team', 'more'],
      sourceIdentity: undefined,
    })
  })

  test('a tag of the request never replaces a transitive one, even with the same value', () => {
    const caller = session(asking({ team: 'a' }, { transitiveTagKeys: ['team'] }))
    assert.throws(() => inheritTraits(asking({ TEAM: 'a' }), caller), CONFLICT)
  })

  test('a tag that is not transitive can be given anew', () => {
    const caller = session(asking({ team: 'a' }))
    assert.deepEqual(inheritTraits(asking({ team: 'b' }), caller).tags, [{ Key: 'team', Value: 'b' }])
  })

  test('a source identity stays and is not changed', () => {
    const caller = session(asking({}, { sourceIdentity: 'alice' }))
    assert.equal(inheritTraits(asking(), caller).sourceIdentity, 'alice')
    assert.equal(inheritTraits(asking({}, { sourceIdentity: 'alice' }), caller).sourceIdentity, 'alice')
    assert.throws(() => inheritTraits(asking({}, { sourceIdentity: 'Alice' }), caller), {
      code: 'AccessDeniedException',
      message: 'The source identity of the calling session cannot be changed.',
    })
  })

  test('a session without source identity can give one', () => {
    const caller = session(asking())
    assert.equal(inheritTraits(asking({}, { sourceIdentity: 'bob' }), caller).sourceIdentity, 'bob')
  })
})

describe('what a session to be needs', () => {
  test('tags and a source identity each need an action of their own', () => {
    assert.deepEqual(actionsFor(asking()), [])
    assert.deepEqual(actionsFor(asking({ a: 'b' })), ['TagSession'])
    assert.deepEqual(actionsFor(asking({}, { sourceIdentity: 'alice' })), ['SetSourceIdentity'])
    assert.deepEqual(actionsFor(asking({ a: 'b' }, { sourceIdentity: 'alice' })), ['TagSession', 'SetSourceIdentity'])
  })

  test('conditions see its tags, their keys, the transitive keys and the source identity', () => {
    const traits = asking({ a: 'b' }, { transitiveTagKeys: ['a'], sourceIdentity: 'alice' })
    assert.deepEqual(traitConditions(traits), {
      'aws:RequestTag/a': 'b',
      'aws:TagKeys': ['a'],
      'sts:TransitiveTagKeys': ['a'],
      'sts:SourceIdentity': 'alice',
    })
  })

  test('what it has not is an absent key', () => {
    const keys = Object.entries(traitConditions(asking())).filter(([, value]) => value !== undefined)
    assert.deepEqual(keys, [])
  })
})
