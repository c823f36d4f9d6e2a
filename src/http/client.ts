import type { IncomingMessage } from 'node:http'
import type { BlockList } from 'node:net'
import type { RequestHead } from '../app/request.ts'
import type { Connection } from './connection.ts'
import { forwardedFor, forwardedOverTls, networkOf } from './trusted-proxies.ts'

/** The client of one request. */
export interface Client extends Pick<RequestHead, 'address' | 'secure' | 'tls'> {
  /** Its address, or the network where it may have any. */
  readonly network: string
}

/** The other end of the connection, or the client that a trusted proxy names there. */
export function clientOf(connection: Connection, { headers }: IncomingMessage, proxies: BlockList): Client {
  const { peer, network, trusted, tls } = connection
  const encrypted = tls !== undefined
  const forwarded = trusted ? headers['x-forwarded-for'] : undefined
  const proto = trusted ? headers['x-forwarded-proto'] : undefined
  if (forwarded === undefined && proto === undefined) return { address: peer, network, secure: encrypted, tls }
  const address = forwardedFor(peer, forwarded?.toString(), proxies)
  // A proxy does not report its client's TLS version or cipher.
  return { address, network: networkOf(address), secure: forwardedOverTls(proto?.toString()) ?? encrypted }
}
