import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startServer, unsigned } from './start-server.ts'

const server = await startServer({ verify: false })
after(() => server[Symbol.asyncDispose]())
const call = (operation: string, body: string | Uint8Array) => server.send(unsigned(operation, body))

const SILENT = '{"__type":"SerializationException"}'
const saying = (message: string) => JSON.stringify({ __type: 'SerializationException', message })

describe('a body that is no JSON object', () => {
  const bodies: [what: string, body: string | Uint8Array, answer: string][] = [
    ['an opening brace', '{', SILENT],
    ['nothing', '', SILENT],
    ['null', 'null', SILENT],
    ['a string', '"x"', SILENT],
    ['a number', '5', SILENT],
    ['true', 'true', SILENT],
    ['a trailing comma', '{"SecretId":"a",}', SILENT],
    ['single quotes', "{'SecretId':'a'}", SILENT],
    ['two objects', '{}{}', SILENT],
    ['a comment', '{}//', SILENT],
    ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), SILENT],
    ['an unpaired surrogate in a value', '{"SecretId":"\\ud800"}', SILENT],
    ['a list', '[]', saying('Start of list found where not expected')],
    ['a list of objects', '[{}]', saying('Start of list found where not expected')],
  ]
  for (const [what, body, expected] of bodies)
    test(`${what} is refused`, async () => {
      const answer = await call('GetSecretValue', body)
      assert.equal(answer.status, 400)
      assert.equal(answer.body, expected)
      assert.equal(answer.header('content-type'), 'application/x-amz-json-1.1')
    })
})

describe('a member of the wrong type', () => {
  const given: [type: string, operation: string, body: string, message: string | undefined][] = [
    ['a string for an integer', 'ListSecrets', '{"MaxResults":"5"}', 'STRING_VALUE can not be converted to an Integer'],
    [
      'a string for a long',
      'GetRandomPassword',
      '{"PasswordLength":"5"}',
      'STRING_VALUE can not be converted to a Long',
    ],
    ['true for an integer', 'ListSecrets', '{"MaxResults":true}', 'TRUE_VALUE can not be converted to an Integer'],
    ['false for an integer', 'ListSecrets', '{"MaxResults":false}', 'FALSE_VALUE can not be converted to an Integer'],
    ['a number for a string', 'GetSecretValue', '{"SecretId":5}', 'NUMBER_VALUE can not be converted to a String'],
    ['true for a string', 'GetSecretValue', '{"SecretId":true}', 'TRUE_VALUE can not be converted to a String'],
    ['false for a string', 'GetSecretValue', '{"SecretId":false}', 'FALSE_VALUE can not be converted to a String'],
    ['a list for a string', 'GetSecretValue', '{"SecretId":["a"]}', 'Start of list found where not expected'],
    ['a list for an integer', 'ListSecrets', '{"MaxResults":[1]}', 'Start of list found where not expected'],
    ['a list for a boolean', 'ListSecrets', '{"IncludePlannedDeletion":[]}', 'Start of list found where not expected'],
    ['a list for a structure', 'ListSecrets', '{"Filters":[[]]}', 'Start of list found where not expected'],
    [
      'an object for a string',
      'GetSecretValue',
      '{"SecretId":{}}',
      'Start of structure or map found where not expected.',
    ],
    [
      'an object for an integer',
      'ListSecrets',
      '{"MaxResults":{}}',
      'Start of structure or map found where not expected.',
    ],
    ['a string for a list', 'BatchGetSecretValue', '{"SecretIdList":"a"}', 'Expected list or null'],
    ['a string for a structure', 'ListSecrets', '{"Filters":["a"]}', 'Expected null'],
    ['a string for a boolean', 'ListSecrets', '{"IncludePlannedDeletion":"true"}', undefined],
    ['a number for a boolean', 'ListSecrets', '{"IncludePlannedDeletion":1}', undefined],
    ['text for base64', 'PutSecretValue', '{"SecretId":"a","SecretBinary":"*"}', undefined],
  ]
  for (const [type, operation, body, message] of given)
    test(`${type} is refused`, async () => {
      const answer = await call(operation, body)
      assert.equal(answer.status, 400)
      assert.equal(answer.body, message === undefined ? SILENT : saying(message))
    })
})

describe('a body that AWS takes as it is meant', () => {
  test('unknown members are ignored', async () => {
    const answer = await call('ListSecrets', '{"Nonsense":{"deep":[1]},"maxResults":"x","__proto__":5,"constructor":1}')
    assert.equal(answer.status, 200)
    assert.equal(answer.body, '{"SecretList":[]}')
  })

  test('null is the same as nothing', async () => {
    assert.equal((await call('ListSecrets', '{"MaxResults":null,"Filters":null}')).status, 200)
    const { json } = await call('GetSecretValue', '{"SecretId":null}')
    assert.match(json.message, /Value null at 'secretId' .* Member must not be null$/)
  })

  test('a decimal number for an integer loses its decimals', async () => {
    const length = (text: string) => call('GetRandomPassword', `{"PasswordLength":${text}}`)
    assert.equal((await length('12.9')).json.RandomPassword.length, 12)
    assert.equal((await length('1.2e1')).json.RandomPassword.length, 12)
    assert.match((await length('0.9')).json.message, /Value '0' at 'passwordLength'/)
  })

  test('an integer out of range breaks its constraint', async () => {
    const { json } = await call('ListSecrets', '{"MaxResults":99999999999}')
    const broken =
      "Value '99999999999' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"
    assert.deepEqual(json, { __type: 'ValidationException', message: `1 validation error detected: ${broken}` })
  })

  test('white space around and inside does not matter', async () => {
    assert.equal((await call('ListSecrets', ' \r\n\t{ "MaxResults" :\n1 }\n ')).status, 200)
  })

  test('of two members with one name the last counts', async () => {
    const { json } = await call('GetRandomPassword', '{"PasswordLength":"x","PasswordLength":9}')
    assert.equal(json.RandomPassword.length, 9)
  })
})
