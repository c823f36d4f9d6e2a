import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { required, string, structure } from '../aws/shape.ts'
import { readSignature, verifySignature } from '../aws/sigv4/verify.ts'
import { connect } from './call-coffer.ts'
import { CommandError } from './command-error.ts'

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', sessionToken: 't' }
const greet = { name: 'Greet', input: structure({ Name: string() }), output: structure({ Text: required(string()) }) }

/** What somebody hears who asks a server that answers so, and how long they are made to wait. */
async function ask(listener: RequestListener, waits: number[] = []) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  try {
    const connection = { endpoint, region: 'eu-west-1', credentials: { kind: 'environment', credentials } } as const
    const asked = await connect(connection, async (milliseconds) => waits.push(milliseconds))
    return await asked(greet, { Name: 'Bob' })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** The sentence of a refusal. */
async function refusal(listener: RequestListener): Promise<string> {
  const { message } = await ask(listener).then(
    () => assert.fail('answered'),
    (error) => {
      assert.ok(error instanceof CommandError, String(error))
      return error
    },
  )
  return message
}

const awsError = (status: number, type: string, message?: string): RequestListener => {
  const body = JSON.stringify({ __type: type, ...(message !== undefined && { Message: message }) })
  return (_request, response) => response.writeHead(status, { 'x-amzn-requestid': 'r-1' }).end(body)
}

test('a question is signed for coffer, and its answer is read', async () => {
  const { output, json } = await ask(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const head = { method: request.method ?? '', url: request.url ?? '', rawHeaders: request.rawHeaders }
    const options = { service: 'coffer', now: Date.now(), windowMinutes: 5, allowQuery: false }
    verifySignature(readSignature(head, options), head, body, credentials.secretAccessKey)
    assert.equal(request.headers['x-amz-target'], 'Coffer.Greet')
    assert.equal(request.headers['x-amz-security-token'], 't')
    assert.deepEqual(JSON.parse(body.toString()), { Name: 'Bob' })
    response.end('{"Text":"Hello","New":1}')
  })
  assert.deepEqual(output, { Text: 'Hello' })
  assert.deepEqual(json, { Text: 'Hello', New: 1 })
})

test('a question that came too fast is put again, three times at most', async () => {
  const tooFast = awsError(400, 'ThrottlingException', 'Rate exceeded')
  let asked = 0
  const waits: number[] = []
  const { output } = await ask((request, response) => {
    asked++
    if (asked < 4) tooFast(request, response)
    else response.end('{"Text":"Hello"}')
  }, waits)
  assert.deepEqual({ output, waits }, { output: { Text: 'Hello' }, waits: [500, 1000, 2000] })
  assert.equal(await refusal(tooFast), 'Rate exceeded')
})

describe('an answer that is not of Coffer', () => {
  const large = Buffer.alloc(9 * 1024 * 1024, ' ')
  const others: readonly [what: string, listener: RequestListener][] = [
    ['a web page', (_request, response) => response.writeHead(404).end('<h1>Not here</h1>')],
    ['another place', (_request, response) => response.writeHead(307, { location: '/there' }).end()],
    ['other members', (_request, response) => response.end('{"text":"Hello"}')],
    ['a member of another type', (_request, response) => response.end('{"Text":{}}')],
    ['no JSON', (_request, response) => response.end('{')],
    ['nothing', (_request, response) => response.end()],
    ['too much', (_request, response) => response.end(large)],
    ['too much, packed', (_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(large))],
    ['an error of no known form', (_request, response) => response.writeHead(500).end('null')],
  ]
  for (const [what, listener] of others)
    test(`is ${what}`, async () => {
      assert.match(await refusal(listener), /^What answers at http:\S+ is not a Coffer of this version$/)
    })

  test('is one that breaks off', async () => {
    const message = await refusal((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{')
      setImmediate(() => response.destroy())
    })
    assert.match(message, /^Cannot reach Coffer at http:\S+: the connection was closed/)
  })
})

describe('a refusal', () => {
  test("is the server's sentence", async () => {
    assert.equal(await refusal(awsError(400, 'AccessDeniedException', 'You may not.')), 'You may not.')
    assert.equal(await refusal(awsError(400, 'SerializationException')), 'SerializationException')
  })

  test('of something that is not there says in which Region', async () => {
    const message = await refusal(awsError(400, 'ResourceNotFoundException', 'There is no Bob'))
    assert.equal(message, 'There is no Bob (asked in eu-west-1)')
  })

  test('of the signature says whose access key it was, and not which', async () => {
    const message = await refusal(awsError(400, 'UnrecognizedClientException', 'Invalid.'))
    assert.match(message, /^Coffer at http:\S+ refuses the credentials of the environment: Invalid\.$/)
  })

  test('of a question that the server does not know says so', async () => {
    assert.match(await refusal(awsError(400, 'com.amazon#UnknownOperationException')), /does not know this operation/)
  })

  test('that is a failure names the request', async () => {
    const message = await refusal(awsError(500, 'InternalServiceError', 'Oh.'))
    assert.match(message, /^Coffer at http:\S+ failed: Oh\. \(request r-1\)$/)
  })
})
