import { randomUUID } from 'node:crypto'
import type { Refusal } from '../app/refusal.ts'
import type { Response } from '../app/request.ts'

/** Pages that the HTTP server answers by itself. */
export const pages = {
  home: () => page(200, { name: 'coffer' }),
  healthy: () => page(200, { status: 'ok' }),
  unhealthy: () => page(503, { status: 'unavailable' }),
}

/** Why the HTTP server refuses a request before the application sees it. */
export const refusals = {
  webPage: refusal(403, 'ForbiddenException', 'Requests that a browser sends for a web page are refused.'),
  version: refusal(400, 'BadRequestException', 'A request must be of HTTP/1.1 or HTTP/1.0.'),
  host: refusal(400, 'BadRequestException', 'A request must have exactly one Host header.'),
  foreignHost: refusal(
    403,
    'ForbiddenException',
    'The Host header is a name that a web page could have. Call this Coffer by an IP address or localhost, or start it with --allowed-host and that name.',
  ),
  transferEncoding: refusal(400, 'BadRequestException', 'Transfer-Encoding can only be chunked, in HTTP/1.1.'),
  expectation: refusal(417, 'ExpectationFailedException', 'Expect can only be 100-continue.'),
  contentEncoding: refusal(
    415,
    'UnsupportedMediaTypeException',
    'Content-Encoding is not supported: the body must be sent as it is.',
  ),
  noRoom: refusal(503, 'ServiceUnavailable', 'Too many large requests at the same time. Please try again.'),
  pipelined: refusal(429, 'TooManyRequestsException', 'Too many requests on one connection without an answer yet.'),
  failure: refusal(500, 'InternalFailure', 'An internal error occurred. Please try again.'),
}

function refusal(status: number, code: string, message: string): Refusal {
  return { status, code, message }
}

/** One line, for people with a browser or curl. */
function page(status: number, content: object): Response {
  return {
    status,
    headers: { 'x-amzn-RequestId': randomUUID(), 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: `${JSON.stringify(content)}\n`,
  }
}
