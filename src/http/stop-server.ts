import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { Connections } from './connections.ts'
import type { RequestQueue } from './request-queue.ts'

export interface StopOptions {
  readonly connections: Connections
  readonly queue: RequestQueue
  /** What is not done by then is cut off. */
  readonly limitMs: number
}

/** Takes no further connection, ends those that wait for a request, and resolves once every request in progress has its answer. */
export async function stopServer(server: Server, { connections, queue, limitMs }: StopOptions): Promise<void> {
  const cutOff = Promise.withResolvers<void>()
  const timer = setTimeout(() => {
    connections.destroyAll()
    cutOff.resolve()
  }, limitMs)
  // Not the `close` of node:http: it destroys connections whose answers are still on their way into the network.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()))
  connections.endAll()
  await closed
  await Promise.race([queue.done(), cutOff.promise])
  clearTimeout(timer)
  // What is left of it: the clock that looks after time limits.
  server.close()
}
