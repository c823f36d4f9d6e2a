import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compilePolicy } from './compile-policy.ts'
import { parsePolicy } from './parse-policy.ts'

const document = {
  Statement: [
    { Effect: 'Allow', Action: 'secretsmanager:Get*', Resource: '*' },
    { Effect: 'Deny', NotAction: 'kms:*', Resource: '*' },
    { Effect: 'Allow', Action: ['kms:*', 'secretsmanager:*'], Resource: '*' },
  ],
}
const policy = compilePolicy(parsePolicy(JSON.stringify(document), 'identity'))
const places = (action: string) => {
  const { denies, allows } = policy.about(action)
  return { denies: denies.map(({ index }) => index), allows: allows.map(({ index }) => index) }
}

describe('a compiled policy', () => {
  test('finds the statements about an action', () => {
    assert.deepEqual(places('secretsmanager:GetSecretValue'), { denies: [1], allows: [0, 2] })
    assert.deepEqual(places('SecretsManager:getsecretvalue'), { denies: [1], allows: [0, 2] })
    assert.deepEqual(places('kms:Decrypt'), { denies: [], allows: [2] })
    assert.deepEqual(places('s3:GetObject'), { denies: [1], allows: [] })
    assert.deepEqual(places('nonsense'), { denies: [1], allows: [] })
  })

  test('remembers them for the actions of a service, not for all that can be made up', () => {
    const first = policy.about('kms:Decrypt')
    for (let index = 0; index < 100; index += 1) assert.equal(policy.about('kms:Decrypt'), first)
    for (let index = 0; index < 1000; index += 1) policy.about(`kms:Decrypt${index}`)
    assert.notEqual(policy.about('kms:Decrypt'), first)
    assert.deepEqual(policy.about('kms:Decrypt'), first)
  })
})
