import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import { ADMINISTRATOR, REGION } from '../start-app.ts'
import { startServer } from './start-server.ts'

// Requests that reach Coffer because AWS_ENDPOINT_URL redirects every service, signed as AWS's SDKs sign them.

const server = await startServer()
after(() => server[Symbol.asyncDispose]())

class Sha256 {
  readonly #hash = createHash('sha256')
  update(data: string | ArrayBuffer | ArrayBufferView) {
    this.#hash.update(typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer))
  }
  async digest() {
    return this.#hash.digest()
  }
}

interface SdkRequest {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

async function signedFor(service: string, { method = 'POST', path = '/', headers = {}, body = '' }: SdkRequest) {
  const signer = new SignatureV4({
    service,
    region: REGION,
    credentials: ADMINISTRATOR,
    sha256: Sha256 as never,
    uriEscapePath: service !== 's3',
  })
  const request = await signer.sign({
    method,
    protocol: 'http:',
    hostname: 'coffer.test',
    path,
    query: {},
    headers: { host: 'coffer.test', 'content-length': String(Buffer.byteLength(body)), ...headers },
    body,
  })
  return { method, url: path, rawHeaders: Object.entries(request.headers).flat(), body }
}

const send = async (service: string, request: SdkRequest) => server.send(await signedFor(service, request))

const textOf = (service: string) =>
  `This is Coffer, which does not serve the AWS service ${service}. To send only requests for Secrets Manager to Coffer, set AWS_ENDPOINT_URL_SECRETS_MANAGER instead of AWS_ENDPOINT_URL.`

const json = (version: string, target: string): SdkRequest => ({
  headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target },
  body: '{}',
})

