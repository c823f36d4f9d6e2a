import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { rawCall } from './raw-call.ts'
import { startApp } from './start-app.ts'

const app = await startApp({ verify: false })
after(() => app.close())

const head = '1 validation error detected: Value'
const must = 'failed to satisfy constraint: Member must'
const ids = Array.from({ length: 21 }, (_, index) => `id${index + 1}`)
const values = Array.from({ length: 11 }, (_, index) => `secret${index + 1}`)
const ENUM = '[all, name, tag-key, description, tag-value, primary-region, owning-service]'

/** Facts 3.4, word for word, where limits have not changed since. */
const examples: readonly [trigger: string, operation: string, body: object, message: string][] = [
  ['GetSecretValue without SecretId', 'GetSecretValue', {}, `${head} null at 'secretId' ${must} not be null`],
  ['CreateSecret without Name', 'CreateSecret', {}, `${head} null at 'name' ${must} not be null`],
  [
    'a SecretBinary that is too large',
    'CreateSecret',
    { Name: 'a', SecretBinary: Buffer.alloc(65_537).toString('base64') },
    `${head} at 'secretBinary' ${must} have length less than or equal to 65536`,
  ],
  [
    'an empty SecretString',
    'CreateSecret',
    { Name: 'a', SecretString: '' },
    `${head} at 'secretString' ${must} have length greater than or equal to 1`,
  ],
  [
    '11 values in one filter',
    'ListSecrets',
    { Filters: [{ Key: 'name', Values: values }] },
    `${head} '[${values.join(', ')}]' at 'filters.1.member.values' ${must} have length less than or equal to 10`,
  ],
  [
    'an unknown filter key',
    'ListSecrets',
    { Filters: [{ Key: 'invalid', Values: ['a'] }] },
    `${head} 'invalid' at 'filters.1.member.key' ${must} satisfy enum value set: ${ENUM}`,
  ],
  [
    'a password of 5555',
    'GetRandomPassword',
    { PasswordLength: 5555 },
    `${head} '5555' at 'passwordLength' ${must} have value less than or equal to 4096`,
  ],
  [
    'a password of 0',
    'GetRandomPassword',
    { PasswordLength: 0 },
    `${head} '0' at 'passwordLength' ${must} have value greater than or equal to 1`,
  ],
  [
    '21 ids in a batch',
    'BatchGetSecretValue',
    { SecretIdList: ids },
    `${head} '[${ids.join(', ')}]' at 'secretIdList' ${must} have length less than or equal to 20`,
  ],
  [
    'no id in a batch',
    'BatchGetSecretValue',
    { SecretIdList: [] },
    `${head} '[]' at 'secretIdList' ${must} have length greater than or equal to 1`,
  ],
  [
    'an empty id in a batch',
    'BatchGetSecretValue',
    { SecretIdList: ['a', ''] },
    `${head} '[a, ]' at 'secretIdList' ${must} satisfy constraint: [Member must have length less than or equal to 2048, ` +
      'Member must have length greater than or equal to 1]',
  ],
  [
    'MaxResults of 21 in a batch',
    'BatchGetSecretValue',
    { MaxResults: 21 },
    `${head} '21' at 'maxResults' ${must} have value less than or equal to 20`,
  ],
  [
    'a filter value with a forbidden character',
    'ListSecrets',
    { Filters: [{ Key: 'name', Values: ['a#b'] }] },
    `${head} '[a#b]' at 'filters.1.member.values' ${must} satisfy constraint: [Member must have length less than or equal to 512, ` +
      'Member must satisfy regular expression pattern: ^\\!?[a-zA-Z0-9 :_@\\/\\+\\=\\.\\-\\!]*$]',
  ],
  [
    'a token of 5 characters',
    'CreateSecret',
    { Name: 'a', ClientRequestToken: 'abcde' },
    `${head} 'abcde' at 'clientRequestToken' ${must} have length greater than or equal to 32`,
  ],
]

for (const [trigger, operation, body, message] of examples)
  test(`${trigger}: ${message.length < 300 ? message : `${message.slice(0, 80)} …`}`, async () => {
    const answer = await rawCall(app, operation, body)
    assert.equal(answer.status, 400)
    assert.deepEqual(answer.json, { __type: 'ValidationException', message })
    assert.equal(answer.headers['x-amzn-ErrorType'], undefined)
  })

const KMS = { signingName: 'kms', targetPrefix: 'TrentService.' }
const contexts: readonly [what: string, context: unknown, answer: object][] = [
  [
    'a null in an encryption context',
    { a: 'b', c: null },
    {
      __type: 'ValidationException',
      message: `${head} '{a=b, c=null}' at 'encryptionContext' failed to satisfy constraint: Map value must satisfy constraint: [Member must not be null]`,
    },
  ],
  [
    'a number in an encryption context',
    { a: 1 },
    { __type: 'SerializationException', message: 'NUMBER_VALUE can not be converted to a String' },
  ],
  ['a text for an encryption context', 'a', { __type: 'SerializationException', message: 'Expected map or null' }],
  [
    'a list for an encryption context',
    [],
    { __type: 'SerializationException', message: 'Start of list found where not expected' },
  ],
]
for (const [what, EncryptionContext, expected] of contexts)
  test(`KMS refuses ${what}`, async () => {
    const body = { KeyId: 'alias/a', Plaintext: 'AAAA', EncryptionContext }
    const answer = await rawCall(app, 'Encrypt', body, KMS)
    assert.deepEqual([answer.status, answer.json], [400, expected])
  })

test('violations of several members come in the order of the model, whatever that of the request', async () => {
  const body = { Tags: [{ Key: '', Value: 'v'.repeat(257) }], SecretString: '', ClientRequestToken: 'x' }
  const { json } = await rawCall(app, 'CreateSecret', body)
  assert.equal(
    json.message,
    "5 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; " +
      "Value 'x' at 'clientRequestToken' failed to satisfy constraint: Member must have length greater than or equal to 32; " +
      "Value at 'secretString' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
      "Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
      `Value '${'v'.repeat(257)}' at 'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256`,
  )
})

test('what cannot be understood leaves a record without its content', async () => {
  await rawCall(app, 'CreateSecret', { Name: 'secret-name', SecretString: '' })
  const [entry] = await app.trail(1)
  assert.equal(entry?.operation, 'CreateSecret')
  assert.equal(entry?.error?.code, 'ValidationException')
  assert.equal(entry?.parameters, undefined)
  await rawCall(app, 'CreateSecret', '{"Name":"secret-name"')
  const [malformed] = await app.trail(1)
  assert.deepEqual(
    [malformed?.error, malformed?.parameters],
    [{ code: 'SerializationException', message: '' }, undefined],
  )
})
