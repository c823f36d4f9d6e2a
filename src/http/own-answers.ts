import { randomUUID } from 'node:crypto'
import type { Response } from '../app/request.ts'

/** What the HTTP server answers by itself, in the form of AWS's framework errors: the application does not know of it. */
export const ownAnswers = {
  home: () => page(200, { name: 'coffer' }),
  healthy: () => page(200, { status: 'ok' }),
  unhealthy: () => page(503, { status: 'unavailable' }),
  webPage: () => error(403, 'ForbiddenException', 'Requests that a browser sends for a web page are refused.'),
  version: () => error(400, 'BadRequestException', 'A request must be of HTTP/1.1 or HTTP/1.0.'),
  host: () => error(400, 'BadRequestException', 'A request must have exactly one Host header.'),
  expectation: () => error(417, 'ExpectationFailedException', 'Expect can only be 100-continue.'),
  foreignHost: () =>
    error(
      403,
      'ForbiddenException',
      'The Host header is a name that a web page could have. Call this Coffer by an IP address, localhost, or the name given with --host.',
    ),
  transferEncoding: () => error(400, 'BadRequestException', 'Transfer-Encoding can only be chunked.'),
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

function error(status: number, type: string, message: string): Response {
  return {
    status,
    headers: { 'x-amzn-RequestId': randomUUID(), 'Content-Type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ __type: type, message }),
  }
}
