import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { errors } from './errors.ts'
import { addTags, checkTagKeys, checkTags, MAX_TAGS, removeTags } from './tags.ts'

const tag = (Key: string, Value = '') => ({ Key, Value })
const numbered = (count: number) => Array.from({ length: count }, (_, index) => tag(`key${index}`))

describe('checkTags', () => {
  test('a missing value is an empty one', () => {
    assert.deepEqual(checkTags([{ Key: 'a' }, { Key: 'b', Value: 'x' }]), [tag('a'), tag('b', 'x')])
  })

  test('a tag must have a key', () => {
    assert.throws(() => checkTags([{ Value: 'x' }]), errors.tagKeyMissing())
  })

  test('keys that start with aws: are refused, others that look like it are not', () => {
    assert.throws(() => checkTags([tag('aws:owner')]), errors.reservedTag())
    assert.equal(checkTags([tag('aws'), tag('awsome'), tag('my:aws:tag')]).length, 3)
  })

  test('a key may come once in a request, whatever its value', () => {
    assert.throws(() => checkTags([tag('a', '1'), tag('b'), tag('a', '2')]), errors.duplicateTag('a'))
  })

  test('keys that differ in case are two keys', () => {
    assert.equal(checkTags([tag('a'), tag('A')]).length, 2)
  })
})

describe('checkTagKeys', () => {
  test('keys of services are refused in any case, others are not', () => {
    for (const key of ['aws:owner', 'AWS:secretsmanager:owningService'])
      assert.throws(() => checkTagKeys(['a', key]), errors.reservedTag())
    checkTagKeys(['aws', 'my:aws:tag'])
  })
})

describe('addTags', () => {
  test('new tags go behind the existing ones in the order of the request', () => {
    assert.deepEqual(addTags([tag('b')], [tag('c'), tag('a')]), [tag('b'), tag('c'), tag('a')])
  })

  test('an existing key keeps its place and takes the new value', () => {
    assert.deepEqual(addTags([tag('a', '1'), tag('b', '1')], [tag('a', '2')]), [tag('a', '2'), tag('b', '1')])
  })

  test('a secret is tagged for the first time', () => {
    assert.deepEqual(addTags(undefined, [tag('__proto__')]), [tag('__proto__')])
  })

  test('a secret given no tag is not tagged', () => {
    assert.equal(addTags(undefined, []), undefined)
  })

  test('fifty tags are allowed, fifty-one are not', () => {
    assert.equal(addTags(undefined, numbered(MAX_TAGS))?.length, MAX_TAGS)
    assert.throws(() => addTags(numbered(MAX_TAGS), [tag('more')]), errors.tooManyTags(MAX_TAGS))
    assert.equal(addTags(numbered(MAX_TAGS), [tag('key0', 'new')])?.length, MAX_TAGS)
  })

  test('tags of services do not count', () => {
    const full = [tag('aws:secretsmanager:owningService', 'rds'), ...numbered(MAX_TAGS - 1)]
    assert.equal(addTags(full, [tag('more')])?.length, MAX_TAGS + 1)
    assert.throws(() => addTags(full, [tag('more'), tag('another')]), errors.tooManyTags(MAX_TAGS))
  })

  test('what it was given is left alone', () => {
    const existing = Object.freeze([Object.freeze(tag('a', '1'))])
    addTags(existing, [tag('a', '2'), tag('b')])
    assert.deepEqual(existing, [tag('a', '1')])
  })
})

describe('removeTags', () => {
  test('named keys go, unknown ones are ignored', () => {
    assert.deepEqual(removeTags([tag('a'), tag('b')], ['a', 'zzz']), [tag('b')])
  })

  test('the last tag removed leaves an empty list', () => {
    assert.deepEqual(removeTags([tag('a')], ['a']), [])
  })

  test('a secret that was never tagged stays so', () => {
    assert.equal(removeTags(undefined, ['a']), undefined)
  })
})
