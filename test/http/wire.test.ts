import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startServer, unsigned } from './start-server.ts'

const server = await startServer({ verify: false })
after(() => server[Symbol.asyncDispose]())
const { send } = server

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const TOKEN = 'a-token-that-is-32-characters-lo'
const call = (operation: string, input: object) => send(unsigned(operation, JSON.stringify(input)))

describe('an answer', () => {
  test('has the headers that AWS sends, and no other', async () => {
    const created = await call('CreateSecret', { Name: 'headers', SecretString: 'ü', ClientRequestToken: TOKEN })
    assert.equal(created.status, 200)
    const names = created.headers.map(([name]) => name).sort()
    assert.deepEqual(names, ['Connection', 'Content-Length', 'Content-Type', 'Date', 'x-amzn-RequestId'])
    assert.match(created.header('x-amzn-requestid') ?? '', UUID)
    assert.equal(created.header('content-type'), 'application/x-amz-json-1.1')
    assert.equal(created.header('connection'), 'keep-alive')
    assert.equal(created.header('content-length'), String(created.body.length))
    const age = Date.now() - Date.parse(created.header('date') ?? '')
    assert.ok(age >= 0 && age < 5000)
  })

  test('is compact JSON, its length counted in bytes', async () => {
    const read = await call('GetSecretValue', { SecretId: 'headers' })
    const { ARN, CreatedDate } = read.json
    assert.match(ARN, /^arn:aws:secretsmanager:us-east-1:111122223333:secret:headers-[A-Za-z0-9]{6}$/)
    const expected = {
      ARN,
      Name: 'headers',
      VersionId: TOKEN,
      SecretString: 'ü',
      VersionStages: ['AWSCURRENT'],
      CreatedDate,
    }
    assert.deepEqual(read.json, expected)
    assert.equal(read.body, JSON.stringify(read.json))
    assert.equal(read.header('content-length'), String(Buffer.byteLength(read.body)))
  })

  test('names times as seconds with at most three decimals, the day of access as a whole day', async () => {
    const { json, body } = await call('DescribeSecret', { SecretId: 'headers' })
    assert.match(body, /"CreatedDate":\d{10}(\.\d{1,3})?[,}]/)
    assert.equal(json.LastAccessedDate % 86_400, 0)
  })

  test('leaves out members without a value', async () => {
    await call('CreateSecret', { Name: 'bare', ClientRequestToken: TOKEN })
    const { json, body } = await call('DescribeSecret', { SecretId: 'bare' })
    assert.deepEqual(Object.keys(json).sort(), ['ARN', 'CreatedDate', 'LastChangedDate', 'Name'])
    assert.doesNotMatch(body, /null/)
  })

  test('carries bytes as base64', async () => {
    await call('CreateSecret', { Name: 'bytes', SecretBinary: 'Zm9vdGVzdA==', ClientRequestToken: TOKEN })
    const { json } = await call('GetSecretValue', { SecretId: 'bytes' })
    assert.equal(json.SecretBinary, 'Zm9vdGVzdA==')
    assert.equal(json.SecretString, undefined)
  })

  test('without members has an empty body', async () => {
    const tagged = await call('TagResource', { SecretId: 'bytes', Tags: [{ Key: 'a', Value: 'b' }] })
    assert.equal(tagged.status, 200)
    assert.equal(tagged.body, '')
    assert.equal(tagged.header('content-length'), '0')
    assert.equal(tagged.header('content-type'), 'application/x-amz-json-1.1')
  })

  test('shows the empty list of a batch that went well', async () => {
    const { json } = await call('BatchGetSecretValue', { SecretIdList: ['bytes', 'none'] })
    assert.equal(json.SecretValues[0].Name, 'bytes')
    const error = "Secrets Manager can't find the specified secret."
    assert.deepEqual(json.Errors, [{ SecretId: 'none', ErrorCode: 'ResourceNotFoundException', Message: error }])
    assert.deepEqual((await call('BatchGetSecretValue', { SecretIdList: ['bytes'] })).json.Errors, [])
  })

  test('to a request that carries a hundred headers is the same', async () => {
    const more = Array.from({ length: 100 }, (_, index) => [`X-More-${index}`, 'x']).flat()
    const { status } = await send(unsigned('ListSecrets', '{}', more))
    assert.equal(status, 200)
  })
})

