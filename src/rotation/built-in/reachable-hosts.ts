import { isIPv6 } from 'node:net'

/** A host that built-in rotators may connect to; at any port when that is absent. */
export interface ReachableHost {
  readonly host: string
  readonly port?: number | undefined
}

const HOST = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?))(?::(\d{1,5}))?$/
const MAX_PORT = 65_535

/** Reads `host`, `host:port`, `[address]` or `[address]:port`; undefined for what is none. */
export function parseReachableHost(text: string): ReachableHost | undefined {
  const name = text.toLowerCase()
  if (isIPv6(name)) return { host: name }
  const [, address, host = address, digits] = HOST.exec(name) ?? []
  if (host === undefined || (address !== undefined && !isIPv6(address))) return undefined
  if (digits === undefined) return { host }
  const port = Number(digits)
  return port >= 1 && port <= MAX_PORT ? { host, port } : undefined
}

/** Whether a database is at one of the hosts. Names are compared as text: what they resolve to is not asked. */
export function isReachable(hosts: readonly ReachableHost[], host: string, port: number): boolean {
  return hosts.some((one) => one.host === host.toLowerCase() && (one.port === undefined || one.port === port))
}
