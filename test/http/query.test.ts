import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { presignUrl, type RequestToSign, signRequest } from '../sign-request.ts'
import { ADMINISTRATOR, REGION } from '../start-app.ts'
import { type ServerOptions, startServer, type TestServer } from './start-server.ts'

// The Query protocol of STS and IAM as it comes over the wire: posted forms, presigned URLs, and what is neither.

const FORM = 'application/x-www-form-urlencoded; charset=utf-8'
const VERSIONS = { sts: '2011-06-15', iam: '2010-05-08' } as const
type ServiceName = keyof typeof VERSIONS

const toSign = (request: Partial<RequestToSign> & { service: string }): RequestToSign => ({
  method: 'POST',
  url: '/',
  headers: { host: 'coffer.test' },
  accessKeyId: ADMINISTRATOR.accessKeyId,
  secret: ADMINISTRATOR.secretAccessKey,
  region: REGION,
  date: new Date(),
  ...request,
})

function form(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString()
}

/** A form posted and signed, with `more` changing what is signed. */
function posted(service: ServiceName, parameters: Readonly<Record<string, string>>, more: Partial<RequestToSign> = {}) {
  const body = form({ Version: VERSIONS[service], ...parameters })
  const headers = { host: 'coffer.test', 'content-type': FORM, 'content-length': String(Buffer.byteLength(body)) }
  return { rawHeaders: signRequest(toSign({ service, headers, body, ...more })), body }
}

const codeIn = (body: string) => /<Code>([^<]*)<\/Code>/.exec(body)?.[1]
const textIn = (body: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1]

async function serverFor(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options)
  after(() => server[Symbol.asyncDispose]())
  return server
}

