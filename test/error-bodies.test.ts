import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { rawCall } from './raw-call.ts'
import { startApp } from './start-app.ts'

// Facts 1.3 and 1.4: what an error is on the wire, for every code that the writing operations raise.

const app = await startApp({ verify: false })
after(() => app.close())

const token = (name: string) => name.padEnd(32, '-')
const put = (name: string, more: object = {}) => ({
  SecretId: 's',
  SecretString: 'x',
  ClientRequestToken: token(name),
  ...more,
})
const labels = Array.from({ length: 20 }, (_, index) => `l${index}`)
await app.client.createSecret({ Name: 's', SecretString: 'x' })
const { KeyMetadata } = await app.kms.createKey({})
const disabledKey = KeyMetadata?.KeyId ?? ''
await app.kms.disableKey({ KeyId: disabledKey })

const answers: [code: string, operation: string, body: object, members: string[]][] = [
  ['ResourceNotFoundException', 'PutSecretValue', put('a', { SecretId: 'none' }), ['__type', 'Message']],
  ['ResourceExistsException', 'CreateSecret', { Name: 's', ClientRequestToken: token('b') }, ['__type', 'Message']],
  ['InvalidRequestException', 'PutSecretValue', { SecretId: 's' }, ['__type', 'Message']],
  ['InvalidParameterException', 'PutSecretValue', put('c', { SecretBinary: 'AA==' }), ['__type', 'Message']],
  ['LimitExceededException', 'PutSecretValue', put('d', { VersionStages: labels }), ['__type', 'Message']],
  [
    'EncryptionFailure',
    'UpdateSecret',
    { SecretId: 's', ClientRequestToken: token('e'), KmsKeyId: disabledKey },
    ['__type', 'Message'],
  ],
  ['ValidationException', 'PutSecretValue', put('f', { SecretId: '' }), ['__type', 'message']],
  ['ValidationException', 'PutSecretValue', put('g', { SecretId: 'Inv Name' }), ['__type', 'message']],
  ['SerializationException', 'PutSecretValue', put('h', { SecretString: 1 }), ['__type', 'message']],
  ['SerializationException', 'PutSecretValue', put('i', { SecretBinary: '*' }), ['__type']],
]
for (const [code, operation, body, members] of answers)
  test(`${code} of ${operation} has ${members.join(' and ')}`, async () => {
    const answer = await rawCall(app, operation, body)
    assert.equal(answer.status, 400)
    assert.equal(answer.json.__type, code)
    assert.deepEqual(Object.keys(answer.json), members)
    assert.equal(answer.headers['Content-Type'], 'application/x-amz-json-1.1')
    assert.match(answer.headers['x-amzn-RequestId'] ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(answer.body, JSON.stringify(answer.json))
  })

test('each error is recorded under the request id of its answer', async () => {
  const { headers } = await rawCall(app, 'PutSecretValue', put('j', { SecretId: 'none' }))
  const [entry] = await app.trail(1)
  assert.deepEqual([entry?.id, entry?.error?.code], [headers['x-amzn-RequestId'], 'ResourceNotFoundException'])
})
