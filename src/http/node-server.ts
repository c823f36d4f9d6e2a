import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { HttpLimits } from './limits.ts'

/** PEM texts. */
export interface Tls {
  readonly cert: string
  readonly key: string
}

/** A server of Node.js's with our limits, not yet listening; plain HTTP without `tls`. Throws an Error with one line for the operator. */
export function newServer(tls: Tls | undefined, limits: HttpLimits): Server {
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: limits.keepAliveMs,
    // Clients are not told of it, so that none tries to be just in time.
    keepAliveTimeoutBuffer: 0,
    // Ours to refuse, in our words.
    requireHostHeader: false,
    // Whatever flags Node.js was started with.
    insecureHTTPParser: false,
  }
  const server = tls
    ? newTlsServer({ ...options, ...tls, handshakeTimeout: limits.handshakeMs, allowHalfOpen: true })
    : createServer(options)
  // A client that has sent everything may close its side, and still gets its answers. Node.js has no option for it.
  Object.assign(server, { httpAllowHalfOpen: true })
  // No field may be dropped silently; their size is bounded.
  server.maxHeadersCount = 0
  server.timeout = limits.silenceMs
  return server
}

function newTlsServer(options: Parameters<typeof createTlsServer>[0]): Server {
  try {
    return createTlsServer(options)
  } catch (error) {
    throw new Error(`Cannot use the TLS certificate or its key: ${(error as Error).message}`, { cause: error })
  }
}

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not open that port',
  EADDRINUSE: 'another program has that port',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'there is no such host',
}

/** Throws an Error with one line for the operator. */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      const fault = LISTEN_FAULTS[error.code ?? ''] ?? error.message
      reject(new Error(`Cannot listen on ${host}:${port}: ${fault}`, { cause: error }))
    }
    server.once('error', onError)
    server.listen({ host, port }, () => {
      server.off('error', onError)
      resolve()
    })
  })
}
