import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigError } from '../config-error.ts'
import { conditionContext } from './condition-context.ts'

describe('the context of a question', () => {
  test('has a key with its value, which may hold anything', () => {
    assert.deepEqual(conditionContext(['aws:UserAgent=a=b c', 'aws:ResourceTag/team=']), [
      { Key: 'aws:UserAgent', Values: ['a=b c'] },
      { Key: 'aws:ResourceTag/team', Values: [''] },
    ])
  })

  test('has several values of a key that comes several times, however it is spelled', () => {
    assert.deepEqual(conditionContext(['aws:TagKeys=a', 'aws:SourceIp=::1', 'AWS:tagkeys=b']), [
      { Key: 'aws:TagKeys', Values: ['a', 'b'] },
      { Key: 'aws:SourceIp', Values: ['::1'] },
    ])
  })

  for (const text of ['', '=', '=value', 'aws:SourceIp', 'aws:SourceIp:::1'])
    test(`is not "${text}"`, () => assert.throws(() => conditionContext([text]), ConfigError))
})
