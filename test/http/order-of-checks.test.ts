import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { RequestText } from './raw-socket.ts'
import { type SignOptions, signed, startServer, unsigned } from './start-server.ts'

const server = await startServer()
after(() => server[Symbol.asyncDispose]())

const TOKEN = 'a-token-that-is-32-characters-lo'
const WRONG: SignOptions = { secret: 'wrong' }
const withHeader = (request: RequestText, ...pair: string[]) => ({
  ...request,
  rawHeaders: request.rawHeaders.flatMap((text, index, all) => {
    if (index % 2 === 1) return []
    return text.toLowerCase() === pair[0]?.toLowerCase() ? pair : [text, all[index + 1] ?? '']
  }),
})

/** Each request has two faults; the answer tells which of them is looked at first (facts 1.8). */
const pairs: [first: string, second: string, request: RequestText, type: string, text: RegExp][] = [
  ['the content type', 'the operation', withHeader(unsigned('Nope', '{'), 'Content-Type', 'text/plain'), '', /^/],
  ['the operation', 'the signature', unsigned('Nope', '{'), 'UnknownOperationException', /^$/],
  [
    'the signature',
    'JSON',
    unsigned('GetSecretValue', '{'),
    'MissingAuthenticationTokenException',
    /^Request is missing/,
  ],
  ['the signature', 'JSON', signed('GetSecretValue', '{', WRONG), 'InvalidSignatureException', /does not match/],
  [
    'the time',
    'the signature',
    signed('GetSecretValue', '{', { ...WRONG, date: new Date(0) }),
    'InvalidSignatureException',
    /^Signature expired: 19700101T000000Z/,
  ],
  ['JSON', 'types', signed('GetSecretValue', '{"SecretId":5,}'), 'SerializationException', /^$/],
  [
    'types',
    'constraints',
    signed('GetSecretValue', { SecretId: 5, VersionId: 'short' }),
    'SerializationException',
    /^NUMBER_VALUE can not be converted to a String$/,
  ],
  [
    'constraints',
    'the token',
    signed('CreateSecret', { Name: '', SecretString: 'x' }),
    'ValidationException',
    /^1 validation error detected: Value '' at 'name'/,
  ],
  [
    'the token',
    'the name',
    signed('CreateSecret', { Name: 'Inv Name', SecretString: 'x' }),
    'InvalidRequestException',
    /^You must provide a ClientRequestToken value\. We recommend a UUID-type value\.$/,
  ],
  [
    'the name',
    'the combination',
    signed('CreateSecret', { Name: 'a b', SecretString: 'x', SecretBinary: 'eA==', ClientRequestToken: TOKEN }),
    'ValidationException',
    /^Invalid name\./,
  ],
  [
    'the combination',
    'permission',
    signed('PutSecretValue', {
      SecretId: 'arn:aws:secretsmanager:eu-central-1:999999999999:secret:a-AbCdEf',
      SecretString: 'x',
      SecretBinary: 'eA==',
      ClientRequestToken: TOKEN,
    }),
    'InvalidParameterException',
    /^You can't specify both/,
  ],
  [
    'permission',
    'existence',
    signed('GetSecretValue', { SecretId: 'arn:aws:secretsmanager:eu-central-1:999999999999:secret:a-AbCdEf' }),
    'AccessDeniedException',
    /^User: arn:aws:iam::111122223333:user\/administrator is not authorized/,
  ],
  [
    'the token',
    'existence',
    signed('PutSecretValue', { SecretId: 'nowhere', SecretString: 'x' }),
    'InvalidRequestException',
    /^You must provide a ClientRequestToken/,
  ],
  [
    'existence',
    'the version',
    signed('GetSecretValue', { SecretId: 'nowhere', VersionStage: 'NOPE' }),
    'ResourceNotFoundException',
    /^Secrets Manager can't find the specified secret\.$/,
  ],
]

describe('of two faults, one is looked at first', () => {
  for (const [first, second, request, type, text] of pairs)
    test(`${first} before ${second}`, async () => {
      const answer = await server.send(request)
      if (type === '') {
        assert.equal(answer.status, 404)
        return
      }
      assert.equal(answer.status, 400)
      assert.equal(answer.json.__type, type)
      assert.match(answer.json.message ?? answer.json.Message ?? '', text)
    })

  test('the state before the version', async () => {
    await server.call('CreateSecret', { Name: 'gone', SecretString: 'x', ClientRequestToken: TOKEN })
    await server.call('DeleteSecret', { SecretId: 'gone' })
    const { json } = await server.call('GetSecretValue', { SecretId: 'gone', VersionStage: 'NOPE' })
    assert.equal(json.__type, 'InvalidRequestException')
    assert.match(json.Message, /marked for deletion/)
  })

  test('headers before the body, which is not waited for', async () => {
    const request = unsigned('GetSecretValue', '')
    const announced = withHeader(request, 'Content-Length', '1000')
    const { json } = await server.send(announced)
    assert.equal(json.__type, 'MissingAuthenticationTokenException')
  })
})

describe('the text of an error', () => {
  const spelled = async (request: RequestText) => Object.keys((await server.send(request)).json)

  test('is a message where the framework refuses', async () => {
    assert.deepEqual(await spelled(unsigned('ListSecrets', '{}')), ['__type', 'message'])
    assert.deepEqual(await spelled(signed('ListSecrets', '{}', WRONG)), ['__type', 'message'])
    assert.deepEqual(await spelled(signed('GetSecretValue', '{}')), ['__type', 'message'])
    assert.deepEqual(await spelled(signed('GetSecretValue', '[]')), ['__type', 'message'])
  })

  test('is a Message where the service refuses', async () => {
    assert.deepEqual(await spelled(signed('GetSecretValue', { SecretId: 'nowhere' })), ['__type', 'Message'])
    assert.deepEqual(await spelled(signed('BatchGetSecretValue', {})), ['__type', 'Message'])
  })
})

describe('a signed request', () => {
  test('is answered', async () => {
    const { status } = await server.call('ListSecrets', '{}')
    assert.equal(status, 200)
  })

  test('is refused when its body was changed on the way', async () => {
    const request = { ...signed('GetSecretValue', { SecretId: 'a' }), body: '{"SecretId":"b"}' }
    const answer = await server.send(request)
    assert.equal(answer.status, 400)
    assert.equal(answer.json.__type, 'InvalidSignatureException')
  })

  test('is refused when its target was changed on the way', async () => {
    const request = withHeader(signed('ListSecrets', '{}'), 'x-amz-target', 'secretsmanager.GetRandomPassword')
    assert.equal((await server.send(request)).json.__type, 'InvalidSignatureException')
  })

  test('is answered when a header has runs of blanks', async () => {
    const headers = { 'x-amz-meta': 'a  b' }
    assert.equal((await server.call('ListSecrets', '{}', { headers })).status, 200)
  })

  test('is answered when a header holds UTF-8, whose bytes were signed', async () => {
    const { rawHeaders, body } = signed('ListSecrets', '{}', { headers: { 'x-amz-meta': 'pässword' } })
    const asBytes = rawHeaders.map((text) => Buffer.from(text, 'utf8').toString('latin1'))
    assert.equal((await server.send({ rawHeaders: asBytes, body: body ?? '' })).status, 200)
  })
})
