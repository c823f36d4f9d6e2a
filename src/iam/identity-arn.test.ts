import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { arnIn, canonicalArn, spellingsOf, textIn } from './identity-arn.ts'

const USER = 'arn:aws:iam::111122223333:user/app'
const KEY = 'arn:aws-cn:kms:cn-north-1:111122223333:key/1'

describe('the ARN of an identity', () => {
  test('is one in the partition aws, whatever partition it was given in', () => {
    for (const partition of ['aws', 'aws-cn', 'aws-us-gov'])
      for (const rest of ['iam::111122223333:user/app', 'sts::111122223333:assumed-role/app/one', 'iam::aws:policy/P'])
        assert.equal(canonicalArn(`arn:${partition}:${rest}`), `arn:aws:${rest}`)
  })

  test('has a spelling in each partition', () => {
    const all = [USER, 'arn:aws-cn:iam::111122223333:user/app', 'arn:aws-us-gov:iam::111122223333:user/app']
    for (const spelling of all) assert.deepEqual(spellingsOf(spelling), all)
    assert.equal(arnIn('aws-cn', USER), all[1])
    assert.equal(arnIn('aws', USER), USER)
  })

  test('is found in sentences', () => {
    assert.equal(
      textIn('aws-cn', `User: ${USER} may not use ${KEY}`),
      `User: ${arnIn('aws-cn', USER)} may not use ${KEY}`,
    )
  })
})

test('other texts are no ARNs of identities and stay as they are', () => {
  for (const text of [
    KEY,
    'arn:aws-iso:iam::111122223333:user/app',
    'arn:aws-cn',
    'text arn:aws-cn:iam::1:user/x',
    '',
  ]) {
    assert.equal(canonicalArn(text), text)
    assert.deepEqual(spellingsOf(text), [text])
  }
})
