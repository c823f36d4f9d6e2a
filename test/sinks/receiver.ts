import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { CloudTrailRecord } from '../../src/audit/cloudtrail.ts'
import type { TrailHead } from '../../src/audit/trail.ts'
import { deliverySigner } from '../../src/seal/delivery-signature.ts'

export const KEY = 'a key that receiver and Coffer share'

export interface Delivered {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What a receiver does with a post; it has taken it where the answer has status 2xx. */
export type Answer = (response: ServerResponse, request: IncomingMessage, attempt: number) => void

export const accept: Answer = (response) => response.end()

/** A receiver on this machine, which notes what it has taken. */
export async function startReceiver(answer: Answer = accept) {
  const taken: Delivered[] = []
  const waiting: { enough: () => boolean; resolve: () => void }[] = []
  let attempts = 0
  let current = answer
  const server = createServer(async (request, response) => {
    const attempt = ++attempts
    const body = await text(request).catch(() => undefined)
    if (body === undefined) return
    response.on('finish', () => {
      if (response.statusCode >= 300) return
      taken.push({ headers: request.headers, body })
    })
    current(response, request, attempt)
    for (const { enough, resolve } of waiting) if (enough()) resolve()
    response.on('close', () => {
      for (const { enough, resolve } of waiting) if (enough()) resolve()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a-token-in-the-path`)
  const bodies = () => taken.map(({ body }) => JSON.parse(body) as Body)
  return {
    url,
    /** For sinks in this process. */
    receiver: { url, sign: deliverySigner(KEY), now: Date.now },
    taken,
    attempts: () => attempts,
    bodies,
    records: () => bodies().flatMap(({ Records }) => Records ?? []),
    answerWith(next: Answer) {
      current = next
    },
    /** Resolves once it has what is wanted. */
    until: (enough: () => boolean) =>
      enough() ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ enough, resolve })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Body {
  readonly Records?: readonly CloudTrailRecord[]
  readonly Heads?: readonly TrailHead[]
  readonly Alerts?: readonly { readonly id: string; readonly rule: string; readonly record: CloudTrailRecord }[]
}

/** Request ids in their order, repeated ones left out. */
export function inOrder(records: readonly CloudTrailRecord[]): string[] {
  return [...new Set(records.map(({ requestID }) => requestID))]
}
