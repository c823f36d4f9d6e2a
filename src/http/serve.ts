import type { IncomingMessage } from 'node:http'
import type { App } from '../app/create-app.ts'
import { type AdmittedRequest, MAX_BODY_BYTES, tooLarge } from '../app/handle.ts'
import type { Refusal } from '../app/refusal.ts'
import type { Log } from '../log.ts'
import type { Body, BodyBudget, BodyFault } from './body.ts'
import { comesFromWebPage } from './browser-guard.ts'
import type { Exchange } from './exchange.ts'
import type { Health } from './health.ts'
import { type HostGuard, isOwnHost } from './host-guard.ts'
import { pages, refusals } from './own-answers.ts'
import type { RequestQueue } from './request-queue.ts'

export interface ServeParts {
  readonly app: App
  readonly health: Health
  readonly budget: BodyBudget
  readonly queue: RequestQueue
  /** As of {@link HttpOptions}. */
  readonly hostGuard: HostGuard | undefined
  readonly log: Log
}

/** When to come again with a body for which there was no room, seconds. */
const RETRY_AFTER_SECONDS = '1'

/** Serves one request. Never throws. */
export function serve(exchange: Exchange, parts: ServeParts): void {
  try {
    const { request } = exchange
    const refusal = refusalByHead(exchange, parts)
    if (refusal) refuse(exchange, refusal, parts)
    else if (request.url === '/' && asksForPage(request)) exchange.refuse(pages.home())
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

/** Refuses what the application must not see, by the headers that tell. */
function refusalByHead({ request, expects, excess }: Exchange, { hostGuard }: ServeParts): Refusal | undefined {
  const { headers, httpVersion, rawHeaders } = request
  if (comesFromWebPage(headers)) return refusals.webPage
  // The parser also lets 0.9 and 2.0 pass, whose requests look otherwise.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return refusals.version
  const hosts = countHosts(rawHeaders)
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0')) return refusals.host
  // Only HTTP/1.0 has none, which no browser sends.
  const { host } = headers
  if (hostGuard !== undefined && host !== undefined && !isOwnHost(host, hostGuard)) return refusals.foreignHost
  if (hasOtherTransferEncoding(request)) return refusals.transferEncoding
  if (expects === 'something else') return refusals.expectation
  return excess ? refusals.pipelined : undefined
}

/** The parser also takes other codings before `chunked`, and both in HTTP/1.0, where a proxy may find another end of the body. */
function hasOtherTransferEncoding({ headers, httpVersion }: IncomingMessage): boolean {
  const encoding = headers['transfer-encoding']
  return encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || httpVersion === '1.0')
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

/** Answers with a refusal in the protocol of the service that is addressed. */
function refuse(exchange: Exchange, refusal: Refusal, { app }: ServeParts): void {
  const answer = app.refuse(exchange.head(), refusal)
  const retry = refusal === refusals.noRoom && { 'Retry-After': RETRY_AFTER_SECONDS }
  exchange.refuse({ ...answer, headers: { ...answer.headers, ...retry } })
}

async function answerHealth(exchange: Exchange, health: Health): Promise<void> {
  exchange.refuse((await health.healthy()) ? pages.healthy() : pages.unhealthy())
}

/** The body is read only once the head gave no reason to refuse. */
function admit(exchange: Exchange, parts: ServeParts): void {
  const { request } = exchange
  const admission = parts.app.admit(exchange.head())
  if ('refused' in admission) {
    exchange.refuse(admission.refused)
    return
  }
  const refusal = refusalOfBody(request)
  if (refusal) {
    refuse(exchange, refusal, parts)
    return
  }
  exchange.read({ maxBytes: MAX_BODY_BYTES, budget: parts.budget }, (outcome) => {
    if (typeof outcome === 'string') refuse(exchange, bodyRefusals[outcome], parts)
    else
      parts.queue.add({
        network: exchange.client.network,
        weight: admission.mostValues ?? 0,
        perform: () => answer(exchange, admission, outcome, parts),
      })
  })
}

/** What the head says of a body that will not be read. */
function refusalOfBody({ headers }: IncomingMessage): Refusal | undefined {
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') return refusals.contentEncoding
  return Number(headers['content-length']) > MAX_BODY_BYTES ? tooLarge : undefined
}

const bodyRefusals: Readonly<Record<BodyFault, Refusal>> = { 'too large': tooLarge, 'no room': refusals.noRoom }

/** Answers a request whose turn has come; one whose client is gone meanwhile is not performed. */
async function answer(exchange: Exchange, admitted: AdmittedRequest, body: Body, parts: ServeParts): Promise<void> {
  try {
    if (!exchange.connection.gone) exchange.answer(await admitted.answer(body.bytes))
  } catch (error) {
    fail(exchange, error, parts)
  } finally {
    parts.budget.give(body.held)
  }
}

/** A fault of the HTTP server; the application answers its own by itself. */
function fail(exchange: Exchange, error: unknown, { app, log }: ServeParts): void {
  const err = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const answer = app.refuse(exchange.head(), refusals.failure)
  log.error({ requestId: answer.headers['x-amzn-RequestId'], err }, 'request failed')
  exchange.refuse(answer)
}
