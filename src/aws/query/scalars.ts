import { frameworkError } from '../error.ts'
import type { Shape } from '../shape.ts'

export type ScalarKind = Exclude<Shape<unknown>['kind'], 'list' | 'map' | 'structure'>

interface Scalar {
  /** The value of a text; undefined for a text of no such value. */
  readonly parse: (text: string) => unknown
  /** Text of the MalformedInput; nothing is known of what AWS's Query services say, so it is what its JSON services say of a string (facts 1.5). */
  readonly refusal: string
}

const MAX_INTEGER = 2 ** 31 - 1

const scalars: { readonly [K in ScalarKind]: Scalar } = {
  string: { parse: (text) => text, refusal: '' },
  integer: {
    parse: (text) => wholeNumber(text, -MAX_INTEGER - 1, MAX_INTEGER),
    refusal: 'STRING_VALUE can not be converted to an Integer',
  },
  long: {
    // Further than this, JavaScript's numbers are not whole.
    parse: (text) => wholeNumber(text, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    refusal: 'STRING_VALUE can not be converted to a Long',
  },
  boolean: { parse: truth, refusal: 'STRING_VALUE can not be converted to a Boolean' },
  blob: { parse: bytes, refusal: 'STRING_VALUE can not be converted to a Blob' },
  timestamp: { parse: moment, refusal: 'timestamp must follow ISO8601' },
}

/** The value of a scalar that a form holds as text. Throws MalformedInput (400). */
export function parseScalar(kind: ScalarKind, text: string): unknown {
  const { parse, refusal } = scalars[kind]
  const value = parse(text)
  if (value === undefined) throw frameworkError('MalformedInput', refusal)
  return value
}

function wholeNumber(text: string, min: number, max: number): number | undefined {
  if (!/^-?\d{1,20}$/.test(text)) return undefined
  const value = Number(text)
  if (value < min || value > max) return undefined
  return value === 0 ? 0 : value // not -0
}

function truth(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

/** Padded or unpadded. `Buffer.from` skips over what it does not know, which encoding again brings to light. */
function bytes(text: string): Uint8Array | undefined {
  const value = Buffer.from(text, 'base64')
  const padded = value.toString('base64')
  return text === padded || text === padded.replace(/=+$/, '') ? value : undefined
}

const ISO_8601 = /^\d{4}-\d\d-(\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

function moment(text: string): Date | undefined {
  const day = ISO_8601.exec(text)?.[1]
  if (day === undefined) return undefined
  // Date carries days over that a month does not have.
  const ofMonth = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  const value = new Date(text)
  return ofMonth.getUTCDate() === Number(day) && !Number.isNaN(value.getTime()) ? value : undefined
}
