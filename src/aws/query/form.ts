import { type AwsError, frameworkError } from '../error.ts'

/** Parameters by name, in the order in which they were sent. */
export type Form = ReadonlyMap<string, string>

/** Ours: the widest request of STS and IAM that means something has some hundred, and AWS's own limit is not known. */
export const MAX_PARAMETERS = 10_000

/**
 * The parameters of a form body or a query string: `+` is a space, `%XX` a byte of UTF-8, empty pieces mean nothing. Whatever another reader of
 * the same signed text could take otherwise (broken escapes, a name that is empty or comes twice) is refused.
 *
 * @param text a string has one character for each byte, as node:http gives the target of a request
 *
 * Throws MalformedQueryString (400), also for what is not UTF-8 and for too many parameters. No text quotes the request: in a form that was cut
 * wrongly, anything may stand where a name does.
 */
export function parseForm(text: string | Uint8Array): Form {
  const wire = typeof text === 'string' ? text : bytesOf(text).toString('latin1')
  const form = new Map<string, string>()
  for (let start = 0, end: number; start < wire.length; start = end + 1) {
    end = endOf(wire, '&', start)
    if (end === start) continue
    if (form.size >= MAX_PARAMETERS) throw malformed(`A request can have at most ${MAX_PARAMETERS} parameters.`)
    const piece = wire.slice(start, end)
    const equals = endOf(piece, '=')
    const name = decode(piece.slice(0, equals))
    if (name === '') throw malformed('A parameter must have a name.')
    if (form.has(name)) throw malformed('A parameter must not be sent more than once.')
    form.set(name, decode(piece.slice(equals + 1)))
  }
  return form
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => Buffer.from(buffer, byteOffset, byteLength)

/** Where the mark is, or the end of a text without it. */
function endOf(text: string, mark: string, start = 0): number {
  const index = text.indexOf(mark, start)
  return index < 0 ? text.length : index
}

// Without ignoreBOM it would drop the bytes EF BB BF, and two names would become one.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const PLAIN = /^[\x20-\x24\x26-\x2a\x2c-\x7e]*$/
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/
const WIDER_THAN_A_BYTE = /[\u0100-\uffff]/

function decode(piece: string): string {
  if (PLAIN.test(piece)) return piece
  if (BROKEN_ESCAPE.test(piece)) throw malformed('A percent sign must be followed by two hexadecimal digits.')
  // An in-process caller's mistake: no wire carries it.
  if (WIDER_THAN_A_BYTE.test(piece)) throw notUtf8()
  const bytes = piece
    .replaceAll('+', ' ')
    .replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'))
  } catch {
    throw notUtf8()
  }
}

const malformed = (message: string): AwsError => frameworkError('MalformedQueryString', message)
const notUtf8 = () => malformed('Parameters must be UTF-8.')
