import type { App } from '../../src/app/create-app.ts'
import type { HostGuard } from '../../src/http/host-guard.ts'
import type { HttpLimits } from '../../src/http/limits.ts'
import { type HttpServer, startHttpServer } from '../../src/http/server.ts'
import { type RunningCoffer, startCoffer } from '../../src/start-coffer.ts'
import { signRequest } from '../sign-request.ts'
import { ADMINISTRATOR, REGION } from '../start-app.ts'
import { type RawAnswer, RawSocket, type RequestText, requestBytes } from './raw-socket.ts'

export interface ServerOptions {
  /** Default true. */
  readonly verify?: boolean
  readonly limits?: Partial<HttpLimits>
  readonly trustedProxies?: readonly string[]
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly host?: string
  /** Stands between the server and the application, to hold a request where a test wants it. */
  readonly between?: (app: App) => App
  readonly ping?: () => Promise<void>
  readonly hostGuard?: HostGuard
}

export interface TestServer extends AsyncDisposable {
  readonly port: number
  readonly http: HttpServer
  readonly running: RunningCoffer
  readonly logged: object[]
  /** A connection of its own for one request. */
  send(request: RequestText | Uint8Array): Promise<RawAnswer>
  /** Calls an operation as the administrator, signed. */
  call(operation: string, input: object | string, more?: SignOptions): Promise<RawAnswer>
}

/** A Coffer behind a port of its own; signatures are verified unless told otherwise. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const logged: object[] = []
  const keep = (details: object, message: string) => void logged.push({ ...details, message })
  const log = { info: keep, warn: keep, error: keep }
  const running = await startCoffer({
    dataDir: undefined,
    rootKey: { kind: 'memory' },
    verify: options.verify ?? true,
    enforce: options.verify ?? true,
    account: '111122223333',
    administrator: ADMINISTRATOR,
    keepCredentials: async () => {},
    log,
    onRefused: () => {},
  })
  const http = await startHttpServer(options.between?.(running.app) ?? running.app, {
    host: options.host ?? '127.0.0.1',
    port: 0,
    tls: options.tls,
    trustedProxies: options.trustedProxies ?? [],
    ping: options.ping ?? running.ping,
    log,
    limits: options.limits,
    hostGuard: options.hostGuard,
  })
  const send = async (request: RequestText | Uint8Array) => {
    await using raw = await RawSocket.open(http.port)
    await raw.send(request instanceof Uint8Array ? request : requestBytes(request))
    return await raw.answer('method' in request && request.method === 'HEAD' ? 'HEAD' : 'POST')
  }
  return {
    port: http.port,
    http,
    running,
    logged,
    send,
    call: (operation, input, more) => send(signed(operation, input, more)),
    async [Symbol.asyncDispose]() {
      await http.close()
      await running.close()
    },
  }
}

export interface SignOptions {
  readonly secret?: string
  readonly date?: Date
  /** Added before signing, or put in place of the usual ones. */
  readonly headers?: Readonly<Record<string, string>>
  /** Added after signing. */
  readonly unsigned?: readonly string[]
  /** False leaves out Content-Length. */
  readonly length?: boolean
}

const JSON_1_1 = 'application/x-amz-json-1.1'

/** A request for an operation, signed by the administrator. */
export function signed(operation: string, input: object | string, options: SignOptions = {}): RequestText {
  const body = typeof input === 'string' ? input : JSON.stringify(input)
  const headers = {
    host: 'coffer.test',
    'content-type': JSON_1_1,
    'x-amz-target': `secretsmanager.${operation}`,
    ...(options.length !== false && { 'content-length': String(Buffer.byteLength(body)) }),
    ...options.headers,
  }
  const { accessKeyId, secretAccessKey } = ADMINISTRATOR
  const rawHeaders = signRequest({
    method: 'POST',
    url: '/',
    headers,
    body,
    accessKeyId,
    secret: options.secret ?? secretAccessKey,
    region: REGION,
    service: 'secretsmanager',
    date: options.date ?? new Date(),
  })
  return { rawHeaders: [...rawHeaders, ...(options.unsigned ?? [])], body }
}

/** A request for an operation without any proof, for servers that ask for none. */
export function unsigned(
  operation: string,
  body: string | Uint8Array,
  more: readonly string[] = [],
  service = 'secretsmanager',
): RequestText {
  const rawHeaders = ['Host', 'coffer.test', 'Content-Type', JSON_1_1, 'X-Amz-Target', `${service}.${operation}`]
  return { rawHeaders: [...rawHeaders, 'Content-Length', String(Buffer.byteLength(body)), ...more], body }
}

export interface HoldingServer extends TestServer {
  /** Resolves once a request waits. */
  readonly held: Promise<void>
  /** Lets all requests go on, also those to come. */
  letGo(): void
  /** Requests whose answer was made. */
  answered(): number
}

/** A server whose requests wait, with their bodies read, until they are let go. */
export async function startHolding(options: Omit<ServerOptions, 'between'> = {}): Promise<HoldingServer> {
  const held = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  let answered = 0
  const between = (app: App): App => ({
    ...app,
    admit(head) {
      const admission = app.admit(head)
      if ('refused' in admission) return admission
      return {
        async answer(body) {
          held.resolve()
          await go.promise
          const answer = await admission.answer(body)
          answered++
          return answer
        },
      }
    },
  })
  const server = await startServer({ ...options, between })
  return { ...server, held: held.promise, letGo: go.resolve, answered: () => answered }
}
