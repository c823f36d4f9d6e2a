import { GAP, gappedSegment, plainSegment, type Segment } from './glob-segment.ts'
import type { Work } from './work.ts'

/** A test of a whole text, which counts its steps. */
export type GlobTest = (text: string, work?: Work) => boolean

/**
 * Wildcards inside a prepared pattern. Halves of a surrogate pair never stand alone in well-formed text, so no character of a document or
 * of a request can be mistaken for a wildcard, whatever is substituted for a variable. Only alone do they mean anything: as a part of a pair
 * they are the character.
 */
export const ANY = '\ud800'
export const ONE = '\ud801'

// Expressions that know of pairs.
const EACH_ANY = /\ud800/u
const EACH_ONE = /\ud801/u
const WILDCARD = /[\ud800\ud801]/u

/** The prepared form of a text in which each `*` and `?` is a wildcard. */
export const withWildcards = (text: string) => text.replaceAll('*', ANY).replaceAll('?', ONE)

/**
 * A test of whole texts against a prepared pattern. `?` is one UTF-16 unit, as in AWS's own (Java) matching.
 *
 * Each segment is taken where it comes first, which suffices, so no character is searched twice. The time is linear in the sum of both lengths; only
 * a segment with `?` that is longer than 32 characters takes a 32nd of the product.
 */
export function globTest(pattern: string): GlobTest {
  if (!WILDCARD.test(pattern))
    return (text, work) => {
      work?.add(1)
      return text === pattern
    }
  const [start = '', ...others] = pattern.split(EACH_ANY)
  const first = segmentOf(start)
  const end = others.pop()
  if (end === undefined)
    return (text, work) => {
      work?.add(1)
      return text.length === first.length && first.fitsAt(text, 0, work)
    }
  const last = segmentOf(end)
  const between = others.filter((part) => part !== '').map(segmentOf)
  return (text, work) => {
    work?.add(1)
    const lastAt = text.length - last.length
    if (lastAt < first.length || !first.fitsAt(text, 0, work) || !last.fitsAt(text, lastAt, work)) return false
    let at = first.length
    for (const segment of between) {
      const found = segment.find(text, at, work)
      at = found + segment.length
      if (found < 0 || at > lastAt) return false
    }
    return true
  }
}

/** Whether a whole text fits a prepared pattern that is used once. */
export function matchesGlob(pattern: string, text: string, work?: Work): boolean {
  work?.add(pattern.length)
  return globTest(pattern)(text, work)
}

function segmentOf(part: string): Segment {
  const [start = '', ...others] = part.split(EACH_ONE)
  return others.length === 0 ? plainSegment(start) : gappedSegment([start, ...others].flatMap(codesOf))
}

/** Codes of a text that follows a gap, unless it is the first. */
function codesOf(text: string, index: number): readonly number[] {
  const codes = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
  return index === 0 ? codes : [GAP, ...codes]
}
