import { BlockList, isIP, SocketAddress } from 'node:net'

/**
 * The proxies whose forwarded headers are believed, from addresses and CIDR ranges of both families.
 *
 * Throws an Error with one line for the operator.
 */
export function parseTrustedProxies(ranges: readonly string[]): BlockList {
  const proxies = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix, ...rest] = range.split('/')
    const version = isIP(address)
    const bits = prefix === undefined ? undefined : prefixLength(prefix, version)
    // A zone belongs to one interface of this machine; a list of addresses cannot hold it.
    if (version === 0 || rest.length > 0 || address.includes('%') || Number.isNaN(bits))
      throw new Error(
        `Cannot trust a proxy: ${range}: wanted an address or a range, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8`,
      )
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (bits === undefined) proxies.addAddress(address, family)
    else proxies.addSubnet(address, bits, family)
  }
  return proxies
}

function prefixLength(text: string, version: number): number {
  const bits = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  return bits <= (version === 4 ? 32 : 128) ? bits : Number.NaN
}

const MAPPED = /^::ffff:(?=\d+\.)/

/** An address in its usual form: IPv4 also where it was mapped into IPv6, without a zone. Undefined for what is none. */
export function plainAddress(text: string): string | undefined {
  const version = isIP(text)
  if (version !== 6) return version === 4 ? text : undefined
  return new SocketAddress({ address: text, family: 'ipv6' }).address.replace(MAPPED, '')
}

/** The network whose connections are counted together: an IPv4 address, of an IPv6 address its /64, which is what one host is given (RFC 6177). */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter((group) => group !== '')
  const right = tail === undefined ? [] : tail.split(':').filter((group) => group !== '')
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...middle, ...right].slice(0, 4).join(':')
}

export function isTrusted(address: string, proxies: BlockList): boolean {
  const version = isIP(address)
  return version !== 0 && proxies.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/**
 * Who made a request that a trusted proxy handed on: from the right, where the last proxy wrote, the first address that is no trusted proxy.
 * What stands further left is whatever that client wrote.
 */
export function forwardedFor(peer: string, forwarded: string | undefined, proxies: BlockList): string {
  let client = peer
  for (const hop of forwarded?.split(',').reverse() ?? []) {
    if (!isTrusted(client, proxies)) break
    const address = hopAddress(hop.trim())
    if (address === undefined) break
    client = address
  }
  return client
}

const WITH_PORT = /^(?:\[(?<v6>[^\]]*)\]|(?<v4>[\d.]+))(?::\d+)?$/

/** Some proxies write the port too: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function hopAddress(text: string): string | undefined {
  const { v6, v4 } = WITH_PORT.exec(text)?.groups ?? {}
  return plainAddress(v6 ?? v4 ?? text)
}

/** What the proxy nearest to us says of its own client. */
export function forwardedOverTls(proto: string | undefined): boolean | undefined {
  return proto === undefined ? undefined : proto.split(',').at(-1)?.trim().toLowerCase() === 'https'
}
