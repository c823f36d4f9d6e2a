import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BlockList, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { TlsDetails } from '../app/request.ts'
import { isTrusted, plainAddress } from './trusted-proxies.ts'

/** What is known of one connection. */
export interface Connection {
  /** Address at the other end. */
  readonly peer: string
  /** Whether the other end is a proxy whose forwarded headers are believed. */
  readonly trusted: boolean
  /** Absent without TLS. */
  readonly tls: TlsDetails | undefined
  /** Requests so far. */
  requests: number
  /** Requests that have no answer yet. */
  open: number
  /** To the newest request. Answers leave in the order of the requests, so that it is also the last to leave. */
  latest: ServerResponse<IncomingMessage> | undefined
  /** No further request is taken: the latest answer ends the connection. */
  closing: boolean
  /** Something came that is no HTTP. */
  broken: boolean
}

/** The connections there are. */
export class Connections {
  readonly #bySocket = new Map<Socket, Connection>()
  readonly #raw = new Set<Socket>()
  readonly #proxies: BlockList
  /** The server is about to stop: every connection ends with its latest answer. */
  stopping = false

  constructor(proxies: BlockList) {
    this.#proxies = proxies
  }

  /** A connection that may still have to come to an understanding about TLS. */
  addRaw(socket: Socket): void {
    this.#raw.add(socket)
    socket.once('close', () => this.#raw.delete(socket))
  }

  /** A connection that requests come through. */
  add(socket: Socket): void {
    if (this.stopping) {
      socket.destroy()
      return
    }
    const peer = plainAddress(socket.remoteAddress ?? '') ?? ''
    this.#bySocket.set(socket, {
      peer,
      trusted: isTrusted(peer, this.#proxies),
      tls: tlsOf(socket),
      requests: 0,
      open: 0,
      latest: undefined,
      closing: false,
      broken: false,
    })
    socket.once('close', () => this.#bySocket.delete(socket))
  }

  /** Notes a request. Undefined when its connection ends with an earlier one: the client was told, or will be, that no more is answered. */
  begin(
    { socket }: IncomingMessage,
    response: ServerResponse<IncomingMessage>,
    requestsPerConnection: number,
  ): Connection | undefined {
    const connection = this.#bySocket.get(socket)
    if (!connection || connection.closing) return undefined
    connection.latest = response
    connection.open++
    connection.closing = ++connection.requests >= requestsPerConnection
    return connection
  }

  of(socket: Socket): Connection | undefined {
    return this.#bySocket.get(socket)
  }

  /** Ends what waits for a next request, and the rest after the answers that are under way. */
  endAll(): void {
    this.stopping = true
    for (const [socket, { latest }] of this.#bySocket) {
      if (!latest || latest.closed) socket.destroySoon()
      else latest.once('close', () => socket.destroySoon())
    }
  }

  destroyAll(): void {
    for (const socket of this.#raw) socket.destroy()
  }
}

/** What a connection has agreed on; its handshake is over. */
function tlsOf(socket: Socket): TlsDetails | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  return { version: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName }
}
