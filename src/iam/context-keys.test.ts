// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies have variables of this form

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { contextKeysOf } from './context-keys.ts'
import { parseStoredPolicy } from './parse-policy.ts'

const keys = (members: object, Version = '2012-10-17') =>
  contextKeysOf(
    parseStoredPolicy(
      JSON.stringify({ Version, Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...members } }),
      'identity',
    ),
  )

describe('contextKeysOf', () => {
  test('finds the keys of conditions as they are written', () => {
    assert.deepEqual(
      keys({ Condition: { StringEquals: { 'aws:ResourceTag/Team': 'x' }, Null: { 'aws:TagKeys': 'true' } } }),
      ['aws:ResourceTag/Team', 'aws:TagKeys'],
    )
  })

  test('finds variables in resources and in values', () => {
    assert.deepEqual(
      keys({
        Resource: ["arn:aws:s3:::${aws:username}/${a:x, 'y'}", '*'],
        Condition: { StringLike: { 'a:z': ['${a:v}*', '${*}', '${$}'] } },
      }),
      ['aws:username', 'a:x', 'a:z', 'a:v'],
    )
  })

  test('names each key once, whatever its case', () => {
    assert.deepEqual(keys({ Condition: { StringEquals: { 'aws:X': '${AWS:x}' }, StringLike: { 'AWS:X': '*' } } }), [
      'aws:X',
    ])
  })

  test('finds no variables where none are replaced', () => {
    assert.deepEqual(keys({ Condition: { NumericEquals: { 'a:n': '${a:v}' } } }), ['a:n'])
    assert.deepEqual(keys({ Condition: { StringEquals: { 'a:s': '${a:v}' } } }, '2008-10-17'), ['a:s'])
    assert.deepEqual(keys({ Resource: 'arn:aws:s3:::${a:v' }), [])
    assert.deepEqual(keys({}), [])
  })
})
