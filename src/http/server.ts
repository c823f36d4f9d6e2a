import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import { type AddressInfo, isIPv6, type Socket } from 'node:net'
import type { App } from '../app/create-app.ts'
import type { Log } from '../log.ts'
import { AnswerSender } from './answer-sender.ts'
import { BodyBudget } from './body.ts'
import { endBrokenConnection } from './client-error.ts'
import { Connections } from './connections.ts'
import { Exchange } from './exchange.ts'
import { Health } from './health.ts'
import type { HostGuard } from './host-guard.ts'
import { type HttpLimits, LIMITS } from './limits.ts'
import { listen, newServer, type Tls } from './node-server.ts'
import { RequestQueue } from './request-queue.ts'
import { type ServeParts, serve } from './serve.ts'
import { stopServer } from './stop-server.ts'
import { parseTrustedProxies } from './trusted-proxies.ts'
import { UnsentAnswers } from './unsent-answers.ts'

export interface HttpOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** PEM texts; plain HTTP when absent. */
  readonly tls?: Tls | undefined
  /** Addresses and CIDR ranges whose forwarded headers are believed. */
  readonly trustedProxies: readonly string[]
  /** Rejects when the store does not answer. */
  readonly ping: () => Promise<void>
  readonly log: Log
  /** Names that a Host header may have where requests need no proof; any when absent. */
  readonly hostGuard?: HostGuard | undefined
  /** Other limits than the usual ones. */
  readonly limits?: Partial<HttpLimits> | undefined
}

export interface HttpServer {
  /** As clients reach it, such as `http://127.0.0.1:4566`. */
  readonly url: string
  readonly port: number
  /** Takes other PEM texts for the connections that come from now on; only for a server that was started with TLS. */
  replaceTls(tls: Tls): void
  /** Lets requests in progress end, then closes. */
  close(): Promise<void>
}

/** Serves `app` on a port. Throws an Error with one line for the operator when it cannot. */
export async function startHttpServer(app: App, options: HttpOptions): Promise<HttpServer> {
  const { host, log, tls } = options
  const limits: HttpLimits = { ...LIMITS, ...options.limits }
  const proxies = parseTrustedProxies(options.trustedProxies)
  const connections = new Connections(proxies, limits)
  const unsent = new UnsentAnswers<ServerResponse>(limits)
  const queue = new RequestQueue({ weightAtOnce: limits.valuesAtOnce, hasRoom: (network) => unsent.hasRoom(network) })
  const sender = new AnswerSender({ unsent, queue, checkMs: limits.checkMs, log })
  const parts: ServeParts = {
    app,
    health: new Health({ ping: options.ping, ...limits }),
    budget: new BodyBudget(limits.bodiesBytes),
    queue,
    log,
    hostGuard: options.hostGuard,
  }
  const server = newServer(tls, limits)
  connections.follow(server, tls ? 'secureConnection' : 'connection')
  server.on('clientError', (error, socket) => endBrokenConnection(error, socket as Socket, connections, limits.drainMs))
  serveRequests(server, { parts, connections, sender, limits })
  await listen(server, options)
  server.on('error', (error) => log.error({ err: error.message }, 'the HTTP server failed'))

  const { port } = server.address() as AddressInfo
  let stopped: Promise<void> | undefined
  return {
    url: `${tls ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    port,
    replaceTls: (replacement) => (server as TlsServer).setSecureContext({ ...replacement }),
    close() {
      stopped ??= stopServer(server, { connections, queue, limitMs: limits.stopMs }).finally(() => sender.stop())
      return stopped
    },
  }
}

interface Serving {
  readonly parts: ServeParts
  readonly connections: Connections
  readonly sender: AnswerSender
  readonly limits: HttpLimits
}

/** Serves the requests of every connection in their order. Those behind the one that ends its connection are dropped. */
function serveRequests(server: Server, { parts, connections, sender, limits }: Serving): void {
  const take = (expects?: Exchange['expects']) => (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.of(request.socket)
    if (!connection || connection.closing) return
    const excess = connection.open >= limits.openRequests
    // The parser skips what follows an Upgrade header, whether or not the protocol is changed.
    const ends = excess || request.headers.upgrade !== undefined
    connection.closing = ends || connection.requests + 1 >= limits.requestsPerConnection
    const exchange = new Exchange({ request, response, connection, connections, sender, limits, expects, excess })
    connection.take(response, () => serve(exchange, parts))
  }
  server.on('request', take())
  server.on('checkContinue', take('continue'))
  server.on('checkExpectation', take('something else'))
}
