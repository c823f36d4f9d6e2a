import type { Credentials } from '../src/identity/access-key.ts'
import { signRequest } from './sign-request.ts'
import { ADMINISTRATOR, REGION, type TestApp } from './start-app.ts'

export interface CofferAnswer {
  readonly status: number
  readonly requestId: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: answers of every operation
  readonly json: any
}

/** Calls an operation that AWS does not have, as the console and the commands do: JSON 1.1, signed. */
export async function askCoffer(
  app: TestApp,
  operation: string,
  input: object = {},
  credentials: Credentials = ADMINISTRATOR,
  sessionToken?: string,
): Promise<CofferAnswer> {
  const body = JSON.stringify(input)
  const headers = {
    host: 'coffer.test',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Coffer.${operation}`,
  }
  const rawHeaders = signRequest({
    method: 'POST',
    url: '/',
    headers,
    body,
    accessKeyId: credentials.accessKeyId,
    secret: credentials.secretAccessKey,
    region: REGION,
    service: 'coffer',
    date: new Date(app.clock.now()),
    sessionToken,
  })
  const head = { method: 'POST', url: '/', rawHeaders, address: '127.0.0.1', secure: true }
  const answer = await app.running.app.handle(head, Buffer.from(body))
  return { status: answer.status, requestId: answer.headers['x-amzn-RequestId'], json: JSON.parse(answer.body) }
}
