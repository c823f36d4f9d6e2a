import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GetUserCommand, IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam'
import { AwsError, frameworkError } from '../error.ts'
import { encodeXmlError } from './encode-xml-error.ts'

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/'
const ID = '0f1e2d3c-0000-4000-8000-000000000000'
const encode = (error: AwsError) => encodeXmlError(error, { namespace: NAMESPACE, requestId: ID })

describe('an error', () => {
  test('of a service stands in the frame that Query services have', () => {
    const { status, body } = encode(
      new AwsError('NoSuchEntity', 'The user with name <u> cannot be found.', { status: 404 }),
    )
    assert.equal(status, 404)
    assert.equal(
      body,
      `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>` +
        '<Message>The user with name &lt;u&gt; cannot be found.</Message></Error>' +
        `<RequestId>${ID}</RequestId></ErrorResponse>`,
    )
  })

  test('of the framework has the name that Query services give it', () => {
    const { status, body } = encode(frameworkError('UnrecognizedClientException', 'The token is invalid.'))
    assert.equal(status, 403)
    assert.match(body, /<Code>InvalidClientTokenId<\/Code><Message>The token is invalid\.<\/Message>/)
  })

  test('is the fault of the receiver when something is wrong with the server, and only then', () => {
    assert.match(encode(new AwsError('ServiceFailure', 'x', { status: 500 })).body, /<Type>Receiver<\/Type>/)
    assert.match(encode(new AwsError('InternalServiceError', 'x', { status: 500 })).body, /<Type>Receiver<\/Type>/)
    assert.match(encode(new AwsError('DeleteConflict', 'x', { status: 409 })).body, /<Type>Sender<\/Type>/)
  })

  test('without a text has an empty message', () => {
    assert.match(encode(new AwsError('InvalidInput')).body, /<Code>InvalidInput<\/Code><Message\/><\/Error>/)
  })

  test("becomes the exception of AWS's client, with its text and status", async () => {
    const { status, body } = encode(new AwsError('NoSuchEntity', 'Not "here" & not\r\nthere.', { status: 404 }))
    const client = new IAMClient({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
      maxAttempts: 1,
      requestHandler: {
        handle: async () => ({ response: { statusCode: status, headers: {}, body: Buffer.from(body) } }),
      },
    })
    await assert.rejects(client.send(new GetUserCommand({ UserName: 'u' })), (error) => {
      assert.ok(error instanceof NoSuchEntityException)
      assert.equal(error.message, 'Not "here" & not\r\nthere.')
      assert.equal(error.$metadata.httpStatusCode, 404)
      return true
    })
  })
})
