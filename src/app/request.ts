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
