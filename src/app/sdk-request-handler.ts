import type { App } from './create-app.ts'

/** The part of an AWS SDK request that reaches us; the SDK's own type has more. */
interface SdkRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>> | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface SdkResponse {
  statusCode: number
  reason?: string
  headers: Record<string, string>
  body?: Uint8Array
}

/** Fits the `requestHandler` of every client of the AWS SDK for JavaScript v3. */
export interface SdkRequestHandler {
  readonly metadata: { handlerProtocol: string }
  handle(
    request: SdkRequest,
    options?: { readonly abortSignal?: { readonly aborted: boolean } | undefined },
  ): Promise<{ response: SdkResponse }>
  updateHttpClientConfig(): void
  httpHandlerConfigs(): Record<string, never>
  destroy(): void
}

/** Where requests come from that come from no socket. */
const IN_PROCESS = '127.0.0.1'

/** Lets AWS SDK clients call `app` in the same process, without any port. */
export function sdkRequestHandler(app: App): SdkRequestHandler {
  return {
    metadata: { handlerProtocol: 'in-process' },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
    async handle(request, options) {
      if (options?.abortSignal?.aborted)
        throw Object.assign(new Error('The request was aborted'), { name: 'AbortError' })
      const head = {
        method: request.method,
        url: request.path + queryOf(request.query),
        rawHeaders: Object.entries(request.headers).flatMap(([name, value]) => [name, latin1(value)]),
        address: IN_PROCESS,
        secure: true,
      }
      const { status, headers, body } = await app.handle(head, await bytesOf(request.body))
      return { response: { statusCode: status, headers: lowerNames(headers), body: Buffer.from(body) } }
    },
  }
}

/** A header's text as it would come from the wire: one character for each byte. */
const latin1 = (text: string) => Buffer.from(String(text), 'utf8').toString('latin1')

function queryOf(query: SdkRequest['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    [value].flat().map((item) => `${encodeURIComponent(name)}=${encodeURIComponent(String(item ?? ''))}`),
  )
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array()
  if (typeof body === 'string') return Buffer.from(body, 'utf8')
  if (body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  throw new TypeError('The body of an in-process request must be a string or bytes')
}

const lowerNames = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
