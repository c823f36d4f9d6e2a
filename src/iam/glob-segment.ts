import { findWithGaps } from './find-with-gaps.ts'
import type { Work } from './work.ts'

/** A part of a glob between two `*`. */
export interface Segment {
  readonly length: number
  /** Whether the text has it at a place. */
  fitsAt(text: string, at: number, work?: Work): boolean
  /** First place, from the given one on, where the text has it; negative when nowhere. Takes time linear in the characters that are read. */
  find(text: string, from: number, work?: Work): number
}

/** Accepts every character, where the code of a character is expected. */
export const GAP = -1

/** Longest segment for `indexOf`, whose worst case is the product of both lengths: it compares this many characters at each place at most. */
export const MAX_INDEX_OF = 32

/** Segment without gaps. */
export function plainSegment(segment: string): Segment {
  const { length } = segment
  let borders: Int32Array | undefined
  const findAny = (text: string, from: number) => {
    if (length <= MAX_INDEX_OF) return text.indexOf(segment, from)
    borders ??= bordersOf(segment)
    return findPlain(segment, borders, text, from)
  }
  return {
    length,
    fitsAt: (text, at) => text.startsWith(segment, at),
    find(text, from, work) {
      const found = findAny(text, from)
      work?.add(read(text, from, found, length))
      return found
    },
  }
}

/** Segment with gaps, given as codes of characters. */
export function gappedSegment(codes: readonly number[]): Segment {
  const { length } = codes
  return {
    length,
    fitsAt(text, at, work) {
      work?.add(length)
      if (at + length > text.length) return false
      for (let index = 0; index < length; index += 1)
        if (codes[index] !== GAP && codes[index] !== text.charCodeAt(at + index)) return false
      return true
    },
    find(text, from, work) {
      const { at: found, words } = findWithGaps(codes, text, from)
      work?.add(words * (length + read(text, from, found, length)))
      return found
    },
  }
}

/** Characters that a search has read. */
const read = (text: string, from: number, found: number, length: number) =>
  (found < 0 ? text.length : found + length) - from

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
