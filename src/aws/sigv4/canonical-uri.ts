import { signatureErrors } from './errors.ts'

/** Name and value of a query parameter, decoded, one character for each byte. */
export type QueryParameter = readonly [name: string, value: string]

/** The raw target of a request, cut at its first question mark. */
export function splitTarget(url: string): { path: string; query: string } {
  const mark = url.indexOf('?')
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}

/**
 * The path as every service but S3 signs it: dot segments resolved, doubled slashes merged, and each segment of the
 * received path, which was encoded once already, encoded once more.
 */
export function canonicalPath(path: string): string {
  if (path === '/' || path === '') return '/'
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') segments.pop()
    else segments.push(percentEncode(segment))
  }
  const trailingSlash = segments.length > 0 && path.endsWith('/')
  return `/${segments.join('/')}${trailingSlash ? '/' : ''}`
}

/**
 * Reads a query by the rules of a form (`+` is a space, empty pieces mean nothing, a lone `%` is itself). Whoever acts
 * on a signed query must read it by the same rules, as URLSearchParams does; else two queries that differ would share a
 * signature.
 */
export function parseQuery(query: string): QueryParameter[] {
  if (query === '') return []
  return query
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const equals = piece.indexOf('=')
      return equals < 0
        ? [percentDecode(piece), '']
        : [percentDecode(piece.slice(0, equals)), percentDecode(piece.slice(equals + 1))]
    })
}

/** The parameters encoded, then sorted by name and value. */
export function canonicalQuery(parameters: readonly QueryParameter[]): string {
  if (parameters.length === 0) return ''
  return parameters
    .map(([name, value]) => ({ name: percentEncode(name), value: percentEncode(value) }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&')
}

/**
 * Text of a request as the bytes that were on the wire: node:http gives one character for each byte. Anything wider
 * never was on a wire (an in-process caller's mistake), and cutting it to a byte would let different texts share a
 * signature.
 */
export function wireBytes(text: string): Buffer {
  if (WIDER_THAN_A_BYTE.test(text)) throw signatureErrors.mismatch()
  return Buffer.from(text, 'latin1')
}

const WIDER_THAN_A_BYTE = /[\u0100-\uffff]/
const UNRESERVED = /^[A-Za-z0-9\-._~]*$/

const ENCODED = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
})

function percentEncode(text: string): string {
  if (UNRESERVED.test(text)) return text
  let encoded = ''
  for (const byte of wireBytes(text)) encoded += ENCODED[byte]
  return encoded
}

function percentDecode(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
