import { REGION, type TestApp } from './start-app.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The body as JSON; undefined for an empty one. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every operation
  readonly json: any
}

/** Where a request goes: its signing name and what stands before the operation in `X-Amz-Target`. */
export interface RawService {
  readonly signingName: string
  readonly targetPrefix: string
}

const SECRETS_MANAGER: RawService = { signingName: 'secretsmanager', targetPrefix: 'secretsmanager.' }

/**
 * One request without an SDK, for what no SDK would send. The app must take any credentials (`verify: false`); the caller's account is then
 * that of the app's clients.
 */
export async function rawCall(
  app: TestApp,
  operation: string,
  body: object | string,
  { signingName, targetPrefix } = SECRETS_MANAGER,
): Promise<RawAnswer> {
  const credential = `AKIARAWCALL/20260101/${REGION}/${signingName}/aws4_request`
  const headers = {
    Host: 'coffer.test',
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': `${targetPrefix}${operation}`,
    Authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
  }
  const head = {
    method: 'POST',
    url: '/',
    rawHeaders: Object.entries(headers).flat(),
    address: '127.0.0.1',
    secure: true,
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await app.running.app.handle(head, Buffer.from(text))
  return { ...answer, json: answer.body === '' ? undefined : JSON.parse(answer.body) }
}
