import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import { type AddressInfo, isIPv6, type Socket } from 'node:net'
import type { App } from '../app/create-app.ts'
import type { Log } from '../log.ts'
import { BodyBudget } from './body.ts'
import { endBrokenConnection } from './client-error.ts'
import { Connections } from './connections.ts'
import { Exchange } from './exchange.ts'
import { Health } from './health.ts'
import { type HttpLimits, LIMITS } from './limits.ts'
import { listen, newServer, type Tls } from './node-server.ts'
import { type ServeParts, serve } from './serve.ts'
import { stopServer } from './stop-server.ts'
import { parseTrustedProxies } from './trusted-proxies.ts'
import { Turn } from './turn.ts'
import { UnsentAnswers } from './unsent-answers.ts'
import { Work } from './work.ts'

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
  /**
   * The address or name that the server was told to listen on, where it takes requests without a proof: a Host header that could be that of a
   * foreign web page is then refused.
   */
  readonly guardedHost?: string | undefined
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
  const unsent = new UnsentAnswers(limits)
  const connections = new Connections({ proxies, unsent, ...limits })
  const work = new Work()
  const parts: ServeParts = {
    app,
    health: new Health({ ping: options.ping, ...limits }),
    proxies,
    budget: new BodyBudget(limits.bodiesBytes),
    turn: new Turn(),
    work,
    limits,
    log,
    guardedHost: options.guardedHost,
  }
  const server = newServer(tls, limits)
  server.on('connection', (socket) => connections.addRaw(socket))
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => connections.add(socket))
  server.on('clientError', (error, socket) => endBrokenConnection(error, socket as Socket, connections, limits.drainMs))
  const take =
    (expects?: Exchange['expects']) => (request: IncomingMessage, response: ServerResponse<IncomingMessage>) => {
      const open = connections.of(request.socket)?.open ?? 0
      const isCrowded = open >= limits.openRequests
      connections.begin(request, response, (connection) =>
        serve(new Exchange({ request, response, connection, connections, unsent, limits, expects, isCrowded }), parts),
      )
      // The refusal of a crowded request is the last answer of its connection.
      const connection = connections.of(request.socket)
      if (connection && isCrowded) connection.closing = true
    }
  server.on('request', take())
  server.on('checkContinue', take('continue'))
  server.on('checkExpectation', take('something else'))
  await listen(server, options)
  const slow = setInterval(() => unsent.cutSlow(), limits.checkMs).unref()
  server.on('error', (error) => log.error({ err: error.message }, 'the HTTP server failed'))

  const { port } = server.address() as AddressInfo
  let stopped: Promise<void> | undefined
  return {
    url: `${tls ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    port,
    replaceTls: (replacement) => (server as TlsServer).setSecureContext({ ...replacement }),
    close() {
      stopped ??= stopServer(server, { connections, work, limitMs: limits.stopMs }).finally(() => clearInterval(slow))
      return stopped
    },
  }
}
