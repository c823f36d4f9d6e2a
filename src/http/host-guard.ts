import { isIP } from 'node:net'

/**
 * Endings of names that no domain of the internet has: RFC 6761 (localhost, test, invalid), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's
 * resolution of 29 July 2024 (internal). A web page cannot be served under them, so none can be rebound by a foreign page.
 */
const PRIVATE_ENDINGS = ['localhost', 'test', 'invalid', 'local', 'home.arpa', 'internal']

const HOST = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:]*))(?::\d{1,5})?$/

/**
 * Whether a Host header names this machine in a way that no foreign web page can bring about: a page whose own name was rebound to our address
 * (DNS rebinding) sends that name. IP addresses, names without a dot, names with a private ending and `bound` pass.
 *
 * @param host the header as it came
 * @param bound what the server was told to listen on, an address or a name
 */
export function isOwnHost(host: string, bound: string): boolean {
  const { v6, name } = HOST.exec(host)?.groups ?? {}
  if (v6 !== undefined) return isIP(v6) === 6
  const plain = name?.toLowerCase().replace(/\.$/, '')
  if (plain === undefined || plain === '') return false
  if (isIP(plain) === 4 || plain === bound.toLowerCase()) return true
  // A name without a dot is resolved by this machine or its network alone (RFC 1123; ICANN prohibits dotless domains).
  return !plain.includes('.') || PRIVATE_ENDINGS.some((ending) => plain.endsWith(`.${ending}`))
}
