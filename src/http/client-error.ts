import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Connections } from './connections.ts'

/** What is told for errors of the parser, by their code; everything else is 400. */
const STATUSES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
}

/**
 * Ends a connection on which something came that is no HTTP, or nothing came in time. Requests before it still get their answers: what went
 * wrong after them is not their fault.
 *
 * @param drainMs for how long a client may go on sending before it is cut off
 */
export function endBrokenConnection(
  error: NodeJS.ErrnoException,
  socket: Socket,
  connections: Connections,
  drainMs: number,
): void {
  const connection = connections.of(socket)
  // Gone already, or it never came to HTTP: a handshake of TLS that failed.
  if (!connection || !socket.writable) {
    if (!connection?.broken) socket.destroy()
    return
  }
  // What follows the first error is read as errors too.
  if (connection.broken) return
  connection.broken = true
  connection.closing = true
  const status = STATUSES[error.code ?? ''] ?? 400
  const { latest } = connection
  // In the middle of a body it is that request's answer that tells; between requests nothing else does.
  const inBody = latest !== undefined && !latest.req.complete
  const cutOff = () => {
    if (inBody) socket.destroySoon()
    else if (socket.writable) socket.end(bareAnswer(status))
    setTimeout(() => socket.destroy(), drainMs).unref()
  }
  if (!latest || latest.closed) {
    cutOff()
    return
  }
  latest.once('close', cutOff)
  if (inBody && latest.headersSent) latest.end()
  else if (inBody) latest.writeHead(status, { 'Content-Length': 0, Connection: 'close' }).end()
}

function bareAnswer(status: number): string {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Date: ${new Date().toUTCString()}`,
    'Content-Length: 0',
    'Connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}