describe('a posted form', async () => {
  const server = await serverFor()

  test('is answered in XML, with the id of the request twice', async () => {
    const answer = await server.send(posted('sts', { Action: 'GetCallerIdentity' }))
    assert.equal(answer.status, 200)
    assert.equal(answer.header('content-type'), 'text/xml')
    assert.match(answer.body, /^<GetCallerIdentityResponse xmlns="https:\/\/sts.amazonaws.com\/doc\/2011-06-15\/">/)
    assert.equal(textIn(answer.body, 'Arn'), 'arn:aws:iam::111122223333:user/administrator')
    assert.equal(textIn(answer.body, 'RequestId'), answer.header('x-amzn-requestid'))
  })

  for (const service of ['iam', 'sts'] as const)
    test(`of more than 1 MiB is refused in XML by ${service}`, async () => {
      const { rawHeaders } = posted(service, { Action: 'ListUsers', Path: 'x'.repeat(1024 * 1024) })
      const answer = await server.send({ rawHeaders, body: '' })
      assert.deepEqual([answer.status, answer.header('content-type')], [413, 'text/xml'])
      assert.equal(codeIn(answer.body), 'RequestEntityTooLarge')
    })

  for (const service of ['iam', 'sts'] as const)
    test(`that the HTTP server refuses is refused in XML by ${service}`, async () => {
      const cases: [header: string[], status: number, code: string][] = [
        [['Transfer-Encoding', 'gzip, chunked'], 400, 'BadRequest'],
        [['Content-Encoding', 'gzip'], 415, 'UnsupportedMediaType'],
        [['Expect', 'a miracle'], 417, 'ExpectationFailed'],
        [['Origin', 'https://evil.example'], 403, 'Forbidden'],
        [['Host', 'elsewhere.test'], 400, 'BadRequest'],
      ]
      const { rawHeaders, body } = posted(service, { Action: 'GetCallerIdentity' })
      const length = rawHeaders.findIndex((text) => text.toLowerCase() === 'content-length')
      const withoutLength = rawHeaders.toSpliced(length, 2)
      for (const [header, status, code] of cases) {
        const headers = header[0] === 'Transfer-Encoding' ? withoutLength : rawHeaders
        const answer = await server.send({ rawHeaders: [...headers, ...header], body })
        assert.deepEqual(
          [answer.status, answer.header('content-type'), codeIn(answer.body)],
          [status, 'text/xml', code],
        )
        assert.equal(textIn(answer.body, 'RequestId'), answer.header('x-amzn-requestid'))
      }
    })

  test('reaches IAM when it was signed for it', async () => {
    const answer = await server.send(posted('iam', { Action: 'ListUsers' }))
    assert.equal(answer.status, 200)
    assert.match(answer.body, /^<ListUsersResponse xmlns="https:\/\/iam.amazonaws.com\/doc\/2010-05-08\/">/)
  })

  test('of a minute that is too far off is refused: these services have a window of fifteen', async () => {
    const at = (minutes: number) => ({ date: new Date(Date.now() - minutes * 60_000) })
    const { status } = await server.send(posted('sts', { Action: 'GetCallerIdentity' }, at(14)))
    assert.equal(status, 200)
    const old = await server.send(posted('sts', { Action: 'GetCallerIdentity' }, at(16)))
    assert.deepEqual([old.status, codeIn(old.body)], [403, 'SignatureDoesNotMatch'])
  })

  const refused: [what: string, request: ReturnType<typeof posted>, status: number, code: string][] = [
    ['an unknown action', posted('sts', { Action: 'NoSuchAction' }), 400, 'InvalidAction'],
    ['an action of the other service', posted('iam', { Action: 'GetCallerIdentity' }), 400, 'InvalidAction'],
    ['the name of something every object has', posted('sts', { Action: 'constructor' }), 400, 'InvalidAction'],
    ['no action', posted('sts', {}), 400, 'MissingAction'],
    ['another version', posted('sts', { Action: 'GetCallerIdentity', Version: '2010-05-08' }), 400, 'InvalidAction'],
    [
      'a wrong secret',
      posted('sts', { Action: 'GetCallerIdentity' }, { secret: 'wrong' }),
      403,
      'SignatureDoesNotMatch',
    ],
    [
      'an unknown key',
      posted('sts', { Action: 'GetCallerIdentity' }, { accessKeyId: 'AKIANOBODYKNOWSTHIS1' }),
      403,
      'InvalidClientTokenId',
    ],
    [
      'a session token that is none',
      posted('sts', { Action: 'GetCallerIdentity' }, { sessionToken: 'AAAA' }),
      403,
      'InvalidClientTokenId',
    ],
    ['a missing member', posted('sts', { Action: 'GetAccessKeyInfo' }), 400, 'ValidationError'],
    ['a broken number', posted('iam', { Action: 'ListUsers', MaxItems: 'many' }), 400, 'MalformedInput'],
  ]
  for (const [what, request, status, code] of refused)
    test(`with ${what} is refused: ${code}`, async () => {
      const answer = await server.send(request)
      assert.deepEqual([answer.status, codeIn(answer.body)], [status, code])
      assert.equal(textIn(answer.body, 'Type'), 'Sender')
    })

  test('with a broken escape is refused once its signature holds', async () => {
    const body = 'Action=%zz'
    const headers = { host: 'coffer.test', 'content-type': FORM, 'content-length': String(body.length) }
    const answer = await server.send({ rawHeaders: signRequest(toSign({ service: 'sts', headers, body })), body })
    assert.deepEqual([answer.status, codeIn(answer.body)], [400, 'MalformedQueryString'])
  })

  test('without a signature is nobody', async () => {
    const body = form({ Action: 'GetCallerIdentity', Version: VERSIONS.sts })
    const rawHeaders = ['Host', 'a', 'Content-Type', FORM, 'Content-Length', String(body.length)]
    const answer = await server.send({ rawHeaders, body })
    assert.deepEqual([answer.status, codeIn(answer.body)], [403, 'MissingAuthenticationToken'])
  })

  test('that asks JSON services for a query signature gets none', async () => {
    const url = presignUrl({ ...toSign({ service: 'secretsmanager' }), expires: 60 })
    const rawHeaders = ['host', 'coffer.test', 'x-amz-target', 'secretsmanager.ListSecrets', 'content-length', '2']
    const answer = await server.send({
      url,
      rawHeaders: [...rawHeaders, 'content-type', 'application/x-amz-json-1.1'],
      body: '{}',
    })
    assert.equal(answer.status, 404)
  })
})

