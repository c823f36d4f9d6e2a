import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { RotationEvent } from '../../src/rotation/rotation-functions.ts'

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Seen {
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly event: RotationEvent
}

/** What a rotation calls over HTTP: answers every call in the same way, once `act` is done. */
export async function startAnswering(answer: Answer) {
  const seen: Seen[] = []
  const parts: { act: (event: RotationEvent) => Promise<void> } = { act: async () => {} }
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const event: RotationEvent = JSON.parse(body)
    seen.push({ url: request.url, headers: request.headers, body, event })
    await parts.act(event)
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? 'null')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { seen, url, parts, [Symbol.asyncDispose]: close }
}
