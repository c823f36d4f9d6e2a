import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHead, Response } from '../app/request.ts'
import { type Body, type BodyLimits, type BodyReadFault, hasBody, readBody } from './body.ts'
import type { Connection, Connections } from './connections.ts'
import type { HttpLimits } from './limits.ts'
import type { UnsentAnswers } from './unsent-answers.ts'

export interface ExchangeParts {
  readonly request: IncomingMessage
  readonly response: ServerResponse<IncomingMessage>
  readonly connection: Connection
  readonly connections: Connections
  readonly unsent: UnsentAnswers
  readonly limits: HttpLimits
  /** What the client waits for before it sends its body. */
  readonly expects: 'continue' | 'something else' | undefined
  /** Too many requests of its connection had no answer when it came. */
  readonly isCrowded: boolean
}

/** One request and its answer on the wire. */
export class Exchange {
  readonly request: IncomingMessage
  readonly connection: Connection
  readonly expects: ExchangeParts['expects']
  readonly isCrowded: boolean
  readonly #parts: ExchangeParts

  constructor(parts: ExchangeParts) {
    this.request = parts.request
    this.connection = parts.connection
    this.expects = parts.expects
    this.isCrowded = parts.isCrowded
    this.#parts = parts
  }

  /** What the application is told of it. */
  head(client: Pick<RequestHead, 'address' | 'secure' | 'tls'>): RequestHead {
    const { method = '', url = '', rawHeaders } = this.request
    return { method, url, rawHeaders, address: client.address, secure: client.secure, tls: client.tls }
  }

  /** Reads the body, once a client that waits for it was told to send it. `onEnd` is not called when the client goes away before. */
  read(limits: BodyLimits, onEnd: (outcome: Body | BodyReadFault) => void): void {
    const { request, response } = this.#parts
    if (this.expects) response.writeContinue()
    readBody(request, response, limits, onEnd)
  }

  /** Answers a request whose body was read. */
  answer(answer: Response): void {
    const { response } = this.#parts
    if (this.#begin(answer, this.#isLast())) response.end(answer.body)
  }

  /** Answers a request whose body was not read, or not to its end. */
  refuse(answer: Response): void {
    const { request, response, limits, expects } = this.#parts
    if (!hasBody(request) || request.complete) {
      this.answer(answer)
      return
    }
    // Whoever was not invited may send the body or may not: where the next request begins, nobody can tell.
    const skippable = Number(request.headers['content-length']) <= limits.skippedBytes && !expects
    if (skippable && !this.#isLast()) {
      if (this.#begin(answer, false)) response.end(answer.body)
      request.resume()
      return
    }
    this.connection.closing = true
    if (!this.#begin(answer, true)) return
    // The whole answer leaves now; to close at once would take it away again from a client that is still sending.
    if (request.method === 'HEAD') response.flushHeaders()
    else response.write(answer.body)
    drain(request, limits, () => response.end())
  }

  /** False when there is nobody to answer any more, or the answer was given. */
  #begin({ status, headers, body }: Response, last: boolean): boolean {
    const { response, connection, unsent } = this.#parts
    if (response.destroyed || response.headersSent) return false
    const bytes = Buffer.byteLength(body)
    unsent.add(connection, bytes)
    response.writeHead(status, {
      ...headers,
      'Content-Length': bytes,
      Connection: last ? 'close' : 'keep-alive',
    })
    return true
  }

  #isLast(): boolean {
    const { response, connection, connections } = this.#parts
    if (!response.shouldKeepAlive) return true
    if (connection.latest !== response || !(connection.closing || connections.stopping)) return false
    connection.closing = true
    return true
  }
}

/** Takes what a client still sends, within bounds, and calls `then` once. */
function drain(request: IncomingMessage, limits: HttpLimits, then: () => void): void {
  let seen = 0
  const stop = () => {
    clearTimeout(timer)
    request.off('data', onData).off('end', stop).off('close', stop)
    then()
  }
  const onData = (piece: Buffer) => {
    seen += piece.length
    if (seen > limits.drainedBytes) stop()
  }
  const timer = setTimeout(stop, limits.drainMs).unref()
  request.on('data', onData).on('end', stop).on('close', stop)
}