describe('a request for a service that is not here', () => {
  for (const [service, version, target] of [
    ['ssm', '1.1', 'AmazonSSM.GetParameter'],
    ['dynamodb', '1.0', 'DynamoDB_20120810.GetItem'],
    ['sqs', '1.0', 'AmazonSQS.ListQueues'],
  ] as const)
    test(`in AWS JSON ${version} (${service}) is refused in it`, async () => {
      const answer = await send(service, json(version, target))
      assert.deepEqual([answer.status, answer.header('content-type')], [400, `application/x-amz-json-${version}`])
      assert.deepEqual(answer.json, { __type: 'UnknownOperationException', message: textOf(service) })
    })

  test('in AWS Query (sns) is refused in it', async () => {
    const answer = await send('sns', {
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: 'Action=ListTopics&Version=2010-03-31',
    })
    assert.deepEqual([answer.status, answer.header('content-type')], [400, 'text/xml'])
    const id = answer.header('x-amzn-requestid')
    assert.equal(
      answer.body,
      `<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>${textOf('sns')}</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`,
    )
  })

  test('in EC2 Query is refused in it', async () => {
    const answer = await send('ec2', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=DescribeInstances&Version=2016-11-15',
    })
    assert.equal(answer.status, 400)
    assert.equal(
      answer.body,
      `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>InvalidAction</Code><Message>${textOf('ec2')}</Message></Error></Errors><RequestID>${answer.header('x-amzn-requestid')}</RequestID></Response>`,
    )
  })

  for (const request of [
    { method: 'GET', path: '/' },
    { method: 'GET', path: '/health' },
    { method: 'GET', path: '/bucket/a%20key' },
    { method: 'PUT', path: '/bucket/key', headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{}' },
    { method: 'PUT', path: '/bucket', headers: { 'content-type': 'application/xml' }, body: '<a/>' },
  ])
    test(`of S3, ${request.method} ${request.path}, is refused in the XML of S3`, async () => {
      const answer = await send('s3', request)
      assert.deepEqual([answer.status, answer.header('content-type')], [400, 'application/xml'])
      assert.equal(
        answer.body,
        `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidAction</Code><Message>${textOf('s3')}</Message><RequestId>${answer.header('x-amzn-requestid')}</RequestId></Error>`,
      )
    })

  test('with HEAD gets the status alone, which is not that of a missing bucket', async () => {
    for (const path of ['/', '/bucket']) {
      const answer = await send('s3', { method: 'HEAD', path })
      assert.deepEqual([answer.status, answer.body], [400, ''])
    }
  })

  test('in REST-XML (route53) is refused as Query is', async () => {
    const answer = await send('route53', { method: 'GET', path: '/2013-04-01/hostedzone' })
    assert.equal(answer.status, 400)
    assert.match(answer.body, /^<ErrorResponse><Error><Type>Sender<\/Type><Code>InvalidAction<\/Code><Message>This is/)
  })

  for (const [service, request] of [
    ['lambda', { path: '/2015-03-31/functions/hello/invocations', body: '{}' }],
    ['lambda', { method: 'GET', path: '/2015-03-31/functions' }],
    ['execute-api', { path: '/stage', headers: { 'content-type': 'application/json' }, body: '{}' }],
  ] as const)
    test(`in REST-JSON (${service}${request.path}) is refused in it`, async () => {
      const answer = await send(service, request)
      assert.deepEqual(
        [answer.status, answer.header('content-type'), answer.header('x-amzn-errortype')],
        [400, 'application/json', 'UnknownOperationException'],
      )
      assert.deepEqual(JSON.parse(answer.body), { message: textOf(service) })
    })

  test('that is presigned, or signed with SigV4A, is known by its scope too', async () => {
    const scope = `AKIDEXAMPLE%2F20260101%2F${REGION}%2Fs3%2Faws4_request`
    const url = `/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${scope}&X-Amz-Signature=0`
    const presigned = await server.send({ method: 'GET', url, rawHeaders: ['Host', 'coffer.test'] })
    const authorization =
      'AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20260101/s3/aws4_request, SignedHeaders=host, Signature=0'
    const withoutRegion = await server.send({
      method: 'GET',
      url: '/bucket/key',
      rawHeaders: ['Host', 'coffer.test', 'Authorization', authorization],
    })
    for (const { status, body } of [presigned, withoutRegion]) {
      assert.equal(status, 400)
      assert.ok(body.includes(textOf('s3')))
    }
  })

  test('without a signature is known by its target', async () => {
    const { headers = {}, body = '' } = json('1.1', 'AmazonSSM.GetParameter')
    const rawHeaders = ['Host', 'coffer.test', 'Content-Length', String(body.length), ...Object.entries(headers).flat()]
    assert.equal((await server.send({ rawHeaders, body })).json.message, textOf('AmazonSSM'))
    const here = rawHeaders.map((text) => text.replace('AmazonSSM.GetParameter', 'CloudTrail_20131101.NoSuchOperation'))
    assert.deepEqual((await server.send({ rawHeaders: here, body })).json, { __type: 'UnknownOperationException' })
  })

  test('leaves nothing of the request in the answer but the name of the service', async () => {
    const answer = await send('s3', { method: 'GET', path: '/bucket/secret-name' })
    assert.ok(!answer.body.includes('secret-name') && !answer.body.includes(ADMINISTRATOR.accessKeyId))
  })
})

describe('a signed GET of /', () => {
  test('for a service that is here is no page', async () => {
    const answer = await send('secretsmanager', { method: 'GET', path: '/' })
    assert.deepEqual([answer.status, answer.body], [404, '<UnknownOperationException/>\n'])
  })
})

describe('AWS JSON 1.0', () => {
  test('for a service that is here is refused, and the refusal names the content type that is accepted', async () => {
    for (const [service, target] of [
      ['secretsmanager', 'secretsmanager.ListSecrets'],
      ['kms', 'TrentService.ListKeys'],
    ] as const) {
      const answer = await send(service, json('1.0', target))
      assert.equal(answer.status, 404)
      assert.deepEqual(answer.json, {
        __type: 'UnknownOperationException',
        message:
          'The content type application/x-amz-json-1.0 is not accepted: requests for this service must have application/x-amz-json-1.1.',
      })
    }
  })
})
