import type { AwsError } from './error.ts'

/** AWS JSON 1.1 text of an output: dates as epoch seconds, bytes as base64, absent members left out (facts 1.2). */
export function encodeOutput(output: object | undefined): string {
  return output === undefined ? '' : JSON.stringify(plain(output))
}

function plain(value: unknown): unknown {
  // Dates and bytes go first: JSON.stringify would call their toJSON before any replacer sees them.
  if (value instanceof Date) return value.getTime() / 1000
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  // Not by assignment: a member named __proto__ would vanish.
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
}

/**
 * Body of an error: `__type` is the bare name, and exactly one member carries the text (facts 1.3).
 *
 * @param modeledMember how the service spells that member for its own errors
 */
export function encodeError(error: AwsError, modeledMember: 'Message' | 'message'): string {
  if (!error.hasMessage) return JSON.stringify({ __type: error.code })
  const member = error.kind === 'modeled' ? modeledMember : 'message'
  return JSON.stringify({ __type: error.code, [member]: error.message })
}
