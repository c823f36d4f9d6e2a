/** A request as it came from the wire, without its body. */
export interface RequestHead {
  readonly method: string
  /** Path and query as received. */
  readonly url: string
  /** Name, value, name, value …, one character for each byte, as node:http's `rawHeaders`. */
  readonly rawHeaders: readonly string[]
  /** Address of the client, behind trusted proxies. */
  readonly address: string
  /** Whether the client spoke TLS, to us or to a trusted proxy. */
  readonly secure: boolean
  /** How it did; absent where it spoke to a proxy, or none. */
  readonly tls?: TlsDetails | undefined
}

/** What a client and this server have agreed on, as TLS names it: `TLSv1.3`, `TLS_AES_256_GCM_SHA384`. */
export interface TlsDetails {
  readonly version: string
  readonly cipher: string
}

export interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** First value of a header; undefined when it is absent. */
export function headerOf(head: RequestHead, name: string): string | undefined {
  const { rawHeaders } = head
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() === name) return rawHeaders[index + 1]
  return undefined
}
