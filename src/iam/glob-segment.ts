import { findWithGaps } from './find-with-gaps.ts'

/** A part of a glob between two `*`. */
export interface Segment {
  readonly length: number
  /** Whether the text has it at a place. */
  fitsAt(text: string, at: number): boolean
  /** First place, from the given one on, where the text has it; negative when nowhere. */
  find(text: string, from: number): number
}

/** In place of the code of a character: any one fits. */
export const GAP = -1

/** Longest segment that is simply tried at each place: the time is bounded by the text's length times this. */
export const MAX_TRIED = 32

/** Segment without gaps. Longer than a bound it is searched in linear time: the search of V8 takes the product of both lengths for some texts. */
export function plainSegment(segment: string): Segment {
  let borders: Int32Array | undefined
  return {
    length: segment.length,
    fitsAt: (text, at) => text.startsWith(segment, at),
    find(text, from) {
      if (segment.length <= MAX_TRIED) return text.indexOf(segment, from)
      borders ??= bordersOf(segment)
      return findPlain(segment, borders, text, from)
    },
  }
}

/** Segment with gaps, given as codes of characters. */
export function gappedSegment(codes: readonly number[]): Segment {
  const { length } = codes
  const fitsAt = (text: string, at: number) => {
    if (at + length > text.length) return false
    for (let index = 0; index < length; index += 1)
      if (codes[index] !== GAP && codes[index] !== text.charCodeAt(at + index)) return false
    return true
  }
  return {
    length,
    fitsAt,
    find(text, from) {
      if (length > MAX_TRIED) return findWithGaps(codes, text, from)
      for (let at = from; at + length <= text.length; at += 1) if (fitsAt(text, at)) return at
      return -1
    },
  }
}

/** For each length of a start of the segment, the longest shorter start that also ends it (Knuth, Morris and Pratt). */
function bordersOf(segment: string): Int32Array {
  const borders = new Int32Array(segment.length + 1)
  for (let end = 1, border = 0; end < segment.length; end += 1) {
    while (border > 0 && segment.charCodeAt(border) !== segment.charCodeAt(end)) border = borders[border] ?? 0
    if (segment.charCodeAt(border) === segment.charCodeAt(end)) border += 1
    borders[end + 1] = border
  }
  return borders
}

/** Each character of the text is read once. */
function findPlain(segment: string, borders: Int32Array, text: string, from: number): number {
  let fitting = 0
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    while (fitting > 0 && segment.charCodeAt(fitting) !== code) fitting = borders[fitting] ?? 0
    if (segment.charCodeAt(fitting) === code) fitting += 1
    if (fitting === segment.length) return at + 1 - fitting
  }
  return -1
}
