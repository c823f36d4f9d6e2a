import type { Server } from 'node:http'
import type { BlockList, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { TlsDetails } from '../app/request.ts'
import { Connection } from './connection.ts'
import { ConnectionShares, type ShareLimits } from './connection-shares.ts'
import { isTrusted, networkOf, plainAddress } from './trusted-proxies.ts'

/** The connections of a server. */
export class Connections {
  readonly #bySocket = new Map<Socket, Connection>()
  /** Sockets as they were accepted: under TLS those that the encrypted bytes come through. */
  readonly #accepted = new Map<string, Socket>()
  readonly #shares: ConnectionShares<Socket>
  /** Whose forwarded headers are believed. */
  readonly proxies: BlockList
  /** The server is about to stop: every connection ends with its latest answer. */
  stopping = false

  constructor(proxies: BlockList, limits: ShareLimits) {
    this.proxies = proxies
    this.#shares = new ConnectionShares(limits)
  }

  /** Follows the connections of a server; `event` is the one that brings a socket through which requests come. */
  follow(server: Server, event: 'connection' | 'secureConnection'): void {
    server.on('connection', (socket: Socket) => this.#accept(socket))
    server.on(event, (socket: Socket) => this.#add(socket))
  }

  /** Notes a connection that may still have to complete its TLS handshake, or closes it when its network has its share. */
  #accept(socket: Socket): void {
    const peer = plainAddress(socket.remoteAddress ?? '') ?? ''
    const origin = { network: networkOf(peer), bounded: !isTrusted(peer, this.proxies) }
    const admission = this.#shares.open(socket, origin)
    if (!admission.admitted) {
      socket.destroy()
      return
    }
    admission.evicted?.destroy()
    const ends = endsOf(socket)
    this.#accepted.set(ends, socket)
    socket.once('close', () => {
      this.#shares.close(socket)
      if (this.#accepted.get(ends) === socket) this.#accepted.delete(ends)
    })
  }

  /** Notes a connection that requests come through. */
  #add(socket: Socket): void {
    if (this.stopping) socket.destroy()
    if (socket.destroyed) return
    const peer = plainAddress(socket.remoteAddress ?? '') ?? ''
    const accepted = this.#accepted.get(endsOf(socket)) ?? socket
    const connection = new Connection({
      socket,
      peer,
      network: networkOf(peer),
      trusted: isTrusted(peer, this.proxies),
      tls: tlsOf(socket),
      onBusy: () => this.#shares.busy(accepted),
      onIdle: () => this.#shares.idle(accepted),
    })
    this.#bySocket.set(socket, connection)
    socket.once('close', () => this.#bySocket.delete(socket))
  }

  of(socket: Socket): Connection | undefined {
    return this.#bySocket.get(socket)
  }

  /** Ends connections that wait for a next request, and the rest after the answers that are under way. */
  endAll(): void {
    this.stopping = true
    for (const [socket, { latest }] of this.#bySocket) {
      if (!latest || latest.closed) socket.destroySoon()
      else latest.once('close', () => socket.destroySoon())
    }
  }

  destroyAll(): void {
    for (const socket of this.#accepted.values()) socket.destroy()
  }
}

/** Both ends of a connection: a TLS socket has the same as the socket below it. */
function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`
}

/** The agreed TLS parameters of a connection whose handshake is over. */
function tlsOf(socket: Socket): TlsDetails | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  return { version: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName }
}