describe('a request that accepts application/json', async () => {
  const server = await serverFor()
  const accepting = ({ rawHeaders, body }: ReturnType<typeof posted>) => ({
    rawHeaders: [...rawHeaders, 'Accept', 'application/json'],
    body,
  })

  test('for GetCallerIdentity is answered in the JSON that verifiers of identities read', async () => {
    const answer = await server.send(accepting(posted('sts', { Action: 'GetCallerIdentity' })))
    assert.deepEqual([answer.status, answer.header('content-type')], [200, 'application/json'])
    const { GetCallerIdentityResponse } = JSON.parse(answer.body)
    assert.match(GetCallerIdentityResponse.GetCallerIdentityResult.UserId, /^AIDA/)
    assert.deepEqual(GetCallerIdentityResponse, {
      GetCallerIdentityResult: {
        Account: '111122223333',
        Arn: 'arn:aws:iam::111122223333:user/administrator',
        UserId: GetCallerIdentityResponse.GetCallerIdentityResult.UserId,
      },
      ResponseMetadata: { RequestId: answer.header('x-amzn-requestid') },
    })
  })

  test('with a presigned URL is answered in JSON too', async () => {
    const url = presignUrl({
      ...toSign({ service: 'sts', method: 'GET', url: '/?Action=GetCallerIdentity&Version=2011-06-15' }),
      expires: 60,
    })
    const answer = await server.send({
      method: 'GET',
      url,
      rawHeaders: ['host', 'coffer.test', 'accept', 'application/json'],
    })
    assert.equal(answer.status, 200)
    const { GetCallerIdentityResponse } = JSON.parse(answer.body)
    assert.equal(GetCallerIdentityResponse.GetCallerIdentityResult.Account, '111122223333')
  })

  test('for an operation of IAM has numbers, booleans and dates as JSON has them', async () => {
    const answer = await server.send(accepting(posted('iam', { Action: 'ListUsers' })))
    const { Users, IsTruncated } = JSON.parse(answer.body).ListUsersResponse.ListUsersResult
    assert.deepEqual([Users[0].UserName, typeof Users[0].CreateDate, IsTruncated], ['administrator', 'number', false])
  })

  test('is refused in JSON, with the code and status of the XML', async () => {
    const missing = posted('iam', { Action: 'GetUser', UserName: 'none' })
    const answer = await server.send(accepting(missing))
    assert.deepEqual([answer.status, answer.header('content-type')], [404, 'application/json'])
    assert.deepEqual(JSON.parse(answer.body), {
      Error: { Code: 'NoSuchEntity', Message: 'The user with name none cannot be found.', Type: 'Sender' },
      RequestId: answer.header('x-amzn-requestid'),
    })
    const forged = posted('sts', { Action: 'GetCallerIdentity' }, { secret: 'another' })
    const { status, body } = await server.send(accepting(forged))
    assert.deepEqual([status, JSON.parse(body).Error.Code], [403, 'SignatureDoesNotMatch'])
  })
})

describe('a presigned URL', async () => {
  const server = await serverFor()
  const identity = `/?${form({ Action: 'GetCallerIdentity', Version: VERSIONS.sts })}`
  const signedUrl = (more: Partial<RequestToSign> & { expires?: number } = {}) =>
    presignUrl({ ...toSign({ method: 'GET', url: identity, service: 'sts' }), expires: 60, ...more })
  const get = (url: string) => server.send({ method: 'GET', url, rawHeaders: ['host', 'coffer.test'] })

  test('says who signed it', async () => {
    const answer = await get(signedUrl())
    assert.equal(answer.status, 200)
    assert.equal(textIn(answer.body, 'Account'), '111122223333')
  })

  test('is of a session too', async () => {
    const session = await server.send(posted('sts', { Action: 'GetSessionToken' }))
    const url = signedUrl({
      accessKeyId: textIn(session.body, 'AccessKeyId') ?? '',
      secret: textIn(session.body, 'SecretAccessKey') ?? '',
      sessionToken: textIn(session.body, 'SessionToken') ?? '',
    })
    assert.equal(textIn((await get(url)).body, 'Arn'), 'arn:aws:iam::111122223333:user/administrator')
  })

  test('ends when it says so', async () => {
    const answer = await get(signedUrl({ date: new Date(Date.now() - 61_000) }))
    assert.deepEqual([answer.status, codeIn(answer.body)], [403, 'SignatureDoesNotMatch'])
  })

  test('is good for what it was signed for alone', async () => {
    const answer = await get(signedUrl().replace('GetCallerIdentity', 'GetSessionToken'))
    assert.deepEqual([answer.status, codeIn(answer.body)], [403, 'SignatureDoesNotMatch'])
  })
})

