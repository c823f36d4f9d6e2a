import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TlsDetails } from '../app/request.ts'

export interface ConnectionParts {
  readonly socket: Socket
  /** Address at the other end. */
  readonly peer: string
  /** The same, or the network where a client may have any address. */
  readonly network: string
  /** Whether the other end is a proxy whose forwarded headers are believed. */
  readonly trusted: boolean
  /** Absent without TLS. */
  readonly tls: TlsDetails | undefined
  /** Told when the connection gets a request while it has none, and when it has none any more. */
  readonly onBusy: () => void
  readonly onIdle: () => void
}

/**
 * One connection. Its requests are served one after the other: each starts once the answer before it has been handed to the operating system,
 * so that a client that does not read can have one answer made and no more. Until then nothing further is read from the socket.
 */
export class Connection {
  readonly peer: string
  readonly network: string
  readonly trusted: boolean
  readonly tls: TlsDetails | undefined
  /** Requests so far. */
  requests = 0
  /** Requests whose answer has not been sent. */
  open = 0
  /** To the newest request. Answers leave in the order of the requests, so that it is also the last to leave. */
  latest: ServerResponse | undefined
  /** No further request is taken: the latest answer ends the connection. */
  closing = false
  /** Bytes came that are not HTTP. */
  broken = false
  readonly #parts: ConnectionParts
  /** Start the requests behind the first open one, in their order. */
  #waiting: (() => void)[] = []

  constructor(parts: ConnectionParts) {
    this.peer = parts.peer
    this.network = parts.network
    this.trusted = parts.trusted
    this.tls = parts.tls
    this.#parts = parts
    const { socket } = parts
    // node:http resumes a socket on its own, for example to discard a body.
    socket.on('resume', () => {
      if (this.open > 1) socket.pause()
    })
    // The client has closed its sending side. It still gets its answers.
    socket.once('end', () => {
      this.closing = true
    })
    socket.once('close', () => {
      this.#waiting = []
    })
  }

  /** Whether the connection was closed, so that no answer can be sent any more. */
  get gone(): boolean {
    return this.#parts.socket.destroyed
  }

  /** Takes a request, and calls `start` when it is its turn; never, when the connection ends before. */
  take(response: ServerResponse, start: () => void): void {
    this.latest = response
    this.requests++
    response.once('close', () => this.#sent())
    if (++this.open > 1) {
      this.#waiting.push(start)
      this.#parts.socket.pause()
      return
    }
    this.#parts.onBusy()
    start()
  }

  #sent(): void {
    this.open--
    if (this.open <= 1) this.#parts.socket.resume()
    if (this.open === 0) this.#parts.onIdle()
    this.#waiting.shift()?.()
  }
}
