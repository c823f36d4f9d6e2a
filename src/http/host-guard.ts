import { isIP } from 'node:net'

/** The names under which a server that takes any credentials answers, beside IP addresses and `localhost`. */
export interface HostGuard {
  /** The address or name to listen on, and further names that the operator allows. */
  readonly names: readonly string[]
  /** Whether it listens on this machine alone. */
  readonly loopback: boolean
}

/**
 * Endings of names that no domain of the internet has: RFC 6761 (test, invalid), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's resolution of
 * 29 July 2024 (internal).
 */
const PRIVATE_ENDINGS = ['test', 'invalid', 'local', 'home.arpa', 'internal']

const HOST = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:]*))(?::\d{1,5})?$/

/**
 * Whether a Host header names this server in a way that no foreign web page can bring about: a page whose own name was rebound to our address
 * (DNS rebinding) sends that name.
 *
 * - IP addresses pass: a page under an address can reach that address alone. So do `localhost` and names below it, which browsers resolve
 *   themselves (RFC 6761), and the names of the guard.
 * - Where the server listens for other machines, names without a dot and private endings pass too: compose files and container networks use them.
 *   On loopback they do not: the DNS server of a foreign network, such as a café's, answers for them as it likes.
 *
 * @param host the header as it came
 */
export function isOwnHost(host: string, { names, loopback }: HostGuard): boolean {
  const { v6, name } = HOST.exec(host)?.groups ?? {}
  if (v6 !== undefined) return isIP(v6) === 6
  const plain = name?.toLowerCase().replace(/\.$/, '')
  if (plain === undefined || plain === '') return false
  if (isIP(plain) === 4 || /^(.+\.)?localhost$/.test(plain)) return true
  if (names.some((own) => own.toLowerCase() === plain)) return true
  // A name without a dot is resolved by this machine or its network alone (ICANN prohibits dotless domains).
  return !loopback && (!plain.includes('.') || PRIVATE_ENDINGS.some((ending) => plain.endsWith(`.${ending}`)))
}