describe('errors', () => {
  const missing = "Value null at 'secretId' failed to satisfy constraint: Member must not be null"
  const errors: [trigger: string, operation: string, input: object, body: string][] = [
    [
      'of the model have a Message',
      'GetSecretValue',
      { SecretId: 'nowhere' },
      '{"__type":"ResourceNotFoundException","Message":"Secrets Manager can\'t find the specified secret."}',
    ],
    [
      'of a combination have a Message',
      'BatchGetSecretValue',
      {},
      '{"__type":"InvalidParameterException","Message":"Either \'SecretIdList\' or \'Filters\' must be provided, but not both."}',
    ],
    [
      'of permission have a Message',
      'GetSecretValue',
      { SecretId: 'arn:aws:secretsmanager:us-east-1:999999999999:secret:a-AbCdEf' },
      '{"__type":"AccessDeniedException","Message":"User: arn:aws:iam::111122223333:root is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:999999999999:secret:a-AbCdEf because no resource-based policy allows the secretsmanager:GetSecretValue action"}',
    ],
    [
      'of validation have a message',
      'GetSecretValue',
      {},
      `{"__type":"ValidationException","message":"1 validation error detected: ${missing}"}`,
    ],
    [
      'of the characters of a name have a message',
      'GetSecretValue',
      { SecretId: 'a b' },
      '{"__type":"ValidationException","message":"Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"}',
    ],
  ]
  for (const [trigger, operation, input, body] of errors)
    test(trigger, async () => {
      const answer = await call(operation, input)
      assert.equal(answer.status, 400)
      assert.equal(answer.body, body)
      assert.equal(answer.header('content-type'), 'application/x-amz-json-1.1')
      assert.match(answer.header('x-amzn-requestid') ?? '', UUID)
      assert.equal(answer.header('x-amzn-errortype'), undefined)
    })

  test('of a missing SecretId have the 152 bytes that AWS was seen to send', async () => {
    const answer = await call('GetSecretValue', {})
    assert.equal(answer.header('content-length'), '152')
    assert.equal(Buffer.byteLength(answer.body), 152)
  })

  test('count all violations, joined by semicolons', async () => {
    const { json } = await call('GetSecretValue', { VersionId: 'short' })
    const short =
      "Value 'short' at 'versionId' failed to satisfy constraint: Member must have length greater than or equal to 32"
    assert.equal(json.message, `2 validation errors detected: ${missing}; ${short}`)
  })
})

describe('what is no request of AWS JSON 1.1', () => {
  const xml = { status: 404, body: '<UnknownOperationException/>\n' }
  const post = unsigned('ListSecrets', '{}')
  const withType = (type: string | undefined) => ({
    ...post,
    rawHeaders: [
      ...['Host', 'a', 'X-Amz-Target', 'secretsmanager.ListSecrets', 'Content-Length', '2'],
      ...(type === undefined ? [] : ['Content-Type', type]),
    ],
  })
  const foreign: [what: string, request: Parameters<typeof send>[0]][] = [
    ['no Content-Type', withType(undefined)],
    ['plain JSON', withType('application/json')],
    ['AWS JSON 1.11', withType('application/x-amz-json-1.11')],
    ...['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'].map(
      (method): [string, Parameters<typeof send>[0]] => [`the method ${method}`, { ...post, method }],
    ),
    ...['/x', '/?x=1', '//', '/.', '/health/', '/%2f', 'http://coffer.test/', '*'].map(
      (url): [string, Parameters<typeof send>[0]] => [`the target ${url}`, { ...post, url }],
    ),
    ['a GET elsewhere', { method: 'GET', url: '/favicon.ico', rawHeaders: ['Host', 'a'] }],
    ['a POST to /health', { ...post, url: '/health' }],
  ]
  for (const [what, request] of foreign)
    test(`${what} is answered by 404 and XML`, async () => {
      const answer = await send(request)
      assert.deepEqual({ status: answer.status, body: answer.body }, xml)
      assert.equal(answer.header('content-type'), 'application/xml')
      assert.match(answer.header('x-amzn-requestid') ?? '', UUID)
    })

  test('a form without an action is no request of AWS Query either', async () => {
    const answer = await send(withType('application/x-www-form-urlencoded'))
    assert.equal(answer.status, 400)
    assert.equal(answer.header('content-type'), 'text/xml')
    assert.match(answer.body, /<Code>MissingAction<\/Code>/)
  })

  for (const type of ['application/x-amz-json-1.1; charset=utf-8', 'Application/X-AMZ-JSON-1.1'])
    test(`${type} is AWS JSON 1.1`, async () => assert.equal((await send(withType(type))).status, 200))

  const targets = [
    undefined,
    '',
    'secretsmanager',
    'secretsmanager.',
    'secretsmanager.NoSuchOperation',
    'secretsmanager.listSecrets',
    'SecretsManager.ListSecrets',
    'ListSecrets',
    'kms.ListSecrets',
    'TrentService.NoSuchOperation',
    'kms.Decrypt',
    'secretsmanager.__proto__',
    'secretsmanager.constructor',
    'secretsmanager.ListSecrets,secretsmanager.ListSecrets',
  ]
  for (const target of targets)
    test(`the target ${target} is an unknown operation`, async () => {
      const named = target === undefined ? [] : ['X-Amz-Target', target]
      const rawHeaders = ['Host', 'a', 'Content-Type', 'application/x-amz-json-1.1', 'Content-Length', '2', ...named]
      const answer = await send({ rawHeaders, body: '{}' })
      assert.equal(answer.status, 400)
      assert.equal(answer.body, '{"__type":"UnknownOperationException"}')
    })
})
