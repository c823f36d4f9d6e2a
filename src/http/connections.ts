import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BlockList, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { TlsDetails } from '../app/request.ts'
import { isTrusted, networkOf, plainAddress } from './trusted-proxies.ts'
import type { UnsentAnswers } from './unsent-answers.ts'

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
  /** Requests whose answers were not handed to the operating system yet. */
  open: number
  /** To the newest request. Answers leave in the order of the requests, so that it is also the last to leave. */
  latest: ServerResponse<IncomingMessage> | undefined
  /** No further request is taken: the latest answer ends the connection. */
  closing: boolean
  /** Something came that is not HTTP. */
  broken: boolean
  /** Ends it at once, with whatever is under way. */
  cut(): void
}

/** A connection with the requests that wait for their turn. */
interface OpenConnection extends Connection {
  readonly waiting: (() => void)[]
}

/** A socket as it was accepted, and the connection that requests come through once there is one. */
interface Accepted {
  readonly socket: Socket
  connection: Connection | undefined
}

export interface ConnectionsParts {
  readonly proxies: BlockList
  readonly unsent: UnsentAnswers
  readonly requestsPerConnection: number
  readonly connectionsPerAddress: number
}

/** The connections there are. */
export class Connections {
  readonly #bySocket = new Map<Socket, OpenConnection>()
  readonly #raw = new Set<Socket>()
  /** Of addresses that are not trusted proxies: what was accepted from each network, by port, oldest first. */
  readonly #byNetwork = new Map<string, Map<number | undefined, Accepted>>()
  readonly #parts: ConnectionsParts
  /** The server is about to stop: every connection ends with its latest answer. */
  stopping = false

  constructor(parts: ConnectionsParts) {
    this.#parts = parts
  }

  /** A connection that may still have to come to an understanding about TLS. */
  addRaw(socket: Socket): void {
    this.#raw.add(socket)
    socket.once('close', () => this.#raw.delete(socket))
    const peer = plainAddress(socket.remoteAddress ?? '') ?? ''
    if (!isTrusted(peer, this.#parts.proxies)) this.#count(socket, networkOf(peer))
  }

  /** A connection that requests come through. */
  add(socket: Socket): void {
    if (this.stopping) {
      socket.destroy()
      return
    }
    const peer = plainAddress(socket.remoteAddress ?? '') ?? ''
    const connection: OpenConnection = {
      peer,
      trusted: isTrusted(peer, this.#parts.proxies),
      tls: tlsOf(socket),
      requests: 0,
      open: 0,
      latest: undefined,
      closing: false,
      broken: false,
      waiting: [],
      cut: () => socket.destroy(),
    }
    this.#bySocket.set(socket, connection)
    const accepted = this.#byNetwork.get(networkOf(peer))?.get(socket.remotePort)
    if (accepted) accepted.connection = connection
    socket.once('close', () => {
      this.#bySocket.delete(socket)
      this.#parts.unsent.remove(connection)
      connection.waiting.length = 0
    })
  }

  /**
   * Notes a request and serves it in its turn: one request of a connection at a time, so that a client that sends many and reads no answer holds
   * one answer in memory. Does nothing when the connection ends with an earlier request: the client was told, or will be, that no more is answered.
   */
  begin(
    { socket, headers }: IncomingMessage,
    response: ServerResponse<IncomingMessage>,
    serve: (connection: Connection) => void,
  ): void {
    const connection = this.#bySocket.get(socket)
    if (!connection || connection.closing) return
    connection.latest = response
    // Node.js drops what came in the same packet behind a request with an Upgrade header, so that request is the last.
    connection.closing = ++connection.requests >= this.#parts.requestsPerConnection || headers.upgrade !== undefined
    const isFirst = connection.open++ === 0
    response.once('close', () => {
      connection.open--
      this.#parts.unsent.remove(connection)
      connection.waiting.shift()?.()
    })
    if (isFirst) serve(connection)
    else connection.waiting.push(() => serve(connection))
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

  /** Beyond the bound of its network, a new connection takes the place of one that is idle, or is closed where none is. */
  #count(socket: Socket, network: string): void {
    const own = this.#byNetwork.get(network) ?? new Map<number | undefined, Accepted>()
    this.#byNetwork.set(network, own)
    if (own.size >= this.#parts.connectionsPerAddress) {
      const idle = oldestIdle([...own.values()])
      if (!idle) {
        socket.destroy()
        return
      }
      own.delete(idle.socket.remotePort)
      idle.socket.destroy()
    }
    const { remotePort } = socket
    const accepted: Accepted = { socket, connection: undefined }
    own.set(remotePort, accepted)
    socket.once('close', () => {
      if (own.get(remotePort) === accepted) own.delete(remotePort)
      if (own.size === 0 && this.#byNetwork.get(network) === own) this.#byNetwork.delete(network)
    })
  }
}

/** The oldest connection without a request under way: of those that have never sent one where there are any. */
function oldestIdle(accepted: readonly Accepted[]): Accepted | undefined {
  const unused = accepted.find(({ connection }) => !connection || connection.requests === 0)
  return unused ?? accepted.find(({ connection }) => connection?.open === 0)
}

/** What a connection has agreed on; its handshake is over. */
function tlsOf(socket: Socket): TlsDetails | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  return { version: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName }
}
