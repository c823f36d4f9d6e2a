import { readBounded } from '../aws/read-bounded.ts'
import { type SigningCredentials, signRequest } from '../aws/sigv4/sign.ts'
import { FUNCTION_MS } from './function-target.ts'
import { FunctionError, type RotationEvent } from './rotation-functions.ts'

export interface HttpCall {
  readonly url: URL
  readonly lambdaArn: string
  readonly event: RotationEvent
  /** Of an account of AWS; requests are not signed without. */
  readonly credentials: SigningCredentials | undefined
}

/** Largest answer that is read: a function of rotation answers nothing. */
const MAX_ANSWER_BYTES = 64 * 1024
const REGION_OF_ARN = /^arn:[^:]+:lambda:([^:]+):/

/**
 * Calls a function by the Lambda Invoke API and waits for it. Rejects with FunctionError when it cannot be reached or has failed.
 */
export async function invokeHttp({ url, lambdaArn, event, credentials }: HttpCall, signal: AbortSignal): Promise<void> {
  const target = invocationUrl(url, lambdaArn)
  const body = Buffer.from(JSON.stringify(event))
  const headers = { 'content-type': 'application/json', 'x-amz-invocation-type': 'RequestResponse' }
  const region = REGION_OF_ARN.exec(lambdaArn)?.[1] ?? 'us-east-1'
  const signed = credentials
    ? signRequest(
        { method: 'POST', url: target, headers, body },
        { credentials, service: 'lambda', region, now: Date.now() },
      )
    : headers
  let response: Response
  let answer: Uint8Array | undefined
  try {
    const end = AbortSignal.any([signal, AbortSignal.timeout(FUNCTION_MS)])
    response = await fetch(target, { method: 'POST', headers: signed, body, redirect: 'error', signal: end })
    answer = await readBounded(response, MAX_ANSWER_BYTES)
  } catch {
    throw new FunctionError(`The rotation function cannot be reached at ${target.origin}, or took too long`)
  }
  if (!response.ok) throw new FunctionError(`The rotation function was refused with status ${response.status}`)
  if (response.headers.has('x-amz-function-error') || isFailure(answer))
    throw new FunctionError('The rotation function failed')
}

/** The address of an invocation, when it is one; otherwise that of the function below an endpoint. */
function invocationUrl(url: URL, lambdaArn: string): URL {
  if (url.pathname.endsWith('/invocations')) return url
  const base = url.href.replace(/\/+$/, '')
  return new URL(`${base}/2015-03-31/functions/${encodeURIComponent(lambdaArn)}/invocations`)
}

/** What stands in for Lambda tells a failure only by the body that Lambda gives it. */
function isFailure(answer: Uint8Array | undefined): boolean {
  try {
    const content: unknown = JSON.parse(Buffer.from(answer ?? []).toString())
    return typeof content === 'object' && content !== null && 'errorMessage' in content
  } catch {
    return false
  }
}
