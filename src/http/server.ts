import type { App } from '../app/create-app.ts'
import type { Log } from '../log.ts'

export interface HttpOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** PEM texts; plain HTTP when absent. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  /** Addresses and CIDR ranges whose forwarded headers are believed. */
  readonly trustedProxies: readonly string[]
  /** Rejects when the store does not answer. */
  readonly ping: () => Promise<void>
  readonly log: Log
}

export interface HttpServer {
  /** As clients reach it, such as `http://127.0.0.1:4566`. */
  readonly url: string
  readonly port: number
  /** Lets requests in progress end, then closes. */
  close(): Promise<void>
}

export async function startHttpServer(_app: App, _options: HttpOptions): Promise<HttpServer> {
  throw new Error('not yet')
}
