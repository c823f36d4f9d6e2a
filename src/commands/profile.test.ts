import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseProfile } from './profile.ts'

const text = `# Written by somebody.
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = a+b/c==
region = eu-central-1

  [ work ]\r
aws_access_key_id=AKIAWORK\r
; aws_access_key_id = AKIACOMMENT
aws_secret_access_key=second\r
aws_session_token = token\r

[half]
aws_access_key_id = AKIAHALF
[empty]
aws_access_key_id = AKIAEMPTY
aws_secret_access_key =
`

describe('the access key of a profile', () => {
  test('is that of its section', () => {
    assert.deepEqual(parseProfile(text, 'default'), {
      accessKeyId: 'AKIADEFAULT',
      secretAccessKey: 'a+b/c==',
      sessionToken: undefined,
    })
  })

  test('may have a session token', () => {
    assert.deepEqual(parseProfile(text, 'work'), {
      accessKeyId: 'AKIAWORK',
      secretAccessKey: 'second',
      sessionToken: 'token',
    })
  })

  for (const name of ['half', 'empty', 'absent', '', 'constructor'])
    test(`is not there for the profile "${name}"`, () => assert.equal(parseProfile(text, name), undefined))

  test('is not what stands before every section', () => {
    assert.equal(parseProfile('aws_access_key_id = A\naws_secret_access_key = b\n[default]\n', 'default'), undefined)
  })
})