describe('what nobody has proven yet', async () => {
  const server = await serverFor()

  test('is not repeated at length', async () => {
    const huge = '"'.repeat(900_000)
    for (const parameters of [
      { Action: huge },
      { Action: 'AssumeRoleWithWebIdentity', RoleArn: huge, RoleSessionName: huge, WebIdentityToken: 'x' },
    ]) {
      const body = form({ Version: VERSIONS.sts, ...parameters }).slice(0, 1_000_000)
      const rawHeaders = ['Host', 'a', 'Content-Type', FORM, 'Content-Length', String(body.length)]
      const answer = await server.send({ rawHeaders, body })
      assert.equal(answer.status, 400)
      assert.ok(answer.body.length < 300_000, String(answer.body.length))
    }
  })

  test('is found out in one pass over a header', async () => {
    const rawHeaders = ['Host', 'a', 'Content-Type', FORM, 'Content-Length', '0']
    const many = `AWS4-HMAC-SHA256 ${'Credential='.repeat(1300)}`
    const answer = await server.send({ rawHeaders: [...rawHeaders, 'Authorization', many], body: '' })
    assert.equal(answer.status, 400)
  })

  test('is no Region of any length', async () => {
    const region = `${'a-'.repeat(100)}1`
    const answer = await server.send(posted('sts', { Action: 'GetCallerIdentity' }, { region }))
    assert.deepEqual([answer.status, codeIn(answer.body)], [403, 'SignatureDoesNotMatch'])
  })
})

describe('a URL', async () => {
  const iamUrl = `/?${form({ Action: 'CreateUser', UserName: 'bob', Version: VERSIONS.iam })}`
  const stsUrl = `/?${form({ Action: 'GetSessionToken', Version: VERSIONS.sts })}`
  const get = (server: TestServer, url: string) =>
    server.send({ method: 'GET', url, rawHeaders: ['host', 'evil.example:4566'] })

  test('asks nothing of IAM', async () => {
    const server = await serverFor()
    const url = presignUrl({ ...toSign({ method: 'GET', url: iamUrl, service: 'iam' }), expires: 60 })
    assert.equal((await server.send({ method: 'GET', url, rawHeaders: ['host', 'coffer.test'] })).status, 404)
  })

  test('that a web page has a browser fetch gets nothing from an open server but who it is', async () => {
    const server = await serverFor({ verify: false })
    const credential = `${'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260101%2F'}${REGION}%2Fiam%2Faws4_request`
    assert.equal((await get(server, `${iamUrl}&${credential}`)).status, 404)
    const session = await get(server, stsUrl)
    assert.deepEqual([session.status, codeIn(session.body)], [400, 'InvalidAction'])
    const identity = await get(server, `/?${form({ Action: 'GetCallerIdentity', Version: VERSIONS.sts })}`)
    assert.equal(identity.status, 200)
  })
})

describe('where anybody is let in', async () => {
  const server = await serverFor({ verify: false })

  test('a form without a signature comes from the root of the given account', async () => {
    const body = form({ Action: 'GetCallerIdentity', Version: VERSIONS.sts })
    const rawHeaders = ['Host', 'a', 'Content-Type', FORM, 'Content-Length', String(body.length)]
    assert.equal(textIn((await server.send({ rawHeaders, body })).body, 'Arn'), 'arn:aws:iam::111122223333:root')
  })

  test('an account number is the account, and whoever Coffer has made is himself', async () => {
    const accessKeyId = '123456789012'
    const made = await server.send(posted('iam', { Action: 'CreateUser', UserName: 'bob' }, { accessKeyId }))
    assert.equal(textIn(made.body, 'Arn'), 'arn:aws:iam::123456789012:user/bob')
    const key = await server.send(posted('iam', { Action: 'CreateAccessKey', UserName: 'bob' }, { accessKeyId }))
    const bob = { accessKeyId: textIn(key.body, 'AccessKeyId') ?? '' }
    const answer = await server.send(posted('sts', { Action: 'GetCallerIdentity' }, bob))
    assert.equal(textIn(answer.body, 'Arn'), 'arn:aws:iam::123456789012:user/bob')
  })
})
