import { createHash } from 'node:crypto'

/** Characters that tell the addresses of one host apart. */
const DIGITS = 16

/** Names a receiver in the log and the store without its path and query: they often hold a token. */
export function receiverName(kind: string, url: URL): string {
  return `${kind} ${url.origin} ${createHash('sha256').update(url.href).digest('hex').slice(0, DIGITS)}`
}
