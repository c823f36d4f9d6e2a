import { randomUUID } from 'node:crypto'
import type { Response } from '../app/request.ts'

/** When to come again with a body for which there was no room, seconds. */
const RETRY_AFTER_SECONDS = 1

/** What the HTTP server answers by itself, in the form of AWS's framework errors: the application does not know of it. */
export const ownAnswers = {
  home: () => page(200, { name: 'coffer' }),
  healthy: () => page(200, { status: 'ok' }),
  unhealthy: () => page(503, { status: 'unavailable' }),
  webPage: () => error(403, 'ForbiddenException', 'Requests that a browser sends for a web page are refused.'),
  version: () => error(400, 'BadRequestException', 'A request must be of HTTP/1.1 or HTTP/1.0.'),
  host: () => error(400, 'BadRequestException', 'A request must have exactly one Host header.'),
  expectation: () => error(417, 'ExpectationFailedException', 'Expect can only be 100-continue.'),
  contentEncoding: () =>
    error(415, 'UnsupportedMediaTypeException', 'Content-Encoding is not supported: the body must be sent as it is.'),
  noRoom: () =>
    error(503, 'ServiceUnavailable', 'Too many large requests at the same time. Please try again.', {
      'Retry-After': String(RETRY_AFTER_SECONDS),
    }),
  pipelined: () => error(429, 'TooManyRequestsException', 'Too many requests on one connection without an answer yet.'),
  failure: () => error(500, 'InternalFailure', 'An internal error occurred. Please try again.'),
}

/** One line, for people with a browser or curl. */
function page(status: number, content: object): Response {
  return {
    status,
    headers: { 'x-amzn-RequestId': randomUUID(), 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: `${JSON.stringify(content)}\n`,
  }
}

function error(status: number, type: string, message: string, more: Readonly<Record<string, string>> = {}): Response {
  return {
    status,
    headers: { 'x-amzn-RequestId': randomUUID(), 'Content-Type': 'application/x-amz-json-1.1', ...more },
    body: JSON.stringify({ __type: type, message }),
  }
}
