import { signatureErrors } from './errors.ts'

/**
 * Header fields by lower-case name; the values of fields with the same name joined with ',' in arrival order, as
 * signers join them.
 */
export type HeaderMap = ReadonlyMap<string, string>

export const MAX_HEADER_FIELDS = 256

/** Two of one of these would let the verifier read one value and the program another. */
const SINGLE = new Set([
  'authorization',
  'content-length',
  'host',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-target',
])

/**
 * Reads a raw header list (name, value, name, value …). The parsed `headers` of node:http will not do: they join with
 * ', ' and silently drop the second Host.
 */
export function collectHeaders(rawHeaders: readonly string[]): HeaderMap {
  if (rawHeaders.length > 2 * MAX_HEADER_FIELDS) throw signatureErrors.tooManyHeaders(MAX_HEADER_FIELDS)
  const headers = new Map<string, string>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase()
    const value = canonicalValue(rawHeaders[index + 1]!)
    const earlier = headers.get(name)
    if (earlier !== undefined && SINGLE.has(name)) throw signatureErrors.repeatedHeader(name)
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`)
  }
  return headers
}

const UNTIDY = /^ | $| {2}|[\t\r\n]/
const WHITE_SPACE = /[ \t\r\n]+/g

/**
 * The value as it is signed: trimmed, each run of white space (also that of a folded line) one space. Not `trim` and
 * `\s`: they would eat the byte A0 out of UTF-8 text.
 */
export function canonicalValue(value: string): string {
  if (!UNTIDY.test(value)) return value
  const collapsed = value.replace(WHITE_SPACE, ' ')
  return collapsed.slice(collapsed.startsWith(' ') ? 1 : 0, collapsed.endsWith(' ') ? -1 : undefined)
}
