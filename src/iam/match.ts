/**
 * Wildcards inside a prepared pattern. Halves of a surrogate pair never stand alone in well-formed text, so no character of a document or
 * of a request can be mistaken for a wildcard, whatever is substituted for a variable.
 */
export const ANY = '\ud800'
export const ONE = '\ud801'

const ANY_CODE = ANY.charCodeAt(0)
const ONE_CODE = ONE.charCodeAt(0)

/** Whether a prepared pattern has any wildcard. */
export const hasWildcards = (pattern: string) => pattern.includes(ANY) || pattern.includes(ONE)

/** The prepared form of a text in which each `*` and `?` is a wildcard. */
export const withWildcards = (text: string) => text.replaceAll('*', ANY).replaceAll('?', ONE)

/** A test of whole texts against a prepared pattern; the common forms, plain text and `text*`, without a search. */
export function globTest(pattern: string): (text: string) => boolean {
  if (!hasWildcards(pattern)) return (text) => text === pattern
  if (pattern === ANY) return () => true
  const start = pattern.slice(0, -1)
  if (pattern.endsWith(ANY) && !hasWildcards(start)) return (text) => text.startsWith(start)
  return (text) => matchesGlob(pattern, text)
}

/**
 * Whether a whole text fits a prepared pattern. Only the last `*` passed is ever reconsidered, which suffices, so the time is bounded by
 * the product of both lengths whatever the pattern. `?` is one UTF-16 unit, as in AWS's own (Java) matching.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0
  let place = 0
  let lastAny = -1 // place after the last `*` passed
  let resumeAt = 0
  while (at < text.length) {
    const wanted = pattern.charCodeAt(place)
    if (wanted === ANY_CODE) {
      place += 1
      if (place === pattern.length) return true
      lastAny = place
      resumeAt = at
    } else if (wanted === ONE_CODE || wanted === text.charCodeAt(at)) {
      at += 1
      place += 1
    } else if (lastAny >= 0) {
      place = lastAny
      resumeAt += 1
      at = resumeAt
    } else return false
  }
  while (pattern.charCodeAt(place) === ANY_CODE) place += 1
  return place === pattern.length
}
