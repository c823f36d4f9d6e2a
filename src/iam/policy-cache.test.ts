import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PolicyError } from './policy.ts'
import { MAX_CACHED_CHARACTERS, PolicyCache } from './policy-cache.ts'

const ALICE = 'arn:aws:iam::111122223333:user/alice'
const document = (sid: string) =>
  JSON.stringify({ Statement: { Sid: sid, Effect: 'Allow', Principal: { AWS: ALICE }, Action: '*', Resource: '*' } })

describe('a cache of policies', () => {
  test('compiles the same document once', () => {
    const cache = new PolicyCache()
    const first = cache.compile(document('a'), 'resource')
    assert.equal(cache.compile(document('a'), 'resource'), first)
    assert.equal(cache.compile(document('a'), 'resource', new Map()), first)
    assert.equal(cache.size, 1)
  })

  test('keeps apart what differs in text, kind or bindings', () => {
    const cache = new PolicyCache()
    const trust = JSON.stringify({
      Statement: { Effect: 'Allow', Principal: { AWS: [ALICE, `${ALICE}2`] }, Action: 'sts:AssumeRole' },
    })
    const all = [
      cache.compile(document('a'), 'resource'),
      cache.compile(document('b'), 'resource'),
      cache.compile(document('a'), 'resource', new Map([[ALICE, 'AIDA1']])),
      cache.compile(document('a'), 'resource', new Map([[ALICE, 'AIDA2']])),
      cache.compile(
        trust,
        'trust',
        new Map([
          [ALICE, 'AIDA1'],
          [`${ALICE}2`, 'AIDA2'],
        ]),
      ),
    ]
    assert.equal(new Set(all).size, all.length)
    assert.throws(() => cache.compile(document('a'), 'identity'), PolicyError)
    assert.throws(() => cache.compile(document('a'), 'trust'), PolicyError)
    const other = cache.compile(
      trust,
      'trust',
      new Map([
        [`${ALICE}2`, 'AIDA2'],
        [ALICE, 'AIDA1'],
      ]),
    )
    assert.equal(other, all.at(-1), 'the order of bindings does not matter')
  })

  test('forgets what was not used for longest', () => {
    const cache = new PolicyCache(2)
    const [a, b] = [cache.compile(document('a'), 'resource'), cache.compile(document('b'), 'resource')]
    assert.equal(cache.compile(document('a'), 'resource'), a)
    cache.compile(document('c'), 'resource')
    assert.equal(cache.size, 2)
    assert.equal(cache.compile(document('a'), 'resource'), a)
    assert.notEqual(cache.compile(document('b'), 'resource'), b)
  })

  test('is bounded also for one text with many bindings', () => {
    const cache = new PolicyCache(10)
    for (let id = 0; id < 100; id += 1) cache.compile(document('a'), 'resource', new Map([[ALICE, `AIDA${id}`]]))
    assert.ok(cache.size <= 10)
  })

  test('is bounded in characters', () => {
    const cache = new PolicyCache()
    const big = (sid: string) => document(sid) + ' '.repeat(100_000)
    const [count, first] = [Math.ceil(MAX_CACHED_CHARACTERS / 100_000) + 2, cache.compile(big('first'), 'resource')]
    for (let index = 0; index < count; index += 1) cache.compile(big(`n${index}`), 'resource')
    assert.ok(cache.size < count)
    assert.notEqual(cache.compile(big('first'), 'resource'), first)
  })

  test('does not remember what it refuses', () => {
    const cache = new PolicyCache()
    for (const _ of [1, 2])
      assert.throws(() => cache.compile('{}', 'identity'), { message: 'Syntax errors in policy.' })
    assert.equal(cache.size, 0)
  })
})
