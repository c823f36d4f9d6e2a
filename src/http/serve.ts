import type { IncomingMessage } from 'node:http'
import type { BlockList } from 'node:net'
import type { App } from '../app/create-app.ts'
import { type AdmittedRequest, type BodyFault, MAX_BODY_BYTES } from '../app/handle.ts'
import type { RequestHead, Response } from '../app/request.ts'
import type { Log } from '../log.ts'
import type { Body, BodyBudget } from './body.ts'
import { comesFromWebPage } from './browser-guard.ts'
import type { Exchange } from './exchange.ts'
import type { Health } from './health.ts'
import { isOwnHost } from './host-guard.ts'
import type { HttpLimits } from './limits.ts'
import { ownAnswers } from './own-answers.ts'
import { forwardedFor, forwardedOverTls } from './trusted-proxies.ts'
import type { Turn } from './turn.ts'

export interface ServeParts {
  readonly app: App
  readonly health: Health
  readonly proxies: BlockList
  readonly budget: BodyBudget
  readonly turn: Turn
  /** Requests whose answer is being made. */
  readonly work: { begin(): void; end(): void }
  readonly limits: HttpLimits
  readonly log: Log
  /** As of {@link HttpOptions}. */
  readonly guardedHost: string | undefined
}

/** Serves one request. Never throws. */
export function serve(exchange: Exchange, parts: ServeParts): void {
  try {
    const { request } = exchange
    const refusal = refusalByHead(exchange, parts.guardedHost)
    if (refusal) exchange.refuse(refusal)
    else if (request.url === '/' && asksForPage(request)) exchange.refuse(ownAnswers.home())
    else if (request.url === '/health' && asksForPage(request)) void answerHealth(exchange, parts.health)
    else admit(exchange, parts)
  } catch (error) {
    fail(exchange, error, parts)
  }
}

/** Whether a person or a probe asks: a signed request is for a service, such as ListBuckets of S3. */
function asksForPage({ method, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && !headers.authorization?.startsWith('AWS4-')
}

/** What no application is to see: nothing of it is looked at but the headers that say so. */
function refusalByHead(
  { request, expects, isCrowded }: Exchange,
  guardedHost: string | undefined,
): Response | undefined {
  if (isCrowded) return ownAnswers.pipelined()
  if (comesFromWebPage(request.headers)) return ownAnswers.webPage()
  // The parser also lets 0.9 and 2.0 pass, whose requests look otherwise.
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0') return ownAnswers.version()
  const hosts = countHosts(request.rawHeaders)
  if (hosts > 1 || (hosts === 0 && request.httpVersion !== '1.0')) return ownAnswers.host()
  const { host } = request.headers
  if (guardedHost !== undefined && host !== undefined && !isOwnHost(host, guardedHost)) return ownAnswers.foreignHost()
  // A coding that is not understood leaves the end of the body unknown (RFC 9112, 6.1).
  if ((request.headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked')
    return ownAnswers.transferEncoding()
  return expects === 'something else' ? ownAnswers.expectation() : undefined
}

/** node:http shows the first of several, while a proxy before us may have gone by another. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count
}

async function answerHealth(exchange: Exchange, health: Health): Promise<void> {
  exchange.refuse((await health.healthy()) ? ownAnswers.healthy() : ownAnswers.unhealthy())
}

/** The body is read only once the head gave no reason to refuse. */
function admit(exchange: Exchange, parts: ServeParts): void {
  const { request } = exchange
  const admission = parts.app.admit(exchange.head(clientOf(exchange, parts.proxies)))
  if ('refused' in admission) {
    exchange.refuse(admission.refused)
    return
  }
  const fault = faultOfBody(request)
  if (fault) {
    exchange.refuse(admission.refuse(fault))
    return
  }
  exchange.read({ maxBytes: MAX_BODY_BYTES, budget: parts.budget }, (outcome) => {
    if (typeof outcome === 'string') exchange.refuse(admission.refuse(outcome))
    else parts.turn.add(() => void answer(exchange, admission, outcome, parts))
  })
}

/** What the head says of a body that will not be read. */
function faultOfBody({ headers }: IncomingMessage): BodyFault | undefined {
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') return 'encoded'
  return Number(headers['content-length']) > MAX_BODY_BYTES ? 'too large' : undefined
}

/** Who is at the other end, by the socket, or by the word of a trusted proxy. */
function clientOf(
  { connection, request: { headers } }: Exchange,
  proxies: BlockList,
): Pick<RequestHead, 'address' | 'secure' | 'tls'> {
  const { peer, trusted, tls } = connection
  const encrypted = tls !== undefined
  const forwarded = trusted ? headers['x-forwarded-for'] : undefined
  const proto = trusted ? headers['x-forwarded-proto'] : undefined
  if (forwarded === undefined && proto === undefined) return { address: peer, secure: encrypted, tls }
  // How the proxy's client spoke TLS, nobody says.
  return {
    address: forwardedFor(peer, forwarded?.toString(), proxies),
    secure: forwardedOverTls(proto?.toString()) ?? encrypted,
  }
}

async function answer(exchange: Exchange, admitted: AdmittedRequest, body: Body, parts: ServeParts): Promise<void> {
  parts.work.begin()
  try {
    exchange.answer(await admitted.answer(body.bytes))
  } catch (error) {
    fail(exchange, error, parts)
  } finally {
    parts.budget.give(body.held)
    parts.work.end()
  }
}

/** A fault of ours; the application answers its own by itself. */
function fail(exchange: Exchange, error: unknown, { log }: ServeParts): void {
  const err = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const answer = ownAnswers.failure()
  log.error({ requestId: answer.headers['x-amzn-RequestId'], err }, 'request failed')
  exchange.refuse(answer)
}
