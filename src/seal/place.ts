/**
 * One part of a place. `null` and `undefined` both say "missing", as a database column does, and differ from an empty
 * text.
 */
export type PlacePart = string | Uint8Array | number | null | undefined

/**
 * Where something sealed belongs, or what a MAC covers: an ordered list of values that both sides know already.
 * By habit the first part names the record type, so that two kinds of record never share a place.
 */
export type Place = readonly PlacePart[]

/** Far beyond any record we keep, far below what would hurt. */
export const MAX_PLACE_BYTES = 4 * 1024 * 1024

const MISSING = 0
const TEXT = 1
const BYTES = 2
const NUMBER = 3

const COUNT_BYTES = 4
const PART_HEADER_BYTES = 5

/**
 * A place as bytes: u32 count, then for each part a type byte, a u32 length and the content (text as UTF-8, numbers as
 * IEEE 754 doubles, all big-endian). Places that differ never encode equal, and no encoding is the beginning of
 * another, so what follows it cannot be moved into it.
 */
export function encodePlace(place: Place): Buffer {
  let size = COUNT_BYTES
  for (const part of place) size += PART_HEADER_BYTES + contentLength(part)
  if (size > MAX_PLACE_BYTES) {
    throw new RangeError(`Cannot encode a place: ${size} bytes, wanted at most ${MAX_PLACE_BYTES}`)
  }
  const encoded = Buffer.allocUnsafe(size)
  let offset = encoded.writeUInt32BE(place.length, 0)
  for (const part of place) offset = writePart(encoded, part, offset)
  return encoded
}

function contentLength(part: PlacePart): number {
  if (part === undefined || part === null) return 0
  if (typeof part === 'string') return Buffer.byteLength(part)
  if (typeof part === 'number') return 8
  if (part instanceof Uint8Array) return part.byteLength
  throw new TypeError(`Cannot encode a place: a part of type ${typeof part}, wanted text, bytes, a number or nothing`)
}

function writePart(target: Buffer, part: PlacePart, start: number): number {
  if (part === undefined || part === null) return writeHeader(target, MISSING, 0, start)
  if (typeof part === 'string') {
    // Each unpaired surrogate becomes U+FFFD in UTF-8, so two different texts would encode equal.
    if (!part.isWellFormed()) throw new TypeError('Cannot encode a place: text has an unpaired surrogate')
    const offset = writeHeader(target, TEXT, Buffer.byteLength(part), start)
    return offset + target.write(part, offset)
  }
  if (typeof part === 'number') {
    if (!Number.isFinite(part)) throw new TypeError(`Cannot encode a place: ${part}, wanted a finite number`)
    // `+ 0` turns -0 into 0: the two are equal everywhere else, and no column keeps them apart.
    return target.writeDoubleBE(part + 0, writeHeader(target, NUMBER, 8, start))
  }
  const offset = writeHeader(target, BYTES, part.byteLength, start)
  target.set(part, offset)
  return offset + part.byteLength
}

function writeHeader(target: Buffer, type: number, length: number, start: number): number {
  return target.writeUInt32BE(length, target.writeUInt8(type, start))
}
