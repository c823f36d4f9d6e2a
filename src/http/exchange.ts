import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHead, Response } from '../app/request.ts'
import type { AnswerSender } from './answer-sender.ts'
import { type Body, type BodyFault, type BodyLimits, hasBody, readBody } from './body.ts'
import { type Client, clientOf } from './client.ts'
import type { Connection } from './connection.ts'
import type { Connections } from './connections.ts'
import type { HttpLimits } from './limits.ts'

export interface ExchangeParts {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connection: Connection
  readonly connections: Connections
  readonly sender: AnswerSender
  readonly limits: HttpLimits
  /** The connection had as many open requests as it may have. */
  readonly excess: boolean
  /** What the client waits for before it sends its body. */
  readonly expects: 'continue' | 'something else' | undefined
}

/** One request and its answer on the wire. */
export class Exchange {
  readonly request: IncomingMessage
  readonly connection: Connection
  readonly expects: ExchangeParts['expects']
  readonly excess: boolean
  readonly client: Client
  readonly #parts: ExchangeParts

  constructor(parts: ExchangeParts) {
    this.request = parts.request
    this.connection = parts.connection
    this.expects = parts.expects
    this.excess = parts.excess
    this.client = clientOf(parts.connection, parts.request, parts.connections.proxies)
    this.#parts = parts
  }

  /** What the application is told of it. */
  head(): RequestHead {
    const { method = '', url = '', rawHeaders } = this.request
    const { address, secure, tls } = this.client
    return { method, url, rawHeaders, address, secure, tls }
  }

  /** Reads the body, once a client that waits for it was told to send it. `onEnd` is not called when the client goes away before. */
  read(limits: BodyLimits, onEnd: (outcome: Body | BodyFault) => void): void {
    const { request, response } = this.#parts
    if (this.expects) response.writeContinue()
    readBody(request, response, limits, onEnd)
  }

  /** Answers a request whose body was read. */
  answer(answer: Response): void {
    const { response, sender } = this.#parts
    if (this.#begin(answer, this.#isLast())) sender.send(response, answer.body, this.client.network)
  }

  /** Answers a request whose body was not read, or not to its end. */
  refuse(answer: Response): void {
    const { request, response, sender, limits, expects } = this.#parts
    if (!hasBody(request) || request.complete) {
      this.answer(answer)
      return
    }
    // A client that was not told to continue may send the body or not: where its next request begins cannot be known.
    const skippable = Number(request.headers['content-length']) <= limits.skippedBytes && !expects
    if (skippable && !this.#isLast()) {
      if (this.#begin(answer, false)) sender.send(response, answer.body, this.client.network)
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

  /** False when the client is gone, or has an answer already. */
  #begin({ status, headers, body }: Response, last: boolean): boolean {
    const { response } = this.#parts
    if (response.destroyed || response.headersSent) return false
    response.writeHead(status, {
      ...headers,
      'Content-Length': Buffer.byteLength(body),
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
