import { GAP, gappedSegment, plainSegment, type Segment } from './glob-segment.ts'

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
 * Each segment is taken where it comes first, which suffices. So the time grows with the sum of both lengths, times a bound for short
 * segments (`MAX_TRIED`); only segments with `?` beyond that bound take a 32nd of the product.
 */
export function globTest(pattern: string): (text: string) => boolean {
  if (!WILDCARD.test(pattern)) return (text) => text === pattern
  const [start = '', ...others] = pattern.split(EACH_ANY)
  const first = segmentOf(start)
  const end = others.pop()
  if (end === undefined) return (text) => text.length === first.length && first.fitsAt(text, 0)
  const last = segmentOf(end)
  const between = others.filter((part) => part !== '').map(segmentOf)
  return (text) => {
    const lastAt = text.length - last.length
    if (lastAt < first.length || !first.fitsAt(text, 0) || !last.fitsAt(text, lastAt)) return false
    let at = first.length
    for (const segment of between) {
      const found = segment.find(text, at)
      at = found + segment.length
      if (found < 0 || at > lastAt) return false
    }
    return true
  }
}

/** Whether a whole text fits a prepared pattern that is used once. */
export const matchesGlob = (pattern: string, text: string) => globTest(pattern)(text)

function segmentOf(part: string): Segment {
  const [start = '', ...others] = part.split(EACH_ONE)
  return others.length === 0 ? plainSegment(start) : gappedSegment([start, ...others].flatMap(codesOf))
}

/** Codes of a text that follows a gap, unless it is the first. */
function codesOf(text: string, index: number): readonly number[] {
  const codes = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
  return index === 0 ? codes : [GAP, ...codes]
}
